// How texts become words for search, the same for what is kept and for what is asked, in every engine.
// Invariants: a word is lower case without diacritics, letters and digits alone, at most `longest` characters.

export interface SearchWord {
  readonly text: string;
  /** Any word that begins with it. */
  readonly prefix: boolean;
}

const longest = 40;
const most = 1500;
const scripts = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
/** Written without blanks between words: every two characters that stand together are a word. */
const unspaced = scripts.map((script) => `\\p{Script=${script}}`).join('');
const runs = /[\p{L}\p{N}]+/gu;
const pieces = new RegExp(`([${unspaced}]+)|[^${unspaced}]+`, 'gu');

/** The different words of these texts, at most 1,500 of them, in the order of their first coming. */
export function wordsOf(...texts: readonly string[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const word of split(text)) {
      if (words.size >= most) return [...words];
      words.add(word);
    }
  }
  return [...words];
}

/** What a person typed: every word is meant, the last one perhaps unfinished. */
export function searchWords(text: string): SearchWord[] {
  const words = wordsOf(text);
  return words.map((word, index) => ({ text: word, prefix: index === words.length - 1 }));
}

function* split(text: string): Generator<string> {
  const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFKC');
  for (const [run] of folded.matchAll(runs)) {
    for (const [piece, together] of run.matchAll(pieces)) {
      const letters = [...piece];
      if (together === undefined || letters.length === 1) yield letters.slice(0, longest).join('');
      else for (let at = 0; at + 1 < letters.length; at += 1) yield letters[at]! + letters[at + 1]!;
    }
  }
}
