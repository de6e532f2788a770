// Header fields as they are written: folded, ASCII, RFC 2047 words where needed, RFC 2231 parameters.
import { encodeWords, foldLines } from 'nodemailer/lib/mime-funcs';
import type { Address } from './address.ts';
import { cleanText } from './charset.ts';

const lineLength = 76;

/** `Name: value` and its line end; line ends in the value become blanks. */
export function textField(name: string, value: string): string {
  return `${foldLines(`${name}: ${encodeWords(value.replace(/[\r\n]+/g, ' '), 'Q', 52, true)}`, lineLength)}\r\n`;
}
export function addressField(name: string, addresses: readonly Address[]): string {
  return `${foldLines(`${name}: ${addresses.map(writeAddress).join(', ')}`, lineLength)}\r\n`;
}
function writeAddress({ name, address }: Address): string {
  const flat = name.replace(/[\r\n]+/g, ' ');
  if (flat === '') return `<${address}>`;
  const written = /^[\x20-\x7e]*$/.test(flat)
    ? `"${flat.replace(/(["\\])/g, '\\$1')}"`
    : encodeWords(flat, 'Q', 52, true);
  return address === '' ? written : `${written} <${address}>`;
}
/** `Name: value; parameter="x"`; what is long or not ASCII by RFC 2231. */
export function parameterField(name: string, value: string, parameters: Readonly<Record<string, string>>): string {
  const pieces = Object.entries(parameters).flatMap(([key, text]) => writeParameter(key, text));
  return `${[`${name}: ${value}`, ...pieces].join(';\r\n ')}\r\n`;
}
function writeParameter(key: string, text: string): string[] {
  if (/^[\x20-\x7e]{0,60}$/.test(text)) return [`${key}="${text.replace(/(["\\])/g, '\\$1')}"`];
  const lines: string[] = [''];
  for (const letter of cleanText(text)) {
    const encoded = encodeURIComponent(letter).replace(/['()*!]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
    if (lines.at(-1)!.length + encoded.length > 60) lines.push('');
    lines[lines.length - 1] += encoded;
  }
  if (lines.length === 1) return [`${key}*=utf-8''${lines[0]}`];
  return lines.map((line, index) => `${key}*${index}*=${index === 0 ? "utf-8''" : ''}${line}`);
}

/** RFC 5322 date-time of a time in milliseconds, in UTC. */
export function dateText(time: number): string {
  return new Date(time).toUTCString().replace('GMT', '+0000');
}
