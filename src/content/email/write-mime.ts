// MIME parts as they are written: UTF-8 texts, files, containers. A part is its header, a blank line and its body.
import { createHash } from 'node:crypto';
import { encode, wrap } from 'nodemailer/lib/qp';
import { htmlToText } from './html.ts';
import { parameterField } from './write-header.ts';

/** The Content fields, blank line and body of a text in UTF-8; its lines come to end in CRLF. */
export function textPart(type: 'text/plain' | 'text/html', text: string): Buffer {
  const bytes = Buffer.from(text.replace(/\r\n|\r|\n/g, '\r\n'), 'utf8');
  const encoding = prefersBase64(bytes) ? 'base64' : 'quoted-printable';
  const body = encoding === 'base64' ? base64Lines(bytes) : wrap(encode(bytes), 76);
  return Buffer.from(
    `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`,
    'latin1',
  );
}
/** An iCalendar text as RFC 6047 wants it: programs take `method` from here. */
export function calendarPart(text: string, method: string): Buffer {
  const header = `Content-Type: text/calendar; charset=utf-8; method=${method}\r\nContent-Transfer-Encoding: base64\r\n\r\n`;
  return Buffer.from(header + base64Lines(Buffer.from(text, 'utf8')), 'latin1');
}
/** A text, or HTML with its text beside it. */
export function bodyPart({ type, data }: { readonly type: 1 | 2; readonly data: string }): Buffer {
  if (type === 1) return textPart('text/plain', data);
  return multipart('alternative', [textPart('text/plain', htmlToText(data)), textPart('text/html', data)]);
}
function prefersBase64(bytes: Buffer): boolean {
  let foreign = 0;
  for (const byte of bytes) if (byte > 126) foreign++;
  return foreign * 6 > bytes.length;
}
function base64Lines(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n');
}

export interface FilePart {
  readonly name: string;
  readonly content: Buffer;
  /** Media type; absent: by what it is. */
  readonly type?: string | undefined;
  readonly contentId?: string | undefined;
  readonly contentLocation?: string | undefined;
  readonly inline?: boolean | undefined;
}
export function filePart(file: FilePart): Buffer {
  const type = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(file.type ?? '') ? file.type! : 'application/octet-stream';
  const embedded = type === 'message/rfc822';
  const oneLine = (text: string): string => text.replace(/[^\x20-\x7e]/g, '');
  const header = [
    parameterField('Content-Type', type, { name: file.name }),
    parameterField('Content-Disposition', file.inline ? 'inline' : 'attachment', { filename: file.name }),
    // RFC 2046 5.2.1: an embedded message stands as it is.
    embedded ? 'Content-Transfer-Encoding: 8bit\r\n' : 'Content-Transfer-Encoding: base64\r\n',
    file.contentId ? `Content-ID: <${oneLine(file.contentId)}>\r\n` : '',
    file.contentLocation ? `Content-Location: ${oneLine(file.contentLocation)}\r\n` : '',
    '\r\n',
  ].join('');
  return Buffer.concat([
    Buffer.from(header, 'latin1'),
    embedded ? file.content : Buffer.from(base64Lines(file.content), 'latin1'),
  ]);
}

/** The Content-Type field, blank line and parts of a container whose boundary none of them holds. */
export function multipart(subtype: 'mixed' | 'alternative' | 'related', parts: readonly Buffer[]): Buffer {
  const boundary = freeBoundary(parts);
  const pieces = parts.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), part, Buffer.from('\r\n')]);
  return Buffer.concat([
    Buffer.from(`Content-Type: multipart/${subtype}; boundary="${boundary}"\r\n\r\n`),
    ...pieces,
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}
function freeBoundary(parts: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const seed = hash.digest('hex').slice(0, 24);
  for (let turn = 0; ; turn++) {
    const boundary = `=_${seed}_${turn}`;
    if (!parts.some((part) => part.includes(boundary))) return boundary;
  }
}
