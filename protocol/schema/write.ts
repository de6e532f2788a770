import { type Element, element } from '../wbxml/element.ts';
import { type Child, type Node, SchemaError, type WrittenOf } from './schema.ts';
import { newestVersion, rank, type Version } from './version.ts';

/**
 * Typed value → Element, in the order of the schema. What the version does not have is left out; a missing `one`
 * that the version has throws SchemaError, since that is a mistake of the writer.
 */
export function write<N extends Node>(
  schema: N,
  value: WrittenOf<N>,
  options: { readonly version: Version } = { version: newestVersion },
): Element {
  return writeNode(schema, value, rank(options.version));
}

function writeNode(node: Node, value: unknown, version: number): Element {
  const { content, tag } = node;
  switch (content.kind) {
    case 'leaf':
      return content.leaf.write(tag.code, value);
    case 'raw':
      return value as Element;
    case 'container':
      return element(tag.code, writeChildren(tag.name, content.children, value as Values, version));
    case 'mixed': {
      const entries = (value as readonly Values[]).map((each) => Object.entries(each)[0]!);
      return element(
        tag.code,
        entries.map(([key, each]) => writeNode(content.byKey.get(key)!, each, version)),
      );
    }
    default:
      return content satisfies never;
  }
}

type Values = Readonly<Record<string, unknown>>;

function writeChildren(name: string, children: readonly Child[], values: Values, version: number): Element[] {
  const written: Element[] = [];
  for (const child of children) {
    if (version < child.first || version > child.last) continue;
    const value = values[child.key];
    if (child.occurs === 'many') {
      for (const each of (value ?? []) as readonly unknown[]) written.push(writeNode(child.node, each, version));
    } else if (child.occurs === 'flag') {
      if (value) written.push(writeNode(child.node, value, version));
    } else if (value !== undefined) written.push(writeNode(child.node, value, version));
    else if (child.occurs === 'one') throw new SchemaError([name, child.node.tag.name], 'missing');
  }
  return written;
}
