import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Version } from '../../protocol/index.ts';
import type { Phone } from '../support/phone.ts';
import { plainMessage } from './letter.ts';
import { inbox, listOptions, sent, trash } from './walker.ts';
import { elsewhere, makeWorld, phoneOf, soon } from './world.ts';

/** Milliseconds; EASEL_QUIET_DELAY of the server. */
const quiet = 1000;
const at = Date.now;

for (const version of ['14.1', '16.1'] satisfies Version[]) {
  test(`push at ${version}`, { timeout: 60_000 }, async (t) => {
    const world = await makeWorld(t, 5, { EASEL_QUIET_DELAY: String(quiet / 1000) });
    const alice = phoneOf(world, world.alice, { version, deviceId: 'ALICE' });
    const second = phoneOf(world, world.alice, { version, deviceId: 'SECOND' });
    const bob = phoneOf(world, world.bob, { version, deviceId: 'BOB' });
    t.after(() => [alice, second, bob].forEach((phone) => void phone.hangUp()));
    for (const phone of [alice, second, bob]) {
      await phone.setUp();
      for (const folder of [inbox, trash, sent]) await phone.syncAll(folder, { options: listOptions });
    }
    const mailToAlice = (subject: string) =>
      bob.sendMail(plainMessage(world.bob.address, world.alice.address, subject, subject), { save: false });
    const status = async (ping: ReturnType<Phone['ping']>) => (await soon(ping.answer, 'the Ping', 5000)).Status;

    await t.test('a Ping without parameters before any other is asked for them', async () => {
      assert.equal(await status(alice.ping()), 3);
      assert.equal(await status(alice.ping(600)), 3);
    });
    await t.test('an interval out of bounds is answered with the bound', async () => {
      const low = await alice.ping(10, [inbox]).answer;
      assert.deepEqual([low.Status, low.HeartbeatInterval], [5, 60]);
      const high = await alice.ping(4000, [inbox]).answer;
      assert.deepEqual([high.Status, high.HeartbeatInterval], [5, 3540]);
    });
    await t.test('a folder named twice is a mistake', async () => {
      assert.equal(await status(alice.ping(600, [inbox, inbox])), 4);
    });
    await t.test('too many folders are answered with how many may be named', async () => {
      const many = Array.from({ length: 301 }, (_, n) => `${n + 1}`);
      const { Status, MaxFolders } = await alice.ping(600, many).answer;
      assert.deepEqual([Status, MaxFolders], [6, 300]);
    });
    await t.test('folders that nobody knows send the phone to FolderSync', async () => {
      assert.equal(await status(alice.ping(600, ['nowhere'])), 7);
    });
    await t.test('a refused Ping leaves nothing to repeat', async () => {
      const ping = second.ping();
      assert.equal(await status(ping), 3);
    });

    await t.test('a newer Ping ends the older one at once', async () => {
      const older = alice.ping(600, [inbox]);
      assert.ok(await older.waits());
      const newer = alice.ping(600, [inbox]);
      assert.equal(await status(older), 1);
      assert.ok(await newer.waits());
      newer.hangUp();
    });
    await t.test('a newer waiting Sync ends a Ping, and a Ping a waiting Sync', async () => {
      const ping = alice.ping(600, [inbox]);
      assert.ok(await ping.waits());
      const sync = alice.holdSync(inbox, { heartbeat: 600 });
      assert.equal(await status(ping), 1);
      assert.ok(await sync.waits());
      const next = alice.ping(600, [inbox]);
      assert.equal((await soon(sync.answer, 'the Sync', 5000)).empty, true);
      assert.ok(await next.waits());
      next.hangUp();
    });
    await t.test('a plain Sync and another device end no Ping', async () => {
      const ping = alice.ping(600, [inbox]);
      const other = second.ping(600, [inbox]);
      await alice.sync(inbox);
      assert.equal(await alice.folderSync(), 1);
      assert.ok(await ping.waits());
      assert.ok(await other.waits(1));
      ping.hangUp();
      other.hangUp();
    });

    await t.test('an addition wakes at once, and every phone of the account', async () => {
      const pings = [alice.ping(600, [inbox, trash]), second.ping(600, [trash, inbox])];
      assert.ok(await pings[0]!.waits());
      const start = at();
      await mailToAlice('At once');
      for (const ping of pings) {
        const { Status, Folders } = await soon(ping.answer, 'the Ping', 5000);
        assert.deepEqual([Status, Folders?.Folder], [2, [inbox]]);
      }
      assert.ok(at() - start < quiet, `${at() - start} ms`);
    });
    await t.test('what already waits is told at once', async () => {
      assert.deepEqual((await soon(alice.ping(600, [inbox]).answer, 'the Ping', 2000)).Folders?.Folder, [inbox]);
      for (const phone of [alice, second]) assert.equal((await phone.syncAll(inbox)).added.length, 1);
    });
    await t.test('a Ping without parameters is the last one again', async () => {
      const ping = alice.ping();
      assert.ok(await ping.waits());
      await mailToAlice('Cached');
      assert.deepEqual((await soon(ping.answer, 'the Ping', 5000)).Folders?.Folder, [inbox]);
      for (const phone of [alice, second]) await phone.syncAll(inbox);
    });
    await t.test('a waiting Sync brings the mail itself', async () => {
      const sync = alice.holdSync(inbox, { heartbeat: 600 });
      assert.ok(await sync.waits());
      await mailToAlice('Held');
      assert.equal((await soon(sync.answer, 'the Sync', 5000)).added.length, 1);
      alice.find(inbox, 'Held');
      await second.syncAll(inbox);
    });
    await t.test("a phone's own change does not wake it", async () => {
      const [id] = alice.items(inbox).keys();
      const ping = alice.ping(600, [inbox]);
      await alice.sync(inbox, { commands: [{ change: id!, to: { Read: true } }] });
      assert.ok(await ping.waits(quiet + 500));
      ping.hangUp();
    });
    await t.test('a change on another phone wakes after the quiet delay', async () => {
      await second.syncAll(inbox);
      const [, id] = second.items(inbox).keys();
      const ping = alice.ping(600, [inbox]);
      assert.ok(await ping.waits());
      const start = at();
      await second.sync(inbox, { commands: [{ change: id!, to: { Read: true } }] });
      assert.equal(await status(ping), 2);
      const took = at() - start;
      assert.ok(took >= quiet - 100 && took < quiet + 1000, `${took} ms`);
      assert.deepEqual((await alice.syncAll(inbox)).changed, [id]);
    });
    await t.test('a Ping after a Sync that took everything is held', async () => {
      await alice.syncAll(inbox);
      const ping = alice.ping(600, [inbox]);
      assert.ok(await ping.waits());
      ping.hangUp();
    });
    await t.test('a mail that comes while no phone waits is told by the next Ping', async () => {
      await mailToAlice('Meanwhile');
      assert.equal(await status(alice.ping(600, [inbox])), 2);
      await alice.syncAll(inbox);
    });
    await t.test('a phone that hung up does not stand in the way of its next Ping', async () => {
      const gone = alice.ping(600, [inbox]);
      assert.ok(await gone.waits());
      gone.hangUp();
      await assert.rejects(gone.answer);
      const ping = alice.ping(600, [inbox]);
      assert.ok(await ping.waits());
      await mailToAlice('Still there');
      assert.equal(await status(ping), 2);
      await alice.syncAll(inbox);
    });
    await t.test('a server that is ended answers what it holds', { skip: elsewhere ? 'not ours' : false }, async () => {
      const ping = alice.ping(600, [inbox]);
      const sync = bob.holdSync(inbox, { heartbeat: 600 });
      assert.ok(await ping.waits());
      assert.ok(await sync.waits(1));
      const start = at();
      assert.equal(await world.server!.terminate(), 0);
      assert.equal(await status(ping), 1);
      assert.equal((await sync.answer).empty, true);
      assert.ok(at() - start < 5000);
    });
  });
}
