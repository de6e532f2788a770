// The sqlite engine: reads on this thread from snapshots, one thread that writes in groups, one that checkpoints.
// Invariants: what resolved is synced to the disk; the feed tells of a commit after its promise; a transaction that
// must run again or fails has written nothing. No code of a handler ever runs inside a database transaction.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EasError } from '../../domain/errors.ts';
import type { AccountId } from '../../domain/ids.ts';
import type { OpenOptions } from '../open.ts';
import type { Reader, Store, Transaction } from '../port.ts';
import { type AccountQueue, createAccountQueue } from './accounts-queue.ts';
import { createBlobs } from './blobs.ts';
import { startCheckpointer } from './checkpointer.ts';
import { connect } from './connection.ts';
import { createDirectory } from './directory.ts';
import { startFeed } from './feed.ts';
import { type Handle, type Handles, openHandles } from './handles.ts';
import type { List } from './lists.ts';
import { createLeases, createOutbox } from './outbox.ts';
import { StaleRecord, startPending } from './pending.ts';
import { migrate } from './schema.ts';
import { lookupsOf, readerOf, takeSnapshot } from './snapshot.ts';
import { type Counters, newCounters } from './stats.ts';
import { transactionOn } from './transaction.ts';
import { startWriter, type Writer } from './writer.ts';

const runs = 5;

/** Files: `easel.sqlite` and `blobs/` in the folder `data`. Throws 'store-newer'. */
export async function openSqlite(options: OpenOptions): Promise<Store> {
  const { data, log, clock = Date.now, pollMs = 500, checkpointMs = 250, busyTimeout = 10_000, maxBytes } = options;
  const file = join(data, 'easel.sqlite');
  const blobFolder = join(data, 'blobs');
  await mkdir(blobFolder, { recursive: true, mode: 0o700 });
  const migrator = connect(file, 'write');
  try {
    migrate(migrator);
  } finally {
    migrator.close();
  }

  const walPages = new SharedArrayBuffer(4);
  const handles = openHandles(file);
  const warn = (message: string) => (error: unknown) => log?.warn(message, { error });
  const feed = startFeed(handles.single, pollMs, warn('the feed could not be polled'));
  const writer = startWriter({ file, walPages, busyTimeout, maxBytes }, feed.committed);
  const checkpointer = startCheckpointer({ file, walPages, every: checkpointMs }, warn('the checkpointer ended'));
  const stats = newCounters();
  const engine: Engine = { handles, writer, stats, clock, queue: createAccountQueue() };

  return {
    read: (account, look) => read(engine, account, look),
    transact: (account, work) => transact(engine, account, work),
    directory: createDirectory(handles.single, writer, clock),
    blobs: createBlobs(blobFolder, handles.single, writer, clock),
    outbox: createOutbox(handles.single, writer, clock),
    leases: createLeases(writer, clock),
    feed: feed.feed,
    stats,
    [Symbol.asyncDispose]: async () => {
      feed.close();
      await checkpointer.close();
      await writer.close();
      await handles.close();
    },
  };
}

interface Engine {
  readonly handles: Handles;
  readonly writer: Writer;
  readonly stats: Counters;
  readonly clock: () => number;
  readonly queue: AccountQueue;
}

function read<T>({ handles, stats }: Engine, account: AccountId, look: (reader: Reader) => Promise<T>): Promise<T> {
  return handles.snapshot(async ({ sql }) => {
    const snapshot = takeSnapshot(sql, account, stats);
    return look(readerOf(snapshot, lookupsOf(snapshot)));
  });
}

async function transact<T>(engine: Engine, account: AccountId, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let run = 1; run <= runs; run += 1) {
    const attempt = await engine.queue.run(account, run === runs, () => runOnce(engine, account, work));
    if (attempt !== 'again') return attempt.result;
    if (run < runs) engine.stats.retries += 1;
  }
  throw new EasError('busy', account);
}

async function runOnce<T>(
  { handles, writer, stats, clock }: Engine,
  account: AccountId,
  work: (tx: Transaction) => Promise<T>,
): Promise<{ readonly result: T } | 'again'> {
  const ran = await handles.snapshot((handle) => list(handle, account, work, stats, clock));
  if (ran === 'again') return 'again';
  if (ran.list.writes.length > 0) {
    if (!(await writer.commit(ran.list))) return 'again';
    stats.commits += 1;
  }
  return { result: ran.result };
}

async function list<T>(
  { sql }: Handle,
  account: AccountId,
  work: (tx: Transaction) => Promise<T>,
  stats: Counters,
  clock: () => number,
): Promise<{ readonly result: T; readonly list: List } | 'again'> {
  const snapshot = takeSnapshot(sql, account, stats);
  const pending = startPending(lookupsOf(snapshot));
  try {
    const result = await work(transactionOn(snapshot, pending));
    const { writes, expect } = pending;
    const seen = snapshot.now;
    return {
      result,
      list: { job: 'list', account: snapshot.account, now: clock(), seen, expect: [...expect.values()], writes },
    };
  } catch (error) {
    if (error instanceof StaleRecord) return 'again';
    throw error;
  }
}
