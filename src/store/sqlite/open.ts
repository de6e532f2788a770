// The sqlite engine: reads on this thread from snapshots, one thread that writes in groups, one that checkpoints.
// Invariants: what resolved is synced to the disk; the feed tells of a commit after its promise; a transaction that
// must run again or fails has written nothing. No code of a handler ever runs inside a database transaction.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EasError } from '../../domain/errors.ts';
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
import { makeFile, makeFolder } from './owner.ts';
import { migrate } from './schema.ts';
import { takeSnapshot, viewOf } from './snapshot.ts';
import { startWriter } from './writer.ts';

/** Files: `easel.sqlite` and `blobs/` in the folder `data`. Throws 'store-newer', 'store-unavailable'. */
export async function openSqlite(options: OpenOptions): Promise<Store> {
  const { data, log, clock = Date.now, pollMs = 500, checkpointMs = 250, busyTimeout = 10_000, maxBytes } = options;
  const file = join(data, 'easel.sqlite');
  const blobFolder = join(data, 'blobs');
  makeFolder(blobFolder);
  requireDatabase(data, file, blobFolder);
  makeFile(file);
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
  const checkpointer = startCheckpointer(
    { file, walPages, every: checkpointMs },
    warn('the write-ahead log grows: the database file could not be written'),
  );
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

/** A new database beside mails that an older one named would have them swept. */
function requireDatabase(data: string, file: string, blobFolder: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0 || readdirSync(blobFolder).length === 0) return;
  throw new EasError(
    'store-unavailable',
    `'${data}' holds mails (blobs) but no database: put easel.sqlite back, or restore a backup into another folder`,
  );
}
