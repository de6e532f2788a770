// Documents as rows of the tables that the sqlite engine has, and back: for the audit, for backups, for moving house.
import type Database from 'better-sqlite3';
import type { ClientSession } from 'mongodb';
import { existenceEvent } from '../list/events.ts';
import { accountWord } from '../list/token.ts';
import type { Collections } from './documents.ts';

type Row = Readonly<Record<string, unknown>>;

/** How each collection's documents stand in a table; the order is that of the reading. */
const tables: Readonly<Record<string, { readonly from: keyof Collections; readonly row: (doc: never) => Row }>> = {
  accounts: {
    from: 'accounts',
    row: ({ _id, facts, created, bytes, prune_horizon, generation, modseq }: Doc) => ({
      ...{ account: _id, facts, created, bytes, prune_horizon, generation, modseq },
      ...{ commit_number: 0, credentials_commit: 0, hierarchy_commit: 0, outbox_commit: 0 },
    }),
  },
  addresses: { from: 'addresses', row: ({ _id, account }: Doc) => ({ address: _id, account }) },
  names: { from: 'names', row: ({ _id }: Doc) => _id },
  groups: { from: 'groups', row: ({ _id, facts }: Doc) => ({ address: _id, facts }) },
  collections: {
    from: 'collections',
    row: ({ _id, ...doc }: Doc) => ({ ...doc, account: _id.a, collection: _id.c, commit_number: 0 }),
  },
  log: {
    from: 'log',
    row: ({ _id, kind, number }: Doc) => ({ account: _id.a, collection: _id.c, stamp: _id.s, kind, number }),
  },
  devices: {
    from: 'devices',
    row: ({ _id, generation, body }: Doc) => ({ account: _id.a, device: _id.d, generation, commit_number: 0, body }),
  },
  sync_records: {
    from: 'syncRecords',
    row: ({ _id, generation, body }: Doc) => ({ account: _id.a, device: _id.d, collection: _id.c, generation, body }),
  },
  journal: { from: 'journal', row: ({ _id, ...doc }: Doc) => ({ ...doc, account: _id.a, at: _id.at }) },
  quarantine: { from: 'quarantine', row: ({ _id, ...doc }: Doc) => ({ ...doc, account: _id.a, number: _id.n }) },
  outbox: { from: 'outbox', row: ({ _id, ...doc }: Doc) => ({ ...doc, id: _id }) },
  blobs: {
    from: 'blobs',
    row: ({ _id, size, refs, touched, sha256 }: Doc) => ({
      ...{ id: _id, size, refs, touched, inline: 0 },
      sha256: Buffer.from(sha256, 'hex'),
    }),
  },
};
// Documents of all collections pass here; each row function names what it takes.
// biome-ignore lint/suspicious/noExplicitAny: the driver's documents
type Doc = any;

/** As of the session's moment. */
export async function copyRows(docs: Collections, session: ClientSession, db: Database.Database): Promise<void> {
  const insert = (table: string, row: Row): void => {
    const columns = Object.keys(row);
    const values = columns.map((column) => (row[column] === undefined ? null : row[column]));
    db.prepare(`insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`).run(
      values,
    );
  };
  for (const [table, { from, row }] of Object.entries(tables)) {
    for await (const doc of docs[from].find({}, { session })) insert(table, row(doc as never));
  }
  let key = 0;
  const keys = new Map<string, number>();
  for await (const { _id, words, living: _, ...doc } of docs.items.find({}, { session })) {
    key += 1;
    if (words !== null) keys.set(`${_id.a} ${words}`, key);
    insert('items', { ...doc, key, account: _id.a, number: _id.n });
  }
  for await (const { _id, tokens } of docs.words.find({}, { session })) {
    const rowid = keys.get(`${_id.a} ${_id.w}`) ?? ++key;
    insert('words', { rowid, text: [accountWord(_id.a), ...tokens].join(' ') });
  }
}

const wordsTable = 'create table kept_words (account integer not null, words integer not null, tokens text not null)';

/** Words as they are, for the way back; and by which name each item has them. */
export async function copyWords(docs: Collections, session: ClientSession, db: Database.Database): Promise<void> {
  db.exec(wordsTable);
  db.exec('create table kept_names (account integer not null, number integer not null, words integer not null)');
  const insert = db.prepare('insert into kept_words values (?, ?, ?)');
  for await (const { _id, tokens } of docs.words.find({}, { session })) insert.run(_id.a, _id.w, tokens.join(' '));
  const name = db.prepare('insert into kept_names values (?, ?, ?)');
  const named = docs.items.find({ words: { $ne: null } }, { session, projection: { words: 1 } });
  for await (const { _id, words } of named) name.run(_id.a, _id.n, words);
}

/** The rows of a backup as documents. One that the sqlite engine made has no words: search finds its items when they change. */
export async function insertRows(docs: Collections, db: Database.Database): Promise<void> {
  const hasWords = db.prepare(`select 1 from sqlite_master where name = 'kept_words'`).get() !== undefined;
  const names = new Map<string, number>();
  if (hasWords) {
    for (const row of rowsOf(db, 'kept_names')) names.set(`${row.account} ${row.number}`, row.words as number);
    await insertAll(docs.words, rowsOf(db, 'kept_words'), ({ account, words, tokens }) => ({
      _id: { a: account, w: words },
      tokens: (tokens as string).split(' '),
    }));
  }
  const now = Date.now();
  for (const [table, { to, doc }] of Object.entries(documents)) {
    await insertAll(docs[to], rowsOf(db, table), (row) => doc(row, { now, names }));
  }
}

function rowsOf(db: Database.Database, table: string): IterableIterator<Doc> {
  return db.prepare(`select * from ${table}`).iterate() as IterableIterator<Doc>;
}

const atOnce = 500;

async function insertAll(target: Doc, rows: IterableIterator<Doc>, doc: (row: Doc) => Doc): Promise<void> {
  let page: Doc[] = [];
  for (const row of rows) {
    page.push(doc(row));
    if (page.length < atOnce) continue;
    await target.insertMany(page);
    page = [];
  }
  if (page.length > 0) await target.insertMany(page);
}

interface Beside {
  readonly now: number;
  readonly names: ReadonlyMap<string, number>;
}
/** The way back of `tables`. */
const documents: Readonly<
  Record<string, { readonly to: keyof Collections; readonly doc: (row: Doc, beside: Beside) => Doc }>
> = {
  addresses: { to: 'addresses', doc: ({ address, account }) => ({ _id: address, account }) },
  names: { to: 'names', doc: (row) => ({ _id: { domain: row.domain, word: row.word, address: row.address } }) },
  groups: { to: 'groups', doc: ({ address, facts }) => ({ _id: address, facts }) },
  collections: {
    to: 'collections',
    doc: ({ account, collection, commit_number: _, ...row }) => ({ _id: { a: account, c: collection }, ...row }),
  },
  items: {
    to: 'items',
    doc: ({ key: _, account, number, ...row }, { names }) => ({
      ...{ _id: { a: account, n: number }, ...row },
      ...{ words: names.get(`${account} ${number}`) ?? null, living: row.died === null },
    }),
  },
  log: {
    to: 'log',
    doc: ({ account, collection, stamp, kind, number }) => ({
      _id: { a: account, c: collection, s: stamp },
      kind,
      number,
    }),
  },
  devices: {
    to: 'devices',
    doc: ({ key, account, device, generation, body }) => ({
      ...{ _id: { a: account, d: device }, generation, body, since: key },
    }),
  },
  sync_records: {
    to: 'syncRecords',
    doc: ({ account, device, collection, generation, body }) => ({
      ...{ _id: { a: account, d: device, c: collection }, generation, body },
    }),
  },
  journal: {
    to: 'journal',
    doc: ({ key, account, at, ...row }) => ({ _id: { a: account, at, r: key }, ...row }),
  },
  quarantine: { to: 'quarantine', doc: ({ account, number, ...row }) => ({ _id: { a: account, n: number }, ...row }) },
  outbox: { to: 'outbox', doc: ({ id, ...row }) => ({ _id: id, ...row }) },
  blobs: {
    to: 'blobs',
    doc: ({ id, sha256, size, refs, touched }) => ({
      ...{ _id: id, sha256: (sha256 as Buffer).toString('hex'), size, refs, touched },
    }),
  },
  // Last: an account that is there is a whole one.
  accounts: {
    to: 'accounts',
    doc: ({ account, facts, created, bytes, prune_horizon, generation, modseq }, { now }) => ({
      ...{ _id: account, facts, created, bytes, prune_horizon, generation, modseq },
      ...{ commits: 0, touched: now, event: JSON.stringify(existenceEvent(account, modseq, true)) },
    }),
  },
};
