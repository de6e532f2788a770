/**
 * Collections and indexes. The account is the first field of every _id and index but those that look across accounts, so
 * that all but these can be sharded by `{'_id.a': 'hashed'}`.
 */
import type { CreateCollectionOptions, Db, IndexDescription } from 'mongodb';
import { EasError } from '../../domain/errors.ts';
import { type Collections, collectionNames, collectionsOf } from './documents.ts';

const indexes: Partial<Record<keyof Collections, readonly IndexDescription[]>> = {
  // Who was written lately: what a feed that lost its place asks.
  accounts: [{ key: { touched: 1 } }],
  addresses: [{ key: { account: 1 } }],
  names: [{ key: { '_id.domain': 1, '_id.word': 1 } }, { key: { '_id.address': 1, '_id.word': 1 } }],
  collections: [{ key: { '_id.a': 1, modseq: 1 } }],
  items: [
    // The living by position: filters, loads, counts.
    {
      key: { '_id.a': 1, collection: 1, sort_date: 1, '_id.n': 1 },
      partialFilterExpression: { living: true },
    },
    // Tombstones by death: pruning.
    { key: { '_id.a': 1, collection: 1, died: 1 }, partialFilterExpression: { living: false } },
    // What an Add of a device made, as long as it lives.
    { key: { '_id.a': 1, added_device: 1, added_client: 1 }, partialFilterExpression: { living: true } },
    { key: { '_id.a': 1, collection: 1, conversation: 1 } },
    { key: { '_id.a': 1, words: 1 }, partialFilterExpression: { living: true } },
  ],
  // A prefix of a word is an anchored expression on this index.
  words: [{ key: { '_id.a': 1, tokens: 1 } }],
  log: [{ key: { '_id.a': 1, '_id.c': 1, '_id.s': 1 } }, { key: { '_id.a': 1, number: 1 } }],
  devices: [{ key: { '_id.a': 1, since: 1 } }],
  syncRecords: [{ key: { '_id.a': 1, '_id.c': 1 } }, { key: { '_id.a': 1, '_id.d': 1 } }],
  journal: [{ key: { '_id.a': 1, '_id.at': 1 } }, { key: { '_id.at': 1 } }],
  quarantine: [{ key: { '_id.a': 1, collection: 1 } }],
  blobs: [{ key: { sha256: 1, size: 1 }, unique: true }, { key: { refs: 1, touched: 1 } }],
  outbox: [{ key: { due: 1 } }, { key: { account: 1 } }],
};

/** In order; a released one is never edited. The `schema` document says how many a database has been through. */
const migrations: readonly ((db: Db) => Promise<void>)[] = [
  async (db) => {
    const options: CreateCollectionOptions = {
      storageEngine: { wiredTiger: { configString: 'block_compressor=zstd' } },
    };
    const there = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
    for (const name of collectionNames) {
      if (!there.has(name)) await db.createCollection(name, options).catch(ifThere);
      const wanted = indexes[name];
      if (wanted) await db.collection(name).createIndexes([...wanted]);
    }
  },
];
export const schemaVersion = migrations.length;

/** Another node made it in the same moment. */
function ifThere(error: unknown): void {
  if ((error as { codeName?: string }).codeName !== 'NamespaceExists') throw error;
}

/** Brings the database to today's schema; every step may run twice. Throws 'store-newer'. */
export async function migrate(db: Db): Promise<{ readonly from: number; readonly to: number }> {
  const { schema } = collectionsOf(db);
  const from = (await schema.findOne({ _id: 'schema' }))?.version ?? 0;
  if (from > schemaVersion) {
    throw new EasError('store-newer', `schema ${from}, this program knows ${schemaVersion}`);
  }
  for (let version = from; version < schemaVersion; version += 1) {
    await migrations[version]!(db);
    await schema.updateOne({ _id: 'schema' }, { $max: { version: version + 1 } }, { upsert: true });
  }
  return { from, to: schemaVersion };
}
