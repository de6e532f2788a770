// Writes what a group's rows have become: one operation per collection, the account last of what it changes.
import type { AnyBulkWriteOperation, ClientSession } from 'mongodb';
import { EasError } from '../../domain/errors.ts';
import type {
  AddressDoc,
  CollectionDoc,
  Collections,
  DeviceDoc,
  ItemDoc,
  NameDoc,
  SyncRecordDoc,
} from './documents.ts';
import type { GroupRows, Loaded } from './group-rows.ts';
import { itemDoc } from './rows.ts';

/** Bytes of an item's content and words: a document may have 16 MB. */
const largestContent = 12 * 1024 * 1024;

export async function flush(
  docs: Collections,
  session: ClientSession,
  rows: GroupRows,
  loaded: Loaded,
  said: { readonly event: string; readonly now: number },
): Promise<void> {
  const options = { session, ordered: true };
  const a = rows.account;
  const items = itemWrites(rows);
  if (items.length > 0) await docs.items.bulkWrite(items, options);
  await flushLog(docs, session, rows);
  await flushWords(docs, session, rows);

  const collections = changedOf<CollectionDoc>(loaded.collections, rows.collections.values(), ({ _id }) => _id.c);
  if (collections.length > 0) await docs.collections.bulkWrite(collections, options);
  const devices = changedOf<DeviceDoc>(loaded.devices, rows.devices.values(), ({ _id }) => _id.d);
  if (devices.length > 0) await docs.devices.bulkWrite(devices, options);
  for (const d of rows.devicesGone.keys()) await docs.syncRecords.deleteMany({ '_id.a': a, '_id.d': d }, { session });
  for (const c of rows.collectionsGone.keys()) await flushGone(docs, session, a, c);
  for (const prune of rows.prunes) await flushPrune(docs, session, a, prune);
  const kept = loaded.syncRecords.filter(({ _id }) => !rows.devicesGone.has(_id.d) && !rows.collectionsGone.has(_id.c));
  const records = changedOf<SyncRecordDoc>(kept, rows.syncRecords.values(), ({ _id }) => `${_id.d} ${_id.c}`);
  if (records.length > 0) await docs.syncRecords.bulkWrite(records, options);

  if (rows.journal.length > 0) await docs.journal.insertMany(rows.journal, { session });
  if (rows.messages.length > 0) await docs.outbox.insertMany(rows.messages, { session });
  await flushQuarantine(docs, session, rows);
  await flushBlobs(docs, session, rows);
  await flushNames(docs, session, rows, loaded);
  const { _id, commits: _, ...account } = rows.accountDoc;
  await docs.accounts.updateOne(
    { _id: a },
    { $set: { ...account, touched: said.now, event: said.event } },
    { session },
  );
}

function itemWrites(rows: GroupRows): AnyBulkWriteOperation<ItemDoc>[] {
  const writes: AnyBulkWriteOperation<ItemDoc>[] = [];
  for (const [number, row] of rows.items) {
    const before = rows.before.get(number);
    if (before === row) continue;
    if ((row.content?.length ?? 0) > largestContent) throw new EasError('too-large', `${row.collection}:${number}`);
    const document = itemDoc(rows.account, row);
    const { _id } = document;
    if (before === undefined) writes.push({ insertOne: { document } });
    else if (before.key !== row.key) writes.push({ replaceOne: { filter: { _id }, replacement: document } });
    else {
      const old = itemDoc(rows.account, before) as unknown as Record<string, unknown>;
      const changed = Object.entries(document).filter(([name, value]) => name !== '_id' && old[name] !== value);
      if (changed.length > 0)
        writes.push({ updateOne: { filter: { _id }, update: { $set: Object.fromEntries(changed) } } });
    }
  }
  for (const number of rows.before.keys()) {
    if (!rows.items.has(number)) writes.push({ deleteOne: { filter: { _id: { a: rows.account, n: number } } } });
  }
  return writes;
}

async function flushLog(docs: Collections, session: ClientSession, { log }: GroupRows): Promise<void> {
  const all = [...log.values()];
  const gone = all.flatMap((each) => ('gone' in each ? [each.gone] : []));
  const inserted = all.flatMap((each) => ('gone' in each ? [] : [each]));
  if (gone.length > 0) await docs.log.deleteMany({ _id: { $in: gone } }, { session });
  if (inserted.length > 0) await docs.log.insertMany(inserted, { session });
}

async function flushWords(docs: Collections, session: ClientSession, { words, account }: GroupRows): Promise<void> {
  const writes = [...words].map(([w, tokens]) => {
    const filter = { _id: { a: account, w } };
    return tokens === null
      ? { deleteOne: { filter } }
      : { replaceOne: { filter, replacement: { tokens }, upsert: true } };
  });
  if (writes.length > 0) await docs.words.bulkWrite(writes, { session });
}

/** Replaces what differs from what was read; what is gone is deleted. */
function changedOf<Doc extends { readonly _id: unknown }>(
  before: readonly Doc[],
  after: Iterable<Doc>,
  keyOf: (doc: Doc) => string,
): AnyBulkWriteOperation<Doc>[] {
  const old = new Map(before.map((doc) => [keyOf(doc), doc]));
  const writes: AnyBulkWriteOperation<Doc>[] = [];
  for (const doc of after) {
    const was = old.get(keyOf(doc));
    old.delete(keyOf(doc));
    if (was === doc) continue;
    const { _id, ...replacement } = doc;
    const filter = { _id } as never;
    // A new one is inserted: another node's of the same name must collide, not be replaced.
    if (was === undefined) writes.push({ insertOne: { document: doc as never } });
    else writes.push({ replaceOne: { filter, replacement: replacement as never } });
  }
  for (const { _id } of old.values()) writes.push({ deleteOne: { filter: { _id } as never } });
  return writes;
}

async function flushGone(docs: Collections, session: ClientSession, a: number, c: string): Promise<void> {
  await docs.items.deleteMany({ '_id.a': a, collection: c, moved_to: null }, { session });
  await docs.log.deleteMany({ '_id.a': a, '_id.c': c }, { session });
  await docs.syncRecords.deleteMany({ '_id.a': a, '_id.c': c }, { session });
}

async function flushPrune(
  docs: Collections,
  session: ClientSession,
  a: number,
  { collection, below, moved }: GroupRows['prunes'][number],
): Promise<void> {
  const old = [{ moved_to: null }, { moved_at: { $lte: moved } }, { moved_at: null }];
  const died = { $lte: below };
  await docs.items.deleteMany({ '_id.a': a, collection, living: false, died, $or: old }, { session });
  await docs.log.deleteMany({ '_id.a': a, '_id.c': collection, '_id.s': { $lte: below } }, { session });
}

async function flushQuarantine(docs: Collections, session: ClientSession, rows: GroupRows): Promise<void> {
  const writes = [...rows.quarantine].map(([n, doc]) => {
    const filter = { _id: { a: rows.account, n } };
    if (doc === undefined) return { deleteOne: { filter } };
    const { _id, ...replacement } = doc;
    return { replaceOne: { filter, replacement, upsert: true } };
  });
  if (writes.length > 0) await docs.quarantine.bulkWrite(writes, { session });
}

async function flushBlobs(docs: Collections, session: ClientSession, { blobUses }: GroupRows): Promise<void> {
  const writes = [...blobUses].map(([_id, { refs, touched }]) => ({
    updateOne: { filter: { _id }, update: { $inc: { refs }, ...(touched !== undefined && { $max: { touched } }) } },
  }));
  if (writes.length > 0) await docs.blobs.bulkWrite(writes, { session });
}

async function flushNames(docs: Collections, session: ClientSession, rows: GroupRows, loaded: Loaded): Promise<void> {
  const gone: string[] = [];
  const inserted: AddressDoc[] = [];
  for (const [_id, account] of rows.addresses) {
    const before = loaded.addresses.get(_id);
    if (before === account) continue;
    if (account === undefined) gone.push(_id);
    else inserted.push({ _id, account });
  }
  if (gone.length > 0) await docs.addresses.deleteMany({ _id: { $in: gone } }, { session });
  if (inserted.length > 0) await docs.addresses.insertMany(inserted, { session });
  const names = new Map<string, NameDoc['_id']>();
  for (const name of rows.names) {
    if ('insert' in name) names.set(JSON.stringify(name.insert), name.insert);
    else {
      for (const [key, { address }] of names) if (address === name.remove) names.delete(key);
      await docs.names.deleteMany({ '_id.address': name.remove }, { session });
    }
  }
  if (names.size > 0)
    await docs.names.insertMany(
      [...names.values()].map((_id) => ({ _id })),
      { session },
    );
}
