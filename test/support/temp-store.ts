import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenOptions, openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import { audit } from '../../src/store/sqlite/audit.ts';

export interface TempStore extends AsyncDisposable {
  readonly store: Store;
  /** The folder that `openStore` was given. */
  readonly data: string;
}

/** A store in a new folder. Disposing closes it, audits what it kept and deletes the folder. */
export async function tempStore(options: Omit<OpenOptions, 'data'> = {}): Promise<TempStore> {
  const data = await mkdtemp(join(tmpdir(), 'easel-store-'));
  const store = await openStore({ ...options, data });
  return {
    store,
    data,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      const wrong = await audit(data);
      await rm(data, { recursive: true, force: true });
      assert.deepEqual(wrong, []);
    },
  };
}

export async function withStore<T>(
  use: (store: Store, data: string) => Promise<T>,
  options: Omit<OpenOptions, 'data'> = {},
): Promise<T> {
  const temp = await tempStore(options);
  try {
    return await use(temp.store, temp.data);
  } finally {
    await temp[Symbol.asyncDispose]();
  }
}
