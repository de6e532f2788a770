// Which records a list's look-ups and writes name.
import type { NewAccount } from '../../domain/account.ts';
import type { List, Write } from '../list/lists.ts';

export interface Wanted {
  readonly collections: Set<string>;
  readonly items: Set<number>;
  readonly devices: Set<string>;
  readonly syncRecords: Map<string, { d: string; c: string }>;
  readonly blobs: Set<string>;
  readonly addresses: Set<string>;
  account: boolean;
}

/** Writes of whole collections: a group of their own, so that what is read for them is all that there is. */
const alone = new Set(['removeCollection', 'prune']);
export function isAlone({ writes }: List): boolean {
  return writes.some(({ write }) => alone.has(write));
}

export function wantedBy(lists: readonly List[]): Wanted {
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
      // Its number is new: one that is there already is refused when it is written.
      wanted.collections.add(write.collection);
      for (const blob of write.blobs) wanted.blobs.add(blob);
      break;
    case 'put':
      wanted.collections.add(write.collection);
      wanted.items.add(write.number);
      for (const blob of write.blobs) wanted.blobs.add(blob);
      break;
    case 'move':
      wanted.collections.add(write.to);
      wanted.items.add(write.number);
      break;
    case 'keepLost':
      wanted.items.add(write.number);
      for (const blob of write.blobs) wanted.blobs.add(blob);
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
