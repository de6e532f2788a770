// `npm run bench -- push [--engine sqlite|mongo] [--waiters 10000]`: phones that wait in one process: how soon a commit wakes one of them, what they
// cost while nothing happens, and how long waking all of them holds the loop. It deletes what it made.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { encodeToBuffer, ping, write } from '../../protocol/index.ts';
import { systemClock } from '../../src/clock.ts';
import { Closing } from '../../src/closing.ts';
import { emailOf } from '../../src/delivery/deliver.ts';
import { type Device, standingOf } from '../../src/domain/device.ts';
import type { AccountId, DeviceId } from '../../src/domain/ids.ts';
import type { NewItem } from '../../src/domain/item.ts';
import { Waiters } from '../../src/push/waiters.ts';
import type { Store } from '../../src/store/port.ts';
import { pendingIn } from '../../src/sync/pending.ts';
import { syncCollection } from '../../src/sync/sync-collection.ts';
import { makeMessage, seeded } from '../make-mailbox.ts';
import { watchTurns } from './push/loop-turns.ts';
import { formatTable, percentile, type Row, whole } from './server/report.ts';
import { type EngineName, engines } from './store/engines.ts';
import { measure } from './store/measure.ts';
import { inbox, request } from './store/operations.ts';

const { values } = parseArgs({
  options: { waiters: { type: 'string', default: '10000' }, engine: { type: 'string', default: 'sqlite' } },
});
/** Milliseconds from a commit to a wake, 99 of 100 times. */
const aims: Readonly<Record<EngineName, number>> = { sqlite: 10, mongo: 50 };
const engineName = values.engine as EngineName;
const count = Number(values.waiters);
const perAccount = 10;
const singles = 200;
const atOnce = 100;
const idleMilliseconds = 3000;

interface Phone {
  readonly account: AccountId;
  readonly device: Device;
}
interface Bench {
  readonly store: Store;
  readonly waiters: Waiters;
  readonly phones: readonly Phone[];
  readonly item: NewItem;
}

const engine = await engines[engineName]();
const store = await engine.open();
const waiters = new Waiters({
  ...{ clock: systemClock, store, node: 'bench', quietDelay: 0 },
  onError: (error) => console.error(error),
});
try {
  const mime = makeMessage(seeded(1), 1);
  const { id } = await store.blobs.put(mime);
  const phones = await preparePhones();
  const bench = { store, waiters, phones, item: { ...emailOf(mime, id, { received: Date.now() }), blobs: [] } };
  console.log(formatTable([...(await oneByOne(bench)), ...(await allAtOnce(bench))]));
} finally {
  await waiters[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
}

async function preparePhones(): Promise<Phone[]> {
  const accounts: AccountId[] = [];
  await measure(Math.ceil(count / perAccount), atOnce, async (n) => {
    accounts[n] = await store.directory.create({ address: `user${n}@example.test`, aliases: [], displayName: '' });
  });
  const phones = accounts.flatMap((account) =>
    Array.from({ length: perAccount }, (_, n): Phone => ({ account, device: newDevice(`D${n}`) })),
  );
  await beginAll(phones.slice(0, count));
  return phones.slice(0, count);
}
/** Those of an account one after the other would be slower: what they write goes together. */
async function beginAll(phones: readonly Phone[]): Promise<void> {
  await measure(phones.length, atOnce, (n) => begin(phones[n]!));
}
function newDevice(id: string): Device {
  return { id: id as DeviceId, type: 'Bench', created: 0, lastSeen: 0, sent: [], heldBy: 'bench', generation: 0 };
}

/** Its first Sync: what is there is known. */
async function begin({ account, device }: Phone): Promise<void> {
  const asked = { ...request('0'), device: device.id };
  const first = await store.transact(account, async (tx) => {
    if (!(await tx.device(device.id))) tx.putDevice(device);
    return syncCollection(tx, (await tx.collection(inbox))!, asked);
  });
  if (first.kind !== 'primed') throw new Error(first.kind);
  await store.transact(account, async (tx) =>
    syncCollection(tx, (await tx.collection(inbox))!, { ...asked, key: first.key }),
  );
}

/** Holds a Ping for each, until what it returns is called; `woken` hears when its answer is ready to be written. */
function holdAll({ store, waiters, phones }: Bench, woken: (phone: number, at: number) => void): () => void {
  const open: Closing[] = [];
  for (const [n, { account, device }] of phones.entries()) {
    const question = () => store.read(account, (reader) => pendingIn(reader, device.id, inbox, Date.now()));
    const closed = new Closing();
    open.push(closed);
    const of = { account, deviceId: device.id, standing: standingOf(device), collections: [inbox] };
    void waiters.wait({ ...of, milliseconds: 900_000, closed, question }).then((ending) => {
      if (ending !== 'woken') return;
      encodeToBuffer(write(ping.response, { Status: 2, Folders: { Folder: [inbox] } }, { version: '16.1' }));
      woken(n, performance.now());
    });
  }
  return () => {
    for (const one of open) one.abort('hang-up');
  };
}

async function oneByOne(bench: Bench): Promise<Row[]> {
  let heard = (_at: number): void => {};
  const hangUp = holdAll(bench, (n, at) => n % perAccount === 0 && heard(at));
  await settled();
  const { stats } = bench.store;
  const before = stats.lookups + stats.rowsRead + stats.commits;
  await sleep(idleMilliseconds);
  const queries = stats.lookups + stats.rowsRead + stats.commits - before;
  const latencies: number[] = [];
  for (let n = 0; n < Math.min(singles, bench.phones.length / perAccount); n++) {
    const woken = new Promise<number>((resolve) => {
      heard = resolve;
    });
    await deliverTo(bench, bench.phones[n * perAccount]!.account);
    const committed = performance.now();
    latencies.push((await woken) - committed);
  }
  hangUp();
  const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  const named = `${whole(count)} waiters, ${engineName}`;
  return [
    { what: `${named}: commit → woken, p50`, measured: `${p50.toFixed(1)} ms` },
    {
      what: `${named}: commit → woken, p99`,
      measured: `${p99.toFixed(1)} ms`,
      aim: `< ${aims[engineName]} ms`,
      met: p99 < aims[engineName],
    },
    { what: `${named}: queries per idle waiter`, measured: String(queries / count), aim: '0', met: queries === 0 },
  ];
}

async function allAtOnce(bench: Bench): Promise<Row[]> {
  const { phones } = bench;
  // Those that were woken one by one hear of their mail.
  await beginAll(phones.slice(0, singles * perAccount));
  let left = phones.length;
  let last = 0;
  const done = new Promise<void>((resolve) => {
    holdAll(bench, (_, at) => {
      last = at;
      if (--left === 0) resolve();
    });
  });
  await settled();
  const accounts = [...new Set(phones.map(({ account }) => account))];
  const longestTurn = watchTurns();
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  await Promise.all(accounts.map((account) => deliverTo(bench, account)));
  await done;
  const turn = longestTurn();
  const { user, system } = process.cpuUsage(cpuBefore);
  const longest = Number.isNaN(turn.onCpu) ? turn.milliseconds : turn.onCpu;
  const cpu = `${whole((user + system) / phones.length)} µs CPU each, ${whole(last - began)} ms in all`;
  return [
    {
      what: `waking all ${whole(phones.length)}: longest block of the loop`,
      measured: `${longest.toFixed(0)} ms on the CPU, ${turn.milliseconds.toFixed(0)} ms by the clock`,
      aim: '< 50 ms',
      met: longest < 50,
    },
    { what: 'waking all: cost, deliveries included', measured: cpu },
  ];
}

function deliverTo({ store, item }: Bench, account: AccountId): Promise<unknown> {
  return store.transact(account, async (tx) => tx.create({ ...item, sortDate: Date.now() }));
}

/** Everybody has asked once, and found nothing: for a second nobody asks any more. */
async function settled(): Promise<void> {
  let before = -1;
  for (let same = 0; same < 5; same += 1) {
    if (before !== store.stats.lookups) same = 0;
    before = store.stats.lookups;
    await sleep(200);
  }
}
