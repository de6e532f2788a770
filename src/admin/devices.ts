import type { Account } from '../domain/account.ts';
import type { Device } from '../domain/device.ts';
import type { Store } from '../store/port.ts';
import { listUsers, userOf } from './accounts.ts';

export interface AccountDevice {
  readonly account: Account;
  readonly device: Device;
}

/** Of one account or of all, the most recently seen first. Throws 'account-not-found'. */
export async function listDevices(store: Store, address?: string): Promise<AccountDevice[]> {
  const accounts = address === undefined ? await listUsers(store) : [await userOf(store, address)];
  const found: AccountDevice[] = [];
  for (const account of accounts) {
    const devices = await store.read(account.id, (reader) => reader.devices());
    found.push(...devices.map((device) => ({ account, device })));
  }
  return found.sort((a, b) => b.device.lastSeen - a.device.lastSeen);
}
