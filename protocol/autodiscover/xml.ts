/**
 * A small reader of plain XML for Autodiscover: names without their prefixes, text, attributes. No DTD, and with it
 * no entities but the five of XML and numbers. It judges nothing and never throws.
 */

export interface XmlNode {
  /** Without its prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
  readonly text: string;
}

const deepest = 32;

interface Open {
  readonly qualified: string;
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlNode[];
  text: string;
}

/** The root; undefined for what is not well-formed, declares a DTD or is nested too deeply. */
export function readXml(source: string): XmlNode | undefined {
  const open: Open[] = [{ qualified: '', name: '', attributes: {}, children: [], text: '' }];
  const token =
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)|</g;
  for (const [whole, data, closing, name, attributes, selfClosing, text] of source
    .replace(/^\ufeff/, '')
    .matchAll(token)) {
    const parent = open[open.length - 1]!;
    if (whole === '<') return undefined;
    if (data !== undefined) parent.text += data;
    else if (text !== undefined) parent.text += unescaped(text);
    else if (name === undefined) continue;
    else if (closing === '/') {
      if (parent.qualified !== name) return undefined;
      open.pop();
      open[open.length - 1]!.children.push(parent);
    } else {
      const started = {
        qualified: name,
        name: local(name),
        attributes: attributesOf(attributes ?? ''),
        children: [],
        text: '',
      };
      if (selfClosing === '/') parent.children.push(started);
      else if (open.length > deepest) return undefined;
      else open.push(started);
    }
  }
  const [document] = open;
  if (open.length !== 1 || document!.text.trim() !== '' || document!.children.length !== 1) return undefined;
  return document!.children[0];
}

export function childrenOf(node: XmlNode | undefined, name: string): readonly XmlNode[] {
  return node?.children.filter((each) => each.name === name) ?? [];
}

/** The first child of that name. */
export function childOf(node: XmlNode | undefined, name: string): XmlNode | undefined {
  return node?.children.find((each) => each.name === name);
}

/** The trimmed text of a child; undefined when there is none. */
export function textIn(node: XmlNode | undefined, name: string): string | undefined {
  return childOf(node, name)?.text.trim();
}

/** Text for an element or attribute; what XML cannot hold is left out. */
export function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, '')
    .replace(/[&<>"]/g, (character) => entities[character]!);
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function attributesOf(source: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, double, single] of source.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    found[local(name!)] = unescaped(double ?? single ?? '');
  }
  return found;
}

function unescaped(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi,
    (whole, decimal, hexadecimal, name) => {
      if (name !== undefined) return { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name.toLowerCase() as 'amp']!;
      const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
