// The moments between "it was sent" and its arrival: whenever the server dies, the letter arrives soon after the restart, once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { plainMessage } from './letter.ts';
import { inbox, listOptions } from './walker.ts';
import { elsewhere, makeWorld, phoneOf } from './world.ts';

const skip = elsewhere ? 'only our own server can be killed' : false;
const tries = process.env.EASEL_LONG === undefined ? 6 : 60;
/** Milliseconds from the restart to the arrival. */
const late = 20_000;

test('a letter whose server dies right after SendMail arrives soon, and once', {
  skip,
  timeout: 600_000,
}, async (t) => {
  const world = await makeWorld(t, 0);
  const phone = { version: '16.1' as const, patience: 20_000 };
  const alice = phoneOf(world, world.alice, { ...phone, deviceId: 'ALICE' });
  const bob = phoneOf(world, world.bob, { ...phone, deviceId: 'BOB' });
  t.after(() => [alice, bob].forEach((each) => void each.hangUp()));
  await alice.setUp();
  await bob.setUp();
  await bob.syncAll(inbox, { options: listOptions });
  const subjects: string[] = [];
  for (let n = 0; n < tries; n++) {
    subjects.push(`Letter ${n}`);
    const mail = plainMessage(world.alice.address, world.bob.address, `Letter ${n}`, 'Once.');
    assert.equal(await alice.sendMail(mail), 1);
    await pause((2 * n) % 13);
    await world.server!.kill9();
    await world.server!.restart();
  }
  const arrived = () => [...bob.items(inbox).values()].map(({ Subject = '' }) => Subject).sort();
  const deadline = Date.now() + late;
  while (new Set(arrived()).size < tries && Date.now() < deadline) {
    const ping = bob.ping(60, [inbox]);
    await Promise.race([ping.answer, pause(1000)]);
    ping.hangUp();
    await ping.answer.catch(() => undefined);
    await bob.syncAll(inbox);
  }
  assert.deepEqual(arrived(), subjects.sort());
});
