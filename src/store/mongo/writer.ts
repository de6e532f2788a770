// Commits lists in groups, over all accounts: what is asked for while groups are under way makes the next one.
// Invariants: a promise resolves after its group is durable on a majority, and the feed hears of it after that; an account is
// in one group at a time, and every group writes its accounts, so that groups of all nodes stand in one order.
import { EasError, isEasError } from '../../domain/errors.ts';
import { commitList, passing } from '../list/commit-list.ts';
import { joinEvents } from '../list/events.ts';
import type { List, Outcome } from '../list/lists.ts';
import { accountId } from '../list/rows.ts';
import type { FeedEvent } from '../port.ts';
import type { Mongo } from './documents.ts';
import { asDomainError, duplicateKey, isDuplicate, isRefused } from './failure.ts';
import { flush } from './flush.ts';
import { GroupRows } from './group-rows.ts';
import type { Known } from './known.ts';
import { createLine, type Waiting } from './line.ts';
import { load } from './load.ts';
import { inTransaction, type Tried } from './transaction.ts';

export interface Writer {
  /** True when committed, false when it must run again. */
  commit(list: List): Promise<boolean>;
  /** Waits for what is queued. */
  close(): Promise<void>;
}
/** Groups under way: more of them are smaller ones, and each costs its round trips. */
const lanes = 3;

export function startWriter(
  mongo: Mongo,
  clock: () => number,
  known: Known,
  committed: (event: FeedEvent) => void,
): Writer {
  const line = createLine();
  const running = new Set<Promise<void>>();
  let closing = false;
  let starting = false;

  const run = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const lists = group.map(({ list }) => list);
      const { outcomes, events, written } = await inTransaction(mongo, (tried) =>
        commitGroup(mongo, tried, lists, clock()),
      );
      for (const rows of written) known.committed(rows);
      for (const [index, waiting] of group.entries()) settle(waiting, outcomes[index]!);
      for (const event of events) setImmediate(committed, event);
    } catch (error) {
      if (group.length === 1 || !isRefused(error)) for (const waiting of group) refuse(waiting, error);
      // One of them is the reason; the others must not fail, or wait, with it.
      else for (const half of halves(group)) await run(half);
    }
  };
  const start = (): void => {
    starting = false;
    while (running.size < lanes) {
      const group = line.take();
      if (group.length === 0) return;
      const work = run(group).finally(() => {
        line.leave(group);
        running.delete(work);
        start();
      });
      running.add(work);
    }
  };

  return {
    commit: (list) =>
      new Promise((resolve, reject) => {
        if (closing) return reject(new EasError('store-unavailable', 'it is closed'));
        line.add({ list, resolve, reject });
        // What is asked for in the same turn goes along.
        if (!starting) setImmediate(start);
        starting = true;
      }),
    close: async () => {
      closing = true;
      start();
      while (running.size > 0) await Promise.all(running);
    },
  };
}

function settle({ resolve, reject }: Waiting, outcome: Outcome): void {
  if (outcome.outcome === 'failed') reject(new EasError(outcome.code, outcome.detail));
  else resolve(outcome.outcome === 'done');
}
function refuse({ resolve, reject }: Waiting, error: unknown): void {
  if (isDuplicate(error)) resolve(false);
  else reject(asDomainError(error));
}

/** An account stays whole as long as there are others. */
function halves(group: readonly Waiting[]): (readonly Waiting[])[] {
  const accounts = [...new Set(group.map(({ list }) => list.account))];
  const middle = Math.ceil(group.length / 2);
  if (accounts.length === 1) return [group.slice(0, middle), group.slice(middle)];
  const first = new Set(accounts.slice(0, Math.ceil(accounts.length / 2)));
  const isFirst = ({ list }: Waiting) => first.has(list.account);
  return [group.filter(isFirst), group.filter((waiting) => !isFirst(waiting))];
}

/** Of many accounts, with what another node wrote: fewer at once collide less. */
class Collided extends Error {
  override readonly name = 'Collided';
}

interface Committed {
  readonly outcomes: readonly Outcome[];
  readonly events: readonly FeedEvent[];
  readonly written: readonly GroupRows[];
}

/** The lists are data, so that this may run again after a conflict with another node. */
async function commitGroup(
  { docs }: Mongo,
  { session, collided }: Tried,
  lists: readonly List[],
  now: number,
): Promise<Committed> {
  if (collided && lists.some(({ account }) => account !== lists[0]!.account)) throw new Collided();
  const loaded = await load(docs, session, lists, collided);
  const groups = new Map([...loaded].map(([account, each]) => [account, new GroupRows(each)]));
  const outcomes = lists.map((list) => tryList(groups.get(list.account), list));
  const events = new Map<number, FeedEvent>();
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.outcome !== 'done' || !outcome.event) continue;
    const { account } = lists[index]!;
    const before = events.get(account);
    events.set(account, before ? joinEvents(before, outcome.event) : outcome.event);
  }
  const said = [...events].map(([account, event]) => ({
    rows: groups.get(account)!,
    event: JSON.stringify(event),
    now,
  }));
  if (said.length > 0) await flush(docs, session, said);
  else await session.abortTransaction();
  return { outcomes, events: [...events.values()], written: said.map(({ rows }) => rows) };
}

function tryList(rows: GroupRows | undefined, list: List): Outcome {
  if (!rows) return { outcome: 'failed', code: 'account-not-found', detail: accountId(list.account) };
  try {
    return rows.savepoint(() => commitList(rows.statements, list, 0));
  } catch (error) {
    if ((error as { code?: unknown }).code === duplicateKey) return { outcome: 'again' };
    if (!isEasError(error)) throw error;
    // What another commit changed may be why: the next run sees it.
    if (passing.includes(error.code) && rows.accountDoc.modseq !== list.seen) return { outcome: 'again' };
    return { outcome: 'failed', code: error.code, detail: error.message.replace(`${error.code}: `, '') };
  }
}
