// What one run of `work` has looked up and listed so far. Look-ups are noted with the generation they saw (the first
// one counts) and answer with the listed writes laid over the snapshot; their stamps are still open.

import type { Account } from '../../domain/account.ts';
import type { Collection } from '../../domain/collection.ts';
import type { Device } from '../../domain/device.ts';
import { EasError } from '../../domain/errors.ts';
import type { CollectionId, DeviceId, ServerId } from '../../domain/ids.ts';
import type { Item, LivingItem } from '../../domain/item.ts';
import type { SyncRecord } from '../../domain/sync-record.ts';
import type { Expectation, Write } from './lists.ts';
import { parseServerId } from './rows.ts';

/** What is asked for by id: the records that a transaction's commit depends on. */
export interface Lookups {
  account(): Account;
  device(id: DeviceId): Device | undefined;
  collection(id: CollectionId): Collection | undefined;
  /** Throws 'corrupt-item'. */
  item(id: ServerId): Item | undefined;
  syncRecord(device: DeviceId, collection: CollectionId | 'hierarchy'): SyncRecord | undefined;
}

/** An engine whose look-ups take time has not read that record yet: it does so, and `work` runs again on the same snapshot. */
export class NotFetched extends Error {
  override readonly name = 'NotFetched';
  readonly wanted: Omit<Expectation, 'generation'>;
  constructor(wanted: Omit<Expectation, 'generation'>) {
    super(`${wanted.kind} ${wanted.id}`);
    this.wanted = wanted;
  }
}

/** `work` was handed a record that is no longer what the snapshot holds: it must run again. */
export class StaleRecord extends Error {
  override readonly name = 'StaleRecord';
}

export interface Pending {
  readonly writes: Write[];
  readonly expect: Map<string, Expectation>;
  /** Laid over the snapshot; undefined: gone. */
  readonly items: Map<ServerId, Item>;
  readonly collections: Map<CollectionId, Collection>;
  readonly devices: Map<DeviceId, Device | undefined>;
  readonly syncRecords: Map<string, SyncRecord | undefined>;
  account: Account | undefined;
  /** Look-ups with the writes laid over them. */
  readonly lookups: Lookups;
}

export function startPending(base: Lookups): Pending {
  const pending: Pending = {
    writes: [],
    expect: new Map(),
    items: new Map(),
    collections: new Map(),
    devices: new Map(),
    syncRecords: new Map(),
    account: undefined,
    lookups: {
      account: () => pending.account ?? note(pending, { kind: 'account', id: '' }, base.account()),
      device: (id) =>
        pending.devices.has(id) ? pending.devices.get(id) : note(pending, { kind: 'device', id }, base.device(id)),
      collection: (id) => pending.collections.get(id) ?? note(pending, { kind: 'collection', id }, base.collection(id)),
      item: (id) => lookUpItem(pending, base, id),
      syncRecord: (device, collection) => {
        const key = syncRecordKey(device, collection);
        if (pending.syncRecords.has(key)) return pending.syncRecords.get(key);
        if (pending.devices.has(device) && pending.devices.get(device) === undefined) return undefined;
        return note(pending, { kind: 'sync', id: device, collection }, base.syncRecord(device, collection));
      },
    },
  };
  return pending;
}

export function syncRecordKey(device: DeviceId, collection: CollectionId | 'hierarchy'): string {
  return `${device} ${collection}`;
}

/** The living item that is written to. Throws 'item-not-found'. */
export function livingItem(pending: Pending, id: ServerId): LivingItem {
  const item = anyItem(pending, id);
  if (item.died !== undefined) throw new EasError('item-not-found', id);
  return item;
}
export function anyItem(pending: Pending, id: ServerId): Item {
  const item = pending.lookups.item(id);
  if (item === undefined) throw new EasError('item-not-found', id);
  return item;
}

/** A record may be given back as the snapshot held it, or as this transaction's own look-up told it since. */
export function requireFresh(
  pending: Pending,
  noted: Omit<Expectation, 'generation'>,
  given: number,
  current: { readonly generation: number } | undefined,
): void {
  if (given === current?.generation) return;
  if (given !== (pending.expect.get(noteKey(noted))?.generation ?? 0))
    throw new StaleRecord(`${noted.kind} ${noted.id}`);
}

function lookUpItem(pending: Pending, base: Lookups, id: ServerId): Item | undefined {
  const listed = pending.items.get(id);
  const item = listed ?? noteItem(pending, id, base.item(id));
  if (item === undefined) return undefined;
  const goneToo = pending.collections.get(item.collection)?.died !== undefined;
  return goneToo && (item.died === undefined || item.movedTo === undefined) ? undefined : item;
}
function noteItem(pending: Pending, id: ServerId, item: Item | undefined): Item | undefined {
  const parsed = parseServerId(id);
  if (parsed === undefined) return undefined;
  return note(pending, { kind: 'item', id: parsed.number, collection: parsed.collection }, item);
}

function note<Found extends { readonly generation: number } | undefined>(
  pending: Pending,
  noted: Omit<Expectation, 'generation'>,
  found: Found,
): Found {
  const key = noteKey(noted);
  if (!pending.expect.has(key)) pending.expect.set(key, { ...noted, generation: found?.generation ?? null });
  return found;
}
function noteKey({ kind, id, collection }: Omit<Expectation, 'generation'>): string {
  return `${kind} ${id} ${collection ?? ''}`;
}
