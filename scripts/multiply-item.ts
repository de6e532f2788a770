// A large mailbox in seconds: copies of one item, written past the port straight into a closed sqlite store, which the audit
// finds as if they had been delivered (but for their words, which nobody searches).
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { AccountId, CollectionId, ServerId } from '../src/domain/ids.ts';
import { accountNumber, parseServerId } from '../src/store/list/rows.ts';

/** Milliseconds between two copies' dates: the first copy is the newest. */
const apart = 60_000;

/** `count` more items like this one in `collection`, which exists, each older than the one before. The store must be closed. */
export function multiplyItem(
  data: string,
  account: AccountId,
  template: ServerId,
  copies: Readonly<Record<CollectionId, number>>,
): void {
  const db = new Database(join(data, 'easel.sqlite'));
  try {
    db.pragma('synchronous = OFF');
    db.pragma('cache_size = -200000');
    db.transaction(() => {
      for (const [collection, count] of Object.entries(copies)) {
        copy(db, accountNumber(account)!, parseServerId(template)!.number, collection, count);
      }
    })();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

function copy(db: Database.Database, account: number, number: number, collection: string, count: number): void {
  const values = { account, number, collection, count, apart };
  const row = db.prepare('select bytes, blobs from items where account = ? and number = ?').get(account, number) as {
    bytes: number;
    blobs: string;
  };
  const { modseq } = db.prepare('select modseq from accounts where account = ?').get(account) as { modseq: number };
  // Odd times n below 2⁵²: no number comes twice.
  db.prepare(
    `insert into items (account, number, collection, class, created, modseq, generation, sort_date, bytes, history,
      touched, brought_by, conversation, blobs, content)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < @count)
    select account, (@modseq + i) * 4503599627 % 4503599627370496, @collection, class, @modseq + i, @modseq + i, 1,
      sort_date - i * @apart, bytes, json_array(@modseq + i, sort_date - i * @apart), '{}', '{}',
      conversation || '-' || i, blobs, content
    from n, items where account = @account and number = @number`,
  ).run({ ...values, modseq });
  db.prepare(
    `insert into log select account, collection, created, 1, number from items
    where account = ? and collection = ? and created > ? order by created`,
  ).run(account, collection, modseq);
  const commit = (
    db.prepare('update file set commit_number = commit_number + 1 returning commit_number').get() as {
      commit_number: number;
    }
  ).commit_number;
  const last = modseq + count;
  db.prepare('update collections set high = ?, commit_number = ? where account = ? and collection = ?').run(
    last,
    commit,
    account,
    collection,
  );
  db.prepare('update accounts set modseq = ?, bytes = bytes + ?, commit_number = ? where account = ?').run(
    last,
    row.bytes * count,
    commit,
    account,
  );
  const held = db.prepare('update blobs set refs = refs + ? where id = ?');
  for (const blob of new Set(JSON.parse(row.blobs) as string[])) held.run(count, blob);
}
