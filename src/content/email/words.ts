import type { EmailIndex } from '../../domain/email.ts';
import { wordsOf } from '../../domain/words.ts';

/** What a mail is found by: who, what about, the beginning of its text, names of files. */
export function emailWords({ subject, from, to, cc, bcc, preview, attachments }: EmailIndex): string[] {
  return wordsOf(subject, from, to, cc, bcc, ...attachments.map(({ name }) => name), preview);
}
