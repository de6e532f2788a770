// Header blocks: fields by byte ranges, RFC 2047 words, RFC 2231 parameters, dates.
// Field values are kept as "binary" strings, a character per byte, until `headerText` makes Unicode of them: charsets
// are a matter of words and parameters, never of the block. Nothing here throws; work is bounded by the limits below.
import { cleanText, decodeAs, decodeText, resolveCharset } from './charset.ts';
import { decodeTransfer } from './transfer.ts';

export interface Field {
  /** Lower case. */
  readonly name: string;
  /** Unfolded and trimmed, a character per byte. */
  readonly value: string;
  /** Of its bytes, line end included. */
  readonly from: number;
  readonly to: number;
}
export interface HeaderBlock {
  readonly fields: readonly Field[];
  /** Where the blank line starts, if there is one. */
  readonly end: number;
  readonly bodyStart: number;
}

const maxHeaderBytes = 256 * 1024;
const maxFields = 2000;
const maxParameters = 200;
const maxText = 65536;

/** The header of the entity in from ≤ byte < to. A first line that is no field means that there is no header. */
export function readHeader(bytes: Buffer, from: number, to: number): HeaderBlock {
  const none = { fields: [], end: from, bodyStart: from };
  if (bytes[from] === 10) return { ...none, bodyStart: Math.min(from + 1, to) };
  if (bytes[from] === 13 && bytes[from + 1] === 10) return { ...none, bodyStart: Math.min(from + 2, to) };
  const { end, bodyStart } = headerEnd(bytes, from, to);
  const block = bytes.toString('latin1', from, Math.min(end, from + maxHeaderBytes));
  if (!/^(?:>?From |[\x21-\x39\x3b-\x7e]+[ \t]*:)/.test(block)) return none;
  return { fields: readFields(block, from), end, bodyStart };
}
function headerEnd(bytes: Buffer, from: number, to: number): { end: number; bodyStart: number } {
  const text = bytes.subarray(0, to);
  let at = text.indexOf(10, from);
  while (at >= 0) {
    if (text[at + 1] === 10) return { end: at + 1, bodyStart: at + 2 };
    if (text[at + 1] === 13 && text[at + 2] === 10) return { end: at + 1, bodyStart: at + 3 };
    at = text.indexOf(10, at + 1);
  }
  return { end: to, bodyStart: to };
}
function readFields(block: string, offset: number): Field[] {
  const fields: Field[] = [];
  // Each field: its first line and the folded ones behind it. Lines that are neither are passed over.
  const lines = /[^\n]*(?:\n[ \t][^\n]*)*(?:\n|$)/gy;
  while (lines.lastIndex < block.length && fields.length < maxFields) {
    const from = lines.lastIndex;
    const match = lines.exec(block);
    if (match === null || match[0] === '') break;
    const field = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:([\s\S]*)$/.exec(match[0]);
    if (!field) continue;
    const value = field[2]!.replace(/\r?\n/g, '').trim();
    fields.push({ name: field[1]!.toLowerCase(), value, from: offset + from, to: offset + lines.lastIndex });
  }
  return fields;
}

/** The first field's value as it stands, a character per byte; '' when there is none. */
export function fieldValue(fields: readonly Field[], name: string): string {
  return fields.find((field) => field.name === name)?.value ?? '';
}

/** A binary string as text: RFC 2047 words decoded, other 8-bit runs as UTF-8, else `hint`, else windows-1252. */
export function headerText(value: string, hint?: string): string {
  const binary = value.length > maxText ? value.slice(0, maxText) : value;
  const words = /=\?([^?\s]{1,60})\?([bq])\?(.{0,1000}?)\?=/gi;
  let text = '';
  let at = 0;
  let run: { charset: string; bytes: Buffer[] } | undefined;
  const flush = (): void => {
    if (run) text += decodeText(Buffer.concat(run.bytes), run.charset);
    run = undefined;
  };
  for (let match = words.exec(binary); match; match = words.exec(binary)) {
    const between = binary.slice(at, match.index);
    const charset = match[1]!.replace(/\*.*$/, '').toLowerCase();
    const adjacent = run !== undefined && /^\s*$/.test(between);
    if (!adjacent || run?.charset !== charset) flush();
    if (!adjacent) text += rawText(between, hint);
    // A character may be split between words of one charset: join the bytes before decoding.
    run ??= { charset, bytes: [] };
    run.bytes.push(wordBytes(match[2]!, match[3]!));
    at = words.lastIndex;
  }
  flush();
  return cleanText(text + rawText(binary.slice(at), hint)).replace(/[\r\n\t]+/g, ' ');
}
function wordBytes(encoding: string, encoded: string): Buffer {
  if (encoding.toLowerCase() === 'b') return decodeTransfer(Buffer.from(encoded, 'latin1'), 'base64');
  const plain = encoded
    .replace(/_/g, ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}
function rawText(binary: string, hint: string | undefined): string {
  if (!/[\x80-\xff]/.test(binary)) return binary;
  const bytes = Buffer.from(binary, 'latin1');
  const charset = resolveCharset(bytes, undefined);
  return charset === 'utf-8' || hint === undefined ? decodeAs(bytes, charset) : decodeText(bytes, hint);
}

export interface Parameterised {
  /** Lower case. */
  readonly value: string;
  /** Decoded, by lower-case name. */
  readonly parameters: ReadonlyMap<string, string>;
}
/** `text/plain; charset=x; name*0*=utf-8''a%20b`: the value and its parameters, RFC 2231 pieces joined and decoded. */
export function readParameters(binary: string): Parameterised {
  const pieces = splitParameters(binary);
  const value = (pieces.shift() ?? '')
    .slice(0, 500)
    .replace(/\([^)]*\)/g, '')
    .trim()
    .toLowerCase();
  const parameters = new Map<string, string>();
  const continued = new Map<string, Segment[]>();
  for (const piece of pieces.slice(0, maxParameters)) {
    const match = /^\s*([^=\s*]+)(?:\*(\d{1,3}))?(\*)?\s*=\s*([\s\S]*)$/.exec(piece);
    if (!match) continue;
    const name = match[1]!.toLowerCase();
    const text = unquote(match[4]!);
    if (match[2] === undefined && match[3] === undefined) {
      if (!parameters.has(name)) parameters.set(name, headerText(text).trim());
      continue;
    }
    const segments = continued.get(name) ?? [];
    continued.set(name, segments);
    segments.push({ order: Number(match[2] ?? 0), encoded: match[3] !== undefined, text });
  }
  for (const [name, segments] of continued) parameters.set(name, joinSegments(segments));
  return { value, parameters };
}
interface Segment {
  readonly order: number;
  readonly encoded: boolean;
  readonly text: string;
}
function joinSegments(segments: Segment[]): string {
  segments.sort((a, b) => a.order - b.order);
  const first = segments[0]!;
  const labelled = first.encoded ? /^([^']*)'[^']*'([\s\S]*)$/.exec(first.text) : null;
  const bytes = segments.map((segment, index) => {
    const text = index === 0 && labelled ? labelled[2]! : segment.text;
    return Buffer.from(segment.encoded ? percentDecode(text) : text, 'latin1');
  });
  return decodeText(Buffer.concat(bytes), labelled?.[1] || undefined).replace(/[\r\n\t]+/g, ' ');
}
function percentDecode(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
/** At ';' outside of quotes. */
function splitParameters(binary: string): string[] {
  return binary.match(/(?:"(?:[^"\\]|\\[\s\S])*(?:"|$)|[^;"])+/g) ?? [];
}
function unquote(text: string): string {
  const trimmed = text.trim();
  const quoted = /^"((?:[^"\\]|\\[\s\S])*)/.exec(trimmed);
  return quoted ? quoted[1]!.replace(/\\(["\\])/g, '$1') : trimmed;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** RFC 5322 obsolete zones, minutes east. */
const zones: Readonly<Record<string, number>> = {
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

/** Milliseconds of an RFC 5322 or ISO date; a missing zone is UTC. Undefined when unreadable or not in 1970–9999. */
export function readDate(value: string): number | undefined {
  const match =
    /(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s-]+(\d{2,4})[\s,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*([+-]\d{4}|[a-z]{1,5})?/i.exec(
      value,
    );
  if (!match) return readIsoDate(value);
  const month = months.indexOf(match[2]!.toLowerCase());
  if (month < 0) return undefined;
  const short = Number(match[3]);
  const year = short < 50 ? short + 2000 : short < 1000 ? short + 1900 : short;
  const local = Date.UTC(year, month, Number(match[1]), Number(match[4]), Number(match[5]), Number(match[6] ?? 0));
  return inRange(local - zoneMinutes(match[7] ?? '') * 60_000);
}
function readIsoDate(value: string): number | undefined {
  const match = /(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?/.exec(value);
  if (!match) return undefined;
  return inRange(Date.parse(`${match[1]}T${match[2]}Z`) - zoneMinutes((match[3] ?? '').replace(':', '')) * 60_000);
}
function zoneMinutes(zone: string): number {
  const offset = /^([+-])(\d{2})(\d{2})$/.exec(zone);
  if (!offset) return zones[zone.toUpperCase()] ?? 0;
  return (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]));
}
function inRange(time: number): number | undefined {
  return time >= 0 && time < Date.UTC(10000, 0) ? time : undefined;
}
