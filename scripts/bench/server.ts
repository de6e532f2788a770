// `npm run bench -- server [held|held-most|held-tls|idle|first|crowd …]`: the real server in a process of its own, the load from this one, and the figures
// beside the aims. It holds nothing afterwards: the server is ended and its folder deleted, also when a part fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addUser } from '../../src/admin/accounts.ts';
import { addToGroup } from '../../src/admin/groups.ts';
import { deliver } from '../../src/delivery/deliver.ts';
import type { AccountId } from '../../src/domain/ids.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import { makeMessage, seeded } from '../make-mailbox.ts';
import { firstSyncs } from './server/crowd.ts';
import { type EaselProcess, startEasel } from './server/easel-process.ts';
import { firstSync } from './server/first-sync.ts';
import { beginAll, heldPhones, heldPings, perAccount } from './server/held-pings.ts';
import { noChangeSync } from './server/no-change-sync.ts';
import type { Login } from './server/phone.ts';
import { formatTable, type Row } from './server/report.ts';

const mails = Number(process.env.EASEL_BENCH_MAILS ?? 10_000);
const deliveries = 32;
const everybody = 'everybody@example.test';
/** Beside those whose phones wait, with an empty Inbox each. */
const idlers = 6;

interface Part {
  readonly accounts: number;
  readonly filled?: true;
  readonly measure: (stage: Stage) => Promise<Row[]>;
}
interface Stage {
  readonly data: string;
  /** With the large Inbox, when the part wants one. */
  readonly first: Login;
  readonly logins: readonly Login[];
}

function held(count: number, name: 'HTTP' | 'HTTPS'): Part {
  const tls = name === 'HTTPS';
  const options = { count, name, everybody, aim: (tls ? 44 : 16) * 1024 };
  const door = ({ http, https }: EaselProcess) => (tls ? https : http);
  return {
    accounts: Math.ceil(count / perAccount),
    measure: async ({ data, logins }) => {
      const phones = heldPhones(logins, count);
      await served(data, (easel) => beginAll(easel, phones));
      return served(data, (easel) => heldPings(easel, logins, phones, { ...options, door }));
    },
  };
}

const parts: Readonly<Record<string, Part>> = {
  held: held(10_000, 'HTTP'),
  'held-most': held(19_000, 'HTTP'),
  'held-tls': held(10_000, 'HTTPS'),
  idle: { accounts: idlers, measure: ({ data, logins }) => served(data, (easel) => noChangeSync(easel, logins)) },
  first: {
    accounts: 0,
    filled: true,
    measure: ({ data, first }) => served(data, (easel) => firstSync(easel, first, mails)),
  },
  crowd: {
    accounts: idlers,
    filled: true,
    measure: ({ data, first, logins }) => served(data, (easel) => firstSyncs(easel, first, logins)),
  },
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
  const rows: Row[] = [];
  for (const name of wanted) {
    const part = parts[name];
    if (!part) throw new Error(`no part '${name}': ${Object.keys(parts).join(', ')}`);
    const data = mkdtempSync(join(tmpdir(), 'easel-bench-'));
    try {
      const { first, logins } = await prepare(data, part);
      rows.push(...(await part.measure({ data, first, logins })));
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  }
  console.log(formatTable(rows));
}

async function prepare(data: string, { accounts, filled }: Part): Promise<Omit<Stage, 'data'>> {
  const store = await openStore({ data });
  const all = Array.from({ length: accounts + 1 }, (_, n) => ({
    address: `user${n}@example.test`,
    password: `password-${n}`,
  }));
  const [account] = await Promise.all(all.map((login) => addUser(store, login)));
  const [first, ...logins] = all as [Login, ...Login[]];
  const members = logins.map(({ address }) => address);
  if (members.length > 0) await addToGroup(store, { address: everybody, members });
  if (filled) await fill(store, account!);
  await store[Symbol.asyncDispose]();
  return { first, logins };
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
