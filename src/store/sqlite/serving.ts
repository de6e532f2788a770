import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { EasError } from '../../domain/errors.ts';
import { makeFile } from './owner.ts';

/** Milliseconds for a process that is about to end. */
const patience = 5000;

/**
 * This process alone serves the folder until it is disposed or dies: the system lets go of the lock then. Commands beside it
 * need none. Throws 'store-unavailable' when another one serves it.
 */
export function claimServing(data: string): Disposable {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const file = join(data, 'serving.lock');
  makeFile(file);
  const lock = new Database(file, { timeout: patience });
  try {
    lock.exec('begin exclusive');
  } catch (cause) {
    lock.close();
    if ((cause as { code?: string }).code !== 'SQLITE_BUSY') throw cause;
    throw new EasError('store-unavailable', `'${data}' is served by another process already; end that one first`, {
      cause,
    });
  }
  return { [Symbol.dispose]: () => void lock.close() };
}
