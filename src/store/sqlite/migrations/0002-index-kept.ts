// Fills what 0002 made from what an earlier release kept: words of mails, words of names.
import { domainOf, type NewAccount } from '../../../domain/account.ts';
import type { Email } from '../../../domain/email.ts';
import { wordsOf } from '../../../domain/words.ts';
import { nameWords } from '../../list/names.ts';
import { accountWord, token } from '../../list/token.ts';
import type { Connection } from '../connection.ts';

export function indexKept(connection: Connection): void {
  const insertWords = connection.prepare('insert into words (rowid, text) values (?, ?)');
  const items = connection.prepare(
    `select key, account, content from items where key > ? and died is null and class = 'Email' order by key limit 500`,
  );
  for (let after = 0; ; ) {
    const page = items.all(after) as { key: number; account: number; content: string }[];
    for (const { key, account, content } of page) {
      insertWords.run(key, [accountWord(account), ...wordsOfKept(content).map(token)].join(' '));
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.key;
  }
  const insertName = connection.prepare('insert or ignore into names values (?, ?, ?)');
  for (const { facts } of connection.prepare('select facts from accounts').all() as { facts: string }[]) {
    const account = JSON.parse(facts) as NewAccount;
    for (const word of nameWords(account)) insertName.run(domainOf(account.address), word, account.address);
  }
}

/** What cannot be read has no words. */
function wordsOfKept(content: string): string[] {
  try {
    const { subject, from, to, cc, preview, attachments } = JSON.parse(content) as Email;
    return wordsOf(subject, from, to, cc, preview, ...attachments.map(({ name }) => name));
  } catch {
    return [];
  }
}
