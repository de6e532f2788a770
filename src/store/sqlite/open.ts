// The sqlite engine: reads on this thread from snapshots, one thread that writes in groups, one that checkpoints.
// Invariants: what resolved is synced to the disk; the feed tells of a commit after its promise; a transaction that
// must run again or fails has written nothing. No code of a handler ever runs inside a database transaction.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDoors } from '../list/run.ts';
import { newCounters } from '../list/stats.ts';
import type { OpenOptions } from '../open.ts';
import type { Store } from '../port.ts';
import { createBlobs } from './blobs.ts';
import { startCheckpointer } from './checkpointer.ts';
import { connect } from './connection.ts';
import { createDirectory } from './directory.ts';
import { startFeed } from './feed.ts';
import { openHandles } from './handles.ts';
import { createJournal, createLeases, createOutbox } from './outbox.ts';
import { migrate } from './schema.ts';
import { takeSnapshot, viewOf } from './snapshot.ts';
import { startWriter } from './writer.ts';

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
  const doors = openDoors({
    snapshot: (account, look) => handles.snapshot(({ sql }) => look(viewOf(takeSnapshot(sql, account, stats)))),
    commit: writer.commit,
    stats,
    clock,
  });

  return {
    ...doors,
    directory: createDirectory(handles.single, writer, clock),
    blobs: createBlobs(blobFolder, handles.single, writer, clock),
    outbox: createOutbox(handles.single, writer, clock),
    leases: createLeases(writer, clock),
    journal: createJournal(writer, clock),
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
