// The server runs all the time; the line does not. Every request may lose its answer after any byte, and is sent again as it
// was: whatever it does must have happened once.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Version } from '../../protocol/index.ts';
import { seeded } from '../../scripts/make-mailbox.ts';
import type { Phone } from '../support/phone.ts';
import { plainMessage } from './letter.ts';
import { Traffic } from './traffic.ts';
import { drafts, inbox, listOptions, sent, trash } from './walker.ts';
import { makeWorld, phoneOf, type World } from './world.ts';

const long = process.env.EASEL_LONG !== undefined;
// A line that loses half of the answers asks more than a phone usually may.
const environment = { EASEL_QUIET_DELAY: '1', EASEL_DEVICE_RATE: '0' };

/** The first tries of a request are cut: in the answer after `bytes()`, or some milliseconds after it was sent. */
function cutEvery(phone: Phone, random: () => number, chance: number): void {
  phone.network = (_command, attempt) => {
    if (attempt > 3 || random() >= chance) return undefined;
    return random() < 0.7 ? { answer: Math.floor(random() ** 2 * 4000) } : { after: random() * 15 };
  };
}
function cutFirst(phone: Phone, command: string, answer: number): void {
  phone.network = (name, attempt) => (name === command && attempt === 1 ? { answer } : undefined);
}

for (const version of ['14.1', '16.1'] satisfies Version[]) {
  test(`answers are lost at random bytes at ${version}`, { timeout: 300_000 }, async (t) => {
    const mails = 60;
    const world = await makeWorld(t, mails, environment);
    const phones = [
      phoneOf(world, world.alice, { version, patience: 10_000, deviceId: 'ALICE' }),
      phoneOf(world, world.bob, { version, patience: 10_000, deviceId: 'BOB' }),
    ] as const;
    t.after(() => phones.forEach((phone) => void phone.hangUp()));
    const random = seeded(Number(version) * 10);
    for (const phone of phones) cutEvery(phone, random, 0.5);
    const traffic = new Traffic(world, ...phones);
    await traffic.setUp();
    for (let n = 0; n < (long ? 200 : 15); n++) await traffic.round();
    for (const phone of phones) phone.network = () => undefined;
    await traffic.check(mails);
    const lost = phones.reduce((sum, { repeats }) => sum + repeats, 0);
    assert.ok(lost > 10, `${lost} answers were lost`);
    t.diagnostic(`${lost} answers were lost`);
  });
}

async function alone(t: TestContext, mails: number): Promise<{ world: World; alice: Phone }> {
  const world = await makeWorld(t, mails, environment);
  const alice = phoneOf(world, world.alice, { version: '16.1', patience: 10_000, deviceId: 'ALICE' });
  t.after(() => alice.hangUp());
  await alice.setUp();
  for (const folder of [inbox, drafts, trash, sent]) await alice.syncAll(folder, { options: listOptions });
  return { world, alice };
}

test('an answer lost at its first byte', { timeout: 60_000 }, async (t) => {
  const { world, alice } = await alone(t, 5);
  const mail = plainMessage(world.alice.address, world.alice.address, 'To myself', 'Once.');

  await t.test('SendMail is told that it was sent, and is sent once', async () => {
    cutFirst(alice, 'SendMail', 1);
    assert.equal(await alice.sendMail(mail), 118);
    await alice.syncAll(sent);
    alice.find(sent, 'To myself');
    while (alice.items(inbox).size < 6) await alice.syncAll(inbox);
    alice.find(inbox, 'To myself');
  });

  await t.test('MoveItems answers the same new id', async () => {
    const [id] = alice.items(inbox).keys();
    cutFirst(alice, 'MoveItems', 1);
    const moved = await alice.moveItems([id!], inbox, trash);
    assert.equal(typeof moved.get(id!), 'string');
    await alice.syncAll(inbox);
    await alice.syncAll(trash);
    assert.equal(alice.items(trash).size, 1);
  });

  await t.test('a draft is there once, under the id that the phone hears', async () => {
    cutFirst(alice, 'Sync', 1);
    const id = await alice.draftAdd(drafts, { Subject: 'One draft', To: world.alice.address });
    alice.network = () => undefined;
    const other = phoneOf(world, world.alice, { version: '16.1', deviceId: 'OTHER' });
    await other.setUp();
    await other.syncAll(drafts, { options: listOptions });
    assert.deepEqual([...other.items(drafts).keys()], [id]);
    other.hangUp();
  });

  await t.test('the same ClientId with another message is another message', async () => {
    alice.network = () => undefined;
    const text = (subject: string) => plainMessage(world.alice.address, world.alice.address, subject, 'x');
    assert.equal(await alice.sendMail(text('One'), { clientId: 'same' }), 1);
    assert.equal(await alice.sendMail(text('Two'), { clientId: 'same' }), 1);
    assert.equal(await alice.sendMail(text('Two'), { clientId: 'same' }), 118);
  });
});
