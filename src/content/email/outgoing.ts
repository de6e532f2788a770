// Mail that an account sends: whose it is, whom it goes to, and what goes over the wire.
// Invariants: From is the account; Bcc reaches the envelope and the sender's copy, never the other recipients; what the
// client signed or attached leaves byte for byte, but for line ends where they were not CRLF.
import { createHash } from 'node:crypto';
import type { EmailIndex, MimePart } from '../../domain/email.ts';
import { EasError } from '../../domain/errors.ts';
import { type Address, isDeliverable, parseAddresses } from './address.ts';
import { type Field, fieldValue, type HeaderBlock, readDate, readHeader } from './header.ts';
import { indexMessage } from './index-mime.ts';
import { readStructure } from './structure.ts';
import { addressField, dateText, textField } from './write-header.ts';

export interface Sender {
  /** The account's primary address. */
  readonly from: string;
  readonly displayName?: string | undefined;
  /** All addresses of the account: a name that the client gave one of them is kept. */
  readonly own?: readonly string[];
  /** Milliseconds. */
  readonly now: number;
  readonly clientId?: string | undefined;
}
export interface Outgoing {
  /** For the recipients. */
  readonly mime: Buffer;
  /** For Sent Items: the same with Bcc; without one the same bytes. */
  readonly sentCopy: Buffer;
  /** Each once, To before Cc before Bcc. */
  readonly recipients: string[];
  readonly messageId: string;
  /** Of `sentCopy`. */
  readonly index: EmailIndex;
}

/**
 * [MS-ASCMD] 2.2.1.17 SendMail. Throws 'invalid-mime' when there is no header at all, 'no-recipients' when To, Cc and Bcc
 * name nobody, 'invalid-address' when one of them cannot be delivered to.
 */
export function prepareOutgoing(mime: Buffer, sender: Sender): Outgoing {
  const bytes = withCrlf(mime);
  const header = readHeader(bytes, 0, bytes.length);
  if (header.fields.length === 0) throw new EasError('invalid-mime', 'no header');
  const recipients = recipientsOf(header.fields);
  const messageId = /<([^<>\s]+)>/.exec(fieldValue(header.fields, 'message-id'))?.[1] ?? makeId(bytes, sender);
  const sentCopy = rewriteHeader(bytes, header, sender, messageId, ['sender', 'return-path']);
  const secret = header.fields.some(({ name }) => name === 'bcc' || name === 'resent-bcc');
  const outgoing = secret
    ? rewriteHeader(bytes, header, sender, messageId, ['sender', 'return-path', 'bcc', 'resent-bcc'])
    : sentCopy;
  return { mime: outgoing, sentCopy, recipients, messageId, index: indexMessage(sentCopy) };
}

/** A message's id and whom it goes to; undefined without an id. */
export function identityOf(mime: Buffer): string | undefined {
  const { fields } = readHeader(mime, 0, mime.length);
  const id = fieldValue(fields, 'message-id').trim();
  if (id === '') return undefined;
  const to = ['to', 'cc', 'bcc'].flatMap((name) => fields.filter((field) => field.name === name));
  return [id, ...to.map(({ value }) => value.trim())].join('\n');
}

function recipientsOf(fields: readonly Field[]): string[] {
  const known = new Map<string, string>();
  for (const name of ['to', 'cc', 'bcc']) {
    for (const field of fields.filter((candidate) => candidate.name === name)) {
      for (const { address } of recipientEntries(field.value)) {
        if (!isDeliverable(address))
          throw new EasError('invalid-address', `${name}: ${address || 'a name without an address'}`);
        if (!known.has(address.toLowerCase())) known.set(address.toLowerCase(), address);
      }
    }
  }
  if (known.size === 0) throw new EasError('no-recipients');
  return [...known.values()];
}
/** An unquoted comma in a name, `Doe, John <j@x>`, leaves a name alone: it belongs to the entry behind it. */
function recipientEntries(value: string): Address[] {
  const entries = parseAddresses(value);
  return entries.filter(({ address }, index) => address !== '' || index === entries.length - 1);
}

function rewriteHeader(
  bytes: Buffer,
  header: HeaderBlock,
  sender: Sender,
  messageId: string,
  dropped: readonly string[],
): Buffer {
  const { fields } = header;
  const has = (name: string): boolean => fields.some((field) => field.name === name);
  const pieces: Buffer[] = [];
  const add = (line: string): number => pieces.push(Buffer.from(line, 'utf8'));
  const from = fromField(fields, sender);
  if (readDate(fieldValue(fields, 'date')) === undefined) add(textField('Date', dateText(sender.now)));
  if (!/<[^<>\s]+>/.test(fieldValue(fields, 'message-id'))) add(`Message-ID: <${messageId}>\r\n`);
  if (from !== undefined) add(from);
  for (const field of fields) {
    if (dropped.includes(field.name) || (field.name === 'from' && from !== undefined)) continue;
    if (field.name === 'date' && readDate(field.value) === undefined) continue;
    if (field.name === 'message-id' && !/<[^<>\s]+>/.test(field.value)) continue;
    pieces.push(bytes.subarray(field.from, field.to));
  }
  if (!has('mime-version')) add('MIME-Version: 1.0\r\n');
  add('\r\n');
  return Buffer.concat([...pieces, bytes.subarray(header.bodyStart)]);
}
/** Undefined when the client's own field says it already. */
function fromField(fields: readonly Field[], { from, displayName, own = [] }: Sender): string | undefined {
  const given = fields.filter((field) => field.name === 'from');
  const first = parseAddresses(given[0]?.value ?? '');
  const entry = first[0];
  if (given.length === 1 && first.length === 1 && entry?.address.toLowerCase() === from.toLowerCase()) return undefined;
  const mine = [from, ...own].some((address) => address.toLowerCase() === entry?.address.toLowerCase());
  return addressField('From', [{ name: (mine && entry?.name) || displayName || '', address: from }]);
}
function makeId(bytes: Buffer, { from, clientId, now }: Sender): string {
  const hash = createHash('sha256')
    .update(`${from}\n${clientId ?? now}\n`)
    .update(bytes)
    .digest('hex')
    .slice(0, 32);
  return `${hash}@${from.split('@').pop()}`;
}

/** Every line ends in CRLF; binary parts stay as they are. A lone CR in the header becomes a blank. */
export function withCrlf(mime: Buffer): Buffer {
  if (!hasBareLineEnd(mime)) return mime;
  const kept = binaryParts(readStructure(mime).part);
  const headerEnd = readHeader(mime, 0, mime.length).bodyStart;
  const out = Buffer.allocUnsafe(mime.length * 2);
  let length = 0;
  let skip = 0;
  for (let at = 0; at < mime.length; at++) {
    const byte = mime[at]!;
    while (skip < kept.length && at >= kept[skip]!.bodyEnd) skip++;
    const binary = skip < kept.length && at >= kept[skip]!.bodyStart;
    if (byte === 10 && mime[at - 1] !== 13 && !binary) out[length++] = 13;
    out[length++] = byte === 13 && mime[at + 1] !== 10 && at < headerEnd ? 32 : byte;
  }
  return Buffer.from(out.subarray(0, length));
}
function hasBareLineEnd(mime: Buffer): boolean {
  for (let at = mime.indexOf(10); at >= 0; at = mime.indexOf(10, at + 1)) {
    if (mime[at - 1] !== 13) return true;
  }
  const bare = mime.indexOf(13);
  return bare >= 0 && /\r(?!\n)/.test(mime.toString('latin1', 0, readHeader(mime, 0, mime.length).bodyStart));
}
function binaryParts(part: MimePart): MimePart[] {
  if (part.parts) return part.parts.flatMap(binaryParts);
  return part.encoding === 'binary' ? [part] : [];
}
