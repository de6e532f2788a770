/**
 * A code page gives names to the tokens of one namespace. Pages are complete: they also name tags that only the
 * oldest versions used. What a tag may hold is a matter of the schemas, never of a page.
 */

/** One tag of one page; `code` is what stands in an Element: `page << 8 | token`. */
export interface Tag<Name extends string = string> {
  readonly name: Name;
  readonly code: number;
  readonly namespace: string;
}

export interface PageInfo {
  readonly number: number;
  readonly namespace: string;
  readonly tags: readonly Tag[];
}

const info: unique symbol = Symbol('page');

export type Page<Tokens = Record<string, number>> = {
  readonly [Name in keyof Tokens & string]: Tag<Name>;
} & { readonly [info]: PageInfo };

/** Defines a page. Throws when two names share a token or a token lies outside 0x05–0x3F. */
export function page<const Tokens extends Record<string, number>>(
  number: number,
  namespace: string,
  tokens: Tokens,
): Page<Tokens> {
  const tags = Object.entries(tokens).map(([name, token]) => {
    if (token < 0x05 || token > 0x3f) throw new RangeError(`${namespace}:${name}: token ${token} is out of range`);
    return { name, code: (number << 8) | token, namespace };
  });
  if (new Set(tags.map((tag) => tag.code)).size !== tags.length) throw new Error(`${namespace}: a token is used twice`);
  const byName = Object.fromEntries(tags.map((tag) => [tag.name, tag]));
  return Object.assign(byName, { [info]: { number, namespace, tags } }) as unknown as Page<Tokens>;
}

export function infoOf(page: { readonly [info]: PageInfo }): PageInfo {
  return page[info];
}
