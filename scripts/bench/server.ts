// `npm run bench -- server [held|idle|first …]`: the real server in a process of its own, the load from this one, and the figures
// beside the aims. It holds nothing afterwards: the server is ended and its folder deleted, also when a part fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addUser } from '../../src/admin/accounts.ts';
import { deliver } from '../../src/delivery/deliver.ts';
import type { AccountId } from '../../src/domain/ids.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import { makeMessage, seeded } from '../make-mailbox.ts';
import { type EaselProcess, startEasel } from './server/easel-process.ts';
import { firstSync } from './server/first-sync.ts';
import { beginAll, heldPhones, heldPings } from './server/held-pings.ts';
import { noChangeSync } from './server/no-change-sync.ts';
import type { Login } from './server/phone.ts';
import { formatTable, type Row } from './server/report.ts';

const accounts = 24;
const mails = Number(process.env.EASEL_BENCH_MAILS ?? 10_000);
const deliveries = 32;

const parts: Readonly<Record<string, (data: string, logins: readonly Login[]) => Promise<Row[]>>> = {
  held: async (data, [, ...logins]) => {
    const phones = heldPhones(logins);
    await served(data, (easel) => beginAll(easel, phones));
    return served(data, (easel) => heldPings(easel, logins, phones));
  },
  idle: (data, [, ...logins]) => served(data, (easel) => noChangeSync(easel, logins.slice(0, 6))),
  first: (data, [login]) => served(data, (easel) => firstSync(easel, login!, mails)),
};

/** A process each: what one part leaves in the heap is not the next one's. */
async function served<T>(data: string, use: (easel: EaselProcess) => Promise<T>): Promise<T> {
  const easel = await startEasel(data);
  try {
    return await use(easel);
  } finally {
    await easel.stop();
  }
}

async function main(wanted: readonly string[]): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'easel-bench-'));
  try {
    const logins = await prepare(data, wanted.includes('first'));
    const rows: Row[] = [];
    for (const [name, measure] of Object.entries(parts)) {
      if (wanted.includes(name)) rows.push(...(await measure(data, logins)));
    }
    console.log(formatTable(rows));
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** The first account has the large Inbox; the others' are empty. */
async function prepare(data: string, filled: boolean): Promise<Login[]> {
  const store = await openStore({ data });
  const logins = Array.from({ length: accounts + 1 }, (_, n) => ({
    address: `user${n}@example.test`,
    password: `password-${n}`,
  }));
  const [first] = await Promise.all(logins.map((login) => addUser(store, login)));
  if (filled) await fill(store, first!);
  await store[Symbol.asyncDispose]();
  return logins;
}

async function fill(store: Store, account: AccountId): Promise<void> {
  const random = seeded(1);
  const newest = Date.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < mails) {
      const n = next++;
      await deliver(store, account, makeMessage(random, n), { received: newest - n * 60_000 });
    }
  };
  await Promise.all(Array.from({ length: deliveries }, lane));
}

const started = performance.now();
const wanted = process.argv.slice(2);
await main(wanted.length === 0 ? Object.keys(parts) : wanted);
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s in all`);
