import { test } from 'node:test';
import type { Version } from '../../protocol/index.ts';
import { Chaos } from './chaos.ts';
import { noOutsideClient } from './outside-smtp.ts';
import { Traffic } from './traffic.ts';
import { steps } from './walk.ts';
import { Walk } from './walker.ts';
import { elsewhere, makeWorld, phoneOf } from './world.ts';

const long = process.env.EASEL_LONG !== undefined;
const skip = elsewhere ? 'only our own server can be killed' : false;
const environment = { EASEL_QUIET_DELAY: '1' };
const patience = 20_000;
const versions = ['14.1', '16.1'] satisfies Version[];

for (const version of long ? versions : versions.slice(1)) {
  test(`the server is killed during the walk at ${version}`, {
    skip: skip || noOutsideClient,
    timeout: 120_000,
  }, async (t) => {
    const world = await makeWorld(t, 100, environment);
    const walk = new Walk(world, version, patience);
    t.after(() => walk.phones.forEach((phone) => void phone.hangUp()));
    const chaos = new Chaos(world.server!, { seed: Number(version) * 10, kills: long ? 10 : 5, chance: 0.08 });
    walk.undisturbed = chaos.undisturbed;
    for (const phone of walk.phones) chaos.haunt(phone);
    for (const step of steps) {
      if (!step.versions || step.versions.includes(version)) await t.test(step.name, () => step.run(walk));
    }
    await chaos.settled();
    t.diagnostic(`${chaos.kills} kills, in ${chaos.struck.join(', ')}`);
  });
}

for (const version of long ? versions : versions.slice(0, 1)) {
  test(`the server is killed during everyday traffic at ${version}`, { skip, timeout: 900_000 }, async (t) => {
    const mails = 20;
    const world = await makeWorld(t, mails, environment);
    const phones = [
      phoneOf(world, world.alice, { version, patience, deviceId: 'ALICE' }),
      phoneOf(world, world.bob, { version, patience, deviceId: 'BOB' }),
    ] as const;
    t.after(() => phones.forEach((phone) => void phone.hangUp()));
    const traffic = new Traffic(world, ...phones);
    await traffic.setUp();
    const chaos = new Chaos(world.server!, { seed: Number(version) * 10 + 1, kills: long ? 100 : 5, chance: 0.15 });
    for (const phone of phones) chaos.haunt(phone);
    while (!chaos.over) await traffic.round();
    await chaos.settled();
    await traffic.check(mails);
    t.diagnostic(`${chaos.kills} kills, in ${chaos.struck.join(', ')}`);
  });
}
