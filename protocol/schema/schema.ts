// biome-ignore-all lint/suspicious/noExplicitAny: the types of a schema are inferred through any

/**
 * A schema is data: which tags stand in which container, in wire order, how often and in which versions. The types
 * of what is read and written follow from it; keys are the tag names. A container takes children: one, optional,
 * many, flag, alias (for equal names); mixed and raw are nodes beside it; since and until bind to versions. No rule
 * about meaning stands in a schema, and none looks at another element.
 */
import type { Tag } from '../pages/page.ts';
import type { Element } from '../wbxml/element.ts';
import type { Leaf } from './leaf.ts';
import { rank, type Version, versions } from './version.ts';

/** Something that stands under one tag. `Read` and `Written` exist for the types alone. */
export interface Node<Key extends string = string, Read = any, Written = any> {
  readonly tag: Tag<Key>;
  readonly content: NodeContent;
  readonly types?: { readonly read: Read; readonly written: Written };
}

export type NodeContent =
  | { readonly kind: 'leaf'; readonly leaf: Leaf<any, any> }
  | { readonly kind: 'raw' }
  | {
      readonly kind: 'container';
      readonly children: readonly Child[];
      readonly byTag: ReadonlyMap<number, Child>;
      /** The children whose absence says something: all but the optional ones. */
      readonly expected: readonly Child[];
    }
  | {
      readonly kind: 'mixed';
      readonly byTag: ReadonlyMap<number, Node>;
      readonly byKey: ReadonlyMap<string, Node>;
    };

export type Occurrence = 'one' | 'optional' | 'many' | 'flag';

/** One child of a container: a node, how often it occurs, under which key, and in which versions. */
export interface Child<Key extends string = string, Occurs extends Occurrence = Occurrence, Read = any, Written = any> {
  readonly key: Key;
  readonly occurs: Occurs;
  readonly node: Node<string, Read, Written>;
  /** Ranks of the first and last version that has it. */
  readonly first: number;
  readonly last: number;
}

type Simplify<T> = { [K in keyof T]: T[K] } & {};
type KeysOf<C extends Child, O extends Occurrence> = Extract<C, { readonly occurs: O }>['key'];
type OfKey<C extends Child, K> = Extract<C, { readonly key: K }>;
type ReadOfChild<C> = C extends Child<any, any, infer Read, any> ? Read : never;
type WrittenOfChild<C> = C extends Child<any, any, any, infer Written> ? Written : never;

/** Children of a container as read: optional ones are absent, never undefined. */
export type ReadShape<C extends Child> = Simplify<
  { readonly [K in KeysOf<C, 'one'>]: ReadOfChild<OfKey<C, K>> } & {
    readonly [K in KeysOf<C, 'optional'>]?: ReadOfChild<OfKey<C, K>>;
  } & { readonly [K in KeysOf<C, 'many'>]: readonly ReadOfChild<OfKey<C, K>>[] } & {
    readonly [K in KeysOf<C, 'flag'>]: boolean;
  }
>;

/** Children of a container as written: all but `one` may be undefined or left out. */
export type WrittenShape<C extends Child> = Simplify<
  { readonly [K in KeysOf<C, 'one'>]: WrittenOfChild<OfKey<C, K>> } & {
    readonly [K in KeysOf<C, 'optional'>]?: WrittenOfChild<OfKey<C, K>> | undefined;
  } & { readonly [K in KeysOf<C, 'many'>]?: readonly WrittenOfChild<OfKey<C, K>>[] | undefined } & {
    readonly [K in KeysOf<C, 'flag'>]?: boolean | undefined;
  }
>;

type ReadOfNode<N> = N extends Node<infer Key, infer Read, any> ? { readonly [K in Key]: Read } : never;
type WrittenOfNode<N> = N extends Node<infer Key, any, infer Written> ? { readonly [K in Key]: Written } : never;

export type ReadOf<N extends Node> = N extends Node<any, infer Read, any> ? Read : never;
export type WrittenOf<N extends Node> = N extends Node<any, any, infer Written> ? Written : never;

/** Children in wire order. Throws when two share a key or a tag: then one of them needs `alias`. */
export function container<Key extends string, const C extends readonly Child[]>(
  tag: Tag<Key>,
  ...children: C
): Node<Key, ReadShape<C[number]>, WrittenShape<C[number]>> {
  const keys = new Set(children.map((child) => child.key));
  const byTag = new Map(children.map((child) => [child.node.tag.code, child]));
  if (keys.size !== children.length) throw new Error(`${tag.namespace}:${tag.name}: two children share a key`);
  if (byTag.size !== children.length) throw new Error(`${tag.namespace}:${tag.name}: two children share a tag`);
  const expected = children.filter((child) => child.occurs !== 'optional');
  return { tag, content: { kind: 'container', children, byTag, expected } };
}

/** An ordered mix of nodes, each any number of times: read as `{ Add: … } | { Change: … }` in the order received. */
export function mixed<Key extends string, const N extends readonly Node[]>(
  tag: Tag<Key>,
  ...nodes: N
): Node<Key, readonly ReadOfNode<N[number]>[], readonly WrittenOfNode<N[number]>[]> {
  const byTag = new Map(nodes.map((node) => [node.tag.code, node]));
  const byKey = new Map(nodes.map((node) => [node.tag.name, node]));
  if (byKey.size !== nodes.length) throw new Error(`${tag.namespace}:${tag.name}: two nodes share a name`);
  return { tag, content: { kind: 'mixed', byTag, byKey } };
}

/** Stays an Element: what it means is only known elsewhere (ApplicationData waits for the collection's class). */
export function raw<Key extends string>(tag: Tag<Key>): Node<Key, Element, Element> {
  return { tag, content: { kind: 'raw' } };
}

interface Occurring<O extends Occurrence> {
  <Key extends string, Read, Written>(node: Node<Key, Read, Written>): Child<Key, O, Read, Written>;
  <Key extends string, Read, Written>(tag: Tag<Key>, leaf: Leaf<Read, Written>): Child<Key, O, Read, Written>;
}

/** Exactly one; reading without it fails. */
export const one: Occurring<'one'> = occurring('one');
/** None or one. */
export const optional: Occurring<'optional'> = occurring('optional');
/** Any number, as an array that is empty when there is none. */
export const many: Occurring<'many'> = occurring('many');

/** An empty element whose presence says it all. */
export function flag<Key extends string>(tag: Tag<Key>): Child<Key, 'flag', boolean, boolean> {
  const leaf: Leaf<true> = { type: 'empty', read: () => true, write: (code) => emptyElement(code) };
  return { key: tag.name, occurs: 'flag', node: { tag, content: { kind: 'leaf', leaf } }, ...always };
}

/** Another key for a child: two pages may use one name in one container. */
export function alias<Key extends string, O extends Occurrence, Read, Written>(
  key: Key,
  child: Child<string, O, Read, Written>,
): Child<Key, O, Read, Written> {
  return { ...child, key };
}

type Versioned<O extends Occurrence> = O extends 'one' ? 'optional' : O;

/** Only from this version on; `one` becomes an optional key, which the reader and writer demand from then on. */
export function since<Key extends string, O extends Occurrence, Read, Written>(
  version: Version,
  child: Child<Key, O, Read, Written>,
): Child<Key, Versioned<O>, Read, Written> {
  return { ...child, first: Math.max(child.first, rank(version)) } as unknown as Child<
    Key,
    Versioned<O>,
    Read,
    Written
  >;
}

/** Only up to this version, which still has it. */
export function until<Key extends string, O extends Occurrence, Read, Written>(
  version: Version,
  child: Child<Key, O, Read, Written>,
): Child<Key, Versioned<O>, Read, Written> {
  return { ...child, last: Math.min(child.last, rank(version)) } as unknown as Child<Key, Versioned<O>, Read, Written>;
}

export type SchemaReason = 'wrong-root' | 'missing' | 'invalid';

/** Why an element does not fit its schema; `path` holds tag names from the root on. */
export class SchemaError extends Error {
  readonly path: readonly string[];
  readonly reason: SchemaReason;

  constructor(path: readonly string[], reason: SchemaReason) {
    super(`${path.join('/')}: ${reason}`);
    this.name = 'SchemaError';
    this.path = path;
    this.reason = reason;
  }
}

const always = { first: 0, last: versions.length - 1 };

function occurring<O extends Occurrence>(occurs: O): Occurring<O> {
  return (first: Node | Tag, leaf?: Leaf<any, any>): Child<any, O> => {
    const node: Node = 'content' in first ? first : { tag: first, content: { kind: 'leaf', leaf: leaf! } };
    return { key: node.tag.name, occurs, node, ...always };
  };
}

function emptyElement(tag: number): Element {
  return { tag, children: [], value: undefined, inline: false };
}
