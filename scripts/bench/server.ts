// `npm run bench -- server [held|held-most|held-tls|workers|idle|first|crowd …]`: the real server in processes of its own, the load from others, and
// the figures beside the aims. EASEL_BENCH_STORE=mongo runs it on a mongod of its own; EASEL_BENCH_MAILS and EASEL_BENCH_HELD say other numbers of mails
// and Pings. It holds nothing afterwards: the server is ended and its folder deleted, also when a part fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addToGroup } from '../../src/admin/groups.ts';
import { deliver } from '../../src/delivery/deliver.ts';
import type { AccountId } from '../../src/domain/ids.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import { makeMessage, seeded } from '../make-mailbox.ts';
import { ensureMongod, type ReplicaSet, startReplicaSet } from '../mongod.ts';
import { firstSyncs } from './server/crowd.ts';
import { type EaselProcess, startEasel } from './server/easel-process.ts';
import { firstSync } from './server/first-sync.ts';
import { type HeldOptions, heldPings } from './server/held-pings.ts';
import { noChangeSync } from './server/no-change-sync.ts';
import type { Login } from './server/phone.ts';
import { formatTable, type Row } from './server/report.ts';
import { addAccounts, addWaiting, type Waiting } from './server/waiting-phones.ts';

const mails = Number(process.env.EASEL_BENCH_MAILS ?? 10_000);
const everybody = 'everybody@example.test';
/** Accounts with an empty Inbox each, and no phone that waits. */
const idlers = 6;
const deliveries = 32;

interface Part {
  /** Phones that have been here before. */
  readonly waiting?: number;
  /** The first account has a large Inbox. */
  readonly filled?: true;
  readonly workers?: number;
  readonly measure: (easel: EaselProcess, stage: Stage) => Promise<Row[]>;
}
interface Stage {
  readonly waiting: Waiting;
  readonly first: Login;
  readonly idle: readonly Login[];
}

function held(usual: number, options: Omit<HeldOptions, 'everybody'>, workers = 1): Part {
  return {
    waiting: Number(process.env.EASEL_BENCH_HELD ?? usual),
    workers,
    measure: (easel, { waiting, idle }) => heldPings(easel, waiting, idle, { ...options, everybody }),
  };
}

const http = { name: 'HTTP', door: (easel: EaselProcess) => easel.http, aim: 16 * 1024 };
const https = { name: 'HTTPS', door: (easel: EaselProcess) => easel.https, aim: 44 * 1024 };
const parts: Readonly<Record<string, Part>> = {
  held: held(10_000, http),
  'held-most': held(19_000, http),
  'held-tls': held(10_000, https),
  workers: held(50_000, { ...http, name: 'HTTP, three workers' }, 3),
  idle: { measure: (easel, { idle }) => noChangeSync(easel, idle) },
  first: { filled: true, measure: (easel, { first }) => firstSync(easel, first, mails) },
  crowd: { filled: true, measure: (easel, { first, idle }) => firstSyncs(easel, first, idle) },
};

/** On an engine of its own, and in a server process of its own: what one part leaves is not the next one's. */
async function run(part: Part): Promise<Row[]> {
  const { workers = 1, measure } = part;
  const data = mkdtempSync(join(tmpdir(), 'easel-bench-'));
  const mongod = process.env.EASEL_BENCH_STORE === 'mongo' || workers > 1 ? await startMongod() : undefined;
  try {
    const store = mongod?.database('bench') ?? 'sqlite';
    const stage = await prepare(data, store, part);
    const easel = await startEasel(data, { store, more: workers > 1 ? ['--workers', String(workers)] : [] });
    try {
      return await measure(easel, stage);
    } finally {
      await easel.stop();
    }
  } finally {
    await mongod?.[Symbol.asyncDispose]();
    rmSync(data, { recursive: true, force: true });
  }
}

async function startMongod(): Promise<ReplicaSet> {
  const none = ensureMongod();
  if (none) throw new Error(none);
  return await startReplicaSet({ cacheGB: 1 });
}

async function prepare(data: string, url: string, { waiting: count = 0, filled }: Part): Promise<Stage> {
  const store = await openStore({ data, store: url });
  const [[account, first]] = (await addAccounts(store, 1, 'first')) as [[AccountId, Login]];
  const idle = await addAccounts(store, idlers, 'idle');
  const waiting = await addWaiting(store, count);
  const members = waiting.logins.map(({ address }) => address);
  if (members.length > 0) await addToGroup(store, { address: everybody, members });
  if (filled) await fill(store, account);
  await store[Symbol.asyncDispose]();
  return { waiting, first, idle: idle.map(([, login]) => login) };
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

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1)); // which ends the children
const started = performance.now();
const wanted = process.argv.slice(2);
const names = wanted.length === 0 ? Object.keys(parts) : wanted;
const unknown = names.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) throw new Error(`no part '${unknown}': ${Object.keys(parts).join(', ')}`);
for (const name of names) console.log(formatTable(await run(parts[name]!)));
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s in all`);
