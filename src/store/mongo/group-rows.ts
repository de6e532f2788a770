// The rows that a group of lists touches, read before and written after: between the two, the writes of the lists work on
// them here, as they work on a file. A list that fails is undone; what is left is the difference that the flush writes.
import { randomInt } from 'node:crypto';
import type { Query, RecordRow, Statements } from '../list/statements.ts';
import type {
  AccountDoc,
  CollectionDoc,
  DeviceDoc,
  ItemDoc,
  JournalDoc,
  LogDoc,
  NameDoc,
  OutboxDoc,
  QuarantineDoc,
  SyncRecordDoc,
} from './documents.ts';
import { duplicateKey } from './failure.ts';
import { itemDoc, itemRow, type WorkingRow, workingRow } from './rows.ts';

/** What was read for the group; what is not in it is not there. */
export interface Loaded {
  readonly account: AccountDoc;
  readonly collections: readonly CollectionDoc[];
  readonly items: readonly ItemDoc[];
  readonly devices: readonly DeviceDoc[];
  readonly syncRecords: readonly SyncRecordDoc[];
  readonly quarantine: readonly QuarantineDoc[];
  /** Sizes by id. */
  readonly blobs: ReadonlyMap<string, number>;
  /** Of this account, and whose the addresses are that it asks for. */
  readonly addresses: ReadonlyMap<string, number>;
  /** By collection: whose log rows a prune takes away. */
  readonly pruned: ReadonlyMap<string, { readonly moved: readonly number[]; readonly changed: readonly number[] }>;
}

type Undo = () => void;
interface BlobUse {
  refs: number;
  touched: number | undefined;
}

export class GroupRows {
  readonly account: number;
  readonly accountDoc: AccountDoc;
  /** By number; undefined: gone. */
  readonly items = new Map<number, WorkingRow>();
  readonly before = new Map<number, WorkingRow>();
  readonly byKey = new Map<number, WorkingRow>();
  readonly collections = new Map<string, CollectionDoc>();
  readonly devices = new Map<string, DeviceDoc>();
  readonly syncRecords = new Map<string, SyncRecordDoc>();
  readonly quarantine = new Map<number, QuarantineDoc | undefined>();
  /** Of the log: a document to insert, or null to delete. */
  readonly log = new Map<string, LogDoc | { readonly gone: LogDoc['_id'] }>();
  readonly journal: JournalDoc[] = [];
  readonly messages: OutboxDoc[] = [];
  readonly blobUses = new Map<string, BlobUse>();
  /** Words by their name; null: no more. */
  readonly words = new Map<number, string[] | null>();
  readonly addresses = new Map<string, number | undefined>();
  readonly names: ({ readonly remove: string } | { readonly insert: NameDoc['_id'] })[] = [];
  /** Whose items, log and sync records all go. */
  readonly collectionsGone = new Map<string, true>();
  readonly prunes: { readonly collection: string; readonly below: number; readonly moved: number }[] = [];
  /** Devices whose sync records all go. */
  readonly devicesGone = new Map<string, true>();
  readonly loaded: Loaded;
  #undo: Undo[] = [];
  #nextKey = 1;

  constructor(loaded: Loaded) {
    this.loaded = loaded;
    this.account = loaded.account._id;
    this.accountDoc = { ...loaded.account };
    for (const doc of loaded.items) {
      const row = workingRow(doc, this.#nextKey++);
      this.items.set(row.number, row);
      this.before.set(row.number, row);
      this.byKey.set(row.key, row);
    }
    for (const doc of loaded.collections) this.collections.set(doc._id.c, doc);
    for (const doc of loaded.devices) this.devices.set(doc._id.d, doc);
    for (const doc of loaded.syncRecords) this.syncRecords.set(`${doc._id.d} ${doc._id.c}`, doc);
    for (const doc of loaded.quarantine) this.quarantine.set(doc._id.n, doc);
    for (const [address, account] of loaded.addresses) this.addresses.set(address, account);
  }

  /** Runs one list: what it throws has changed nothing. */
  savepoint<T>(work: () => T): T {
    this.#undo = [];
    try {
      return work();
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      throw error;
    }
  }

  #set<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    const had = map.has(key);
    const before = map.get(key) as Value;
    this.#undo.push(() => (had ? map.set(key, before) : map.delete(key)));
    map.set(key, value);
  }
  #delete<Key, Value>(map: Map<Key, Value>, key: Key): void {
    if (!map.has(key)) return;
    const before = map.get(key) as Value;
    this.#undo.push(() => map.set(key, before));
    map.delete(key);
  }
  #push<Value>(list: Value[], value: Value): void {
    this.#undo.push(() => list.pop());
    list.push(value);
  }
  #assign(values: Partial<AccountDoc>): void {
    const before = { ...this.accountDoc };
    this.#undo.push(() => Object.assign(this.accountDoc, before));
    Object.assign(this.accountDoc, values);
  }

  #putItem(row: WorkingRow): void {
    this.#set(this.items, row.number, row);
    this.#set(this.byKey, row.key, row);
  }
  #changeItem(key: number, values: Partial<WorkingRow>): void {
    const row = this.byKey.get(key);
    if (row) this.#putItem({ ...row, ...values });
  }
  #use(id: string, refs: number, touched?: number): void {
    const before = this.blobUses.get(id) ?? { refs: 0, touched: undefined };
    this.#set(this.blobUses, id, { refs: before.refs + refs, touched: touched ?? before.touched });
  }

  /** What the lists' writes and checks are given. */
  readonly statements: Statements = {
    account: one((account) => (account === this.account ? this.accountDoc : undefined)),
    closeAccount: act(({ modseq, bytes }) => this.#assign({ modseq, bytes })),
    putAccount: act((facts, prune_horizon) =>
      this.#assign({ facts, prune_horizon, generation: this.accountDoc.generation + 1 }),
    ),
    insertAddress: counted((address, account) => {
      if (this.addresses.get(address) !== undefined) return 0;
      this.#set(this.addresses, address, account);
      return 1;
    }),
    removeAddresses: act((account) => {
      for (const [address, owner] of this.addresses)
        if (owner === account) this.#set(this.addresses, address, undefined);
    }),
    insertName: act((domain, word, address) => this.#push(this.names, { insert: { domain, word, address } })),
    removeNames: act((address) => this.#push(this.names, { remove: address })),

    collection: one((_account, id) => this.collections.get(id)),
    raiseHigh: act((high, _commit, _account, id) => this.#changeCollection(id, { high })),
    insertCollection: act(({ id, parent, name, type, stamp }) =>
      this.#set(this.collections, id, {
        ...{ _id: { a: this.account, c: id }, parent, name, type },
        ...{ created: stamp, modseq: stamp, died: null, high: 0, pruned: 0, generation: 1 },
      }),
    ),
    updateCollection: act(({ id, parent, name, type, stamp }) =>
      this.#changeCollection(id, { parent, name, type, modseq: stamp, ...this.#nextCollection(id) }),
    ),
    killCollection: act(({ id, stamp }) =>
      this.#changeCollection(id, { died: stamp, modseq: stamp, ...this.#nextCollection(id) }),
    ),

    device: one((_account, id) => {
      const doc = this.devices.get(id);
      return doc?.body == null ? undefined : doc;
    }),
    putDevice: act((_account, id, _commit, body) => {
      const before = this.devices.get(id);
      this.#set(this.devices, id, {
        _id: { a: this.account, d: id },
        generation: (before?.generation ?? 0) + 1,
        body,
        since: before?.since ?? Date.now(),
      });
    }),
    removeDevice: act((_commit, _account, id) => {
      const before = this.devices.get(id);
      if (before) this.#set(this.devices, id, { ...before, body: null, generation: before.generation + 1 });
    }),
    syncRecord: one((_account, device, collection) => this.syncRecords.get(`${device} ${collection}`)),
    putSyncRecord: act((a, d, c, first, body) => {
      const before = this.syncRecords.get(`${d} ${c}`);
      const generation = before === undefined ? first : before.generation + 1;
      this.#set(this.syncRecords, `${d} ${c}`, { _id: { a, d, c }, generation, body });
    }),
    removeSyncRecordsOfDevice: act((_account, device) => {
      for (const [key, doc] of this.syncRecords) if (doc._id.d === device) this.#delete(this.syncRecords, key);
      this.#set(this.devicesGone, device, true);
    }),
    removeSyncRecordsOfCollection: act((_account, id) => {
      for (const [key, doc] of this.syncRecords) if (doc._id.c === id) this.#delete(this.syncRecords, key);
    }),
    insertMessage: act(({ id, account, from, recipients, mime, queued }) =>
      this.#push(this.messages, {
        ...{ _id: id, account, sender: from, recipients, mime, queued, due: queued },
        ...{ attempts: 0, last_error: null },
      }),
    ),

    itemGeneration: one((_account, number) => this.items.get(number)),
    record: one((_account, number) => {
      const row = this.items.get(number);
      return row && { ...row };
    }),
    saveRecord: act(({ key, number: _, collection: __, created: ___, blobs: ____, ...said }) =>
      this.#changeItem(key, { ...columnsOf(said), generation: said.generation + 1 }),
    ),
    saveContent: act(({ key, content, blobs, conversation, device, client, hash }) =>
      this.#changeItem(key, {
        ...{ content, blobs, conversation },
        ...{ added_device: device, added_client: client, added_hash: hash },
      }),
    ),
    saveHistory: act((history, key) => {
      const row = this.byKey.get(key);
      if (row) this.#putItem({ ...row, history, generation: row.generation + 1 });
    }),
    dropContent: act((key) => this.#changeItem(key, { content: null, blobs: null })),
    insertItem: act(({ number, collection, stamp, sortDate, bytes, history, broughtBy, origin, ...more }) => {
      if (this.items.has(number)) throw Object.assign(new Error('a number twice'), { code: duplicateKey });
      const { device, client, hash, conversation, blobs, content } = more;
      this.#putItem({
        ...{ key: this.#nextKey++, number, collection, class: more.class, words: null },
        ...{ created: stamp, modseq: stamp, died: null, changed: null, generation: 1, sort_date: sortDate, bytes },
        ...{ history, touched: '{}', brought_by: broughtBy, origin, removed_by: null, moved_to: null, moved_at: null },
        ...{ added_device: device, added_client: client, added_hash: hash, conversation, blobs, content },
      });
    }),
    leaveTombstone: act(({ key, number, now, ...said }) => {
      const gone = { bytes: 0, blobs: null, content: null, words: null };
      const source = this.byKey.get(key)!;
      const generation = said.generation + 1;
      this.#putItem({
        ...source,
        ...columnsOf(said),
        ...{ key: this.#nextKey++, number, generation, moved_at: now, collection: source.collection, ...gone },
      });
    }),
    renumber: act(({ key, number }) => {
      const row = this.byKey.get(key)!;
      this.#delete(this.items, row.number);
      this.#putItem({ ...row, number });
    }),
    enterAs: act(({ key, collection, stamp, history, origin, broughtBy }) =>
      this.#changeItem(key, {
        ...{ collection, created: stamp, modseq: stamp, changed: null, generation: 1, history, touched: '{}' },
        ...{ brought_by: broughtBy, origin, removed_by: null, moved_to: null },
        ...(this.byKey.get(key)?.collection === collection
          ? {}
          : { added_device: null, added_client: null, added_hash: null }),
      }),
    ),
    wholeItem: one((key) => {
      const row = this.byKey.get(key);
      return row && itemRow(itemDoc(this.account, row));
    }),
    folder: one((_account, id) => {
      const doc = this.collections.get(id);
      return doc && { parent: doc.parent, name: doc.name, type: doc.type };
    }),
    insertJournal: act(({ account, at, movedTo, ...entry }) =>
      this.#push(this.journal, { _id: { a: account, at, r: randomInt(2 ** 47) }, ...entry, moved_to: movedTo }),
    ),
    quarantine: act(({ account, number, ...said }) => {
      const times = (this.quarantine.get(number)?.times ?? 0) + 1;
      this.#set(this.quarantine, number, { _id: { a: account, n: number }, ...said, times });
    }),
    unquarantine: counted((_account, number) => {
      if (this.quarantine.get(number) === undefined) return 0;
      this.#set(this.quarantine, number, undefined);
      return 1;
    }),
    unquarantineAll: act((_account, collection) => {
      for (const [number, doc] of this.quarantine)
        if (doc?.collection === collection) this.#set(this.quarantine, number, undefined);
    }),
    insertWords: act((key, text) => {
      const row = this.byKey.get(key)!;
      const name = row.words ?? row.number;
      if (row.words === null) this.#changeItem(key, { words: name });
      const [, ...tokens] = text.split(' ');
      this.#set(this.words, name, tokens);
    }),
    removeWords: act((key) => {
      const row = this.byKey.get(key);
      if (row?.words == null) return;
      this.#set(this.words, row.words, null);
      this.#changeItem(key, { words: null });
    }),
    insertLog: act((a, c, s, kind, number) => this.#set(this.log, `${c} ${s}`, { _id: { a, c, s }, kind, number })),
    removeLog: act((a, c, s) => {
      const key = `${c} ${s}`;
      if (this.log.has(key)) this.#delete(this.log, key);
      else this.#set(this.log, key, { gone: { a, c, s } });
    }),
    heldBlobs: many((_account, collection) =>
      [...this.items.values()].filter((row) => row.collection === collection && row.died === null),
    ),
    removeItemsOf: act((_account, collection) => {
      this.#set(this.collectionsGone, collection, true);
      for (const [number, row] of this.items)
        if (row.collection === collection && row.moved_to === null) this.#delete(this.items, number);
    }),
    removeLogOf: act((_account, collection) => this.#set(this.collectionsGone, collection, true)),
    prunedMoves: many((_account, collection) =>
      (this.loaded.pruned.get(collection)?.moved ?? []).map((number) => ({ number })),
    ),
    forgetChanged: act((_account, _same, collection) => {
      for (const number of this.loaded.pruned.get(collection)?.changed ?? []) {
        const row = this.items.get(number);
        if (row) this.#changeItem(row.key, { changed: null });
      }
    }),
    pruneTombstones: act((_account, collection, below, moved) => this.#push(this.prunes, { collection, below, moved })),
    pruneLog: act(() => undefined),
    markPruned: act((below, _account, id) =>
      this.#changeCollection(id, { pruned: Math.max(below, this.collections.get(id)?.pruned ?? 0) }),
    ),
    holdBlob: one((id) => {
      const size = this.loaded.blobs.get(id);
      if (size === undefined) return undefined;
      this.#use(id, 1);
      return { size };
    }),
    releaseBlob: act((now, id) => this.#use(id, -1, now)),
  };

  #nextCollection(id: string): { readonly generation: number } {
    return { generation: (this.collections.get(id)?.generation ?? 0) + 1 };
  }
  #changeCollection(id: string, values: Partial<CollectionDoc>): void {
    const doc = this.collections.get(id);
    if (doc) this.#set(this.collections, id, { ...doc, ...values });
  }
}

/** Of a record, what a write may have changed. */
function columnsOf(said: Omit<RecordRow, 'key' | 'number' | 'collection' | 'created' | 'blobs'>) {
  const { modseq, died, changed, sort_date, bytes, history, touched, brought_by, origin, removed_by, moved_to } = said;
  return { modseq, died, changed, sort_date, bytes, history, touched, brought_by, origin, removed_by, moved_to };
}

function unasked(): never {
  throw new TypeError('not a question of that kind');
}
function one<Parameters extends unknown[], Row>(
  get: (...parameters: Parameters) => Row | undefined,
): Query<Parameters, Row> {
  return { get, all: unasked, run: unasked };
}
function many<Parameters extends unknown[], Row>(all: (...parameters: Parameters) => Row[]): Query<Parameters, Row> {
  return { all, get: unasked, run: unasked };
}
function act<Parameters extends unknown[]>(run: (...parameters: Parameters) => void): Query<Parameters> {
  return counted((...parameters: Parameters) => {
    run(...parameters);
    return 1;
  });
}
function counted<Parameters extends unknown[]>(run: (...parameters: Parameters) => number): Query<Parameters> {
  return { run: (...parameters) => ({ changes: run(...parameters) }), get: unasked, all: unasked };
}
