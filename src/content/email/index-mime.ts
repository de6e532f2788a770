// The index of a message, worked out once at delivery: everything that lists, previews and sizes need, so that only
// opening a mail reads it again. Invariants: never throws, whatever the bytes; every text is clean Unicode; textSize and
// htmlSize are what a whole body comes to when it is rendered. It must never keep a decoded attachment.
import { createHash } from 'node:crypto';
import { type EmailIndex, type MimePart, previewBytes } from '../../domain/email.ts';
import { type Address, formatAddresses, parseAddresses } from './address.ts';
import { codePageOf, cutUtf8 } from './charset.ts';
import { type Field, fieldValue, headerText, readDate, readHeader } from './header.ts';
import { importanceOf, messageClassOf } from './message-class.ts';
import { attachmentName, type Bodies, chooseBodies, listAttachments } from './parts.ts';
import { type Entity, readStructure } from './structure.ts';
import { partText, plainText, resolvedCharset } from './text-body.ts';
import { decodeTransfer } from './transfer.ts';

/** [MS-ASEMAIL] 2.2.2.79 To: the most characters that it and From may have. */
const maxAddressLine = 32768;
const maxReferences = 100;

export function indexMessage(mime: Buffer): EmailIndex {
  const root = readStructure(mime);
  const bodies = chooseBodies(root);
  const body = readBodies(mime, bodies);
  const charset = body.main?.charset;
  const attachments = listAttachments(root, bodies, ({ part }) => attachmentName(part, embeddedSubject(mime, part)));
  return {
    structure: withCharsets(root.part, body.charsets),
    size: mime.length,
    ...describeHeader(root.fields, charset, mime),
    importance: importanceOf(root),
    messageClass: messageClassOf(root, mime),
    codePage: codePageOf(charset),
    nativeBodyType: body.htmlPart === '' ? 1 : 2,
    textPart: body.textPart,
    htmlPart: body.htmlPart,
    preview: body.preview,
    textSize: body.textSize,
    htmlSize: body.htmlSize,
    attachments,
  };
}

interface BodyFacts extends Pick<EmailIndex, 'textPart' | 'htmlPart' | 'preview' | 'textSize' | 'htmlSize'> {
  /** The part whose charset is the message's. */
  readonly main?: MimePart;
  /** By part: what its bytes turned out to be written in. */
  readonly charsets: ReadonlyMap<string, string>;
}
function readBodies(mime: Buffer, bodies: Bodies): BodyFacts {
  const charsets = new Map<string, string>();
  const resolve = (entity: Entity | undefined): MimePart | undefined => {
    if (!entity) return undefined;
    const { part } = entity;
    const charset = resolvedCharset(decodeTransfer(mime.subarray(part.bodyStart, part.bodyEnd), part.encoding), part);
    charsets.set(part.part, charset);
    return { ...part, charset };
  };
  const raw = (part: MimePart): Buffer => mime.subarray(part.headerStart, part.bodyEnd);
  const htmlPart = resolve(bodies.html);
  const html = htmlPart ? partText(raw(htmlPart), htmlPart) : '';
  let textPart = resolve(bodies.text);
  let text = textPart ? plainText(raw(textPart), textPart) : '';
  if (htmlPart && text.trim() === '') {
    // Many programs leave the plain alternative empty: the HTML then speaks for both.
    textPart = undefined;
    text = plainText(raw(htmlPart), htmlPart);
  }
  const main = htmlPart ?? textPart;
  return {
    ...(main && { main }),
    charsets,
    textPart: textPart?.part ?? '',
    htmlPart: htmlPart?.part ?? '',
    preview: cutUtf8(text, previewBytes),
    textSize: Buffer.byteLength(text),
    htmlSize: Buffer.byteLength(html),
  };
}
function withCharsets(part: MimePart, charsets: ReadonlyMap<string, string>): MimePart {
  const charset = charsets.get(part.part);
  if (part.parts) return { ...part, parts: part.parts.map((child) => withCharsets(child, charsets)) };
  return charset === undefined ? part : { ...part, charset };
}
function embeddedSubject(mime: Buffer, part: MimePart): string {
  if (!part.type.startsWith('message/')) return '';
  const start = decodeTransfer(
    mime.subarray(part.bodyStart, Math.min(part.bodyEnd, part.bodyStart + 65536)),
    part.encoding,
  );
  return headerText(fieldValue(readHeader(start, 0, start.length).fields, 'subject'));
}

type HeaderFacts = Pick<
  EmailIndex,
  | 'subject'
  | 'topic'
  | 'from'
  | 'sender'
  | 'to'
  | 'cc'
  | 'bcc'
  | 'replyTo'
  | 'displayTo'
  | 'messageId'
  | 'references'
  | 'threadIndex'
  | 'date'
>;
function describeHeader(fields: readonly Field[], charset: string | undefined, mime: Buffer): HeaderFacts {
  const addresses = (name: string): Address[] => {
    const values = fields.filter((field) => field.name === name).map((field) => field.value);
    return parseAddresses(values.join(', '), charset);
  };
  const to = addresses('to');
  const subject = headerText(fieldValue(fields, 'subject'), charset).trim();
  const date = readDate(fieldValue(fields, 'date'));
  const line = (name: string): string => formatAddresses(addresses(name), maxAddressLine);
  return {
    subject,
    topic: topicOf(subject),
    from: line('from'),
    sender: line('sender'),
    to: formatAddresses(to, maxAddressLine),
    cc: line('cc'),
    bcc: line('bcc'),
    replyTo: line('reply-to'),
    displayTo: to
      .map(({ name, address }) => name || address)
      .join('; ')
      .slice(0, maxAddressLine),
    messageId: messageIds(fieldValue(fields, 'message-id'))[0] ?? madeUpId(mime),
    references: referencesOf(fields),
    threadIndex: threadIndexOf(fieldValue(fields, 'thread-index')),
    ...(date !== undefined && { date }),
  };
}

const prefixes =
  /^(?:\s*(?:re|fwd?|aw|wg|antw|sv|vs|vb|tr|rv|res|enc|odp|pd|r|i|ynt|ilt|回复|回覆|答复|转发|轉寄|返信|転送|ref)(?:\s?\[\d{1,3}\]|\s?\(\d{1,3}\))?\s?[:：])+\s*/i;
/** [MS-ASEMAIL] 2.2.2.77 ThreadTopic: the subject without its reply and forward prefixes. */
export function topicOf(subject: string): string {
  return subject.replace(prefixes, '').trim();
}
function referencesOf(fields: readonly Field[]): string[] {
  const ids = messageIds(`${fieldValue(fields, 'references')} ${fieldValue(fields, 'in-reply-to')}`);
  const unique = [...new Set(ids)];
  // The root names the conversation: it is the last to be dropped.
  return unique.length <= maxReferences ? unique : [unique[0]!, ...unique.slice(1 - maxReferences)];
}
/** What stands in angle brackets; a lone word with an @ counts too. */
function messageIds(value: string): string[] {
  const ids = [...value.matchAll(/<([^<>\s]{1,900})>/g)].map((match) => match[1]!);
  const bare = /^([^\s<>]+@[^\s<>]+)$/.exec(value.trim());
  return (ids.length === 0 && bare ? [bare[1]!] : ids).map((id) => headerText(id));
}
function threadIndexOf(value: string): string {
  return decodeTransfer(Buffer.from(value, 'latin1'), 'base64').toString('base64');
}
function madeUpId(mime: Buffer): string {
  const seen = mime.subarray(0, 65536);
  return `${createHash('sha256').update(`${mime.length}\n`).update(seen).digest('hex').slice(0, 32)}@no-message-id.invalid`;
}
