// What a person looks for, in the part of the Keyword Query Language that phones use: words, "phrases", fields, OR.
// What is not understood counts as words: a search never fails by its spelling.
import type { Email } from '../../domain/email.ts';
import { type SearchWord, searchWords, wordsOf } from '../../domain/words.ts';

/** One of the ways to match: the beginning of every word in the mail, and of those of a field in that field. */
export interface Alternative {
  readonly words: readonly SearchWord[];
  /** It asks for nothing that only mail has. */
  readonly plain: boolean;
  fits(mail: Email): boolean;
}

type Field = (mail: Email) => string;
const fields: Readonly<Record<string, Field>> = {
  from: ({ from, sender }) => `${from} ${sender}`,
  to: ({ to }) => to,
  cc: ({ cc }) => cc,
  bcc: ({ bcc }) => bcc,
  subject: ({ subject }) => subject,
  body: ({ preview }) => preview,
  attachment: ({ attachments }) => attachments.map(({ name }) => name).join(' '),
};
const most = 8;

/** At most eight alternatives; none when nothing is asked for. */
export function parseQuery(text: string): Alternative[] {
  const terms = text.match(/(?:[a-z]+:)?"[^"]*"?|[^\s()"]+/gi) ?? [];
  const groups: string[][] = [[]];
  for (const term of terms) {
    if (term === 'OR') groups.push([]);
    else if (term !== 'AND') groups.at(-1)!.push(term);
  }
  return groups
    .slice(0, most)
    .map(alternative)
    .filter(({ words }) => words.length > 0);
}

function alternative(terms: readonly string[]): Alternative {
  const words: SearchWord[] = [];
  const tests: ((mail: Email) => boolean)[] = [];
  for (const term of terms) {
    const [, name = '', rest = term] = /^([a-z]+):(.+)$/i.exec(term) ?? [];
    const field = fields[name.toLowerCase()];
    const asked = searchWords(field ? rest : term);
    words.push(...asked);
    if (field) tests.push((mail) => hasAll(wordsOf(field(mail)), asked));
  }
  return { words, plain: tests.length === 0, fits: (mail) => tests.every((test) => test(mail)) };
}

function hasAll(words: readonly string[], asked: readonly SearchWord[]): boolean {
  return asked.every(({ text, prefix }) => words.some((word) => (prefix ? word.startsWith(text) : word === text)));
}
