// The audit of a whole database: its documents as rows of the tables that the other engine has, looked over by the same rules,
// and each blob's chunks against its size. It only reads, as of one moment.
import Database from 'better-sqlite3';
import type { ClientSession } from 'mongodb';
import { accountWord } from '../list/token.ts';
import { auditRows } from '../sqlite/audit.ts';
import { migrate } from '../sqlite/schema.ts';
import type { Collections, Mongo } from './documents.ts';
import { domainErrors } from './failure.ts';
import { connectMongo } from './open.ts';

type Row = Readonly<Record<string, unknown>>;

/** Resolves with what is wrong: [] when nothing is. */
export async function auditMongo(url: string): Promise<string[]> {
  const mongo = await connectMongo(url);
  const db = new Database(':memory:');
  try {
    migrate(db);
    return await domainErrors(() =>
      mongo.client.withSession({ snapshot: true }, async (session) => {
        await copyRows(mongo.docs, session, db);
        return [...auditRows(db), ...(await auditChunks(mongo))];
      }),
    );
  } finally {
    db.close();
    await mongo.client.close();
  }
}

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

async function copyRows(docs: Collections, session: ClientSession, db: Database.Database): Promise<void> {
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

async function auditChunks({ docs }: Mongo): Promise<string[]> {
  const wrong: string[] = [];
  const sizes = docs.chunks.aggregate<{ _id: string; bytes: number; chunks: number; last: number }>([
    {
      $group: {
        _id: '$_id.b',
        bytes: { $sum: { $binarySize: '$bytes' } },
        chunks: { $sum: 1 },
        last: { $max: '$_id.n' },
      },
    },
  ]);
  const found = new Map((await sizes.toArray()).map((one) => [one._id, one]));
  for await (const { _id, size } of docs.blobs.find({})) {
    const { bytes = 0, chunks = 0, last = -1 } = found.get(_id) ?? {};
    if (bytes !== size) wrong.push(`blob ${_id} should have ${size} bytes and has ${bytes}`);
    if (chunks !== last + 1) wrong.push(`blob ${_id} has ${chunks} chunks, the last is ${last}`);
  }
  return wrong;
}
