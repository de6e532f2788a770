// The thread that carries the WAL over into the file, a little at a time and never in anyone's way.
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from './connection.ts';

export interface CheckpointerData {
  readonly file: string;
  readonly walPages: SharedArrayBuffer;
  /** Milliseconds. */
  readonly every: number;
}
const { file, walPages, every } = workerData as CheckpointerData;
const db = connect(file, 'write');
const pages = new Int32Array(walPages);
const checkpoint = db.prepare<[], { log: number; checkpointed: number }>('PRAGMA wal_checkpoint(PASSIVE)');
const dataVersion = db.prepare<[], number>('PRAGMA data_version').pluck();
/** Of the file when all of the WAL had been carried over. */
let settled: number | undefined;

let failing = false;
const timer = setInterval(() => {
  try {
    const version = dataVersion.get();
    if (version === settled) return;
    const row = checkpoint.get();
    if (row !== undefined) Atomics.store(pages, 0, row.log);
    settled = row && row.log === row.checkpointed ? version : undefined;
    failing = false;
  } catch (error) {
    // A disk that is full has room again some day: the next turn tries again.
    if (!failing) parentPort!.postMessage(error);
    failing = true;
  }
}, every);

parentPort!.once('message', () => {
  clearInterval(timer);
  db.close();
  parentPort!.close();
});
