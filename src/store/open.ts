import type { Log } from '../log.ts';
import type { Store } from './port.ts';
import { openSqlite } from './sqlite/open.ts';

export interface OpenOptions {
  /** The folder of everything that is kept; made, for its owner alone, when it is not there. */
  readonly data: string;
  readonly engine?: 'sqlite';
  readonly log?: Pick<Log, 'warn'>;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** How often other processes' commits are looked for, in milliseconds. */
  readonly pollMs?: number;
  readonly checkpointMs?: number;
  /** How large the database file may grow; beyond it writes fail with 'full'. */
  readonly maxBytes?: number;
  /** How long a foreign lock is waited for, in milliseconds. */
  readonly busyTimeout?: number;
}

const engines = { sqlite: openSqlite } as const;

/** Ready when it resolves; end it with Symbol.asyncDispose. Throws 'store-newer' for a newer release's data. */
export function openStore(options: OpenOptions): Promise<Store> {
  return engines[options.engine ?? 'sqlite'](options);
}
