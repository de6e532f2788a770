import { asBuffer } from './element.ts';

// What neither XML 1.0 nor a NUL-terminated string can hold; phones abort at it.
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const allForbidden = new RegExp(forbidden, 'g');
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text without NUL and XML-forbidden characters. Lone surrogates stay: the UTF-8 encoder replaces them. */
export function cleanText(text: string): string {
  return forbidden.test(text) ? text.replace(allForbidden, '') : text;
}

/** True for valid UTF-8 without NUL and XML-forbidden characters: bytes that may go out as inline text. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  const text = decodeStrictly(bytes);
  return text !== undefined && !forbidden.test(text);
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
