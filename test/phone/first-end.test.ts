import { test } from 'node:test';
import type { Version } from '../../protocol/index.ts';
import { noOutsideClient } from './outside-smtp.ts';
import { steps } from './walk.ts';
import { Walk } from './walker.ts';
import { makeWorld } from './world.ts';

for (const version of ['14.0', '14.1', '16.0', '16.1'] satisfies Version[]) {
  test(`the first end at ${version}`, { skip: noOutsideClient ?? false, timeout: 120_000 }, async (t) => {
    const world = await makeWorld(t, 2000, { EASEL_QUIET_DELAY: '1' });
    const walk = new Walk(world, version);
    t.after(() => walk.phones.forEach((phone) => void phone.hangUp()));
    for (const { name, run, versions } of steps) {
      if (!versions || versions.includes(version)) await t.test(name, () => run(walk));
    }
  });
}
