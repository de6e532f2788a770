// What must be done once, on whichever node: each job runs under a lease in the store, and stops when that is lost.
// Invariant: a job's work is done in steps that are whole by themselves; it may end between any two.
import type { Clock } from '../clock.ts';
import { isEasError } from '../domain/errors.ts';
import type { Log } from '../log.ts';
import type { Leases, Store } from '../store/port.ts';
import { pruneCollection } from '../sync/prune.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A node that dies is replaced after this. */
const leaseFor = 5 * minute;
/** The first run comes soon: a server that is started every morning prunes, too. */
const firstRun = 10 * minute;
/** How long what a device took away can be brought back. */
export const journalKept = 30 * day;

export interface JobContext {
  readonly store: Store;
  readonly clock: Clock;
  /** The lease is lost, or the server stops. */
  readonly signal: AbortSignal;
}
interface Job {
  readonly name: string;
  /** Milliseconds between two runs. */
  readonly every: number;
  /** Says how many things it let go of. */
  run(context: JobContext): Promise<number>;
}

export const jobs: readonly Job[] = [
  { name: 'sweep', every: hour, run: ({ store, signal }) => store.blobs.sweep(hour, signal) },
  { name: 'prune', every: 6 * hour, run: pruneAll },
  {
    name: 'journal',
    every: 6 * hour,
    run: ({ store, clock, signal }) => store.journal.expire(clock.now() - journalKept, signal),
  },
];

/** Every job at its times, until disposed; what runs then is told to stop and waited for. */
export function startJobs(store: Store, clock: Clock, log: Log, node: string): AsyncDisposable {
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  const cancels = new Map<string, () => void>();
  const run = async ({ name, run }: Job): Promise<void> => {
    try {
      const lease = { name, node, milliseconds: leaseFor, clock, stop: stop.signal };
      const done = await underLease(store.leases, lease, (signal) => run({ store, clock, signal }));
      if (done !== undefined && done > 0) log.info('job', { job: name, count: done });
    } catch (error) {
      log.error('a job failed', { job: name, error });
    }
  };
  const schedule = (job: Job, wait: number): void => {
    const start = (): void => {
      const ran = run(job).finally(() => {
        running.delete(ran);
        if (!stop.signal.aborted) schedule(job, job.every);
      });
      running.add(ran);
    };
    cancels.set(job.name, clock.after(wait, start));
  };
  for (const job of jobs) schedule(job, Math.min(job.every, firstRun));
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      for (const cancel of cancels.values()) cancel();
      await Promise.all(running);
    },
  };
}

export interface LeaseRequest {
  readonly name: string;
  readonly node: string;
  readonly milliseconds: number;
  readonly clock: Clock;
  readonly stop?: AbortSignal;
}

/**
 * Works while it holds the lease, which it renews; `signal` says that it was lost, could not be renewed, or that all stops.
 * Undefined when another node holds it.
 */
export async function underLease<T>(
  leases: Leases,
  { name, node, milliseconds, clock, stop }: LeaseRequest,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  if (!(await leases.hold(name, node, milliseconds))) return undefined;
  const lost = new AbortController();
  let cancel = (): void => {};
  const renew = (): void => {
    cancel = clock.after(milliseconds / 3, () => {
      leases.hold(name, node, milliseconds).then(
        (held) => {
          if (lost.signal.aborted) return;
          if (held) renew();
          else lost.abort();
        },
        () => lost.abort(),
      );
    });
  };
  renew();
  try {
    return await work(stop ? AbortSignal.any([lost.signal, stop]) : lost.signal);
  } finally {
    cancel();
    if (!lost.signal.aborted) await leases.release(name, node);
    lost.abort();
  }
}

/** A collection at a time, so that nobody waits for long. */
async function pruneAll({ store, clock, signal }: JobContext): Promise<number> {
  let pruned = 0;
  for (const { id } of await store.directory.list()) {
    try {
      for (const collection of await store.read(id, (reader) => reader.collections(0))) {
        if (signal.aborted) return pruned;
        if (await store.transact(id, (tx) => pruneCollection(tx, collection.id, clock.now()))) pruned += 1;
      }
    } catch (error) {
      if (!isEasError(error, 'account-not-found')) throw error; // it was removed meanwhile
    }
  }
  return pruned;
}
