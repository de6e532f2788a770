// The sync algebra against random lives: when all is quiet, every phone shows what the server holds inside its view.
// EASEL_SEED, EASEL_MODEL_RUNS choose them; EASEL_SHRINK looks for a shorter life of a failure,
// EASEL_PATH begins at the one that it printed.
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Store } from '../../src/store/port.ts';
import { Life, plans } from '../support/sync-life.ts';
import { type TempStore, tempStore } from '../support/temp-store.ts';

let temporary: TempStore;
let store: Store;
before(async () => {
  temporary = await tempStore();
  store = temporary.store;
});
after(() => temporary[Symbol.asyncDispose]());

const runs = Number(process.env.EASEL_MODEL_RUNS ?? (process.env.EASEL_LONG ? 10_000 : 1000));

test(`after ${runs} random lives every phone shows what the server holds`, { timeout: 1_500_000 }, async () => {
  let serial = 0;
  const seed = Number(process.env.EASEL_SEED ?? 20261122);
  console.log(`# seed ${seed}, ${runs} sequences`);
  await fc.assert(
    fc.asyncProperty(plans, (plan) => Life.live(store, `life${++serial}`, plan)),
    {
      seed,
      numRuns: runs,
      ...(process.env.EASEL_PATH && { path: process.env.EASEL_PATH }),
      endOnFailure: !process.env.EASEL_SHRINK,
      includeErrorInReport: true,
    },
  );
});
