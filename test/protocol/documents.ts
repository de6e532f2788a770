// Documents of tests as short XML: every namespace is declared under its lower-case name, the root's own is the default.
import { type Element, pages, parseXml } from '../../protocol/index.ts';

const declarations = pages.pages.map(({ namespace }) => `xmlns:${namespace.toLowerCase()}="${namespace}"`).join(' ');

/** `<Sync>…</Sync>` of a namespace, perhaps an empty `<Ping/>`. */
export function documentOf(namespace: string, xml: string): Element {
  return parseXml(xml.replace(/^<(\w+)(\/?)>/, `<$1 xmlns="${namespace}" ${declarations}$2>`));
}
