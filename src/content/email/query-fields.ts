// The parts of a mail that a query names: the same texts that the index of words is made from.
import type { Email } from '../../domain/email.ts';
import { type SearchWord, wordsOf } from '../../domain/words.ts';

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

/** Undefined for one that is not known. */
export function fieldOf(name: string): Field | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
export function allText(mail: Email): string[] {
  return Object.values(fields).map((field) => field(mail));
}

export function hasWords(text: string, asked: readonly SearchWord[]): boolean {
  if (asked.length === 0) return true;
  const words = wordsOf(text);
  return asked.every(({ text: one, prefix }) => words.some((word) => (prefix ? word.startsWith(one) : word === one)));
}

/** The words stand one behind the other in one of the texts; the last one may go on. */
export function hasPhrase(texts: readonly string[], phrase: string): boolean {
  const asked = inOrder(phrase);
  return texts.some((text) => ` ${inOrder(text)}`.includes(` ${asked}`));
}
function inOrder(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

export function hasAttachment(value: string): (mail: Email) => boolean {
  const wanted = /^(?:true|yes|1)$/i.test(value);
  return ({ attachments }) => attachments.some(({ inline }) => !inline) === wanted;
}
