// The thread that writes: takes a group, commits it, answers with one message. It blocks on locks and on the disk so
// that the main loop does not. Between two groups it restarts a WAL that has grown long.
import { parentPort, workerData } from 'node:worker_threads';
import type { GroupRequest } from '../list/lists.ts';
import { commitGroup } from './commit-group.ts';
import { connect } from './connection.ts';
import { prepareWriter } from './writer-statements.ts';

export interface WriterData {
  readonly file: string;
  /** One Int32: pages in the WAL, as the checkpointer last saw it. */
  readonly walPages: SharedArrayBuffer;
  readonly busyTimeout: number;
  readonly maxBytes: number | undefined;
}
const pageSize = 4096;
const restartAtPages = (48 * 1024 * 1024) / pageSize;

const { file, walPages, busyTimeout, maxBytes } = workerData as WriterData;
const db = connect(file, 'write', busyTimeout);
if (maxBytes !== undefined) db.pragma(`max_page_count = ${Math.ceil(maxBytes / pageSize)}`);
const sql = prepareWriter(db);
const pages = new Int32Array(walPages);

parentPort!.on('message', (request: GroupRequest | 'close') => {
  if (request === 'close') {
    db.close();
    parentPort!.close();
    return;
  }
  parentPort!.postMessage(commitGroup(db, sql, request.tasks));
  if (Atomics.load(pages, 0) > restartAtPages) restart();
});

/** Waits a moment for readers; when they do not yield, the checkpointer's next report asks again. */
function restart(): void {
  Atomics.store(pages, 0, 0);
  db.pragma('busy_timeout = 100');
  db.pragma('wal_checkpoint(RESTART)');
  db.pragma(`busy_timeout = ${busyTimeout}`);
}
