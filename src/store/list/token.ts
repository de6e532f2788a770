// How words stand in the index, which knows letters and digits of ASCII and the underscore.

/** `ß` is `_df_`: letter by letter, so that prefixes stay prefixes. */
export function token(word: string): string {
  return word.replace(/[^a-z0-9]/gu, (letter) => `_${letter.codePointAt(0)!.toString(16)}_`);
}
/** Stands first in every item's words: a search never looks at another account's. No word begins with two underscores. */
export function accountWord(account: number): string {
  return `__${account}`;
}
