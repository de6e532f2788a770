// The engines that are measured: how each is opened, and filled fast. What they make is gone when they are closed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountId, CollectionId, ServerId } from '../../../src/domain/ids.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/port.ts';
import { ensureMongod, startReplicaSet } from '../../mongod.ts';
import { multiplyItem } from '../../multiply-item.ts';
import { multiplyItemInMongo } from '../../multiply-item-mongo.ts';

export type EngineName = 'sqlite' | 'mongo';

export interface Filling {
  readonly account: AccountId;
  readonly template: ServerId;
  readonly collection: CollectionId;
  readonly count: number;
}
export interface OpenEngine extends AsyncDisposable {
  open(): Promise<Store>;
  /** The store must be closed. */
  fill(filling: Filling): Promise<void>;
}

/** Throws when there is none. */
export const engines: Readonly<Record<EngineName, () => Promise<OpenEngine>>> = {
  sqlite: async () => {
    const data = mkdtempSync(join(tmpdir(), 'easel-bench-'));
    return {
      open: () => openStore({ data }),
      fill: async ({ account, template, collection, count }) =>
        multiplyItem(data, account, template, { [collection]: count }),
      [Symbol.asyncDispose]: async () => rmSync(data, { recursive: true, force: true }),
    };
  },
  mongo: async () => {
    const none = ensureMongod();
    if (none) throw new Error(none);
    const replicaSet = await startReplicaSet({ cacheGB: 1 });
    const open = () => openStore({ data: '', store: replicaSet.database('bench') });
    return {
      open,
      fill: ({ account, template, collection, count }) =>
        multiplyItemInMongo(replicaSet.database('bench'), account, template, { collection, count }),
      [Symbol.asyncDispose]: () => replicaSet[Symbol.asyncDispose](),
    };
  },
};
