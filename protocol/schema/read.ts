import { tagName } from '../pages/index.ts';
import type { Element } from '../wbxml/element.ts';
import { type Child, type Node, type NodeContent, type ReadOf, SchemaError, type SchemaReason } from './schema.ts';
import { newestVersion, rank, type Version } from './version.ts';

export interface ReadResult<Value> {
  readonly value: Value;
  /** Paths like `Sync/Collections/Collection/Class` of what the schema does not have in this version. */
  readonly unknown: readonly string[];
}

/**
 * Element → typed value. Tolerant: order is free, an element given twice counts once (the first), unknown elements
 * are collected and left out. Throws SchemaError when the root is another one, a required element is missing or a
 * leaf cannot be read.
 */
export function read<N extends Node>(
  schema: N,
  source: Element,
  options: { readonly version: Version } = { version: newestVersion },
): ReadResult<ReadOf<N>> {
  const reader = new Reader(rank(options.version));
  if (source.tag !== schema.tag.code) throw new SchemaError([tagName(source.tag)], 'wrong-root');
  const value = reader.node(schema, source) as ReadOf<N>;
  return { value, unknown: reader.unknown };
}

/**
 * The keys of a container's children in the order in which they were received, doubles included, unknown ones left
 * out: for the few places where the order is checked. Empty for a value that was not read.
 */
export function order(schema: Node, value: object): readonly string[] {
  const source = sources.get(value);
  if (source === undefined || schema.content.kind !== 'container') return [];
  const { byTag } = schema.content;
  return source.children.flatMap((each) => byTag.get(each.tag)?.key ?? []);
}

const sources = new WeakMap<object, Element>();

class Reader {
  readonly #unknown: string[] = [];
  readonly #version: number;
  readonly #path: string[] = [];

  constructor(version: number) {
    this.#version = version;
  }

  get unknown(): readonly string[] {
    return this.#unknown;
  }

  node(node: Node, source: Element): unknown {
    this.#path.push(node.tag.name);
    const value = this.#content(node.content, source);
    this.#path.pop();
    return value;
  }

  #content(content: NodeContent, source: Element): unknown {
    switch (content.kind) {
      case 'leaf':
        return content.leaf.read(source) ?? this.#fail('invalid');
      case 'raw':
        return source;
      case 'container':
        return this.#container(content.children, content.byTag, source);
      case 'mixed':
        return this.#mixed(content.byTag, source);
      default:
        return content satisfies never;
    }
  }

  #container(children: readonly Child[], byTag: ReadonlyMap<number, Child>, source: Element): object {
    const value: Record<string, unknown> = {};
    for (const each of source.children) {
      const child = byTag.get(each.tag);
      if (child === undefined || this.#version < child.first || this.#version > child.last) this.#skip(each);
      else if (child.occurs === 'many') {
        const list = (value[child.key] ??= []) as unknown[];
        list.push(this.node(child.node, each));
      } else if (!(child.key in value)) value[child.key] = this.node(child.node, each);
    }
    for (const child of children) {
      if (child.key in value || child.occurs === 'optional') continue;
      if (child.occurs === 'many') value[child.key] = [];
      else if (child.occurs === 'flag') value[child.key] = false;
      else if (this.#version >= child.first && this.#version <= child.last) this.#fail('missing', child.node.tag.name);
    }
    sources.set(value, source);
    return value;
  }

  #mixed(byTag: ReadonlyMap<number, Node>, source: Element): object {
    const list: object[] = [];
    for (const each of source.children) {
      const node = byTag.get(each.tag);
      if (node === undefined) this.#skip(each);
      else list.push({ [node.tag.name]: this.node(node, each) });
    }
    return list;
  }

  #skip(source: Element): void {
    this.#unknown.push([...this.#path, tagName(source.tag)].join('/'));
  }

  #fail(reason: SchemaReason, missing?: string): never {
    throw new SchemaError(missing === undefined ? this.#path : [...this.#path, missing], reason);
  }
}
