// What a person looks for, in the part of the Keyword Query Language that phones use: words, "phrases", fields, AND, OR, NOT and
// parentheses. What is not understood counts as words: a search never fails by its spelling.
import type { Email } from '../../domain/email.ts';
import { type SearchWord, searchWords } from '../../domain/words.ts';
import { isDateField, receivedWithin } from './query-dates.ts';
import { allText, fieldOf, hasAttachment, hasPhrase, hasWords } from './query-fields.ts';

/** One of the ways to match. */
export interface Alternative {
  /** All are in the index of what matches; none: the index tells nothing. */
  readonly words: readonly SearchWord[];
  /** It asks for nothing that only mail has. */
  readonly plain: boolean;
  /** What the index cannot tell. */
  fits(mail: Email): boolean;
  /** All of it, for a mail that the index did not name. */
  matches(mail: Email): boolean;
}

type Test = (mail: Email) => boolean;
/** Something that is asked for, or not to be there. */
interface Literal {
  readonly words: readonly SearchWord[];
  /** Absent: the words say it all. */
  readonly test?: Test;
  readonly isNot: boolean;
}
/** Any of the rows, each of which is all of its literals. */
type Rows = readonly (readonly Literal[])[];

const most = 8;

/** At most eight alternatives, none when nothing is asked for. `now` in milliseconds: what "today" means. */
export function parseQuery(text: string, now: number = Date.now()): Alternative[] {
  const tokens = tokensOf(text);
  const rows = new Parser(tokens, now).whole() ?? [words(tokens, now)];
  return rows
    .filter((row) => row.some(({ words, test }) => words.length > 0 || test))
    .slice(0, most)
    .map(alternative);
}

interface Token {
  readonly kind: 'open' | 'close' | 'and' | 'or' | 'not' | 'term';
  /** As `from` in `from:ann`; '' for none. */
  readonly field: string;
  readonly sign: string;
  readonly value: string;
  readonly isPhrase: boolean;
}
const pattern = /\(|\)|(?:([a-z]+)(:|>=|<=|=|>|<))?(?:"([^"]*)"?|([^\s()"]+))/gi;
const operators: Readonly<Record<string, Token['kind']>> = {
  '(': 'open',
  ')': 'close',
  AND: 'and',
  OR: 'or',
  NOT: 'not',
};

function tokensOf(text: string): Token[] {
  return [...text.matchAll(pattern)].map(([whole, field = '', sign = '', phrase, bare = '']) => ({
    kind: operators[whole] ?? 'term',
    field: field.toLowerCase(),
    sign,
    value: phrase ?? bare,
    isPhrase: phrase !== undefined,
  }));
}

/** Every term as words, when the text cannot be read otherwise. */
function words(tokens: readonly Token[], now: number): Literal[] {
  return tokens.filter(({ kind }) => kind === 'term').map((token) => literal(token, now));
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #now: number;
  #at = 0;

  constructor(tokens: readonly Token[], now: number) {
    this.#tokens = tokens;
    this.#now = now;
  }

  /** Undefined when it is not well-formed. */
  whole(): Rows | undefined {
    const rows = this.#or();
    return rows && this.#at === this.#tokens.length ? rows : undefined;
  }

  #next(kind: Token['kind']): boolean {
    if (this.#tokens[this.#at]?.kind !== kind) return false;
    this.#at += 1;
    return true;
  }

  #or(): Rows | undefined {
    let rows = this.#and();
    while (rows && this.#next('or')) {
      const more = this.#and();
      rows = more && [...rows, ...more].slice(0, most);
    }
    return rows;
  }

  #and(): Rows | undefined {
    let rows = this.#not();
    while (rows && !['or', 'close', undefined].includes(this.#tokens[this.#at]?.kind)) {
      this.#next('and');
      const more = this.#not();
      rows = more && both(rows, more);
    }
    return rows;
  }

  #not(): Rows | undefined {
    if (this.#next('not')) {
      const rows = this.#not();
      return rows && none(rows);
    }
    if (this.#next('open')) {
      const rows = this.#or();
      return rows && this.#next('close') ? rows : undefined;
    }
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'term') return undefined;
    this.#at += 1;
    return [[literal(token, this.#now)]];
  }
}

function both(a: Rows, b: Rows): Rows {
  return a.flatMap((left) => b.map((right) => [...left, ...right])).slice(0, most);
}
/** By De Morgan: of every row one literal is not there. */
function none(rows: Rows): Rows {
  const opposite = rows.map((row) => row.map((one) => [{ ...one, isNot: !one.isNot }]));
  return opposite.reduce<Rows>((all, row) => both(all, row), [[]]);
}

function literal(token: Token, now: number): Literal {
  const { field, sign, value, isPhrase } = token;
  const found = searchWords(value);
  if (isDateField(field)) {
    const test = receivedWithin(sign, value, now);
    if (test) return { words: [], test, isNot: false };
  }
  if (field === 'hasattachment' && sign !== '') return { words: [], test: hasAttachment(value), isNot: false };
  const textOf = sign === ':' || sign === '=' ? fieldOf(field) : undefined;
  if (textOf) {
    const test: Test = isPhrase ? (mail) => hasPhrase([textOf(mail)], value) : (mail) => hasWords(textOf(mail), found);
    return { words: found, test, isNot: false };
  }
  // A field that nobody knows is a word of its own.
  const plain = field === '' ? found : searchWords(`${field} ${value}`);
  const isLong = isPhrase && plain.length > 1;
  return { words: plain, ...(isLong && { test: (mail) => hasPhrase(allText(mail), value) }), isNot: false };
}

function alternative(row: readonly Literal[]): Alternative {
  const wanted = row.filter(({ isNot }) => !isNot);
  const unwanted = row.filter(({ isNot }) => isNot);
  const tests = [...wanted.flatMap(({ test }) => test ?? []), ...unwanted.map((one) => not(one))];
  const words = wanted.flatMap((one) => one.words);
  const fits: Test = (mail) => tests.every((test) => test(mail));
  return {
    words,
    plain: tests.length === 0,
    fits,
    matches: (mail) => hasWords(allText(mail).join(' '), words) && fits(mail),
  };
}

function not({ words, test }: Literal): Test {
  return (mail) => !(hasWords(allText(mail).join(' '), words) && (test?.(mail) ?? true));
}
