// What a group of lists needs to know before its writes can work: the records that they name, read inside the transaction, one
// question a collection for all accounts; one after the other, since a session carries one operation at a time.
import type { ClientSession, Collection, Filter } from 'mongodb';
import type { NewAccount } from '../../domain/account.ts';
import type { List } from '../list/lists.ts';
import { kindCode } from '../list/rows.ts';
import type { AccountDoc, Collections, ItemDoc } from './documents.ts';
import type { Loaded } from './group-rows.ts';
import { isAlone, type Wanted, wantedBy } from './wanted.ts';

interface OfAccount {
  readonly account: AccountDoc;
  readonly lists: readonly List[];
  readonly wanted: Wanted;
  readonly pruned: Map<string, { moved: number[]; changed: number[] }>;
}

/** By account; one that is not there is missing. `first`: what collides with another node shall do so before anything else is done. */
export async function load(
  docs: Collections,
  session: ClientSession,
  lists: readonly List[],
  first: boolean,
): Promise<Map<number, Loaded>> {
  const accounts = [...new Set(lists.map(({ account }) => account))];
  const among = { _id: { $in: accounts } };
  if (first || lists.some(isAlone)) await docs.accounts.updateMany(among, { $inc: { commits: 1 } }, { session });
  const all: OfAccount[] = [];
  for (const account of await docs.accounts.find(among, { session }).toArray()) {
    const own = lists.filter((list) => list.account === account._id);
    const wanted = wantedBy(own);
    const pruned = await loadPruned(docs, session, account._id, own);
    for (const { moved, changed } of pruned.values()) for (const n of [...moved, ...changed]) wanted.items.add(n);
    for (const n of await livingOf(docs, session, account._id, own)) wanted.items.add(n);
    all.push({ account, lists: own, wanted, pruned });
  }
  return loadNamed(docs, session, all);
}

async function loadNamed(
  docs: Collections,
  session: ClientSession,
  all: readonly OfAccount[],
): Promise<Map<number, Loaded>> {
  const idsOf = <Id>(ids: (of: OfAccount) => Iterable<Id>): Id[] => all.flatMap((of) => [...ids(of)]);
  const itemIds = idsOf(({ account, wanted }) => [...wanted.items].map((n) => ({ a: account._id, n })));
  const items = await byAccount(docs.items, itemIds, session);
  const collectionIds = idsOf(({ account: { _id: a }, wanted }) => {
    const named = [...wanted.collections, ...(items.get(a) ?? []).map(({ collection }) => collection)];
    return [...new Set(named)].map((c) => ({ a, c }));
  });
  const collections = await byAccount(docs.collections, collectionIds, session);
  const deviceIds = idsOf(({ account, wanted }) => [...wanted.devices].map((d) => ({ a: account._id, d })));
  const devices = await byAccount(docs.devices, deviceIds, session);
  const recordIds = idsOf(({ account, wanted }) =>
    [...wanted.syncRecords.values()].map(({ d, c }) => ({ a: account._id, d, c })),
  );
  const syncRecords = await byAccount(docs.syncRecords, recordIds, session);
  const quarantine = await byAccount(docs.quarantine, itemIds, session);
  const blobs = await loadBlobs(docs, session, all, [...items.values()].flat());
  const addresses = await loadAddresses(docs, session, all);
  return new Map(
    all.map(({ account, pruned }): [number, Loaded] => {
      const of = <Doc>(found: ReadonlyMap<number, Doc[]>): Doc[] => found.get(account._id) ?? [];
      return [
        account._id,
        {
          ...{ account, pruned, blobs, addresses, items: of(items), collections: of(collections) },
          ...{ devices: of(devices), syncRecords: of(syncRecords), quarantine: of(quarantine) },
        },
      ];
    }),
  );
}

async function byAccount<Doc extends { readonly _id: { readonly a: number } }>(
  from: Collection<Doc>,
  ids: readonly Doc['_id'][],
  session: ClientSession,
): Promise<Map<number, Doc[]>> {
  const found = new Map<number, Doc[]>();
  if (ids.length === 0) return found;
  const filter = { _id: { $in: ids } } as unknown as Filter<Doc>;
  for (const doc of (await from.find(filter, { session }).toArray()) as unknown as Doc[]) {
    const before = found.get(doc._id.a);
    if (before) before.push(doc);
    else found.set(doc._id.a, [doc]);
  }
  return found;
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

/** Those that are named anew, and those that the items hold already: they are released, or held by the journal too. Sizes by id. */
async function loadBlobs(
  docs: Collections,
  session: ClientSession,
  all: readonly OfAccount[],
  items: readonly ItemDoc[],
): Promise<Map<string, number>> {
  const ids = new Set<string>();
  for (const { account, wanted } of all) {
    for (const blob of wanted.blobs) ids.add(blob);
    const { picture } = wanted.account ? (JSON.parse(account.facts) as NewAccount) : {};
    if (picture !== undefined) ids.add(picture);
  }
  for (const item of items) for (const blob of blobsOf(item)) ids.add(blob);
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

/** Of those accounts whose facts are written, and whose the addresses are that they ask for. */
async function loadAddresses(
  docs: Collections,
  session: ClientSession,
  all: readonly OfAccount[],
): Promise<Map<string, number>> {
  const changed = all.filter(({ wanted }) => wanted.account);
  if (changed.length === 0) return new Map();
  const owners = changed.map(({ account }) => account._id);
  const names = changed.flatMap(({ wanted }) => [...wanted.addresses]);
  const found = docs.addresses.find({ $or: [{ account: { $in: owners } }, { _id: { $in: names } }] }, { session });
  return new Map((await found.toArray()).map((doc) => [doc._id, doc.account]));
}
