// HTML to plain text and back, in one pass over the source: no tree, no recursion, no regular expression that looks far.
// Invariants: links and images leave only their text; a cut source gives a start of the whole one's text (its last line
// aside), so that a page of previews needs only the beginning. It never throws and never runs or fetches anything.
import { entityText } from './html-entities.ts';

/** What opening or closing a tag means for the lines: how many line ends it asks for. */
const lineEnds: Readonly<Record<string, number>> = {
  address: 1,
  article: 1,
  aside: 1,
  blockquote: 1,
  body: 1,
  br: 1,
  center: 1,
  dd: 1,
  div: 1,
  dl: 1,
  dt: 1,
  fieldset: 1,
  figcaption: 1,
  figure: 1,
  footer: 1,
  form: 1,
  header: 1,
  hr: 1,
  li: 1,
  main: 1,
  nav: 1,
  ol: 1,
  option: 1,
  pre: 1,
  section: 1,
  table: 1,
  tbody: 1,
  tfoot: 1,
  thead: 1,
  title: 1,
  tr: 1,
  ul: 1,
  h1: 2,
  h2: 2,
  h3: 2,
  h4: 2,
  h5: 2,
  h6: 2,
  p: 2,
};
/** Tags whose content is not text. */
const silent = new Set([
  'head',
  'script',
  'style',
  'title',
  'template',
  'noembed',
  'noframes',
  'iframe',
  'object',
  'svg',
  'textarea',
  'select',
]);
/** Of these, the ones inside which '<' starts no tag but the closing one. */
const raw = new Set(['script', 'style', 'title', 'textarea', 'noembed', 'noframes', 'iframe']);

/**
 * Lines end in CRLF; no blank line at either end, never two in a row. What is never closed (a quote, a head) counts as
 * text; with `cut` its end may just not have come yet, and it gives nothing.
 */
export function htmlToText(html: string, cut = false): string {
  const lines = new LineWriter();
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open !== at) lines.text(html.slice(at, open < 0 ? html.length : open));
    if (open < 0) break;
    at = passTag(html, open, cut, lines);
  }
  return lines.end();
}

/** Writes what the markup at `open` means and says where the text goes on. */
function passTag(html: string, open: number, cut: boolean, lines: LineWriter): number {
  if (html.startsWith('<!--', open)) return behind(html, '-->', open + 4);
  const next = html[open + 1] ?? '';
  if (next === '!' || next === '?') return behind(html, '>', open);
  if (!/[a-z/]/i.test(next)) {
    lines.text('<');
    return open + 1;
  }
  const end = tagEnd(html, open, cut);
  const closing = next === '/';
  const name = tagName(html, open + (closing ? 2 : 1));
  if (name === '' || end > html.length) return end;
  if (!closing && silent.has(name) && html[end - 2] !== '/') return behindElement(html, name, end, cut, lines.unclosed);
  lines.tag(name, closing);
  return end;
}
function tagName(html: string, from: number): string {
  tagNames.lastIndex = from;
  return tagNames.exec(html)?.[0].toLowerCase() ?? '';
}
const tagNames = /[a-z][a-z0-9:-]{0,40}/iy;
/** Behind the '>' that ends the tag, quoted attribute values passed over. */
function tagEnd(html: string, open: number, cut: boolean): number {
  const plain = html.indexOf('>', open);
  if (plain < 0) return html.length + 1;
  if (!/["']/.test(html.slice(open, plain))) return plain + 1;
  const marks = /["'>]/g;
  marks.lastIndex = open;
  for (let match = marks.exec(html); match; match = marks.exec(html)) {
    const mark = match[0];
    if (mark === '>') return match.index + 1;
    if (!/[=\s]/.test(html[match.index - 1]!)) continue;
    const close = html.indexOf(mark, match.index + 1);
    // A quote that never closes is no quote.
    if (close >= 0) marks.lastIndex = close + 1;
    else if (cut) return html.length + 1;
  }
  return html.length + 1;
}
function behind(html: string, mark: string, from: number): number {
  const at = html.indexOf(mark, from);
  return at < 0 ? html.length : at + mark.length;
}
/** Behind `</name>`. A head that is never closed ends where the body starts; others that are never closed hide nothing. */
function behindElement(html: string, name: string, from: number, cut: boolean, unclosed: Set<string>): number {
  if (unclosed.has(name)) return from;
  const marks = new RegExp(
    name === 'head'
      ? '</head\\s*>|<body[\\s>]'
      : raw.has(name) || name === 'template'
        ? `</${name}[\\s/>]`
        : `</${name}\\s*>`,
    'gi',
  );
  marks.lastIndex = from;
  const match = marks.exec(html);
  if (match) return match[0].startsWith('</') ? behind(html, '>', match.index) : match.index;
  unclosed.add(name);
  return cut || raw.has(name) ? html.length : from;
}

/** Soft hyphens and joiners: newsletters fill their previews with them. */
const invisible = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;

class LineWriter {
  /** Elements that are never closed, known once one was looked for. */
  readonly unclosed = new Set<string>();
  readonly #pieces: string[] = [];
  #pendingEnds = 0;
  #space = false;
  #preformatted = 0;
  #started = false;

  text(source: string): void {
    const decoded = source.includes('&') ? entityText(source) : source;
    if (this.#preformatted > 0) {
      this.#preformattedText(decoded);
      return;
    }
    const flat = decoded.replace(invisible, '').replace(/[ \t\r\n\f]+/g, ' ');
    const from = flat.startsWith(' ') ? 1 : 0;
    const to = flat.length > from && flat.endsWith(' ') ? flat.length - 1 : flat.length;
    this.#space ||= from > 0;
    if (to > from) this.#word(flat.slice(from, to));
    this.#space ||= to < flat.length;
  }
  tag(name: string, closing: boolean): void {
    if (name === 'pre') this.#preformatted = Math.max(0, this.#preformatted + (closing ? -1 : 1));
    if (name === 'br') {
      this.#pendingEnds++;
      this.#space = false;
      return;
    }
    if (name === 'td' || name === 'th') this.#space = true;
    const ends = lineEnds[name] ?? 0;
    if (ends > 0) {
      this.#pendingEnds = Math.max(this.#pendingEnds, ends);
      this.#space = false;
    }
    if (name === 'li' && !closing) this.#word('* ');
    if (name === 'hr') this.#word('----------');
  }
  end(): string {
    return this.#pieces.join('');
  }
  #word(word: string): void {
    if (this.#started && this.#pendingEnds > 0) this.#pieces.push('\r\n'.repeat(Math.min(this.#pendingEnds, 2)));
    else if (this.#started && this.#space) this.#pieces.push(' ');
    this.#started = true;
    this.#pendingEnds = 0;
    this.#space = false;
    this.#pieces.push(word);
  }
  #preformattedText(text: string): void {
    const rows = text.split(/\r\n|\r|\n/);
    for (const [index, row] of rows.entries()) {
      if (index > 0) this.#pendingEnds++;
      if (row !== '') this.#word(row);
    }
  }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => escapes[letter]!);
}
/** The text's lines as HTML lines; runs of blanks stay visible. */
export function textToHtmlFragment(text: string): string {
  return escapeHtml(text)
    .replace(/ {2}/g, ' &nbsp;')
    .replace(/\r\n|\r|\n/g, '<br>\r\n');
}
export function textToHtml(text: string): string {
  return `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>${textToHtmlFragment(text)}</body></html>`;
}
