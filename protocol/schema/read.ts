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
 * The keys of a read container's children in the order in which they were received, doubles included, unknown ones
 * left out: for the few places where the order is checked.
 */
export function order(schema: Node, value: object): readonly string[] {
  const { content } = schema;
  if (content.kind !== 'container') return [];
  const source = irregularSources.get(value);
  if (source !== undefined) return source.children.flatMap((each) => content.byTag.get(each.tag)?.key ?? []);
  // Keys stand in the order of their first occurrence; what the reader added for absent children does not count.
  const occurrences = new Map(content.children.map((child) => [child.key, child.occurs]));
  return Object.entries(value).flatMap(([key, each]) => {
    const occurs = occurrences.get(key);
    if (occurs === 'many') return (each as readonly unknown[]).map(() => key);
    return occurs === undefined || (occurs === 'flag' && each === false) ? [] : [key];
  });
}

/** Whether each child of a read container came once, and in the schema's order. */
export function isInOrder(schema: Node, value: object): boolean {
  const { content } = schema;
  if (content.kind !== 'container') return true;
  const places = order(schema, value).map((key) => content.children.findIndex((child) => child.key === key));
  return places.every((place, i) => i === 0 || place > places[i - 1]!);
}

/** Whether a child of a read container came more than once. */
export function isRepeated(schema: Node, value: object, key: string): boolean {
  return order(schema, value).filter((one) => one === key).length > 1;
}

/** Whether no child of a read container came twice. */
export function isOnce(schema: Node, value: object): boolean {
  const keys = order(schema, value);
  return new Set(keys).size === keys.length;
}

/** Where doubles, mixed repetitions or children of other versions came: there the value alone does not tell the order. Rare, hence no cost. */
const irregularSources = new WeakMap<object, Element>();

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
        return this.#container(content.expected, content.byTag, source);
      case 'mixed':
        return this.#mixed(content.byTag, source);
      default:
        return content satisfies never;
    }
  }

  #container(expected: readonly Child[], byTag: ReadonlyMap<number, Child>, source: Element): object {
    const value: Record<string, unknown> = {};
    let irregular = false;
    let last = '';
    for (const each of source.children) {
      const child = byTag.get(each.tag);
      if (child === undefined || this.#version < child.first || this.#version > child.last) {
        this.#skip(each);
        irregular ||= child !== undefined;
        continue;
      }
      const { key } = child;
      const before = value[key];
      if (child.occurs === 'many') {
        if (before === undefined) value[key] = [this.node(child.node, each)];
        else {
          (before as unknown[]).push(this.node(child.node, each));
          irregular ||= last !== key;
        }
      } else if (before === undefined) value[key] = this.node(child.node, each);
      else irregular = true;
      last = key;
    }
    for (const child of expected) {
      if (value[child.key] !== undefined) continue;
      if (child.occurs === 'many') value[child.key] = [];
      else if (child.occurs === 'flag') value[child.key] = false;
      else if (this.#version >= child.first && this.#version <= child.last) this.#fail('missing', child.node.tag.name);
    }
    if (irregular) irregularSources.set(value, source);
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
