// Transfer encodings: base64 and quoted-printable, as tolerant as mail needs, whole or piece by piece.
// Invariants: nothing throws; a streamed decode gives the same bytes as a whole one, and decodedSize is their number.
import type { MimePart } from '../../domain/email.ts';

export type Encoding = MimePart['encoding'];

export interface Decoder {
  write(chunk: Buffer): Buffer;
  end(): Buffer;
}
export function transferDecoder(encoding: Encoding): Decoder {
  if (encoding === 'base64') return base64Decoder();
  if (encoding === 'quoted-printable') return quotedPrintableDecoder();
  return { write: (chunk) => chunk, end: () => Buffer.alloc(0) };
}
export function decodeTransfer(bytes: Buffer, encoding: Encoding): Buffer {
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(bytes);
  if (encoding !== 'base64') return bytes;
  return base64Decoder().write(bytes);
}
export function decodedSize(bytes: Buffer, encoding: Encoding): number {
  if (encoding === 'base64') return base64Size(bytes);
  if (encoding === 'quoted-printable') return quotedPrintableSize(bytes);
  return bytes.length;
}

const padding = 64;
const junk = 255;
const base64Values = new Uint8Array(256).fill(junk);
for (const [value, letter] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='].entries()) {
  base64Values[letter.charCodeAt(0)] = value;
}

function base64Size(bytes: Buffer): number {
  const values = base64Values;
  let size = 0;
  let letters = 0;
  for (let at = 0, end = bytes.length; at < end; at++) {
    const value = values[bytes[at]!]!;
    if (value < padding) letters++;
    else if (value === padding) {
      size += Math.floor((letters * 3) / 4);
      letters = 0;
    }
  }
  return size + Math.floor((letters * 3) / 4);
}

/** Skips what is no letter of the alphabet; '=' ends a group, so that pieces encoded apart and joined come out whole. */
function base64Decoder(): Decoder {
  let bits = 0;
  let held = 0;
  return {
    write(chunk) {
      const out = Buffer.allocUnsafe(Math.ceil((chunk.length * 3) / 4) + 3);
      let length = 0;
      for (let at = 0; at < chunk.length; at++) {
        const value = base64Values[chunk[at]!]!;
        if (value < padding) {
          bits = ((bits << 6) | value) & 0xfff;
          held += 6;
          if (held >= 8) {
            held -= 8;
            out[length++] = (bits >> held) & 0xff;
          }
        } else if (value === padding) held = 0;
      }
      return out.subarray(0, length);
    },
    end: () => Buffer.alloc(0),
  };
}

const lineFeed = 10;
const carriageReturn = 13;
const equals = 61;

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 9;
}
function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const upper = byte & 0xdf;
  return upper >= 65 && upper <= 70 ? upper - 55 : -1;
}
/** Where the line end behind the blanks at `at` starts, the length of the text when it ends there, else -1. */
function lineEndBehindBlanks(bytes: Buffer, at: number): number {
  while (isBlank(bytes[at])) at++;
  if (at >= bytes.length || bytes[at] === lineFeed) return at;
  return bytes[at] === carriageReturn && bytes[at + 1] === lineFeed ? at : -1;
}

function decodeQuotedPrintable(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  let at = 0;
  let blanksUntil = 0;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte === equals) {
      const value = hexValue(bytes[at + 1]) * 16 + hexValue(bytes[at + 2]);
      if (hexValue(bytes[at + 1]) >= 0 && hexValue(bytes[at + 2]) >= 0) {
        out[length++] = value;
        at += 3;
        continue;
      }
      const end = lineEndBehindBlanks(bytes, at + 1);
      if (end >= 0) {
        at = end + (bytes[end] === carriageReturn ? 2 : 1);
        continue;
      }
    } else if (isBlank(byte) && at >= blanksUntil) {
      const end = lineEndBehindBlanks(bytes, at);
      if (end >= 0) {
        at = end;
        continue;
      }
      // The whole run is text: it is looked at once, however long it is.
      blanksUntil = at;
      while (isBlank(bytes[blanksUntil])) blanksUntil++;
    }
    out[length++] = byte;
    at++;
  }
  return out.subarray(0, length);
}

/** Decodes whole lines; what follows the last line feed waits for the next piece. */
function quotedPrintableDecoder(): Decoder {
  let waiting: Buffer[] = [];
  return {
    write(chunk) {
      const last = chunk.lastIndexOf(lineFeed);
      if (last < 0) {
        waiting.push(chunk);
        return Buffer.alloc(0);
      }
      const lines = Buffer.concat([...waiting, chunk.subarray(0, last + 1)]);
      waiting = [chunk.subarray(last + 1)];
      return decodeQuotedPrintable(lines);
    },
    end() {
      const rest = Buffer.concat(waiting);
      waiting = [];
      return decodeQuotedPrintable(rest);
    },
  };
}
const stride = 1 << 20;
function quotedPrintableSize(bytes: Buffer): number {
  const decoder = quotedPrintableDecoder();
  let size = 0;
  for (let at = 0; at < bytes.length; at += stride) size += decoder.write(bytes.subarray(at, at + stride)).length;
  return size + decoder.end().length;
}
