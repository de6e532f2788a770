// vCard 2.1 said as 3.0: types without a name, quoted-printable, charsets of single lines. Each line stays where it was, so that
// errors name the right one. Never throws; cards of other versions pass as they are. Pure.
import { decodeText } from '../email/charset.ts';
import { decodeTransfer } from '../email/transfer.ts';

const encodings: Readonly<Record<string, string>> = { 'QUOTED-PRINTABLE': 'Q', BASE64: 'B', B: 'B' };
const noEncoding = new Set(['7BIT', '8BIT']);

export function asNewCards(text: string): string {
  if (!/^VERSION\s*:\s*2\.1\s*$/im.test(text)) return text;
  const lines = text.split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length; at += 1) {
    if (!/^BEGIN:\s*VCARD\s*$/i.test(lines[at]!)) continue;
    const end = lines.findIndex((line, index) => index > at && /^END:\s*VCARD\s*$/i.test(line));
    const last = end === -1 ? lines.length - 1 : end;
    const card = lines.slice(at, last + 1);
    if (card.some((line) => /^VERSION\s*:\s*2\.1\s*$/i.test(line))) lines.splice(at, card.length, ...asNewCard(card));
    at = last;
  }
  return lines.join('\r\n');
}

interface Line {
  readonly name: string;
  readonly types: readonly string[];
  readonly others: readonly string[];
  readonly encoding: string | undefined;
  readonly charset: string | undefined;
}

function asNewCard(card: readonly string[]): string[] {
  const lines = [...card];
  for (let at = 0; at < lines.length; at += 1) {
    const [, head, value = ''] = /^([^:\s][^:]*):(.*)$/s.exec(lines[at]!) ?? [];
    const line = head === undefined ? undefined : readHead(head);
    if (!line) continue;
    let whole = value;
    // A soft line end is the value's own way to go on.
    for (let next = at + 1; line.encoding === 'Q' && whole.endsWith('=') && next < lines.length - 1; next += 1) {
      whole = whole.slice(0, -1) + lines[next]!;
      lines[next] = '';
    }
    lines[at] = written(line, whole);
  }
  return lines;
}

function readHead(head: string): Line {
  const [name = '', ...parameters] = head.split(';');
  const types: string[] = [];
  const others: string[] = [];
  let encoding: string | undefined;
  let charset: string | undefined;
  for (const parameter of parameters) {
    const [, key, told] = /^([\w-]+)\s*=(.*)$/.exec(parameter) ?? [undefined, undefined, parameter];
    const value = (told ?? '').trim().replace(/^"(.*)"$/, '$1');
    const upper = value.toUpperCase();
    if (key?.toUpperCase() === 'CHARSET') charset = value;
    else if (key === undefined || key.toUpperCase() === 'ENCODING') {
      if (encodings[upper]) encoding = encodings[upper];
      else if (key === undefined && upper !== '' && !noEncoding.has(upper)) types.push(upper);
    } else if (key.toUpperCase() === 'TYPE') types.push(...upper.split(',').filter(Boolean));
    else others.push(parameter);
  }
  return { name, types, others, encoding, charset };
}

function written({ name, types, others, encoding, charset }: Line, value: string): string {
  if (name.toUpperCase() === 'VERSION') return 'VERSION:3.0';
  const type = types.length > 0 ? [`TYPE=${types.join(',')}`] : [];
  const head = [name, ...type, ...others, ...(encoding === 'B' ? ['ENCODING=b'] : [])].join(';');
  if (encoding === 'B') return `${head}:${value}`;
  const text =
    encoding === 'Q' ? decodeText(decodeTransfer(Buffer.from(value, 'utf8'), 'quoted-printable'), charset) : value;
  return `${head}:${escaped(text, /CATEGORIES$/i.test(name))}`;
}

/** Semicolons part the value as before, or are escaped already; commas part nothing but a list. */
function escaped(text: string, isList: boolean): string {
  const lines = text.replace(/\\(?![;\\])/g, '\\\\').replace(/\r\n|\r|\n/g, '\\n');
  return isList ? lines : lines.replace(/,/g, '\\,');
}
