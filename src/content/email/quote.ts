// The words of an original as they stand below an answer or in a forward.
import type { EmailIndex } from '../../domain/email.ts';
import { resolveCharset } from './charset.ts';
import { escapeHtml, textToHtmlFragment } from './html.ts';
import type { ReadRange } from './late.ts';
import { findPart } from './structure.ts';
import { partText, plainText } from './text-body.ts';
import { decodeTransfer } from './transfer.ts';
import { dateText } from './write-header.ts';

/** A stored message: its index and its bytes. */
export interface Source {
  readonly email: EmailIndex;
  readonly read: ReadRange;
}
/** Before the end of the body; a charset named in the head would no longer be true. */
export function insertBelow(html: string, quote: string): string {
  const named = html.replace(/(<meta[^>]{0,200}charset\s*=\s*["']?)[a-z0-9_:-]+/gi, '$1utf-8');
  const ends = [/<\/body\s*>/gi, /<\/html\s*>/gi].map((end) => [...named.matchAll(end)].at(-1)?.index);
  const at = ends[0] ?? ends[1] ?? named.length;
  return `${named.slice(0, at)}${quote}${named.slice(at)}`;
}

async function originalBody({ email, read }: Source, path: string, toText: typeof partText): Promise<string> {
  const part = path === '' ? undefined : findPart(email.structure, path);
  if (!part) return '';
  const raw = await read({ from: part.headerStart, to: part.bodyEnd });
  const bytes = decodeTransfer(raw.subarray(part.bodyStart - part.headerStart), part.encoding);
  return toText(raw, { ...part, charset: part.charset ?? resolveCharset(bytes, undefined) });
}
function introduction(email: EmailIndex): [string, string][] {
  const lines: [string, string][] = [
    ['From', email.from],
    ['Sent', email.date === undefined ? '' : dateText(email.date)],
    ['To', email.to],
    ['Cc', email.cc],
    ['Subject', email.subject],
  ];
  return lines.filter(([, value]) => value !== '');
}
export async function quotedText(original: Source, kind: 'reply' | 'forward'): Promise<string> {
  const { email } = original;
  const text = (await originalBody(original, email.textPart || email.htmlPart, plainText)).trimEnd();
  const head = introduction(email).map(([name, value]) => `${name}: ${value}`);
  const lines = text.split(/\r\n|\r|\n/).map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`));
  const quoted = kind === 'reply' ? lines.join('\r\n') : text;
  return `-----Original Message-----\r\n${head.join('\r\n')}\r\n\r\n${quoted}\r\n`;
}
export async function quotedHtml(original: Source, kind: 'reply' | 'forward'): Promise<string> {
  const { email } = original;
  const html =
    email.htmlPart === ''
      ? textToHtmlFragment(await originalBody(original, email.textPart, plainText))
      : bodyOf(await originalBody(original, email.htmlPart, partText));
  const head = introduction(email).map(([name, value]) => `<b>${name}:</b> ${escapeHtml(value)}`);
  const quote =
    kind === 'reply'
      ? `<blockquote style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">${html}</blockquote>`
      : `<div>${html}</div>`;
  // The id is what Outlook on the web sets: programs hide what follows it.
  return `\r\n<div><br></div><hr><div id="divRplyFwdMsg">${head.join('<br>\r\n')}</div><br>\r\n${quote}\r\n`;
}
/** What stands inside the body, with the styles of the head that it may need. */
function bodyOf(html: string): string {
  const open = /<body(?:\s[^>]*)?>/i.exec(html);
  if (!open) return html.replace(/<\/?(?:html|head|body|!doctype)(?:\s[^>]*)?>/gi, '');
  const styles = html.slice(0, open.index).match(/<style[\s>][\s\S]*?<\/style\s*>/gi) ?? [];
  const rest = html.slice(open.index + open[0].length);
  const close = [...rest.matchAll(/<\/body\s*>/gi)].at(-1)?.index ?? rest.length;
  return `${styles.join('')}${rest.slice(0, close).replace(/<\/?(?:html|body)(?:\s[^>]*)?>/gi, '')}`;
}
