// The sync algebra against random lives: when all is quiet, every phone shows what the server holds inside its view.
// EASEL_SEED, EASEL_MODEL_RUNS choose them; EASEL_SHRINK looks for a shorter life of a failure,
// EASEL_PATH begins at the one that it printed.
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Store } from '../../src/store/port.ts';
import { Life, plans } from '../support/sync-life.ts';
import { tempStore } from '../support/temp-store.ts';

interface Engine {
  readonly name: string;
  /** Lives: usually, and with EASEL_LONG. */
  readonly runs: readonly [number, number];
  open(): Promise<AsyncDisposable & { readonly store: Store }>;
}
const engines: readonly Engine[] = [{ name: 'sqlite', runs: [1000, 10_000], open: tempStore }];

const { env } = process;
const seed = Number(env.EASEL_SEED ?? 20261122);
const settings = { endOnFailure: !env.EASEL_SHRINK, ...(env.EASEL_PATH && { path: env.EASEL_PATH }) };

for (const { name, runs, open } of engines) {
  const numRuns = Number(env.EASEL_MODEL_RUNS ?? runs[env.EASEL_LONG ? 1 : 0]);
  describe(name, { skip: numRuns === 0 ? 'the long run has it' : false }, () => {
    test('after random lives every phone shows what the server holds', { timeout: 1_500_000 }, async () => {
      console.log(`# ${name}: seed ${seed}, ${numRuns} sequences`);
      await using opened = await open();
      let serial = 0;
      const life = fc.asyncProperty(plans, (plan) => Life.live(opened.store, `life${++serial}`, plan));
      await fc.assert(life, { seed, numRuns, includeErrorInReport: true, ...settings });
    });
  });
}
