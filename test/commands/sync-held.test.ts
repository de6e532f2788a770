// Sync without a body, with a part of one, and held: what is completed from the last full request, and what ends a wait.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { mail, openHouse, type Phone, rootOf, statusAlone } from '../support/endpoint.ts';
import { adds, ask, inbox, load, prime, synced, syncOne, trash } from '../support/sync-phone.ts';

describe('Sync, empty, partial and held', async () => {
  const house = await openHouse({ after });
  const empty = (phone: Phone) => phone.answer('Sync', Buffer.alloc(0));
  const isWaiting = async (): Promise<void> => {
    while (house.endpoint.waiting() === 0) await sleep(5);
  };

  test('an empty or partial request of a device that never sent a full one is Status 13', async () => {
    const phone = await house.phone();
    assert.equal(statusAlone(await phone.send('Sync')), 13);
    assert.equal(await phone.status('Sync', { Partial: true, Wait: 5 }), 13);
    await phone.ask('FolderSync', { SyncKey: '0' });
    assert.equal(statusAlone(await phone.send('Sync')), 13);
  });

  test('MS-ASCMD_R3642: Partial alone is Status 4', async () => {
    const phone = await house.phone();
    await prime(phone);
    for (const asked of [{}, { Partial: true }, { Wait: 5 }])
      assert.equal(await phone.status('Sync', asked), 4, JSON.stringify(asked));
  });

  test('without a change the answer is empty and nothing is written; an empty request repeats it', async () => {
    const phone = await house.phone();
    const { key: SyncKey } = await load(phone);
    assert.equal(await syncOne(phone, { SyncKey, CollectionId: inbox }), undefined);
    const commits = house.store.stats.commits;
    assert.equal(await syncOne(phone, { SyncKey, CollectionId: inbox }), undefined);
    assert.equal(await empty(phone), undefined);
    assert.equal(house.store.stats.commits, commits);
    await phone.receive(mail({ subject: 'new' }));
    const answer = await empty(phone);
    assert.equal(adds(phone, answer?.Collections?.Collection[0])[0]?.[1].Subject, 'new');
  });

  test('an empty request whose answer was lost brings the same again', async () => {
    const phone = await house.phone();
    const { key: SyncKey } = await load(phone);
    assert.equal(await syncOne(phone, { SyncKey, CollectionId: inbox }), undefined);
    await phone.receive(mail({ subject: 'not lost' }));
    const lost = (await empty(phone))?.Collections?.Collection[0];
    assert.equal(adds(phone, lost).length, 1);
    const again = (await empty(phone))?.Collections?.Collection[0];
    assert.deepEqual(adds(phone, again), adds(phone, lost));
    assert.equal(await syncOne(phone, { SyncKey: again!.SyncKey, CollectionId: inbox }), undefined);
  });

  test('an empty request behind key 0 brings what is there', async () => {
    const phone = await house.phone();
    await phone.receive(mail());
    await prime(phone);
    assert.equal(adds(phone, (await empty(phone))?.Collections?.Collection[0]).length, 1);
  });

  test('a request with commands is not what an empty one repeats', async () => {
    const phone = await house.phone();
    const message = await phone.receive(mail());
    const { key } = await load(phone);
    const before = await phone.stored();
    const Commands = [{ Delete: { ServerId: message } }];
    await synced(phone, { SyncKey: key, CollectionId: inbox, WindowSize: 7, Commands });
    assert.deepEqual((await phone.stored()).sync, before.sync);
  });

  test('MS-ASCMD_R674: behind a request with commands an empty or partial one is Status 13 until a full one comes', async () => {
    const phone = await house.phone();
    const message = await phone.receive(mail());
    const { key } = await load(phone);
    const other = await prime(phone, trash);
    const both = ask({ SyncKey: key, CollectionId: inbox }, { SyncKey: other, CollectionId: trash });
    assert.equal(await phone.answer('Sync', phone.encode('Sync', both)), undefined);
    assert.equal(await empty(phone), undefined);
    const Commands = [{ Delete: { ServerId: message } }];
    const { SyncKey } = await synced(phone, { SyncKey: key, CollectionId: inbox, Commands });
    assert.equal(statusAlone(await phone.send('Sync')), 13);
    const partial = { Partial: true, ...ask({ SyncKey: other, CollectionId: trash }) };
    assert.equal(await phone.status('Sync', partial), 13);
    await synced(phone, { SyncKey: other, CollectionId: trash });
    assert.equal(await syncOne(phone, { SyncKey, CollectionId: inbox }), undefined);
    assert.equal(await empty(phone), undefined);
  });

  test('a request that is refused is not what an empty one repeats', async () => {
    const phone = await house.phone();
    await prime(phone);
    const before = (await phone.stored()).sync;
    const refused = ask({ SyncKey: '0', CollectionId: inbox, Options: [{ FilterType: 8 }] });
    assert.equal(await phone.status('Sync', refused), 4);
    assert.deepEqual((await phone.stored()).sync, before);
  });

  test('Partial names what changed; the other collections come from the last full request', async () => {
    const phone = await house.phone();
    const first = await load(phone);
    const second = await load(phone, trash);
    const both = ask({ SyncKey: first.key, CollectionId: inbox }, { SyncKey: second.key, CollectionId: trash });
    assert.equal(await phone.answer('Sync', phone.encode('Sync', both)), undefined);
    await phone.receive(mail());
    const partial = await phone.ask('Sync', { Partial: true, WindowSize: 5 });
    assert.deepEqual(
      partial.Collections?.Collection.map(({ CollectionId }) => CollectionId),
      [inbox],
    );
    const { SyncKey } = partial.Collections!.Collection[0]!;
    const named = { Partial: true, ...ask({ SyncKey, CollectionId: inbox, WindowSize: 3 }) };
    assert.equal(await phone.answer('Sync', phone.encode('Sync', named)), undefined);
    const { sync } = await phone.stored();
    assert.deepEqual(sync?.collections.map(({ id, windowSize }) => [id, windowSize]).sort(), [
      [inbox, 3],
      [trash, 100],
    ]);
  });

  test('a held Sync is answered when mail comes, at once when it is there already', async () => {
    const phone = await house.phone();
    const { key } = await load(phone);
    const held = phone.ask('Sync', { ...ask({ SyncKey: key, CollectionId: inbox }), Wait: 5 });
    await isWaiting();
    await phone.receive(mail());
    const woken = (await held).Collections?.Collection[0];
    assert.equal(adds(phone, woken).length, 1);
    await phone.receive(mail());
    const asked = { ...ask({ SyncKey: woken!.SyncKey, CollectionId: inbox }), HeartbeatInterval: 3540 };
    assert.equal(adds(phone, (await phone.ask('Sync', asked)).Collections?.Collection[0]).length, 1);
  });

  test('a held Sync ends empty: when the time is over, when a Ping takes its place, when the phone hangs up', async () => {
    const phone = await house.phone();
    const { key } = await load(phone);
    const body = phone.encode('Sync', { ...ask({ SyncKey: key, CollectionId: inbox }), HeartbeatInterval: 60 });
    const elapsed = phone.answer('Sync', body);
    await isWaiting();
    house.clock.forward(60_000);
    assert.equal(await elapsed, undefined);

    const replaced = phone.answer('Sync', body);
    await isWaiting();
    const hangUp = new AbortController();
    const Folders = { Folder: [{ Id: inbox!, Class: 'Email' }] };
    const pinging = phone.answer('Ping', phone.encode('Ping', { HeartbeatInterval: 60, Folders }), hangUp.signal);
    assert.equal(await replaced, undefined);
    hangUp.abort();
    assert.equal((await pinging)?.Status, 1);
    assert.equal(house.endpoint.waiting(), 0);
  });

  test('a plain Sync does not end a held one', async () => {
    const phone = await house.phone();
    const { key } = await load(phone);
    const { key: trashKey } = await load(phone, trash);
    const held = phone.answer('Sync', phone.encode('Sync', { ...ask({ SyncKey: key, CollectionId: inbox }), Wait: 1 }));
    await isWaiting();
    assert.equal(await syncOne(phone, { SyncKey: trashKey, CollectionId: trash }), undefined);
    assert.equal(house.endpoint.waiting(), 1);
    house.clock.forward(60_000);
    assert.equal(await held, undefined);
  });

  test('empty Collections with a heartbeat are held, and answered with nothing', async () => {
    const phone = await house.phone();
    const held = phone.send('Sync', {
      body: phone.encode('Sync', { Collections: { Collection: [] }, HeartbeatInterval: 60 }),
    });
    await isWaiting();
    house.clock.forward(60_000);
    assert.equal(rootOf(await held), undefined);
  });
});
