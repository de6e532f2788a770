// What is measured of a store, over the port alone. Each operation names the prototype's figure of the same work.
import { setTimeout as sleep } from 'node:timers/promises';
import { deliver } from '../../../src/delivery/deliver.ts';
import type { AccountId, CollectionId, DeviceId, ServerId, SyncKey } from '../../../src/domain/ids.ts';
import type { NewItem } from '../../../src/domain/item.ts';
import type { Store } from '../../../src/store/port.ts';
import { pendingIn } from '../../../src/sync/pending.ts';
import { defaultOptions, type SyncRequest, syncCollection } from '../../../src/sync/sync-collection.ts';
import type { EngineName } from './engines.ts';
import { type Figures, measure } from './measure.ts';

export const inbox = '2' as CollectionId;
export const device = 'BENCH' as DeviceId;
const atOnce = 64;

export interface Bench {
  readonly store: Store;
  /** The first one is the large one. */
  readonly accounts: readonly AccountId[];
  /** An item without its id, and the mail that it was. */
  readonly item: NewItem;
  readonly mime: Buffer;
  /** How often an operation is done. */
  readonly times: number;
}
/** Its CPU in microseconds, of this process alone, and in words. */
export interface Prototype {
  readonly cpu?: number;
  readonly said: string;
}
export interface Operation {
  readonly what: string;
  readonly run: (bench: Bench) => Promise<Figures>;
  readonly prototype?: Readonly<Partial<Record<EngineName, Prototype>>>;
}

export function request(key: SyncKey | '0', commands = 100): SyncRequest {
  return {
    ...{ device, version: '16.1', key, commands: [], getChanges: true, fetches: false },
    // A day of mail: what is measured is not the first load.
    options: { ...defaultOptions, classes: ['Email'], filterType: 1 },
    ...{ room: { commands, bytes: 8 << 20 }, weigh: () => 1000, now: Date.now(), brake: { share: 1 } },
  };
}

/** The phone's keys, by account: each begins at the end of what is there. */
export class Phones {
  readonly #keys = new Map<AccountId, SyncKey>();
  readonly #store: Store;
  constructor(store: Store) {
    this.#store = store;
  }

  /** One Sync; says how many changes it brought. */
  async sync(account: AccountId, commands = 100): Promise<number> {
    const answer = await this.#store.transact(account, async (tx) => {
      const key = this.#keys.get(account) ?? '0';
      if (key === '0' && !(await tx.device(device))) {
        tx.putDevice({ id: device, type: 'Bench', created: 0, lastSeen: 0, sent: [] });
      }
      return syncCollection(tx, (await tx.collection(inbox))!, request(key, commands));
    });
    if (answer.kind === 'stale') throw new Error('the key is not known');
    this.#keys.set(account, answer.key);
    return answer.kind === 'answered' ? answer.changes.length : 0;
  }

  /** Until there is nothing more. */
  async catchUp(account: AccountId): Promise<void> {
    await this.sync(account);
    while ((await this.sync(account, 512)) > 0);
    await this.sync(account);
  }
}

const create = (store: Store, account: AccountId, item: NewItem) =>
  store.transact(account, async (tx) => tx.create({ ...item, sortDate: Date.now() }));
const byTurns = ({ accounts }: Bench, n: number): AccountId => accounts[n % accounts.length]!;

export const operations: readonly Operation[] = [
  {
    what: 'delivery: MIME, blob, words, item',
    run: (bench) =>
      measure(bench.times, atOnce, (n) => deliver(bench.store, byTurns(bench, n), differing(bench.mime, n))),
  },
  {
    what: 'one insert, many accounts',
    run: (bench) => measure(bench.times, atOnce, (n) => create(bench.store, byTurns(bench, n), bench.item)),
    prototype: { mongo: { cpu: 560, said: '750–1,050/s, 560 µs' } },
  },
  {
    what: 'one insert, one hot account',
    run: (bench) => measure(bench.times, atOnce, () => create(bench.store, bench.accounts[0]!, bench.item)),
    prototype: { sqlite: { said: '15,900/s' }, mongo: { said: '4,258/s' } },
  },
  {
    what: 'upload: flag, stamp, state',
    run: upload,
    prototype: { sqlite: { cpu: 118, said: '6,300–8,300/s, 102–129 µs' }, mongo: { said: '297–392/s' } },
  },
  {
    what: 'no-change check',
    run: async (bench) => {
      const [account] = bench.accounts;
      await new Phones(bench.store).catchUp(account!);
      return measure(bench.times * 4, atOnce, () =>
        bench.store.read(account!, (reader) => pendingIn(reader, device, inbox, Date.now())),
      );
    },
    prototype: {
      sqlite: { cpu: 34, said: '33–34 µs (three reads)' },
      mongo: { cpu: 293, said: '3,276/s, 293 µs (one)' },
    },
  },
  { what: 'one-change sync', run: oneChange, prototype: { sqlite: { cpu: 118, said: 'as an upload' } } },
  {
    what: 'page of 100',
    run: (bench) =>
      measure(Math.ceil(bench.times / 4), 1, () =>
        bench.store.read(bench.accounts[0]!, (reader) => reader.range(inbox, { order: 'newest', limit: 100 })),
      ),
    prototype: { sqlite: { cpu: 530, said: '530 µs, p50 0.42 ms' }, mongo: { said: 'p50 1.34 ms' } },
  },
  {
    what: 'commit → the feed tells',
    run: wake,
    prototype: { sqlite: { said: 'aim p99 < 10 ms' }, mongo: { said: 'aim p99 < 50 ms' } },
  },
];

function differing(mime: Buffer, n: number): Buffer {
  return Buffer.concat([Buffer.from(`X-Number: ${n} ${Math.random()}\r\n`), mime]);
}

/** As the prototype: look up state and item, scan changes, write the flag and the state. */
async function upload(bench: Bench): Promise<Figures> {
  const { store, accounts } = bench;
  const items = new Map<AccountId, ServerId>();
  for (const account of accounts) items.set(account, await create(store, account, bench.item));
  return measure(bench.times, Math.min(atOnce, accounts.length), (n) => {
    const account = byTurns(bench, n);
    return store.transact(account, async (tx) => {
      const record = (await tx.syncRecord(device, inbox))!;
      const item = (await tx.item(items.get(account)!))!;
      await tx.log(inbox, tx.now, 100);
      if (item.died !== undefined || item.damaged) throw new Error('the item is gone');
      tx.put({ ...item, content: { ...item.content, read: n % 2 === 0 } } as typeof item, ['read']);
      tx.saveSyncRecord({ ...record, counter: record.counter + 1 });
    });
  });
}

/** Only the Syncs are measured; what they bring is made before. */
async function oneChange(bench: Bench): Promise<Figures> {
  const { store, accounts } = bench;
  const phones = new Phones(store);
  for (const account of accounts) await phones.catchUp(account);
  const rounds: Figures[] = [];
  for (let round = 0; round < Math.ceil(bench.times / accounts.length); round++) {
    await Promise.all(accounts.map((account) => create(store, account, bench.item)));
    rounds.push(await measure(accounts.length, atOnce, (n) => phones.sync(accounts[n]!)));
  }
  const mean = (of: keyof Figures) => rounds.reduce((sum, round) => sum + round[of], 0) / rounds.length;
  return { perSecond: mean('perSecond'), cpu: mean('cpu'), p50: mean('p50'), p99: mean('p99') };
}

async function wake(bench: Bench): Promise<Figures> {
  const { store, accounts } = bench;
  let heard = (): void => {};
  const end = store.feed.on(() => heard());
  const figures = await measure(Math.ceil(bench.times / 10), 1, async (n) => {
    const news = new Promise<void>((resolve) => {
      heard = resolve;
    });
    await create(store, accounts[n % accounts.length]!, bench.item);
    await news;
  });
  end();
  await sleep(0);
  return figures;
}
