import { asBuffer } from './element.ts';

// What neither XML 1.0 nor a NUL-terminated string can hold; phones abort at it.
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const allForbidden = new RegExp(forbidden, 'g');
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text without NUL and XML-forbidden characters. Lone surrogates stay: the UTF-8 encoder replaces them. */
export function cleanText(text: string): string {
  return forbidden.test(text) ? text.replace(allForbidden, '') : text;
}

/**
 * True when UTF-8 bytes hold NUL or a control character that XML forbids. `words` is the same memory in words of four
 * bytes: looking at sixteen bytes at a time takes a third of the time of a regular expression over the text.
 */
export function hasControl(bytes: Uint8Array, words: Int32Array, start: number, end: number): boolean {
  let index = start;
  for (; index < end && (index & 3) !== 0; index += 1) if (isControl(bytes[index]!)) return true;
  const last = end >> 2;
  let at = index >> 2;
  for (; at + 4 <= last; at += 4) {
    const a = words[at]!;
    const b = words[at + 1]!;
    const c = words[at + 2]!;
    const d = words[at + 3]!;
    // The high bit of a byte comes out set where that byte is below a blank (or follows one that is).
    const low = ((a - blanks) & ~a) | ((b - blanks) & ~b) | ((c - blanks) & ~c) | ((d - blanks) & ~d);
    if ((low & highBits) === 0) continue;
    if (holdsControl(a) || holdsControl(b) || holdsControl(c) || holdsControl(d)) return true;
  }
  for (index = Math.max(index, at << 2); index < end; index += 1) if (isControl(bytes[index]!)) return true;
  return false;
}

const blanks = 0x20202020;
const highBits = 0x80808080;

function holdsControl(word: number): boolean {
  if ((((word - blanks) | 0) & ~word & highBits) === 0) return false;
  return (
    isControl(word & 0xff) || isControl((word >> 8) & 0xff) || isControl((word >> 16) & 0xff) || isControl(word >>> 24)
  );
}

function isControl(byte: number): boolean {
  return byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d;
}

/** True when text holds U+FFFE or U+FFFF. */
export function hasNonCharacter(text: string): boolean {
  return text.includes('\ufffe') || text.includes('\uffff');
}

/** True for valid UTF-8 without NUL and XML-forbidden characters: bytes that may go out as inline text. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  const text = decodeStrictly(bytes);
  return text !== undefined && !forbidden.test(text);
}

/** The same for bytes that come in pieces: true while all so far are text; `end` is true when the last character is whole. */
export function textCheck(): { readonly take: (piece: Uint8Array) => boolean; readonly end: () => boolean } {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const isFit = (decode: () => string): boolean => {
    try {
      return !forbidden.test(decode());
    } catch {
      return false;
    }
  };
  return {
    take: (piece) => isFit(() => decoder.decode(piece, { stream: true })),
    end: () => isFit(() => decoder.decode()),
  };
}

/** The bytes as UTF-8; undefined when they are not valid. A byte order mark stays. */
export function decodeStrictly(bytes: Uint8Array): string | undefined {
  const text = asBuffer(bytes).toString('utf8');
  if (!text.includes('\ufffd')) return text;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

const shortText = 32;
const tinyText = 6;

/** Where ASCII without NUL ends, looked for in the first bytes alone. */
export function shortAsciiEnd(bytes: Buffer, start: number): number {
  const near = Math.min(bytes.length, start + shortText);
  let end = start;
  while (end < near) {
    const byte = bytes[end]!;
    if (byte === 0 || byte > 0x7f) break;
    end += 1;
  }
  return end;
}

/** For a handful of letters a call into native code takes longer than putting them together. */
export function asciiOf(bytes: Buffer, start: number, end: number): string {
  if (end - start > tinyText) return bytes.toString(undefined, start, end);
  let result = '';
  for (let index = start; index < end; index += 1) result += String.fromCharCode(bytes[index]!);
  return result;
}

/** Text of a range that holds no NUL. What is not UTF-8 stays bytes, so that 8-bit mail keeps its exact form. */
export function textOrBytes(bytes: Buffer, start: number, end: number): string | Uint8Array {
  const decoded = bytes.toString(undefined, start, end);
  if (!decoded.includes('\ufffd')) return decoded;
  const range = bytes.subarray(start, end);
  return decodeStrictly(range) ?? range;
}
