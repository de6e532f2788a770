import type { Account } from '../domain/account.ts';
import { type Device, pendingWipe, type WipeOrder } from '../domain/device.ts';
import { EasError } from '../domain/errors.ts';
import type { DeviceId } from '../domain/ids.ts';
import type { SyncRecord } from '../domain/sync-record.ts';
import type { Sealer } from '../sealer.ts';
import type { Reader, Store, Transaction } from '../store/port.ts';
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

/** As the store has it. Throws 'account-not-found', 'device-not-found'. */
export async function deviceOf(store: Store, address: string, id: DeviceId): Promise<AccountDevice> {
  const found = (await listDevices(store, address)).find(({ device }) => device.id === id);
  if (!found) throw new EasError('device-not-found', id);
  return found;
}

/** All that is known of it goes; it may come again as a new one. Throws 'device-not-found'. */
export async function removeDevice(store: Store, address: string, id: DeviceId): Promise<void> {
  await onDevice(store, address, id, (tx) => tx.removeDevice(id));
}

/** A blocked device is refused whatever it asks. */
export async function setBlocked(store: Store, address: string, id: DeviceId, isBlocked: boolean): Promise<void> {
  await onDevice(store, address, id, (tx, { blocked: _, ...device }) => {
    tx.putDevice(isBlocked ? { ...device, blocked: true } : device);
  });
}

/**
 * The device is to erase itself, or what it has of this account, when it comes next. An account alone takes a device that speaks
 * 16.1: it is never made a wipe of the whole device. Throws 'device-not-found', 'not-supported'.
 */
export async function orderWipe(
  store: Store,
  address: string,
  id: DeviceId,
  scope: WipeOrder['scope'],
  now: number,
): Promise<void> {
  await onDevice(store, address, id, (tx, device) => {
    if (scope === 'account' && device.version !== '16.1') {
      throw new EasError(
        'not-supported',
        `a device of version ${device.version ?? 'unknown'} knows no account-only wipe`,
      );
    }
    if (pendingWipe(device, '16.1', now)?.scope === scope) return;
    tx.putDevice({ ...device, wipe: { scope, requested: now } });
  });
}

/** Of an order that no device has fetched; says whether there was one. Throws 'device-not-found'. */
export async function cancelWipe(store: Store, address: string, id: DeviceId): Promise<boolean> {
  return onDevice(store, address, id, (tx, { wipe, ...device }) => {
    if (!wipe || wipe.delivered || wipe.closed) return false;
    tx.putDevice(device);
    return true;
  });
}

/** The password that the device told, which is forgotten with that; undefined: it told none. Throws 'device-not-found'. */
export async function takePassword(
  store: Store,
  sealer: Sealer,
  address: string,
  id: DeviceId,
): Promise<string | undefined> {
  return onDevice(store, address, id, (tx, { password, ...device }) => {
    if (password === undefined) return undefined;
    tx.putDevice(device);
    return sealer.open(password);
  });
}

async function onDevice<T>(
  store: Store,
  address: string,
  id: DeviceId,
  act: (tx: Transaction, device: Device) => T,
): Promise<T> {
  const account = await userOf(store, address);
  return store.transact(account.id, async (tx) => {
    const device = await tx.device(id);
    if (!device) throw new EasError('device-not-found', id);
    return act(tx, device);
  });
}
