// The words of a text part: transfer encoding, charset and flowed lines undone.
// Invariant: a start of a part's bytes gives a start of its text (but for the last few letters), if its charset was
// resolved from the whole; `resolvedCharset` does that once, at delivery.
import type { MimePart } from '../../domain/email.ts';
import { decodeAs, knownCharset, resolveCharset } from './charset.ts';
import { fieldValue, readHeader, readParameters } from './header.ts';
import { htmlToText } from './html.ts';
import { decodeTransfer } from './transfer.ts';

/** `raw` is the part from its headerStart to its bodyEnd, or a start of that. */
export function partText(raw: Buffer, part: MimePart): string {
  const bytes = decodeTransfer(raw.subarray(part.bodyStart - part.headerStart), part.encoding);
  const text = decodeAs(bytes, part.charset ?? 'utf-8');
  if (part.type === 'text/html') return text;
  const header = readHeader(raw, 0, raw.length);
  const { parameters } = readParameters(fieldValue(header.fields, 'content-type'));
  const lines = text.replace(/\r\n|\r|\n/g, '\r\n');
  if (parameters.get('format')?.toLowerCase() !== 'flowed') return lines;
  return joinFlowed(lines, parameters.get('delsp')?.toLowerCase() === 'yes');
}
/** A part's text as a plain one, whatever it is written in. `cut`: `raw` is only its start. */
export function plainText(raw: Buffer, part: MimePart, cut = false): string {
  const text = partText(raw, part);
  return part.type === 'text/html' ? htmlToText(text, cut) : text;
}

/** What the decoded bytes of a text part are written in: declared, named in the HTML, or found out. */
export function resolvedCharset(bytes: Buffer, part: MimePart): string {
  const declared = knownCharset(part.charset);
  if (declared !== undefined || part.type !== 'text/html') return resolveCharset(bytes, declared);
  const meta = /<meta[^>]{0,200}charset\s*=\s*["']?([a-z0-9_:-]{2,40})/i.exec(bytes.toString('latin1', 0, 2048));
  // Text that was read as ASCII is not UTF-16, whatever it says.
  return resolveCharset(bytes, meta && !/^utf-?(?:16|32)/i.test(meta[1]!) ? meta[1] : undefined);
}

/** RFC 3676: lines that end in a blank go on in the next one of the same quote depth. */
function joinFlowed(text: string, deleteSpace: boolean): string {
  const joined: string[] = [];
  let depth = -1;
  let open = false;
  for (const line of text.split('\r\n')) {
    const quotes = /^>*/.exec(line)![0].length;
    const rest = line.slice(quotes).replace(/^ /, '');
    const signature = rest === '-- ';
    if (open && quotes === depth && !signature) joined.push(rest);
    else joined.push(joined.length === 0 ? '' : '\r\n', quotes === 0 ? rest : `${'>'.repeat(quotes)} ${rest}`);
    open = !signature && rest.endsWith(' ');
    if (open && deleteSpace) joined.push(joined.pop()!.slice(0, -1));
    depth = quotes;
  }
  return joined.join('');
}
