// Drafts as protocol 16 writes them: fields, a body and attachments become one MIME message, again at each change.
// Invariants: From is the account; Message-ID, Date and thread stay what they were; what was not sent stays as it is.
import { createHash } from 'node:crypto';
import type { EmailIndex } from '../../domain/email.ts';
import { EasError } from '../../domain/errors.ts';
import { parseAddresses } from './address.ts';
import { keyOf } from './attachment.ts';
import { fieldValue, readHeader } from './header.ts';
import { indexMessage } from './index-mime.ts';
import type { Source } from './quote.ts';
import { appendParts, rawPart } from './splice.ts';
import { findPart } from './structure.ts';
import { partText } from './text-body.ts';
import { addressField, dateText, textField } from './write-header.ts';
import { bodyPart, type FilePart, filePart, multipart, textPart } from './write-mime.ts';

/** What a client gave: an absent field stays as it was, an empty one is cleared. */
export interface DraftFields {
  readonly To?: string | undefined;
  readonly Cc?: string | undefined;
  readonly Bcc?: string | undefined;
  readonly ReplyTo?: string | undefined;
  readonly Subject?: string | undefined;
  readonly Importance?: 0 | 1 | 2 | undefined;
  readonly body?: { readonly type: 1 | 2; readonly data: string } | undefined;
}
/** [MS-ASAIRS] 2.2.2.2 Add: Method 5 embeds a message. */
export interface DraftAttachment extends FilePart {
  readonly key: string;
  readonly method?: 1 | 5 | undefined;
}
export interface DraftOptions {
  readonly from: string;
  readonly displayName?: string | undefined;
  /** Milliseconds: the Date of a new draft. */
  readonly now: number;
  /** Of the Add that makes it: part of the Message-ID. */
  readonly clientId?: string | undefined;
  readonly add?: readonly DraftAttachment[];
  /** Keys, or parts where there are none, of the previous draft's attachments that go. */
  readonly remove?: readonly string[];
}
export interface Draft {
  readonly mime: Buffer;
  /** Of the attachments that stayed or came: its last ones, in this order. */
  readonly keys: readonly string[];
}

/** The same attachment under the same ClientId is the same attachment. */
export function attachmentKey(clientId: string, content: Buffer): string {
  return createHash('sha256').update(`${clientId}\0`).update(content).digest('hex').slice(0, 16);
}
/** What was kept or came is named by its key from here on, wherever it stands in the message. */
export function withKeys(index: EmailIndex, keys: readonly string[]): EmailIndex {
  const first = index.attachments.length - keys.length;
  const attachments = index.attachments.map((one, at) => (at < first ? one : { ...one, key: keys[at - first]! }));
  return { ...index, attachments };
}

/** A draft's message from fields; without `previous` a new one. Attachments stay byte for byte until they are removed. */
export async function draftFromFields(
  fields: DraftFields,
  previous: Source | undefined,
  options: DraftOptions,
): Promise<Draft> {
  const body = fields.body ? bodyPart(fields.body) : await previousBody(previous);
  const { parts, keys } = await fileParts(previous, options);
  const content = parts.length === 0 ? body : multipart('mixed', [body, ...parts]);
  return { mime: Buffer.concat([Buffer.from(draftHeader(fields, previous?.email, options), 'utf8'), content]), keys };
}

/**
 * A draft's message from the whole MIME that a client sent, byte for byte unless attachments come or it lacks an id.
 * Earlier attachments stay only when it has none of its own. Throws 'invalid-mime' when it has no header.
 */
export async function draftFromMime(mime: Buffer, previous: Source | undefined, options: DraftOptions): Promise<Draft> {
  const index = indexMessage(mime);
  const header = readHeader(mime, 0, mime.length);
  if (header.fields.length === 0) throw new EasError('invalid-mime', 'no header');
  const missing = (name: string): boolean => fieldValue(header.fields, name) === '';
  const added = [
    missing('message-id') ? `Message-ID: <${previous?.email.messageId ?? newId(options, mime)}>\r\n` : '',
    missing('date') ? textField('Date', dateText(previous?.email.date ?? options.now)) : '',
    missing('from') ? fromLine(options) : '',
  ].join('');
  const bytes = added === '' ? mime : Buffer.concat([Buffer.from(added, 'latin1'), mime]);
  const { parts, keys } = await fileParts(index.attachments.length === 0 ? previous : undefined, options);
  return { mime: parts.length === 0 ? bytes : appendParts(bytes, parts), keys };
}

function draftHeader(fields: DraftFields, previous: EmailIndex | undefined, options: DraftOptions): string {
  const importance = fields.Importance ?? previous?.importance ?? 1;
  const addresses = (name: string, value: string): string =>
    value.trim() === '' ? '' : addressField(name, parseAddresses(Buffer.from(value, 'utf8').toString('latin1')));
  return [
    fromLine(options),
    addresses('To', fields.To ?? previous?.to ?? ''),
    addresses('Cc', fields.Cc ?? previous?.cc ?? ''),
    addresses('Bcc', fields.Bcc ?? previous?.bcc ?? ''),
    addresses('Reply-To', fields.ReplyTo ?? previous?.replyTo ?? ''),
    textField('Subject', fields.Subject ?? previous?.subject ?? ''),
    textField('Date', dateText(previous?.date ?? options.now)),
    `Message-ID: <${previous?.messageId ?? newId(options, JSON.stringify(fields))}>\r\n`,
    threadLines(previous),
    importance === 1 ? '' : `Importance: ${importance === 2 ? 'high' : 'low'}\r\n`,
    'MIME-Version: 1.0\r\n',
  ].join('');
}
function fromLine({ from, displayName }: DraftOptions): string {
  return addressField('From', [{ name: displayName ?? '', address: from }]);
}
function threadLines(previous: EmailIndex | undefined): string {
  const references = previous?.references.map((id) => `<${id}>`) ?? [];
  if (!previous) return '';
  const last = references.at(-1);
  return [
    last === undefined ? '' : `In-Reply-To: ${last}\r\nReferences: ${references.join('\r\n ')}\r\n`,
    previous.threadIndex === '' ? '' : `Thread-Index: ${previous.threadIndex.replace(/.{72}(?=.)/g, '$&\r\n ')}\r\n`,
  ].join('');
}
function newId({ from, now, clientId = '' }: DraftOptions, content: string | Buffer): string {
  const hash = createHash('sha256').update(`${from}\n${now}\n${clientId}\n`).update(content).digest('hex').slice(0, 32);
  return `${hash}@${from.split('@').pop()}`;
}

async function previousBody(previous: Source | undefined): Promise<Buffer> {
  if (!previous) return textPart('text/plain', '');
  const { email, read } = previous;
  const part = findPart(email.structure, email.htmlPart || email.textPart);
  if (!part) return textPart('text/plain', '');
  const data = partText(await read({ from: part.headerStart, to: part.bodyEnd }), part);
  return bodyPart({ type: email.nativeBodyType, data });
}
async function fileParts(
  previous: Source | undefined,
  { add = [], remove = [] }: DraftOptions,
): Promise<{ parts: Buffer[]; keys: string[] }> {
  const files = new Map<string, Buffer>();
  for (const attachment of previous?.email.attachments ?? []) {
    const part = findPart(previous!.email.structure, attachment.part);
    if (part && !remove.includes(keyOf(attachment))) files.set(keyOf(attachment), await rawPart(part, previous!.read));
  }
  for (const { key, method, ...file } of add) {
    if (!files.has(key)) files.set(key, filePart(method === 5 ? { ...file, type: 'message/rfc822' } : file));
  }
  return { parts: [...files.values()], keys: [...files.keys()] };
}
