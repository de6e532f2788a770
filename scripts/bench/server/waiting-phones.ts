// Accounts and phones that have been here before: made through the store's port, as their own requests would have left them.
import { addAppPassword } from '../../../src/admin/app-passwords.ts';
import { servedVersions } from '../../../src/commands/index.ts';
import type { NewDevice } from '../../../src/domain/device.ts';
import type { AccountId, DeviceId } from '../../../src/domain/ids.ts';
import type { Store } from '../../../src/store/port.ts';
import { syncHierarchy } from '../../../src/sync/hierarchy.ts';
import { syncCollection } from '../../../src/sync/sync-collection.ts';
import { inbox, request } from '../store/operations.ts';
import type { HeldPhone } from './holder.ts';
import type { Login } from './phone.ts';

/** Of one account: a phone and what else somebody has. */
const perAccount = 5;
const version = '16.1';
const atOnce = 128;

export interface Waiting {
  readonly logins: readonly Login[];
  /** Neighbours are of different accounts, as those are who ask at the same time: phone n is of account n modulo their number. */
  readonly phones: readonly HeldPhone[];
}

/** With a password of the kind that one device has, which costs a login nothing. */
export async function addAccounts(store: Store, count: number, name: string): Promise<[AccountId, Login][]> {
  const accounts: [AccountId, Login][] = [];
  await inLanes(count, async (n) => {
    const address = `${name}${n}@example.test`;
    const id = await store.directory.create({ address, aliases: [], displayName: `${name} ${n}` });
    accounts[n] = [id, { address, password: await addAppPassword(store, address, 'bench', Date.now()) }];
  });
  return accounts;
}

export async function addWaiting(store: Store, count: number): Promise<Waiting> {
  const accounts = await addAccounts(store, Math.ceil(count / perAccount), 'user');
  const accountOf = (n: number) => accounts[n % accounts.length]!;
  const phones = Array.from({ length: count }, (_, n): HeldPhone => ({ login: accountOf(n)[1], id: `held${n}` }));
  await inLanes(count, (n) => begin(store, accountOf(n)[0], phones[n]!.id as DeviceId));
  return { logins: accounts.map(([, login]) => login), phones };
}

/** It knows its folders, and has the first key of an empty Inbox. */
async function begin(store: Store, account: AccountId, device: DeviceId): Promise<void> {
  await store.transact(account, async (tx) => {
    tx.putDevice(deviceNow(device));
    await syncHierarchy(tx, { device, key: '0', version });
    await syncCollection(tx, (await tx.collection(inbox))!, { ...request('0'), device });
  });
}

/** It asked for the same wait before, and is taken for seen in the minute before it asks again. */
function deviceNow(id: DeviceId): NewDevice {
  return {
    id,
    type: 'Bench',
    version,
    announced: servedVersions.join(','),
    userAgent: 'Bench/1.0',
    created: Date.now(),
    lastSeen: Date.now() + 6 * 3_600_000,
    sent: [],
    ping: { heartbeat: 3540, folders: [{ id: inbox, class: 'Email' }] },
  };
}

async function inLanes(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
