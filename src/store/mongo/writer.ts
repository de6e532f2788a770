// Commits lists in groups, a queue per account: what is asked for while a group is under way makes the next one.
// Invariants: a promise resolves after its group is durable on a majority, and the feed hears of it after that; the first
// write of a group is on its account, so that groups of all nodes stand in one order.
import type { ClientSession } from 'mongodb';
import { EasError, isEasError } from '../../domain/errors.ts';
import { commitList, passing } from '../list/commit-list.ts';
import { joinEvents } from '../list/events.ts';
import type { List, Outcome } from '../list/lists.ts';
import { accountId } from '../list/rows.ts';
import type { FeedEvent } from '../port.ts';
import type { Mongo } from './documents.ts';
import { asDomainError, isDuplicate } from './failure.ts';
import { flush } from './flush.ts';
import { GroupRows } from './group-rows.ts';
import { load } from './load.ts';

export interface Writer {
  /** True when committed, false when it must run again. */
  commit(list: List): Promise<boolean>;
  /** Waits for what is queued. */
  close(): Promise<void>;
}
interface Waiting {
  readonly list: List;
  readonly resolve: (committed: boolean) => void;
  readonly reject: (error: unknown) => void;
}
const largestGroup = 100;
/** Writes of whole collections: a group of their own, so that what is read for them is all that there is. */
const alone = new Set(['removeCollection', 'prune']);

export function startWriter(mongo: Mongo, clock: () => number, committed: (event: FeedEvent) => void): Writer {
  const queues = new Map<number, Waiting[]>();
  const running = new Set<Promise<void>>();
  let closing = false;

  const drain = async (account: number, queue: Waiting[]): Promise<void> => {
    await undefined; // what is asked for in the same turn goes along
    while (queue.length > 0) {
      const group = takeGroup(queue);
      try {
        const { outcomes, events } = await commitGroup(
          mongo,
          account,
          group.map(({ list }) => list),
          clock(),
        );
        for (const [index, waiting] of group.entries()) settle(waiting, outcomes[index]!);
        for (const event of events) setImmediate(committed, event);
      } catch (error) {
        if (isDuplicate(error)) for (const { resolve } of group) resolve(false);
        else for (const { reject } of group) reject(asDomainError(error));
      }
    }
    queues.delete(account);
  };

  return {
    commit: (list) =>
      new Promise((resolve, reject) => {
        if (closing) return reject(new EasError('store-unavailable', 'it is closed'));
        const queue = queues.get(list.account);
        const waiting = { list, resolve, reject };
        if (queue) return void queue.push(waiting);
        const started = [waiting];
        queues.set(list.account, started);
        const work = drain(list.account, started).finally(() => running.delete(work));
        running.add(work);
      }),
    close: async () => {
      closing = true;
      while (running.size > 0) await Promise.all(running);
    },
  };
}

function takeGroup(queue: Waiting[]): Waiting[] {
  const isAlone = ({ list }: Waiting) => list.writes.some(({ write }) => alone.has(write));
  if (isAlone(queue[0]!)) return queue.splice(0, 1);
  const end = queue.findIndex(isAlone);
  return queue.splice(0, Math.min(largestGroup, end < 0 ? queue.length : end));
}

function settle({ resolve, reject }: Waiting, outcome: Outcome): void {
  if (outcome.outcome === 'failed') reject(new EasError(outcome.code, outcome.detail));
  else resolve(outcome.outcome === 'done');
}

interface Committed {
  readonly outcomes: readonly Outcome[];
  readonly events: readonly FeedEvent[];
}

/** The lists are data, so that the driver may run this again after a conflict with another node. */
async function commitGroup(mongo: Mongo, account: number, lists: readonly List[], now: number): Promise<Committed> {
  return mongo.client.withSession((session) =>
    session.withTransaction(() => inTransaction(mongo, session, account, lists, now), transactionOptions),
  );
}
export const transactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
} as const;

async function inTransaction(
  { docs }: Mongo,
  session: ClientSession,
  account: number,
  lists: readonly List[],
  now: number,
): Promise<Committed> {
  const before = await docs.accounts.findOneAndUpdate({ _id: account }, { $inc: { commits: 1 } }, { session });
  if (before === null) {
    const failed: Outcome = { outcome: 'failed', code: 'account-not-found', detail: accountId(account) };
    return { outcomes: lists.map(() => failed), events: [] };
  }
  const loaded = await load(docs, session, before, lists);
  const rows = new GroupRows(loaded);
  const outcomes = lists.map((list) => tryList(rows, list));
  const events = outcomes.flatMap((outcome) => (outcome.outcome === 'done' && outcome.event ? [outcome.event] : []));
  const event = events.length === 0 ? undefined : events.reduce(joinEvents);
  if (event) await flush(docs, session, rows, loaded, { event: JSON.stringify(event), now });
  else await session.abortTransaction();
  return { outcomes, events: event ? [event] : [] };
}

function tryList(rows: GroupRows, list: List): Outcome {
  try {
    return rows.savepoint(() => commitList(rows.statements, list, 0));
  } catch (error) {
    if ((error as { code?: unknown }).code === 11000) return { outcome: 'again' };
    if (!isEasError(error)) throw error;
    // What another commit changed may be why: the next run sees it.
    if (passing.includes(error.code) && rows.accountDoc.modseq !== list.seen) return { outcome: 'again' };
    return { outcome: 'failed', code: error.code, detail: error.message.replace(`${error.code}: `, '') };
  }
}
