import { existsSync } from 'node:fs';
import { EasError } from '../../domain/errors.ts';
import type { Connection } from './connection.ts';
import { initial } from './migrations/0001-initial.ts';
import { indexKept } from './migrations/0002-index-kept.ts';
import { searchJournalGroups } from './migrations/0002-search-journal-groups.ts';

/** In order; a released one is never edited. `user_version` says how many a file has been through. */
const migrations: readonly ((connection: Connection) => void)[] = [
  (connection) => connection.exec(initial),
  (connection) => {
    connection.exec(searchJournalGroups);
    indexKept(connection);
  },
];
export const schemaVersion = migrations.length;

/**
 * Brings the file to today's schema, each step in a transaction of its own; one that holds anything is copied to
 * `NAME.before-N` first. Says from where to where. Throws 'store-newer'.
 */
export function migrate(connection: Connection): { readonly from: number; readonly to: number } {
  const from = versionOf(connection);
  if (from > 0 && from < schemaVersion) copyBefore(connection, from);
  while (versionOf(connection) < schemaVersion) {
    connection
      .transaction(() => {
        // Another process may have been faster; the lock is held from here on.
        const version = versionOf(connection);
        const next = migrations[version];
        if (next === undefined) return;
        next(connection);
        connection.pragma(`user_version = ${version + 1}`);
      })
      .immediate();
  }
  const version = versionOf(connection);
  if (version > schemaVersion) {
    throw new EasError('store-newer', `schema ${version}, this program knows ${schemaVersion}`);
  }
  return { from, to: version };
}

function copyBefore(connection: Connection, version: number): void {
  const copy = `${connection.name}.before-${version}`;
  if (!existsSync(copy)) connection.prepare('vacuum into ?').run(copy);
}

function versionOf(connection: Connection): number {
  return connection.pragma('user_version', { simple: true }) as number;
}
