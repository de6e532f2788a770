import { pages, type Tag, tagOf } from '../pages/index.ts';
import { asBuffer, type Element } from '../wbxml/element.ts';

/**
 * Element → indented XML for logs, fixtures and bug reports; `parseXml` reads it back. The root declares every
 * namespace in use; the root's own is the default one. Bytes stand as `<Mime bytes="hex">…`, inline bytes as
 * `<Data text="hex">…`, and a tag that no page defines as `<unknown:p0t2A>`. Characters that XML cannot hold are
 * written as `&#0;` and the like.
 */
export function formatXml(root: Element): string {
  const rootPage = root.tag >> 8;
  const used = new Set<number>();
  collectPages(root, used);
  const declarations = [...used]
    .sort((a, b) => (a === rootPage ? -1 : b === rootPage ? 1 : a - b))
    .map((page) => {
      const namespace = namespaceOf(page);
      return page === rootPage ? ` xmlns="${namespace}"` : ` xmlns:${prefixOf(page)}="${namespace}"`;
    });
  const lines: string[] = [];
  format(root, rootPage, '', declarations.join(''), lines);
  return `${lines.join('\n')}\n`;
}

export function prefixOf(page: number): string {
  return namespaceOf(page).toLowerCase();
}

export function namespaceOf(page: number): string {
  return pages[page]?.namespace ?? `Page${page}`;
}

function collectPages(source: Element, used: Set<number>): void {
  used.add(source.tag >> 8);
  for (const child of source.children) collectPages(child, used);
}

function nameOf(code: number, rootPage: number): string {
  const tag: Tag | undefined = tagOf(code);
  const name = tag?.name ?? `token${(code & 0xff).toString(16).toUpperCase().padStart(2, '0')}`;
  const page = code >> 8;
  return page === rootPage ? name : `${prefixOf(page)}:${name}`;
}

function format(source: Element, rootPage: number, indent: string, attributes: string, lines: string[]): void {
  const name = nameOf(source.tag, rootPage);
  const { children, value } = source;
  const kind = value === undefined || typeof value === 'string' ? '' : source.inline ? ' text="hex"' : ' bytes="hex"';
  const open = `${indent}<${name}${attributes}${kind}`;
  const text =
    value === undefined ? '' : typeof value === 'string' ? escapeXml(value) : asBuffer(value).toString('hex');
  if (children.length === 0) {
    lines.push(text === '' ? `${open}/>` : `${open}>${text}</${name}>`);
    return;
  }
  lines.push(`${open}>${text}`);
  for (const child of children) format(child, rootPage, `${indent}  `, '', lines);
  lines.push(`${indent}</${name}>`);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]|[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, (character) => {
    if (character === '&') return '&amp;';
    if (character === '<') return '&lt;';
    if (character === '>') return '&gt;';
    return `&#${character.codePointAt(0)};`;
  });
}
