// A few handles that read, each lent to one snapshot at a time. Nothing is ever written through them.
import { type Connection, connect } from './connection.ts';
import { prepareReads, type Reads } from './reads.ts';

export interface Handle {
  readonly db: Connection;
  readonly sql: Reads;
}
export interface Handles {
  /** Runs `look` on one snapshot of the file, which its first statement takes. */
  snapshot<T>(look: (handle: Handle) => Promise<T>): Promise<T>;
  /** For single statements, each a snapshot of its own. */
  readonly single: Handle;
  close(): Promise<void>;
}
const most = 32;
/** Milliseconds that a queue of snapshots may hold the loop. */
const slice = 10;

export function openHandles(file: string): Handles {
  const single = openHandle(file);
  const free: Handle[] = [];
  const waiting: ((handle: Handle) => void)[] = [];
  let opened = 0;
  let lent = 0;
  let idle: (() => void) | undefined;
  let turn = 0;

  /** Who waits comes next: at once, but for a moment of the loop now and then. */
  const lend = (handle: Handle, next: (handle: Handle) => void): void => {
    if (performance.now() - turn < slice) {
      next(handle);
      return;
    }
    setImmediate(() => {
      turn = performance.now();
      next(handle);
    });
  };
  const borrow = (): Handle | Promise<Handle> => {
    lent += 1;
    const handle = free.pop();
    if (handle !== undefined) return handle;
    if (opened < most) {
      opened += 1;
      return openHandle(file);
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const giveBack = (handle: Handle): void => {
    lent -= 1;
    const next = waiting.shift();
    if (next === undefined) free.push(handle);
    else lend(handle, next);
    if (lent === 0) idle?.();
  };

  return {
    single,
    snapshot: async (look) => {
      const handle = await borrow();
      try {
        handle.sql.begin.run();
        return await look(handle);
      } finally {
        if (handle.db.inTransaction) handle.sql.end.run();
        giveBack(handle);
      }
    },
    close: async () => {
      if (lent > 0) await new Promise<void>((resolve) => (idle = resolve));
      for (const handle of [single, ...free.splice(0)]) handle.db.close();
    },
  };
}

function openHandle(file: string): Handle {
  const db = connect(file, 'read', 2_000);
  return { db, sql: prepareReads(db) };
}
