// What a group of lists needs to know before its writes can work: the records that they name, read inside the transaction.
import type { ClientSession } from 'mongodb';
import type { NewAccount } from '../../domain/account.ts';
import type { List, Write } from '../list/lists.ts';
import { kindCode } from '../list/rows.ts';
import type { AccountDoc, Collections, ItemDoc } from './documents.ts';
import type { Loaded } from './group-rows.ts';

interface Wanted {
  readonly collections: Set<string>;
  readonly items: Set<number>;
  readonly devices: Set<string>;
  readonly syncRecords: Map<string, { d: string; c: string }>;
  readonly blobs: Set<string>;
  readonly addresses: Set<string>;
  account: boolean;
}

export async function load(
  docs: Collections,
  session: ClientSession,
  account: AccountDoc,
  lists: readonly List[],
): Promise<Loaded> {
  const wanted = wantedBy(lists);
  const a = account._id;
  const among = <Doc extends object>(ids: readonly unknown[], find: () => Promise<Doc[]>): Promise<Doc[]> =>
    ids.length === 0 ? Promise.resolve([]) : find();
  // One after the other: a transaction's session carries one operation at a time.
  const pruned = await loadPruned(docs, session, a, lists);
  for (const { moved, changed } of pruned.values()) for (const n of [...moved, ...changed]) wanted.items.add(n);
  for (const n of await livingOf(docs, session, a, lists)) wanted.items.add(n);
  const itemIds = [...wanted.items].map((n) => ({ a, n }));
  const items = await among(itemIds, () => docs.items.find({ _id: { $in: itemIds } }, { session }).toArray());
  const collectionIds = [...wanted.collections, ...items.map(({ collection }) => collection)].map((c) => ({ a, c }));
  const collections = await among(collectionIds, () =>
    docs.collections.find({ _id: { $in: collectionIds } }, { session }).toArray(),
  );
  const deviceIds = [...wanted.devices].map((d) => ({ a, d }));
  const devices = await among(deviceIds, () => docs.devices.find({ _id: { $in: deviceIds } }, { session }).toArray());
  const recordIds = [...wanted.syncRecords.values()].map(({ d, c }) => ({ a, d, c }));
  const syncRecords = await among(recordIds, () =>
    docs.syncRecords.find({ _id: { $in: recordIds } }, { session }).toArray(),
  );
  const quarantine = await among(itemIds, () => docs.quarantine.find({ _id: { $in: itemIds } }, { session }).toArray());
  const blobs = await loadBlobs(docs, session, wanted, items, account);
  const addresses = await loadAddresses(docs, session, wanted, account);
  return { account, collections, items, devices, syncRecords, quarantine, blobs, addresses, pruned };
}

/** A removed collection takes what lives in it along. */
async function livingOf(
  docs: Collections,
  session: ClientSession,
  a: number,
  lists: readonly List[],
): Promise<number[]> {
  const numbers: number[] = [];
  for (const write of lists.flatMap(({ writes }) => writes)) {
    if (write.write !== 'removeCollection') continue;
    const filter = { '_id.a': a, collection: write.id, living: true };
    const found = await docs.items.find(filter, { session, projection: { _id: 1 } }).toArray();
    numbers.push(...found.map(({ _id }) => _id.n));
  }
  return numbers;
}

async function loadPruned(
  docs: Collections,
  session: ClientSession,
  a: number,
  lists: readonly List[],
): Promise<Map<string, { moved: number[]; changed: number[] }>> {
  const pruned = new Map<string, { moved: number[]; changed: number[] }>();
  for (const write of lists.flatMap(({ writes }) => writes)) {
    if (write.write !== 'prune') continue;
    const kinds = { $in: [kindCode('moved'), kindCode('changed')] };
    const filter = { '_id.a': a, '_id.c': write.collection, '_id.s': { $lte: write.below }, kind: kinds };
    const rows = await docs.log.find(filter, { session }).toArray();
    const numbers = (kind: number) => [...new Set(rows.filter((row) => row.kind === kind).map((row) => row.number))];
    pruned.set(write.collection, { moved: numbers(kindCode('moved')), changed: numbers(kindCode('changed')) });
  }
  return pruned;
}

function wantedBy(lists: readonly List[]): Wanted {
  const wanted: Wanted = {
    collections: new Set(),
    items: new Set(),
    devices: new Set(),
    syncRecords: new Map(),
    blobs: new Set(),
    addresses: new Set(),
    account: false,
  };
  const record = (d: string, c: string) => wanted.syncRecords.set(`${d} ${c}`, { d, c });
  for (const { expect, writes } of lists) {
    for (const { kind, id, collection } of expect) {
      if (kind === 'item') wanted.items.add(id as number);
      else if (kind === 'collection') wanted.collections.add(id as string);
      else if (kind === 'device') wanted.devices.add(id as string);
      else if (kind === 'sync') record(id as string, collection!);
    }
    for (const write of writes) addWrite(wanted, write, record);
  }
  return wanted;
}

function addWrite(wanted: Wanted, write: Write, record: (device: string, collection: string) => void): void {
  switch (write.write) {
    case 'create':
    case 'put':
      wanted.collections.add(write.collection);
      wanted.items.add(write.number);
      for (const blob of write.blobs) wanted.blobs.add(blob);
      break;
    case 'move':
      wanted.collections.add(write.to);
      wanted.items.add(write.number);
      wanted.items.add(write.newNumber);
      break;
    case 'remove':
    case 'mark':
    case 'announce':
    case 'quarantine':
    case 'release':
      wanted.items.add(write.number);
      break;
    case 'putCollection':
    case 'removeCollection':
      wanted.collections.add(write.id);
      break;
    case 'prune':
      wanted.collections.add(write.collection);
      break;
    case 'putDevice':
    case 'removeDevice':
      wanted.devices.add(write.id);
      break;
    case 'putAccount': {
      wanted.account = true;
      const { address, aliases, picture } = JSON.parse(write.facts) as NewAccount;
      for (const name of [address, ...aliases]) wanted.addresses.add(name);
      if (picture !== undefined) wanted.blobs.add(picture);
      break;
    }
    case 'saveSyncRecord':
      wanted.devices.add(write.device);
      if (write.collection !== 'hierarchy') wanted.collections.add(write.collection);
      record(write.device, write.collection);
      break;
    case 'send':
      wanted.blobs.add(write.mime);
      break;
    default:
      write satisfies never;
  }
}

/** Those that are named anew, and those that the items hold already: they are released, or held by the journal too. */
async function loadBlobs(
  docs: Collections,
  session: ClientSession,
  { blobs, account: ofAccount }: Wanted,
  items: readonly ItemDoc[],
  account: AccountDoc,
): Promise<Map<string, number>> {
  const ids = new Set(blobs);
  for (const item of items) for (const blob of blobsOf(item)) ids.add(blob);
  const { picture } = ofAccount ? (JSON.parse(account.facts) as NewAccount) : {};
  if (picture !== undefined) ids.add(picture);
  if (ids.size === 0) return new Map();
  const found = docs.blobs.find({ _id: { $in: [...ids] } }, { session, projection: { size: 1 } });
  return new Map((await found.toArray()).map(({ _id, size }) => [_id, size]));
}
export function blobsOf({ blobs }: Pick<ItemDoc, 'blobs'>): string[] {
  try {
    return JSON.parse(blobs ?? '[]') as string[];
  } catch {
    return [];
  }
}

async function loadAddresses(
  docs: Collections,
  session: ClientSession,
  { addresses, account: ofAccount }: Wanted,
  { _id }: AccountDoc,
): Promise<Map<string, number>> {
  if (!ofAccount) return new Map();
  const found = docs.addresses.find({ $or: [{ account: _id }, { _id: { $in: [...addresses] } }] }, { session });
  return new Map((await found.toArray()).map((doc) => [doc._id, doc.account]));
}
