// [MS-ASCMD] 2.2.1.20 SmartReply, [MS-ASCMD] 2.2.1.19 SmartForward: the client's message with the original below.
// Invariants: merged part by part, never at the level of the whole text; what is not a body leaves byte for byte; a signed
// or encrypted message is never opened, the original goes beside it; what is rewritten is UTF-8.
import type { EmailIndex, MimePart } from '../../domain/email.ts';
import { EasError } from '../../domain/errors.ts';
import { nextThreadIndex } from './conversation.ts';
import { type Field, fieldValue, readHeader } from './header.ts';
import { isSealed } from './message-class.ts';
import { withCrlf } from './outgoing.ts';
import { chooseBodies } from './parts.ts';
import { insertBelow, quotedHtml, quotedText, type Source } from './quote.ts';
import { appendParts, rawPart } from './splice.ts';
import { type Entity, findPart, readStructure } from './structure.ts';
import { partText, resolvedCharset } from './text-body.ts';
import { decodeTransfer } from './transfer.ts';
import { textField } from './write-header.ts';
import { filePart, textPart } from './write-mime.ts';

export interface ReplyOptions {
  readonly kind: 'reply' | 'forward';
  /** [MS-ASCMD] 2.2.3.148 ReplaceMime: the client's message is whole; it only gets its place in the thread. */
  readonly replaceMime: boolean;
  /** Milliseconds. */
  readonly now: number;
}

/** The message that `prepareOutgoing` then takes. Throws 'invalid-mime' when `reply` has no header. */
export async function composeReply(original: Source, reply: Buffer, options: ReplyOptions): Promise<Buffer> {
  const bytes = readable(reply);
  const merged = options.replaceMime ? bytes : await merge(original, bytes, options);
  return withThread(merged, original.email, options.now);
}

/** As `composeReply`, below a message that begins a thread of its own: what it quotes is no mail. */
export function quoteBelow(original: Source, reply: Buffer): Promise<Buffer> {
  return merge(original, readable(reply), { kind: 'reply' });
}

function readable(reply: Buffer): Buffer {
  const bytes = withCrlf(reply);
  if (readHeader(bytes, 0, bytes.length).fields.length === 0) throw new EasError('invalid-mime', 'no header');
  return bytes;
}

/** References, In-Reply-To and Thread-Topic where the client gave none; Thread-Index with one level more. */
function withThread(bytes: Buffer, email: EmailIndex, now: number): Buffer {
  const header = readHeader(bytes, 0, bytes.length);
  const has = (name: string): boolean => fieldValue(header.fields, name) !== '';
  const chain = [...email.references, email.messageId].map((id) => `<${id}>`);
  const references = chain.length > 20 ? [chain[0]!, ...chain.slice(-19)] : chain;
  const added = [
    has('in-reply-to') ? '' : `In-Reply-To: <${email.messageId}>\r\n`,
    has('references') ? '' : `References: ${references.join('\r\n ')}\r\n`,
    has('thread-topic') ? '' : textField('Thread-Topic', email.topic),
    `Thread-Index: ${foldedBase64(nextThreadIndex(email, now))}\r\n`,
  ];
  const kept = header.fields
    .filter(({ name }) => name !== 'thread-index')
    .map(({ from, to }) => bytes.subarray(from, to));
  return Buffer.concat([
    ...kept,
    Buffer.from(added.join(''), 'utf8'),
    Buffer.from('\r\n'),
    bytes.subarray(header.bodyStart),
  ]);
}
function foldedBase64(text: string): string {
  return text.replace(/.{72}(?=.)/g, '$&\r\n ');
}

async function merge(original: Source, bytes: Buffer, { kind }: Pick<ReplyOptions, 'kind'>): Promise<Buffer> {
  const root = readStructure(bytes);
  const bodies = isSealed(root.part.type) ? {} : chooseBodies(root);
  const extra: Buffer[] = [];
  let merged = bytes;
  if (bodies.text || bodies.html) merged = await withQuotes(original, bytes, [bodies.text, bodies.html], kind);
  else extra.push(textPart('text/plain', await quotedText(original, kind)));
  if (kind === 'forward') extra.push(...(await originalParts(original)));
  return extra.length === 0 ? merged : appendParts(merged, extra);
}

async function withQuotes(
  original: Source,
  bytes: Buffer,
  bodies: readonly (Entity | undefined)[],
  kind: ReplyOptions['kind'],
): Promise<Buffer> {
  const edits: { part: MimePart; replacement: Buffer }[] = [];
  for (const body of bodies) {
    if (!body) continue;
    const { part, fields } = body;
    const decoded = decodeTransfer(bytes.subarray(part.bodyStart, part.bodyEnd), part.encoding);
    const text = partText(bytes.subarray(part.headerStart, part.bodyEnd), {
      ...part,
      charset: resolvedCharset(decoded, part),
    });
    const rewritten =
      part.type === 'text/html'
        ? textPart('text/html', insertBelow(text, await quotedHtml(original, kind)))
        : textPart('text/plain', `${text.trimEnd()}\r\n\r\n${await quotedText(original, kind)}`);
    edits.push({ part, replacement: Buffer.concat([...otherFields(bytes, fields), rewritten]) });
  }
  edits.sort((a, b) => a.part.headerStart - b.part.headerStart);
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { part, replacement } of edits) {
    pieces.push(bytes.subarray(at, part.headerStart), replacement);
    at = part.bodyEnd;
  }
  return Buffer.concat([...pieces, bytes.subarray(at)]);
}
function otherFields(bytes: Buffer, fields: readonly Field[]): Buffer[] {
  const rewritten = ['content-type', 'content-transfer-encoding', 'content-length', 'content-md5'];
  return fields.filter(({ name }) => !rewritten.includes(name)).map(({ from, to }) => bytes.subarray(from, to));
}
/** The original's attachments as they stand in it; a signed or encrypted original whole, since its parts mean nothing alone. */
async function originalParts({ email, read }: Source): Promise<Buffer[]> {
  if (isSealed(email.structure.type)) {
    const content = await read({ from: 0, to: email.size });
    return [filePart({ name: `${email.subject || 'message'}.eml`, type: 'message/rfc822', content })];
  }
  const parts: Buffer[] = [];
  for (const attachment of email.attachments) {
    const part = findPart(email.structure, attachment.part);
    if (part) parts.push(await rawPart(part, read));
  }
  return parts;
}
