// The part of a message that its sender wrote, without what it quotes at its end ([MS-ASAIRS] 2.2.2.10 BodyPart). What programs mark
// as quoted is known by the marks that they set; what is answered between the lines stays whole, and so does what is nothing but a
// quotation. One pass over the source, no tree; it never throws.
import { htmlToText } from './html.ts';

/** A tag; what looks like one and has no end is text. */
const tag = /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>/gi;

/** The element holds a quotation. */
const quotes: readonly RegExp[] = [
  /^blockquote\s[^<>]*\btype\s*=\s*["']?cite\b/i, // Apple Mail, Thunderbird
  /^(?:div|blockquote)\s[^<>]*\bclass\s*=\s*["'][^"']*\b(?:gmail_quote|yahoo_quoted|protonmail_quote|moz-cite-prefix)\b/i,
];
/** From here on everything is quoted. */
const rests: readonly RegExp[] = [
  /^(?:div|hr|span)\s[^<>]*\bid\s*=\s*["']?(?:divRplyFwdMsg|appendonsend|stopSpelling|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container)\b/i,
  /^div\s[^<>]*\bstyle\s*=\s*["'][^"']*border:none;\s*border-top:solid #(?:B5C4DF|E1E1E1) 1\.0pt/i, // Outlook on a desk
];

interface Quotation {
  readonly from: number;
  to: number;
}

export function ownHtml(html: string): string {
  const end = /<\/body\s*>/i.exec(html)?.index ?? html.length;
  let cut = end;
  for (const { from, to } of quotationsIn(html, end).reverse()) {
    if (saysSomething(html.slice(to, cut))) break;
    cut = from;
  }
  return cut === end || !saysSomething(html.slice(0, cut)) ? html : html.slice(0, cut);
}

/** Those that lie in no other. */
function quotationsIn(html: string, end: number): Quotation[] {
  const found: Quotation[] = [];
  let open: { readonly name: string; depth: number; readonly quotation: Quotation } | undefined;
  for (const match of html.matchAll(tag)) {
    const [whole, slash, written = '', attributes = ''] = match;
    if (match.index >= end) break;
    const name = written.toLowerCase();
    if (open) {
      if (name === open.name) open.depth += slash ? -1 : 1;
      if (open.depth > 0) continue;
      open.quotation.to = match.index + whole.length;
      open = undefined;
      continue;
    }
    if (slash || name === '') continue;
    const quotation = { from: match.index, to: end };
    const words = `${name}${attributes}`;
    if (rests.some((mark) => mark.test(words))) return [...found, quotation];
    if (!quotes.some((mark) => mark.test(words))) continue;
    found.push(quotation);
    open = { name, depth: 1, quotation };
  }
  return found;
}

function saysSomething(html: string): boolean {
  return /<img\b/i.test(html) || /[^\s\u00a0\u200b\ufeff]/.test(htmlToText(html));
}

/** A line that says who wrote what follows. */
const introduces = /^.{0,300}:\s*$/;
const original =
  /^(?:-{2,} ?(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine|Mensaje original) ?-{2,}|_{20,})\s*$/i;

export function ownText(text: string): string {
  const lines = text.split('\n');
  const marked = lines.findIndex((line) => original.test(line));
  let end = marked < 0 ? lines.length : marked;
  let quoted = marked >= 0;
  while (end > 0 && /^(?:>[^\n]*|\s*)$/.test(lines[end - 1]!)) {
    end--;
    quoted ||= lines[end]!.startsWith('>');
  }
  if (!quoted) return text;
  if (marked < 0 && end > 0 && introduces.test(lines[end - 1]!)) end--;
  const own = lines.slice(0, end).join('\n');
  return /\S/.test(own) ? own : text;
}
