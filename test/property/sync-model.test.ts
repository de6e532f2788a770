// The sync algebra against random lives: when all is quiet, every phone shows what the server holds inside its view.
// EASEL_SEED, EASEL_MODEL_RUNS choose them (at most 500 on mongo); EASEL_SHRINK looks for a shorter life of a failure,
// EASEL_PATH begins at the one that it printed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { auditMongo } from '../../src/store/mongo/audit.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import { dropDatabase, newDatabase, noMongod } from '../support/mongo.ts';
import { Life, plans } from '../support/sync-life.ts';
import { tempStore } from '../support/temp-store.ts';

interface Engine {
  readonly name: string;
  /** Lives: usually, and with EASEL_LONG. */
  readonly runs: readonly [number, number];
  readonly skip: string | false;
  open(): Promise<AsyncDisposable & { readonly store: Store }>;
}
const engines: readonly Engine[] = [
  { name: 'sqlite', runs: [1000, 10_000], skip: false, open: tempStore },
  { name: 'mongo', runs: [10, 500], skip: noMongod, open: mongoStore },
];

async function mongoStore(): Promise<AsyncDisposable & { readonly store: Store }> {
  const url = await newDatabase();
  const store = await openStore({ data: '', store: url });
  return {
    store,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      const wrong = await auditMongo(url);
      await dropDatabase(url);
      assert.deepEqual(wrong, []);
    },
  };
}

const { env } = process;
const seed = Number(env.EASEL_SEED ?? 20261122);
const settings = { endOnFailure: !env.EASEL_SHRINK, ...(env.EASEL_PATH && { path: env.EASEL_PATH }) };

for (const { name, runs, skip, open } of engines) {
  const wanted = env.EASEL_MODEL_RUNS === undefined ? undefined : Number(env.EASEL_MODEL_RUNS);
  const numRuns = Math.min(
    wanted ?? runs[env.EASEL_LONG ? 1 : 0],
    name === 'mongo' ? runs[1] : Number.MAX_SAFE_INTEGER,
  );
  describe(name, { skip }, () => {
    test('after random lives every phone shows what the server holds', { timeout: 1_500_000 }, async () => {
      console.log(`# ${name}: seed ${seed}, ${numRuns} sequences`);
      await using opened = await open();
      let serial = 0;
      const life = fc.asyncProperty(plans, (plan) => Life.live(opened.store, `life${++serial}`, plan));
      await fc.assert(life, { seed, numRuns, includeErrorInReport: true, ...settings });
    });
  });
}
