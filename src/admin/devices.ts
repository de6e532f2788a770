import type { Account } from '../domain/account.ts';
import type { Device } from '../domain/device.ts';
import { EasError } from '../domain/errors.ts';
import type { DeviceId } from '../domain/ids.ts';
import type { SyncRecord } from '../domain/sync-record.ts';
import type { Reader, Store } from '../store/port.ts';
import { confirmed } from '../sync/brake.ts';
import { listUsers, userOf } from './accounts.ts';

export interface AccountDevice {
  readonly account: Account;
  readonly device: Device;
  /** It deleted too much somewhere, and waits for `confirmDeletes`. */
  readonly held: boolean;
}

/** Of one account or of all, the most recently seen first. Throws 'account-not-found'. */
export async function listDevices(store: Store, address?: string): Promise<AccountDevice[]> {
  const accounts = address === undefined ? await listUsers(store) : [await userOf(store, address)];
  const found: AccountDevice[] = [];
  for (const account of accounts) {
    await store.read(account.id, async (reader) => {
      for (const device of await reader.devices()) {
        found.push({ account, device, held: (await heldRecords(reader, device.id)).length > 0 });
      }
    });
  }
  return found.sort((a, b) => b.device.lastSeen - a.device.lastSeen);
}

/** What the device deletes within a day is meant; says in how many folders it was held. Throws 'device-not-found'. */
export async function confirmDeletes(store: Store, address: string, device: DeviceId, now: number): Promise<number> {
  const { id } = await userOf(store, address);
  return store.transact(id, async (tx) => {
    if (!(await tx.device(device))) throw new EasError('device-not-found', device);
    const held = await heldRecords(tx, device);
    for (const record of held) tx.saveSyncRecord({ ...record, deletes: confirmed(now) });
    return held.length;
  });
}

async function heldRecords(reader: Reader, device: DeviceId): Promise<SyncRecord[]> {
  const found: SyncRecord[] = [];
  for (const { id } of await reader.collections()) {
    const record = await reader.syncRecord(device, id);
    if (record?.deletes?.held) found.push(record);
  }
  return found;
}
