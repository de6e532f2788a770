import { test } from 'node:test';
import { type Version, versions } from '../../protocol/index.ts';
import { noOutsideClient } from './outside-smtp.ts';
import { steps } from './walk.ts';
import { Walk } from './walker.ts';
import { makeWorld } from './world.ts';

/** Mails of the Inbox: many where they show something, few elsewhere. */
const [many, few] = process.env.EASEL_LONG === undefined ? [2000, 300] : [10_000, 2000];
const large: readonly Version[] = ['12.1', '16.1'];

for (const version of versions) {
  test(`the first end at ${version}`, { skip: noOutsideClient ?? false, timeout: 300_000 }, async (t) => {
    const world = await makeWorld(t, large.includes(version) ? many : few, { EASEL_QUIET_DELAY: '1' });
    const walk = new Walk(world, version);
    t.after(() => walk.phones.forEach((phone) => void phone.hangUp()));
    for (const { name, run, versions: those } of steps) {
      if (!those || those.includes(version)) await t.test(name, () => run(walk));
    }
  });
}
