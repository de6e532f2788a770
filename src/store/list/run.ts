// How a transaction runs, whatever the engine: `work` on a snapshot, its list to the engine's commit, and again when what
// it looked up is no longer so. No code of a handler ever runs inside a database transaction.
import { EasError } from '../../domain/errors.ts';
import type { AccountId, Modseq } from '../../domain/ids.ts';
import type { Reader, Transaction } from '../port.ts';
import { createAccountQueue } from './accounts-queue.ts';
import type { List } from './lists.ts';
import { type Lookups, NotFetched, type Pending, StaleRecord, startPending } from './pending.ts';
import type { Counters } from './stats.ts';
import { transactionOn } from './transaction.ts';

const runs = 5;

/** An account on an open snapshot, as an engine shows it. */
export interface View {
  readonly account: number;
  readonly now: Modseq;
  readonly lookups: Lookups;
  /** The snapshot's scans beside these look-ups. */
  readerWith(lookups: Lookups): Reader;
  /** Of an engine whose look-ups throw NotFetched: reads the record, so that they tell it from now on. */
  fetch?(wanted: NotFetched['wanted']): Promise<void>;
}
export interface Engine {
  /** Throws 'account-not-found'. */
  snapshot<T>(account: AccountId, look: (view: View) => Promise<T>): Promise<T>;
  /** True when it is durable, false when it must run again. */
  commit(list: List): Promise<boolean>;
  readonly stats: Counters;
  readonly clock: () => number;
}
export interface Doors {
  read<T>(account: AccountId, look: (reader: Reader) => Promise<T>): Promise<T>;
  transact<T>(account: AccountId, work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** The two doors of the port, over an engine. */
export function openDoors(engine: Engine): Doors {
  const queue = createAccountQueue();
  return {
    read: (account, look) => engine.snapshot(account, (view) => look(view.readerWith(view.lookups))),
    transact: async (account, work) => {
      for (let run = 1; run <= runs; run += 1) {
        const attempt = await queue.run(account, run === runs, () => runOnce(engine, account, work));
        if (attempt !== 'again') return attempt.result;
        if (run < runs) engine.stats.retries += 1;
      }
      throw new EasError('busy', account);
    },
  };
}

async function runOnce<T>(
  engine: Engine,
  account: AccountId,
  work: (tx: Transaction) => Promise<T>,
): Promise<{ readonly result: T } | 'again'> {
  const ran = await engine.snapshot(account, (view) => listWrites(view, work, engine.clock));
  if (ran === 'again') return 'again';
  if (ran.list.writes.length > 0) {
    if (!(await engine.commit(ran.list))) return 'again';
    engine.stats.commits += 1;
  }
  return { result: ran.result };
}

async function listWrites<T>(
  view: View,
  work: (tx: Transaction) => Promise<T>,
  clock: () => number,
): Promise<{ readonly result: T; readonly list: List } | 'again'> {
  try {
    const { result, pending } = await runWork(view, work);
    const { writes, expect } = pending;
    const { account, now: seen } = view;
    return { result, list: { job: 'list', account, now: clock(), seen, expect: [...expect.values()], writes } };
  } catch (error) {
    if (error instanceof StaleRecord) return 'again';
    throw error;
  }
}

async function runWork<T>(
  view: View,
  work: (tx: Transaction) => Promise<T>,
): Promise<{ readonly result: T; readonly pending: Pending }> {
  for (;;) {
    const pending = startPending(view.lookups);
    try {
      return { result: await work(transactionOn(view.readerWith(pending.lookups), pending)), pending };
    } catch (error) {
      if (!(error instanceof NotFetched) || !view.fetch) throw error;
      await view.fetch(error.wanted);
    }
  }
}
