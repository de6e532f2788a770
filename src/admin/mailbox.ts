import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { indexMessage } from '../content/email/index-mime.ts';
import { deliver } from '../delivery/deliver.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Store } from '../store/port.ts';
import { userOf } from './accounts.ts';

export interface Imported {
  readonly done: number;
  /** Messages found. */
  readonly total: number;
}
/** As many as one commit of the store takes together without filling the memory with mail. */
const atOnce = 16;

/**
 * Puts mails into the Inbox of an account: one file, or every .eml file below a folder. A mail's time is its Date header,
 * else its file's. `progress` is called as they arrive. Throws 'account-not-found', and the system's error for `path`.
 */
export async function importMail(
  store: Store,
  address: string,
  path: string,
  progress: (imported: Imported) => void = () => {},
): Promise<Imported> {
  const { id } = await userOf(store, address);
  const files = await messageFiles(path);
  let done = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < files.length) {
      await importFile(store, id, files[next++]!);
      progress({ done: ++done, total: files.length });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, files.length) }, worker));
  return { done, total: files.length };
}

async function importFile(store: Store, account: AccountId, file: string): Promise<void> {
  const mime = await readFile(file);
  const index = indexMessage(mime);
  const received = index.date ?? Math.floor((await stat(file)).mtimeMs);
  await deliver(store, account, mime, { received, index });
}

/** Oldest names first, so that a repeated import reads in the same order. */
async function messageFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && extname(entry.name).toLowerCase() === '.eml')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
