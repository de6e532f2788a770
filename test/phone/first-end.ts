import { test } from 'node:test';
import type { Version } from '../../protocol/index.ts';
import { noOutsideClient } from './outside-smtp.ts';
import { steps } from './walk.ts';
import { Walk } from './walker.ts';
import { makeWorld } from './world.ts';

export interface FirstEnd {
  readonly version: Version;
  /** In the Inbox at the beginning. */
  readonly mails: number;
  readonly skip: string | false;
  /** Where all is kept, when it is not a file. */
  readonly store?: () => Promise<string>;
}

/** The whole walk, each step a test. */
export function firstEnd(name: string, { version, mails, skip, store }: FirstEnd): void {
  test(name, { skip: skip || (noOutsideClient ?? false), timeout: 600_000 }, async (t) => {
    const kept = store && { EASEL_STORE: await store() };
    const world = await makeWorld(t, mails, { EASEL_QUIET_DELAY: '1', ...kept });
    const walk = new Walk(world, version);
    t.after(() => walk.phones.forEach((phone) => void phone.hangUp()));
    for (const step of steps) {
      if (!step.versions || step.versions.includes(version)) await t.test(step.name, () => step.run(walk));
    }
  });
}
