import { test } from 'node:test';
import type { Version } from '../../protocol/index.ts';
import { noOutsideClient } from './outside-smtp.ts';
import { steps } from './walk.ts';
import { Walk } from './walker.ts';
import { elsewhere, makeWorld } from './world.ts';

const skip = elsewhere ? 'only our own server can be killed' : (noOutsideClient ?? false);

/** The walk, with `kill -9` and a restart at every boundary; the phones go on with the keys that they have. */
export function testKilledBetween(version: Version): void {
  test(`the server is killed between any two steps at ${version}`, { skip, timeout: 180_000 }, async (t) => {
    const world = await makeWorld(t, 300, { EASEL_QUIET_DELAY: '1' });
    const walk = new Walk(world, version, 20_000);
    t.after(() => walk.phones.forEach((phone) => void phone.hangUp()));
    for (const { name, run, versions } of steps) {
      if (versions && !versions.includes(version)) continue;
      await t.test(name, () => run(walk));
      await world.server!.kill9();
      await world.server!.restart();
    }
  });
}
