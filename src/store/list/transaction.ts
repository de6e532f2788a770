// The Transaction of one run: lists writes as plain data and shows them to its own look-ups. It writes nothing.
import { randomBytes, randomInt } from 'node:crypto';
import type { Collection } from '../../domain/collection.ts';
import { EasError } from '../../domain/errors.ts';
import type { CollectionId, ServerId } from '../../domain/ids.ts';
import type { Item, LivingItem, NewItem, Tombstone } from '../../domain/item.ts';
import type { ItemNumber } from '../../domain/position.ts';
import { type Facts, openStamp, type Reader, type Transaction } from '../port.ts';
import type { ContentWrite } from './lists.ts';
import { anyItem, livingItem, type Pending, requireFresh, syncRecordKey } from './pending.ts';
import { accountFacts, serverId } from './rows.ts';
import { syncRecordBody } from './sync-record-row.ts';

/** `reader`: of the snapshot, its look-ups those of `pending`. */
export function transactionOn(reader: Reader, pending: Pending): Transaction {
  const items = itemTransaction(pending);
  const account = accountTransaction(pending);
  // Named one by one: spreading three objects costs more than the run of a small transaction.
  return {
    now: reader.now,
    account: reader.account,
    device: reader.device,
    devices: reader.devices,
    collections: reader.collections,
    collection: reader.collection,
    item: reader.item,
    added: reader.added,
    conversation: reader.conversation,
    log: reader.log,
    range: reader.range,
    count: reader.count,
    syncRecord: reader.syncRecord,
    syncRecords: reader.syncRecords,
    create: items.create,
    put: items.put,
    move: items.move,
    remove: items.remove,
    keepLost: items.keepLost,
    mark: items.mark,
    announce: items.announce,
    putCollection: account.putCollection,
    removeCollection: account.removeCollection,
    putDevice: account.putDevice,
    removeDevice: account.removeDevice,
    putAccount: account.putAccount,
    saveSyncRecord: account.saveSyncRecord,
    prune: account.prune,
    send: account.send,
    quarantine: items.quarantine,
    release: items.release,
    search: reader.search,
    journal: reader.journal,
    quarantined: reader.quarantined,
  };
}

type ItemMethods = Pick<
  Transaction,
  'create' | 'put' | 'move' | 'remove' | 'keepLost' | 'mark' | 'announce' | 'quarantine' | 'release'
>;
function itemTransaction(pending: Pending): ItemMethods {
  const { writes, items } = pending;
  return {
    create(item, facts) {
      const number = drawNumber();
      writes.push({ write: 'create', class: item.class, ...contentWrite(item, number, facts) });
      const created = enteredItem(item, number, facts);
      items.set(created.id, created);
      return created.id;
    },
    put(item, touched, facts) {
      const current = livingItem(pending, item.id);
      const { number, collection } = current;
      requireFresh(pending, { kind: 'item', id: number, collection }, item.generation, current);
      requireWhole(current);
      writes.push({ write: 'put', touched, ...contentWrite({ ...item, collection }, number, facts) });
      items.set(item.id, changedItem(current, item, touched, facts));
    },
    move(id, to, facts, old) {
      const source = livingItem(pending, id);
      requireWhole(source);
      const newNumber = drawNumber();
      writes.push({ write: 'move', number: source.number, newNumber, to, facts, old });
      const { addedAs, ...kept } = source;
      // Only in its own collection it is still what that Add made.
      const item = { ...kept, collection: to, ...(addedAs && to === source.collection && { addedAs }) };
      const moved = enteredItem(item, newNumber, facts);
      items.set(moved.id, moved);
      items.set(id, deadItem(source, old, old?.moved === true ? moved.id : undefined));
      return moved.id;
    },
    remove(id, facts) {
      const item = livingItem(pending, id);
      writes.push({ write: 'remove', number: item.number, facts });
      items.set(id, deadItem(item, facts));
    },
    mark(id, facts) {
      const item = anyItem(pending, id);
      writes.push({ write: 'mark', number: item.number, facts });
      items.set(id, withFacts({ ...item, generation: item.generation + 1 }, facts, item.modseq));
    },
    announce(id, device) {
      const item = anyItem(pending, id);
      writes.push({ write: 'announce', number: item.number, device });
      const stamps = { modseq: openStamp, generation: item.generation + 1 };
      const announced: Item =
        item.died === undefined ? { ...item, ...stamps } : { ...item, ...stamps, died: openStamp };
      items.set(id, withFacts(announced, { origin: null, removedBy: null, broughtBy: { [device]: 'now' } }, openStamp));
    },
    keepLost({ id, content, sortDate, blobs }, by) {
      const { number } = livingItem(pending, id);
      writes.push({ write: 'keepLost', number, content: JSON.stringify(content), sortDate, blobs, by });
    },
    quarantine(id, reason) {
      writes.push({ write: 'quarantine', number: livingItem(pending, id).number, reason });
    },
    release(id) {
      const item = livingItem(pending, id);
      writes.push({ write: 'release', number: item.number });
      items.set(id, changedItem(item, item, everything, undefined));
    },
  };
}

type AccountMethods = Pick<
  Transaction,
  | 'putCollection'
  | 'removeCollection'
  | 'putDevice'
  | 'removeDevice'
  | 'putAccount'
  | 'saveSyncRecord'
  | 'prune'
  | 'send'
>;
function accountTransaction(pending: Pending): AccountMethods {
  const { writes, lookups } = pending;
  return {
    putCollection(collection) {
      const { id, parent, name, type } = collection;
      const current = lookups.collection(id);
      if ('generation' in collection) {
        requireFresh(pending, { kind: 'collection', id }, collection.generation, current);
        livingCollection(current, id);
      } else if (current !== undefined) throw new EasError('folder-exists', id);
      writes.push({ write: 'putCollection', id, parent, name, type });
      pending.collections.set(id, {
        ...(current ?? { created: openStamp, high: 0 }),
        ...{ id, parent, name, type, modseq: openStamp, generation: (current?.generation ?? 0) + 1 },
      });
    },
    removeCollection(id, by) {
      const current = livingCollection(lookups.collection(id), id);
      writes.push({ write: 'removeCollection', id, by });
      const stamps = { modseq: openStamp, died: openStamp, high: openStamp };
      pending.collections.set(id, { ...current, ...stamps, generation: current.generation + 1 });
    },
    putDevice(device) {
      const current = lookups.device(device.id);
      const { generation, ...body } = device;
      if (generation !== undefined) requireFresh(pending, { kind: 'device', id: device.id }, generation, current);
      writes.push({ write: 'putDevice', id: device.id, body: JSON.stringify(body) });
      pending.devices.set(device.id, { ...body, generation: (current?.generation ?? 0) + 1 });
    },
    removeDevice(id) {
      if (lookups.device(id) === undefined) throw new EasError('device-not-found', id);
      writes.push({ write: 'removeDevice', id });
      pending.devices.set(id, undefined);
      for (const [key, record] of pending.syncRecords)
        if (record?.device === id) pending.syncRecords.set(key, undefined);
    },
    putAccount(account) {
      const current = lookups.account();
      requireFresh(pending, { kind: 'account', id: '' }, account.generation, current);
      writes.push({ write: 'putAccount', facts: accountFacts(account), pruneHorizon: account.pruneHorizon });
      pending.account = { ...account, bytes: current.bytes, generation: current.generation + 1 };
    },
    saveSyncRecord(next) {
      const { device, collection } = next;
      const current = lookups.syncRecord(device, collection);
      requireFresh(pending, { kind: 'sync', id: device, collection }, next.generation, current);
      writes.push({ write: 'saveSyncRecord', device, collection, body: syncRecordBody(next) });
      pending.syncRecords.set(syncRecordKey(device, collection), {
        ...next,
        generation: (current?.generation ?? 0) + 1,
      });
    },
    prune(collection, below, moved) {
      writes.push({ write: 'prune', collection, below, moved });
    },
    send({ from, recipients, mime, queued }) {
      const id = randomBytes(12).toString('hex');
      writes.push({ write: 'send', id, from, recipients: JSON.stringify(recipients), mime, queued });
    },
  };
}

/** What a change of a whole item touches. */
export const everything = ['message'] as const;

/** Nothing may be built on what cannot be read. */
function requireWhole(item: LivingItem): void {
  if (item.damaged !== undefined) throw new EasError('corrupt-item', `${item.id}: ${item.damaged}`);
}

/** Unique in its account: the database refuses a second one, and the run is repeated. */
function drawNumber(): ItemNumber {
  return randomInt(1, 2 ** 48 - 1) as ItemNumber;
}

function livingCollection(collection: Collection | undefined, id: CollectionId): Collection {
  if (collection === undefined || collection.died !== undefined) throw new EasError('collection-not-found', id);
  return collection;
}

function contentWrite(item: NewItem, number: number, facts: Facts | undefined): ContentWrite {
  return {
    number,
    collection: item.collection,
    content: JSON.stringify(item.content),
    sortDate: item.sortDate,
    blobs: item.blobs,
    conversation: item.conversation,
    addedAs: item.addedAs,
    facts,
    words: item.words,
  };
}

function enteredItem(item: NewItem, number: ItemNumber, facts: Facts | undefined): LivingItem {
  const { collection, class: itemClass, content, sortDate, blobs, conversation, addedAs } = item;
  const entered: LivingItem = {
    ...{ collection, class: itemClass, content, sortDate, blobs, number },
    ...(conversation === undefined ? {} : { conversation }),
    ...(addedAs === undefined ? {} : { addedAs }),
    id: serverId(collection, number),
    created: openStamp,
    modseq: openStamp,
    history: [{ stamp: openStamp, position: { date: sortDate, number } }],
    touched: {},
    broughtBy: {},
    generation: 1,
  };
  return withFacts(entered, facts, openStamp);
}

function changedItem(
  current: LivingItem,
  item: LivingItem,
  touched: readonly string[],
  facts: Facts | undefined,
): LivingItem {
  const { collection, class: itemClass, content, sortDate, blobs, conversation, addedAs } = item;
  const { id, number, created, history, broughtBy } = current;
  const moved = sortDate !== current.sortDate;
  const changed: LivingItem = {
    ...{ collection, class: itemClass, content, sortDate, blobs, id, number, created, broughtBy },
    ...(conversation === undefined ? {} : { conversation }),
    ...(addedAs === undefined ? {} : { addedAs }),
    modseq: openStamp,
    history: moved ? [...history, { stamp: openStamp, position: { date: sortDate, number } }] : history,
    touched: { ...current.touched, ...Object.fromEntries(touched.map((part) => [part, openStamp])) },
    generation: current.generation + 1,
  };
  return withFacts(changed, facts, openStamp);
}

function deadItem(item: LivingItem, facts: Facts | undefined, movedTo?: ServerId): Tombstone {
  const { content, sortDate, blobs, words, ...record } = item;
  const dead: Tombstone = {
    ...record,
    modseq: openStamp,
    died: openStamp,
    ...(movedTo === undefined ? {} : { movedTo }),
    generation: item.generation + 1,
  };
  return withFacts(dead, facts, openStamp);
}

function withFacts<Kind extends Item>(item: Kind, facts: Facts | undefined, stamp: number): Kind {
  if (facts === undefined) return item;
  const next = { ...item } as Kind & { origin?: unknown; removedBy?: unknown; broughtBy: Record<string, number> };
  if (facts.origin === null) delete next.origin;
  else if (facts.origin !== undefined) next.origin = facts.origin;
  if (facts.removedBy === null) delete next.removedBy;
  else if (facts.removedBy !== undefined && item.died !== undefined) next.removedBy = facts.removedBy;
  if (facts.broughtBy !== undefined) {
    next.broughtBy = { ...item.broughtBy };
    for (const [device, since] of Object.entries(facts.broughtBy)) {
      if (since === null) delete next.broughtBy[device];
      else next.broughtBy[device] = since === 'now' ? stamp : since;
    }
  }
  return next;
}
