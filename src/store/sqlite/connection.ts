import Database from 'better-sqlite3';
import type { Query } from '../list/statements.ts';

export type Connection = Database.Database;

/**
 * One handle on the file. Writing ones sync at every commit and leave checkpoints to the checkpointer.
 * `busyTimeout` in milliseconds: how long a foreign lock is waited for.
 */
export function connect(file: string, kind: 'read' | 'write', busyTimeout = 10_000): Connection {
  const connection = new Database(file, { readonly: kind === 'read', timeout: busyTimeout });
  if (kind === 'write') {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('wal_autocheckpoint = 0');
  }
  connection.pragma(`cache_size = ${kind === 'write' ? -32_000 : -4_000}`);
  connection.pragma('temp_store = MEMORY');
  return connection;
}

export function prepare<Parameters extends unknown[], Row = unknown>(
  db: Connection,
  text: string,
): Query<Parameters, Row> {
  return db.prepare<Parameters, Row>(text) as unknown as Query<Parameters, Row>;
}
/** One that is asked for its only column. */
export function preparePlucked<Parameters extends unknown[], Value>(
  db: Connection,
  text: string,
): Query<Parameters, Value> {
  return db.prepare<Parameters, Value>(text).pluck() as unknown as Query<Parameters, Value>;
}
/** One whose rows are made of their values, in the order of its columns. */
export function prepareMapped<Parameters extends unknown[], Row>(
  db: Connection,
  text: string,
  toRow: (values: readonly unknown[]) => Row,
): Pick<Query<Parameters, Row>, 'get' | 'all'> {
  const statement = db.prepare<Parameters, unknown[]>(text).raw();
  return {
    get: (...parameters) => {
      const values = statement.get(...parameters);
      return values && toRow(values);
    },
    all: (...parameters) => statement.all(...parameters).map(toRow),
  };
}
