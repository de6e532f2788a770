// Bytes to text for mail: what a charset label means, and what to do when it is wrong or missing.
// Invariants: nothing here throws; every text that leaves is valid Unicode without NUL and the controls that XML forbids.
// It must never guess from a prefix what it would not say of the whole: a label, once resolved, decodes any piece alike.
import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';

const aliases: Readonly<Record<string, string>> = {
  ascii: 'us-ascii',
  'ansi_x3.4-1968': 'us-ascii',
  cp932: 'shift_jis',
  ms932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  'iso-2022-jp-ms': 'iso-2022-jp',
  'latin-1': 'iso-8859-1',
  'unicode-1-1-utf-7': 'utf-7',
  utf8: 'utf-8',
  utf8mb4: 'utf-8',
};
/** Labels whose bytes below 0x80 are not simply ASCII. */
const notAsciiBased = /^(?:utf-?(?:7|16|32)|iso-2022|hz|ucs|csiso2022|unicode)/;
const isLatin1 = /^(?:us-ascii|iso-?8859-1|latin1|windows-1252|cp-?1252|x-cp1252|l1)$/;
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** The lower-case label without its oddities; undefined when nothing here can decode it. */
export function knownCharset(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  const plain = label
    .trim()
    .toLowerCase()
    .replace(/^["']+|["']+$/g, '');
  const charset = aliases[plain] ?? plain;
  return isLatin1.test(charset) || decoderOf(charset) !== undefined ? charset : undefined;
}

/** The label that fits these bytes best: the declared one, else UTF-8 when valid, else windows-1252. */
export function resolveCharset(bytes: Buffer, declared: string | undefined): string {
  const charset = knownCharset(declared);
  if (charset !== undefined && notAsciiBased.test(charset)) return charset;
  if (isAscii(bytes)) return charset ?? 'us-ascii';
  if (charset === undefined || charset === 'us-ascii') return isUtf8(bytes) ? 'utf-8' : 'windows-1252';
  if (charset === 'utf-8' && !isUtf8(bytes) && mostlyNotUtf8(bytes)) return 'windows-1252';
  return charset;
}

/** Bytes in a resolved charset as clean text. Broken sequences become U+FFFD. */
export function decodeAs(bytes: Buffer, charset: string): string {
  return cleanText(decodeRaw(bytes, charset).replace(/^\ufeff/, ''));
}
export function decodeText(bytes: Buffer, declared?: string): string {
  return decodeAs(bytes, resolveCharset(bytes, declared));
}

/** Drops NUL and what XML 1.0 cannot say; lone surrogates become U+FFFD. */
export function cleanText(text: string): string {
  if (!/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]/.test(text)) return text;
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '').replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The longest start of `text` that is at most `bytes` of UTF-8 and ends between characters. */
export function cutUtf8(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text;
  const encoded = Buffer.from(text.length > bytes ? text.slice(0, bytes) : text, 'utf8');
  if (encoded.length <= bytes) return dropHalf(text.slice(0, bytes));
  let end = bytes;
  while (end > 0 && (encoded[end]! & 0xc0) === 0x80) end--;
  return encoded.toString('utf8', 0, end);
}
/** At most `length` UTF-16 units, never half a character. */
export function cutText(text: string, length: number): string {
  return text.length <= length ? text : dropHalf(text.slice(0, length));
}
function dropHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}

function decodeRaw(bytes: Buffer, charset: string): string {
  if (charset === 'utf-8') return bytes.toString('utf8');
  if (isLatin1.test(charset)) return decodeWindows1252(bytes);
  const decode = decoderOf(charset);
  if (decode === undefined) return decodeWindows1252(bytes);
  try {
    return decode(bytes);
  } catch {
    return decodeWindows1252(bytes);
  }
}
// TextDecoder of several Node releases takes windows-1252 for ISO 8859-1.
function decodeWindows1252(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\x80-\x9f]/g, (byte) => windows1252[byte.charCodeAt(0) - 0x80]!);
}
function decoderOf(charset: string): ((bytes: Buffer) => string) | undefined {
  try {
    const decoder = new TextDecoder(charset);
    return (bytes) => decoder.decode(bytes);
  } catch {
    return iconv.encodingExists(charset) ? (bytes) => iconv.decode(bytes, charset) : undefined;
  }
}
function mostlyNotUtf8(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  const broken = text.match(/\ufffd/g)?.length ?? 0;
  const whole = text.match(/[^\x00-\x7f\ufffd]/g)?.length ?? 0;
  return broken > whole;
}

/** [MS-ASEMAIL] 2.2.2.40 InternetCPID: the Windows code page of a charset. */
const codePages: Readonly<Record<string, number>> = {
  'us-ascii': 20127,
  'utf-7': 65000,
  'utf-8': 65001,
  'utf-16': 1200,
  'utf-16le': 1200,
  'utf-16be': 1201,
  big5: 950,
  'euc-jp': 51932,
  'euc-kr': 51949,
  'ks_c_5601-1987': 949,
  gb2312: 936,
  gbk: 936,
  gb18030: 54936,
  'hz-gb-2312': 52936,
  'iso-2022-jp': 50220,
  'iso-2022-kr': 50225,
  'koi8-r': 20866,
  'koi8-u': 21866,
  macintosh: 10000,
  shift_jis: 932,
  'windows-874': 874,
  'tis-620': 874,
};
export function codePageOf(charset: string | undefined): number {
  const known = knownCharset(charset);
  if (known === undefined) return 65001;
  const windows = /^(?:windows-|x-cp|cp-?)(125[0-8])$/.exec(known);
  const iso = /^iso-?8859-(\d{1,2})(?:-[ei])?$/.exec(known);
  return codePages[known] ?? Number(windows?.[1] ?? (iso ? 28590 + Number(iso[1]) : 65001));
}
