import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { email, write } from '../../protocol/index.ts';
import type { CollectionId } from '../../src/domain/ids.ts';
import { type Answer, mail, openHouse, type Phone, type Request, statusAlone } from '../support/endpoint.ts';
import { inbox, load, outbox, synced, syncOne, trash } from '../support/sync-phone.ts';

describe('Ping', async () => {
  const house = await openHouse({ after });

  const folders = (...ids: (string | undefined)[]): Request<'Ping'>['Folders'] => ({
    Folder: ids.map((Id) => ({ Id: Id!, Class: 'Email' })),
  });
  async function held(phone: Phone, request: Request<'Ping'>): Promise<Promise<Answer<'Ping'> | undefined>[]> {
    const before = house.endpoint.waiting();
    const answer = phone.answer('Ping', phone.encode('Ping', request));
    while (house.endpoint.waiting() === before) await sleep(5);
    return [answer];
  }
  async function ready(): Promise<{ phone: Phone; key: string }> {
    const phone = await house.phone();
    await phone.ask('FolderSync', { SyncKey: '0' });
    return { phone, key: (await load(phone)).key };
  }

  test('a first Ping without one of its parts is Status 3, with or without a body', async () => {
    const { phone } = await ready();
    assert.equal(statusAlone(await phone.send('Ping')), 3);
    assert.equal(await phone.status('Ping', { HeartbeatInterval: 60 }), 3);
    assert.equal(await phone.status('Ping', { Folders: folders(inbox) }), 3);
    assert.equal(await phone.status('Ping', { HeartbeatInterval: 60, Folders: { Folder: [] } }), 3);
  });

  test('a folder twice is Status 4, an interval out of bounds 5 with the bound, too many folders 6 with the limit', async () => {
    const { phone } = await ready();
    assert.equal(await phone.status('Ping', { HeartbeatInterval: 60, Folders: folders(inbox, inbox) }), 4);
    const bounds = [
      [59, 60],
      [0, 60],
      [3541, 3540],
      [86_400, 3540],
    ] as const;
    for (const [asked, bound] of bounds) {
      const answer = await phone.ask('Ping', { HeartbeatInterval: asked, Folders: folders(inbox) });
      assert.deepEqual(answer, { Status: 5, HeartbeatInterval: bound });
    }
    const many = Array.from({ length: 301 }, (_, i) => `x${i}`);
    const answer = await phone.ask('Ping', { HeartbeatInterval: 60, Folders: folders(...many) });
    assert.deepEqual(answer, { Status: 6, MaxFolders: 300 });
    assert.equal((await phone.stored()).ping, undefined);
  });

  test('what a phone sent is let go while it waits', async () => {
    const { phone } = await ready();
    const before = house.endpoint.waiting();
    const begin = () => {
      const body = phone.encode('Ping', { HeartbeatInterval: 60, Folders: folders(inbox) });
      return { kept: new WeakRef(body), answer: phone.send('Ping', { body }) };
    };
    const { kept, answer } = begin();
    while (house.endpoint.waiting() === before) await sleep(5);
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    assert.equal(kept.deref(), undefined);
    house.clock.forward(60_000);
    assert.equal((await answer).status, 200);
  });

  test('without a change the interval passes: Status 1; an empty Ping and one with a part repeat the rest', async () => {
    const { phone } = await ready();
    const [first] = await held(phone, { HeartbeatInterval: 60, Folders: folders(inbox) });
    house.clock.forward(60_000);
    assert.deepEqual(await first, { Status: 1 });
    const empty = phone.answer('Ping', Buffer.alloc(0));
    while (house.endpoint.waiting() === 0) await sleep(5);
    house.clock.forward(60_000);
    assert.deepEqual(await empty, { Status: 1 });
    const [part] = await held(phone, { HeartbeatInterval: 120 });
    assert.deepEqual((await phone.stored()).ping, { heartbeat: 120, folders: [{ id: inbox, class: 'Email' }] });
    house.clock.forward(120_000);
    assert.deepEqual(await part, { Status: 1 });
  });

  test('mail that comes is Status 2 with its folder; mail that is there is, at once', async () => {
    const { phone } = await ready();
    await load(phone, trash);
    const request = { HeartbeatInterval: 60, Folders: folders(trash, inbox) };
    const [waiting] = await held(phone, request);
    await phone.receive(mail());
    assert.deepEqual(await waiting, { Status: 2, Folders: { Folder: [inbox] } });
    assert.deepEqual(await phone.ask('Ping', request), { Status: 2, Folders: { Folder: [inbox] } });
    await phone.receive(mail(), { folder: '4' as CollectionId });
    assert.deepEqual((await phone.ask('Ping', request)).Folders, { Folder: [trash, inbox] });
  });

  test('what Sync brings is what Ping told: after the Sync it is silent', async () => {
    const { phone, key } = await ready();
    await phone.receive(mail());
    const request = { HeartbeatInterval: 60, Folders: folders(inbox) };
    assert.equal((await phone.ask('Ping', request)).Status, 2);
    await synced(phone, { SyncKey: key, CollectionId: inbox });
    const [waiting] = await held(phone, request);
    house.clock.forward(60_000);
    assert.deepEqual(await waiting, { Status: 1 });
  });

  test('a change by another device wakes it, its own does not', async () => {
    const { phone } = await ready();
    const id = await phone.receive(mail());
    const mine = await load(phone);
    const other = phone.another();
    const theirs = await load(other);
    const read = (value: boolean) => ({
      Change: { ServerId: id, ApplicationData: write(email, { Read: value }) },
    });
    const own = await synced(phone, { SyncKey: mine.key, CollectionId: inbox, Commands: [read(true)] });
    const [waiting] = await held(phone, { HeartbeatInterval: 60, Folders: folders(inbox) });
    const told = await synced(other, { SyncKey: theirs.key, CollectionId: inbox });
    await synced(other, { SyncKey: told.SyncKey, CollectionId: inbox, Commands: [read(false)] });
    assert.deepEqual(await waiting, { Status: 2, Folders: { Folder: [inbox] } });
    assert.ok(await syncOne(phone, { SyncKey: own.SyncKey, CollectionId: inbox }));
  });

  test('a folder that was never synced wakes nobody; when no folder exists, or one is gone, it is Status 7', async () => {
    const { phone } = await ready();
    const [waiting] = await held(phone, { HeartbeatInterval: 60, Folders: folders(outbox, '99') });
    await phone.receive(mail(), { folder: '6' as CollectionId });
    await sleep(30);
    assert.equal(house.endpoint.waiting(), 1);
    house.clock.forward(60_000);
    assert.deepEqual(await waiting, { Status: 1 });
    assert.equal(await phone.status('Ping', { HeartbeatInterval: 60, Folders: folders('98', '99') }), 7);
  });

  test('folders that change are Status 7 until FolderSync', async () => {
    const phone = await house.phone();
    const { SyncKey } = await phone.ask('FolderSync', { SyncKey: '0' });
    await load(phone);
    const [waiting] = await held(phone, { HeartbeatInterval: 60, Folders: folders(inbox) });
    await house.store.transact(phone.account, async (tx) =>
      tx.putCollection({ id: '20' as CollectionId, parent: '0', name: 'New', type: 12 }),
    );
    assert.deepEqual(await waiting, { Status: 7 });
    assert.equal(await phone.status('Ping', { HeartbeatInterval: 60, Folders: folders(inbox) }), 7);
    const second = await phone.ask('FolderSync', { SyncKey: SyncKey! });
    const [again] = await held(phone, { HeartbeatInterval: 60, Folders: folders(inbox, '20') });
    await house.store.transact(phone.account, async (tx) => tx.removeCollection('20' as CollectionId));
    assert.deepEqual(await again, { Status: 7 });
    assert.equal((await phone.ask('FolderSync', { SyncKey: second.SyncKey! })).Changes?.Delete.length, 1);
  });

  test('a newer Ping of the device ends the older with Status 1; another device has its own', async () => {
    const { phone } = await ready();
    const other = phone.another();
    await load(other);
    const request = { HeartbeatInterval: 60, Folders: folders(inbox) };
    const [first] = await held(phone, request);
    const [theirs] = await held(other, request);
    const second = phone.answer('Ping', phone.encode('Ping', request));
    assert.deepEqual(await first, { Status: 1 });
    house.clock.forward(60_000);
    assert.deepEqual(await Promise.all([second, theirs]), [{ Status: 1 }, { Status: 1 }]);
  });

  test('Pings that break after about the same time teach what the network lets go by: a longer one is Status 5 with that', async () => {
    const { phone } = await ready();
    const breaks = async (seconds: number) => {
      const gone = new AbortController();
      const before = house.endpoint.waiting();
      const request = { HeartbeatInterval: 900, Folders: folders(inbox) };
      const answer = phone.answer('Ping', phone.encode('Ping', request), gone.signal);
      while (house.endpoint.waiting() === before) await sleep(5);
      house.clock.forward(seconds * 1000);
      gone.abort('hang-up');
      await answer;
    };
    for (const seconds of [300, 305, 299]) await breaks(seconds);
    const refused = await phone.ask('Ping', { HeartbeatInterval: 900, Folders: folders(inbox) });
    assert.deepEqual([refused.Status, refused.HeartbeatInterval], [5, 269]);
    const [shorter] = await held(phone, { HeartbeatInterval: 269 });
    house.clock.forward(269_000);
    assert.equal((await shorter)?.Status, 1);
    house.clock.forward(7 * 24 * 3_600_000);
    const [longer] = await held(phone, { HeartbeatInterval: 900 });
    house.clock.forward(900_000);
    assert.equal((await longer)?.Status, 1, 'after a week it is tried again');
  });
});

describe('Ping with a quiet delay', async () => {
  const house = await openHouse({ after }, { env: { EASEL_QUIET_DELAY: '15' } });

  test('a deletion is told after the delay, mail at once', async () => {
    const phone = await house.phone();
    await phone.ask('FolderSync', { SyncKey: '0' });
    const id = await phone.receive(mail());
    await load(phone);
    let ended = false;
    const Folders = { Folder: [{ Id: inbox!, Class: 'Email' }] };
    const waiting = phone.ask('Ping', { HeartbeatInterval: 600, Folders }).finally(() => {
      ended = true;
    });
    while (house.endpoint.waiting() === 0) await sleep(5);
    await sleep(20);
    await house.store.transact(phone.account, async (tx) => tx.remove(id));
    await sleep(300);
    assert.equal(ended, false);
    house.clock.forward(15_000);
    assert.equal((await waiting).Status, 2);
  });
});
