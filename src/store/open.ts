import { join } from 'node:path';
import type { Log } from '../log.ts';
import type { Store } from './port.ts';
import { audit } from './sqlite/audit.ts';
import { backup, type Copied, restore } from './sqlite/backup.ts';
import { connect } from './sqlite/connection.ts';
import { openSqlite } from './sqlite/open.ts';
import { migrate } from './sqlite/schema.ts';
import { claimServing } from './sqlite/serving.ts';

export interface OpenOptions {
  /** The folder of everything that is kept; made, for its owner alone, when it is not there. */
  readonly data: string;
  /** 'sqlite', or the URL of a MongoDB replica set or sharded cluster. */
  readonly store?: string;
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

/** Both ends of a migration, as schema numbers; the first is 0 of a new store. */
export interface Migrated {
  readonly from: number;
  readonly to: number;
}

/** Ready when it resolves; end it with Symbol.asyncDispose. Throws 'store-newer' for a newer release's data. */
export async function openStore(options: OpenOptions): Promise<Store> {
  const { store: url = 'sqlite' } = options;
  if (!isMongoUrl(url)) return openSqlite(options);
  const { openMongo } = await import('./mongo/open.ts'); // its driver takes a while to load
  return openMongo({ ...options, url });
}
export function isMongoUrl(store: string): boolean {
  return /^mongodb(?:\+srv)?:\/\//.test(store);
}

export type { Copied };

type Kept = Pick<OpenOptions, 'data' | 'store'>;

/** What of the store contradicts itself, in sentences; a server may run beside it. */
export async function checkStore({ data, store = 'sqlite' }: Kept): Promise<string[]> {
  return isMongoUrl(store) ? (await import('./mongo/audit.ts')).auditMongo(store) : audit(data);
}
/** Brings it to today's schema, as opening it would. Throws 'store-newer'. */
export async function migrateStore({ data, store = 'sqlite' }: Kept): Promise<Migrated> {
  if (isMongoUrl(store)) return (await import('./mongo/open.ts')).migrateMongo(store);
  const connection = connect(join(data, 'easel.sqlite'), 'write');
  try {
    return migrate(connection);
  } finally {
    connection.close();
  }
}
/** Into a new or empty folder, also beside a running server; whoever asks holds the lease `sweep`. */
export async function backupStore({ data, store = 'sqlite' }: Kept, folder: string): Promise<Copied> {
  return isMongoUrl(store) ? (await import('./mongo/backup.ts')).backupMongo(store, folder) : backup(data, folder);
}
/** From a backup whose every blob is checked first, into a folder without a store. Throws 'store-newer', 'blob-missing'. */
export async function restoreStore({ data, store = 'sqlite' }: Kept, folder: string): Promise<Copied> {
  return isMongoUrl(store) ? (await import('./mongo/backup.ts')).restoreMongo(folder, store) : restore(folder, data);
}
/** Held while a server runs: one of sqlite has one. Throws 'store-unavailable' when another serves it. */
export function claimStore({ data, store = 'sqlite' }: Kept): Disposable {
  return isMongoUrl(store) ? { [Symbol.dispose]: () => {} } : claimServing(data);
}
