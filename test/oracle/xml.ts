import { type Element, pages, tagOf } from '../../protocol/index.ts';

/** XML as schemas see it: every element with its namespace, bytes as base64. `rename` gives names of another dialect. */
export function plainXml(
  root: Element,
  dialect: { readonly namespace: (name: string) => string; readonly rename: (code: number, name: string) => string } = {
    namespace: (name) => name,
    rename: (_, name) => name,
  },
): string {
  const write = ({ tag, children, value }: Element, outer: number): string => {
    const page = tag >> 8;
    const name = dialect.rename(tag, tagOf(tag)?.name ?? 'unknown');
    const namespace = dialect.namespace(pages.pages[page]?.namespace ?? 'unknown');
    const open = page === outer ? `<${name}>` : `<${name} xmlns="${namespace}">`;
    return `${open}${escaped(value)}${children.map((each) => write(each, page)).join('')}</${name}>`;
  };
  return write(root, -1);
}

function escaped(value: string | Uint8Array | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return Buffer.from(value).toString('base64');
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#13;');
}
