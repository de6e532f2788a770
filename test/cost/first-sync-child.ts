// In a process with a small heap: one phone loads its whole Inbox. argv: the data folder, the account, its address, the
// device. Prints the key it ends with, how many items came, and the most heap that was in use, in MB.

import type { AccountId } from '../../src/domain/ids.ts';
import { openStore } from '../../src/store/open.ts';
import { openHouse, Phone } from '../support/endpoint.ts';
import { Synced } from './synced.ts';

const [data, account, address, device] = process.argv.slice(2) as [string, string, string, string];
const store = await openStore({ data });
let end: () => Promise<void> = async () => {};
const on = { store, data, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
const house = await openHouse({ after: (last) => (end = last) }, { on });
const phone = new Phone(house, account as AccountId, address, '16.1', device);
await phone.ask('FolderSync', { SyncKey: '0' });
const synced = new Synced(phone);
let most = 0;
const timer = setInterval(() => {
  most = Math.max(most, process.memoryUsage().heapUsed);
}, 20);
const items = await synced.load();
clearInterval(timer);
await end();
process.stdout.write(JSON.stringify({ key: synced.key, items, heap: Math.round(most / 2 ** 20) }));
