// The structure of a message by byte ranges: RFC 2045/2046 entities, found without decoding or copying anything.
// Invariants: never throws; ranges lie inside their parent's; depth and number of parts are bounded, and what lies beyond
// stays one opaque part; an outer boundary is never missed because an inner one is.
import type { MimePart } from '../../domain/email.ts';
import { knownCharset } from './charset.ts';
import { type Field, fieldValue, type Parameterised, readHeader, readParameters } from './header.ts';
import { decodedSize, type Encoding } from './transfer.ts';

/** A part together with what its header says; MimePart is what is kept of it. */
export interface Entity {
  readonly part: MimePart;
  readonly fields: readonly Field[];
  readonly parameters: Parameterised['parameters'];
  readonly children: readonly Entity[];
}

export const maxDepth = 24;
export const maxParts = 1000;

export function readStructure(mime: Buffer): Entity {
  return readEntity({ mime, left: maxParts }, { from: 0, to: mime.length, path: '', depth: 0, fallback: 'text/plain' });
}

interface Walk {
  readonly mime: Buffer;
  /** Parts that may still be made. */
  left: number;
}
interface Place {
  readonly from: number;
  readonly to: number;
  readonly path: string;
  readonly depth: number;
  /** The type of a part that names none. */
  readonly fallback: string;
}

function readEntity(walk: Walk, place: Place): Entity {
  walk.left--;
  const { fields, bodyStart } = readHeader(walk.mime, place.from, place.to);
  const content = readParameters(fieldValue(fields, 'content-type'));
  const type = validType(content.value, place.fallback);
  const children = type.startsWith('multipart/') ? readChildren(walk, place, type, bodyStart, content) : [];
  const part = describe(
    walk.mime,
    place,
    fields,
    content,
    children.length > 0 || !type.startsWith('multipart/') ? type : 'text/plain',
    bodyStart,
    children,
  );
  return { part, fields, parameters: content.parameters, children };
}

function readChildren(walk: Walk, place: Place, type: string, bodyStart: number, content: Parameterised): Entity[] {
  const boundary = content.parameters.get('boundary') ?? guessBoundary(walk.mime, bodyStart, place.to);
  if (!boundary || place.depth >= maxDepth) return [];
  const fallback = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  const children: Entity[] = [];
  for (const range of splitAtBoundary(walk.mime, bodyStart, place.to, boundary, walk.left)) {
    if (walk.left <= 0) break;
    const number = String(children.length + 1);
    const path = place.path === '' ? number : `${place.path}.${number}`;
    children.push(readEntity(walk, { ...range, path, depth: place.depth + 1, fallback }));
  }
  return children;
}
function guessBoundary(mime: Buffer, from: number, to: number): string | undefined {
  const start = mime.toString('latin1', from, Math.min(to, from + 4096));
  return /^--([^\s]{1,70})[ \t]*\r?$/m.exec(start)?.[1];
}

interface Bytes {
  readonly from: number;
  readonly to: number;
}
/** What lies between the delimiter lines; the line end before a delimiter belongs to it. An unclosed last part ends at `to`. */
function splitAtBoundary(mime: Buffer, from: number, to: number, boundary: string, limit: number): Bytes[] {
  const body = mime.subarray(0, to);
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const ranges: Bytes[] = [];
  let start = -1;
  for (let at = body.indexOf(delimiter, from); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    if (at > from && body[at - 1] !== 10) continue;
    const line = delimiterLine(body, at + delimiter.length);
    if (!line) continue;
    if (start >= 0) ranges.push({ from: start, to: Math.max(start, lineBefore(body, at)) });
    if (line.closing || ranges.length >= limit) return ranges;
    start = line.end;
  }
  if (start >= 0 && start < to) ranges.push({ from: start, to });
  return ranges;
}
function delimiterLine(body: Buffer, at: number): { closing: boolean; end: number } | undefined {
  const closing = body[at] === 45 && body[at + 1] === 45;
  if (closing) at += 2;
  while (body[at] === 32 || body[at] === 9) at++;
  if (at >= body.length) return { closing, end: body.length };
  if (body[at] === 13 && body[at + 1] === 10) return { closing, end: at + 2 };
  return body[at] === 10 ? { closing, end: at + 1 } : undefined;
}
function lineBefore(body: Buffer, at: number): number {
  return body[at - 1] === 10 ? (body[at - 2] === 13 ? at - 2 : at - 1) : at;
}

function describe(
  mime: Buffer,
  place: Place,
  fields: readonly Field[],
  content: Parameterised,
  type: string,
  bodyStart: number,
  children: readonly Entity[],
): MimePart {
  const disposition = readParameters(fieldValue(fields, 'content-disposition'));
  const multipart = children.length > 0;
  const encoding = multipart ? '8bit' : readEncoding(fieldValue(fields, 'content-transfer-encoding'));
  const charset = knownCharset(content.parameters.get('charset'));
  const name = disposition.parameters.get('filename') || content.parameters.get('name');
  const contentId = fieldValue(fields, 'content-id').replace(/^[\s<]+|[\s>]+$/g, '');
  const contentLocation = fieldValue(fields, 'content-location');
  const dispositionType =
    disposition.value === 'inline' ? 'inline' : disposition.value === '' ? undefined : 'attachment';
  return {
    // A message that is one part has it under '1': the empty path is the message.
    part: place.path === '' && !multipart ? '1' : place.path,
    type,
    encoding,
    headerStart: place.from,
    bodyStart,
    bodyEnd: place.to,
    decodedSize: multipart ? place.to - bodyStart : decodedSize(mime.subarray(bodyStart, place.to), encoding),
    ...(charset !== undefined && { charset }),
    ...(dispositionType !== undefined && { disposition: dispositionType }),
    ...(name && { name }),
    ...(contentId !== '' && { contentId: printable(contentId) }),
    ...(contentLocation !== '' && { contentLocation: printable(contentLocation) }),
    ...(multipart && { parts: children.map((child) => child.part) }),
  };
}
function printable(binary: string): string {
  return binary.replace(/[^\x20-\x7e]/g, '');
}
function validType(type: string, fallback: string): string {
  if (type === '') return fallback;
  if (/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type)) return type;
  return type.startsWith('text') ? 'text/plain' : 'application/octet-stream';
}
function readEncoding(value: string): Encoding {
  const encoding = value
    .slice(0, 200)
    .replace(/\([^)]*\)/g, '')
    .replace(/["';]/g, '')
    .trim()
    .toLowerCase();
  if (encoding === 'base64' || encoding === 'quoted-printable' || encoding === '8bit' || encoding === 'binary')
    return encoding;
  return '7bit';
}

/** The part with this path, undefined when there is none. */
export function findPart(structure: MimePart, path: string): MimePart | undefined {
  if (structure.part === path) return structure;
  for (const child of structure.parts ?? []) {
    const found = path === child.part || path.startsWith(`${child.part}.`) ? findPart(child, path) : undefined;
    if (found) return found;
  }
  return undefined;
}
