import { pages, type Tag } from '../pages/index.ts';
import { type Element, element, inlineBytes } from '../wbxml/element.ts';
import { namespaceOf } from './format.ts';

export class XmlError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} at character ${offset}`);
    this.name = 'XmlError';
    this.offset = offset;
  }
}

/**
 * XML as `formatXml` writes it → Element. Namespaces are declared on the root; comments, a declaration and blanks
 * between tags are passed over. No DTD, no CDATA: it is no general XML reader. Throws XmlError.
 */
export function parseXml(xml: string): Element {
  const open: OpenElement[] = [];
  const scope: Scope = { prefixes: new Map() };
  const token = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+="[^"]*")*)\s*(\/?)>|([^<]+)|</g;
  for (const match of xml.matchAll(token)) {
    const [whole, closing, name, attributes, selfClosing, text] = match;
    const parent = open[open.length - 1];
    if (text !== undefined) {
      if (parent !== undefined) parent.text += text;
      else if (text.trim() !== '') throw new XmlError('text outside the root', match.index);
    } else if (whole === '<') throw new XmlError('a tag is expected', match.index);
    else if (name === undefined) continue;
    else if (closing === '/') {
      if (parent?.name !== name) throw new XmlError(`</${name}> closes nothing`, match.index);
      const done = close(open.pop()!, match.index);
      const outer = open[open.length - 1];
      if (outer === undefined) return done;
      outer.children.push(done);
    } else {
      const started = start(name, attributes ?? '', scope, match.index);
      if (selfClosing !== '/') open.push(started);
      else if (parent === undefined) return close(started, match.index);
      else parent.children.push(close(started, match.index));
    }
  }
  throw new XmlError('the document is cut off', xml.length);
}

interface OpenElement {
  readonly name: string;
  readonly tag: number;
  readonly kind: string | undefined;
  readonly children: Element[];
  text: string;
}

interface Scope {
  /** Prefix ('' for the default one) → page. */
  readonly prefixes: Map<string, number>;
}

const pageOfNamespace: ReadonlyMap<string, number> = new Map(pages.map((page) => [page.namespace, page.number]));
const tagOfName: ReadonlyMap<string, Tag> = new Map(
  pages.flatMap((page) => page.tags.map((tag) => [`${page.number}:${tag.name}`, tag])),
);

function start(name: string, attributes: string, scope: Scope, offset: number): OpenElement {
  let kind: string | undefined;
  for (const [, key, value] of attributes.matchAll(/([\w:.-]+)="([^"]*)"/g)) {
    if (key === 'xmlns' || key!.startsWith('xmlns:')) scope.prefixes.set(key!.slice(6), pageNumber(value!, offset));
    else if ((key === 'bytes' || key === 'text') && value === 'hex') kind = key;
  }
  const at = name.indexOf(':');
  const page = scope.prefixes.get(at < 0 ? '' : name.slice(0, at));
  if (page === undefined) throw new XmlError(`${name}: its namespace is not declared`, offset);
  const local = name.slice(at + 1);
  const unknown = /^token([0-9A-F]{2})$/.exec(local);
  const code = tagOfName.get(`${page}:${local}`)?.code ?? (unknown && (page << 8) | Number.parseInt(unknown[1]!, 16));
  if (code === undefined || code === null) throw new XmlError(`${namespaceOf(page)} has no ${local}`, offset);
  return { name, tag: code, kind, children: [], text: '' };
}

function pageNumber(namespace: string, offset: number): number {
  const page = pageOfNamespace.get(namespace) ?? /^Page(\d{1,3})$/.exec(namespace)?.[1];
  if (page === undefined) throw new XmlError(`${namespace} is no namespace`, offset);
  return Number(page);
}

function close({ tag, kind, children, text }: OpenElement, offset: number): Element {
  if (children.length > 0) {
    const value = unescapeXml(text).trim();
    return { tag, children, value: value === '' ? undefined : value, inline: false };
  }
  if (kind === undefined) return element(tag, unescapeXml(text));
  if (!/^(?:[0-9a-f]{2}|\s)*$/i.test(text)) throw new XmlError('hexadecimal digits are expected', offset);
  const bytes = Buffer.from(text.replace(/\s/g, ''), 'hex');
  return kind === 'text' ? inlineBytes(tag, bytes) : element(tag, bytes);
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" } as Record<string, string>)[name] ?? whole;
  });
}
