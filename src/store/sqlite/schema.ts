import { EasError } from '../../domain/errors.ts';
import type { Connection } from './connection.ts';
import { initial } from './migrations/0001-initial.ts';

/** In order; a released one is never edited. `user_version` says how many a file has been through. */
const migrations: readonly string[] = [initial];
export const schemaVersion = migrations.length;

/** Brings the file to today's schema, each step in a transaction of its own. Throws 'store-newer'. */
export function migrate(connection: Connection): void {
  while (versionOf(connection) < schemaVersion) {
    connection
      .transaction(() => {
        // Another process may have been faster; the lock is held from here on.
        const version = versionOf(connection);
        const next = migrations[version];
        if (next === undefined) return;
        connection.exec(next);
        connection.pragma(`user_version = ${version + 1}`);
      })
      .immediate();
  }
  const version = versionOf(connection);
  if (version > schemaVersion) {
    throw new EasError('store-newer', `schema ${version}, this program knows ${schemaVersion}`);
  }
}

function versionOf(connection: Connection): number {
  return connection.pragma('user_version', { simple: true }) as number;
}
