// Writes what a group's rows have become: one operation a collection for all accounts. What other nodes write too comes last,
// the accounts at the very end: a node that dies in between holds up nobody's account.
import type { AnyBulkWriteOperation, ClientSession, Collection, OptionalUnlessRequiredId } from 'mongodb';
import { EasError } from '../../domain/errors.ts';
import type {
  AccountDoc,
  AddressDoc,
  BlobDoc,
  CollectionDoc,
  Collections,
  DeviceDoc,
  ItemDoc,
  NameDoc,
  QuarantineDoc,
  SyncRecordDoc,
  WordsDoc,
} from './documents.ts';
import type { GroupRows } from './group-rows.ts';
import { itemDoc } from './rows.ts';

/** Bytes of an item's content and words: a document may have 16 MB. */
const largestContent = 12 * 1024 * 1024;

/** What is said of an account's commit beside its rows. */
export interface Said {
  readonly rows: GroupRows;
  /** In JSON. */
  readonly event: string;
  readonly now: number;
}

export async function flush(docs: Collections, session: ClientSession, all: readonly Said[]): Promise<void> {
  const each = all.map(({ rows }) => rows);
  await write(docs.items, session, each.flatMap(itemWrites));
  await flushLog(docs, session, each);
  await write(docs.words, session, each.flatMap(wordWrites));
  await write(
    docs.devices,
    session,
    each.flatMap(({ loaded, devices }) => changedOf<DeviceDoc>(loaded.devices, devices.values(), ({ _id }) => _id.d)),
  );
  for (const rows of each) await flushGone(docs, session, rows);
  await write(docs.syncRecords, session, each.flatMap(recordWrites));
  await insert(
    docs.journal,
    session,
    each.flatMap(({ journal }) => journal),
  );
  await insert(
    docs.outbox,
    session,
    each.flatMap(({ messages }) => messages),
  );
  await write(docs.quarantine, session, each.flatMap(quarantineWrites));
  await flushNames(docs, session, each);
  await write(docs.blobs, session, blobWrites(each));
  await write(
    docs.collections,
    session,
    each.flatMap(({ loaded, collections }) =>
      changedOf<CollectionDoc>(loaded.collections, collections.values(), ({ _id }) => _id.c),
    ),
  );
  await write(docs.accounts, session, all.map(accountWrite));
}

async function write<Doc extends object>(
  to: Collection<Doc>,
  session: ClientSession,
  writes: AnyBulkWriteOperation<Doc>[],
): Promise<void> {
  // Out of order: one command for all of a kind. None of them meets another's document.
  if (writes.length > 0) await to.bulkWrite(writes, { session, ordered: false });
}
async function insert<Doc extends object>(to: Collection<Doc>, session: ClientSession, docs: Doc[]): Promise<void> {
  if (docs.length > 0) await to.insertMany(docs as OptionalUnlessRequiredId<Doc>[], { session, ordered: false });
}

function accountWrite({ rows, event, now }: Said): AnyBulkWriteOperation<AccountDoc> {
  const { _id, ...after } = rows.accountDoc;
  const $set = { ...changedFields(rows.loaded.account, after), touched: now, event };
  return { updateOne: { filter: { _id }, update: { $set, $inc: { commits: 1 } } } };
}

/** Of a document, what is not as it was. */
function changedFields(before: object, after: object): Record<string, unknown> {
  const was = before as Record<string, unknown>;
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => name !== '_id' && was[name] !== value));
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
      const $set = changedFields(itemDoc(rows.account, before), document);
      if (Object.keys($set).length > 0) writes.push({ updateOne: { filter: { _id }, update: { $set } } });
    }
  }
  for (const number of rows.before.keys()) {
    if (!rows.items.has(number)) writes.push({ deleteOne: { filter: { _id: { a: rows.account, n: number } } } });
  }
  return writes;
}

async function flushLog(docs: Collections, session: ClientSession, each: readonly GroupRows[]): Promise<void> {
  const all = each.flatMap(({ log }) => [...log.values()]);
  const gone = all.flatMap((row) => ('gone' in row ? [row.gone] : []));
  const inserted = all.flatMap((row) => ('gone' in row ? [] : [row]));
  if (gone.length > 0) await docs.log.deleteMany({ _id: { $in: gone } }, { session });
  await insert(docs.log, session, inserted);
}

function wordWrites({ words, account }: GroupRows): AnyBulkWriteOperation<WordsDoc>[] {
  return [...words].map(([w, tokens]) => {
    const filter = { _id: { a: account, w } };
    return tokens === null
      ? { deleteOne: { filter } }
      : { replaceOne: { filter, replacement: { tokens }, upsert: true } };
  });
}

function recordWrites(rows: GroupRows): AnyBulkWriteOperation<SyncRecordDoc>[] {
  const { loaded, devicesGone, collectionsGone } = rows;
  const kept = loaded.syncRecords.filter(({ _id }) => !devicesGone.has(_id.d) && !collectionsGone.has(_id.c));
  return changedOf<SyncRecordDoc>(kept, rows.syncRecords.values(), ({ _id }) => `${_id.d} ${_id.c}`);
}

/** Sets what differs from what was read; what is gone is deleted. */
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
    const filter = { _id: doc._id } as never;
    // A new one is inserted: another node's of the same name must collide, not be replaced.
    if (was === undefined) writes.push({ insertOne: { document: doc as never } });
    else writes.push({ updateOne: { filter, update: { $set: changedFields(was, doc) as never } } });
  }
  for (const { _id } of old.values()) writes.push({ deleteOne: { filter: { _id } as never } });
  return writes;
}

/** What goes as a whole: a device's or a collection's, and what was pruned. */
async function flushGone(docs: Collections, session: ClientSession, rows: GroupRows): Promise<void> {
  const a = rows.account;
  for (const d of rows.devicesGone.keys()) await docs.syncRecords.deleteMany({ '_id.a': a, '_id.d': d }, { session });
  for (const c of rows.collectionsGone.keys()) {
    await docs.items.deleteMany({ '_id.a': a, collection: c, moved_to: null }, { session });
    await docs.log.deleteMany({ '_id.a': a, '_id.c': c }, { session });
    await docs.syncRecords.deleteMany({ '_id.a': a, '_id.c': c }, { session });
  }
  for (const { collection, below, moved } of rows.prunes) {
    const old = [{ moved_to: null }, { moved_at: { $lte: moved } }, { moved_at: null }];
    const died = { $lte: below };
    await docs.items.deleteMany({ '_id.a': a, collection, living: false, died, $or: old }, { session });
    await docs.log.deleteMany({ '_id.a': a, '_id.c': collection, '_id.s': { $lte: below } }, { session });
  }
}

function quarantineWrites(rows: GroupRows): AnyBulkWriteOperation<QuarantineDoc>[] {
  return [...rows.quarantine].flatMap(([n, doc]): AnyBulkWriteOperation<QuarantineDoc>[] => {
    const filter = { _id: { a: rows.account, n } };
    if (rows.loaded.quarantine.includes(doc!)) return [];
    if (doc === undefined) return [{ deleteOne: { filter } }];
    const { _id, ...replacement } = doc;
    return [{ replaceOne: { filter, replacement, upsert: true } }];
  });
}

/** One write a blob, whatever the number of accounts that name it. */
function blobWrites(each: readonly GroupRows[]): AnyBulkWriteOperation<BlobDoc>[] {
  const uses = new Map<string, { refs: number; touched: number | undefined }>();
  for (const { blobUses } of each) {
    for (const [blob, { refs, touched }] of blobUses) {
      const before = uses.get(blob);
      uses.set(blob, { refs: (before?.refs ?? 0) + refs, touched: touched ?? before?.touched });
    }
  }
  return [...uses].map(([_id, { refs, touched }]) => ({
    updateOne: { filter: { _id }, update: { $inc: { refs }, ...(touched !== undefined && { $max: { touched } }) } },
  }));
}

async function flushNames(docs: Collections, session: ClientSession, each: readonly GroupRows[]): Promise<void> {
  const gone: string[] = [];
  const inserted: AddressDoc[] = [];
  for (const { addresses, loaded } of each) {
    for (const [_id, account] of addresses) {
      const before = loaded.addresses.get(_id);
      if (before === account) continue;
      if (account === undefined) gone.push(_id);
      else inserted.push({ _id, account });
    }
  }
  if (gone.length > 0) await docs.addresses.deleteMany({ _id: { $in: gone } }, { session });
  await insert(docs.addresses, session, inserted);
  const names = new Map<string, NameDoc['_id']>();
  for (const name of each.flatMap((rows) => rows.names)) {
    if ('insert' in name) names.set(JSON.stringify(name.insert), name.insert);
    else {
      for (const [key, { address }] of names) if (address === name.remove) names.delete(key);
      await docs.names.deleteMany({ '_id.address': name.remove }, { session });
    }
  }
  await insert(
    docs.names,
    session,
    [...names.values()].map((_id) => ({ _id })),
  );
}
