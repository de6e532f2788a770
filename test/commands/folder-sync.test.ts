import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { CollectionId } from '../../src/domain/ids.ts';
import { openHouse, type Phone } from '../support/endpoint.ts';

describe('FolderSync', async () => {
  const house = await openHouse({ after });

  const make = (phone: Phone, id: string, name: string, parent = '0'): Promise<void> =>
    house.store.transact(phone.account, async (tx) => {
      const before = await tx.collection(id as CollectionId);
      tx.putCollection({ ...before, id: id as CollectionId, parent: parent as CollectionId, name, type: 12 });
    });

  test('key 0 tells every folder, with the headers of a new beginning', async () => {
    const phone = await house.phone();
    const body = phone.encode('FolderSync', { SyncKey: '0' });
    const { headers } = await phone.send('FolderSync', { body });
    assert.equal(headers['X-MS-RP'], '2.5,12.0,12.1,14.0,14.1,16.0,16.1');
    assert.equal(headers['MS-ASProtocolVersions'], '2.5,12.0,12.1,14.0,14.1,16.0,16.1');
    assert.ok(headers['MS-ASProtocolCommands']?.includes('FolderSync'));
    const { Status, SyncKey, Changes } = await phone.ask('FolderSync', { SyncKey: '0' });
    assert.equal(Status, 1);
    assert.ok(SyncKey !== undefined && SyncKey !== '0' && SyncKey.length <= 64);
    assert.equal(Changes?.Count, 10);
    assert.deepEqual(
      Changes?.Add.map(({ ServerId, ParentId, Type }) => [ServerId, ParentId, Type]),
      [...[2, 3, 4, 5, 6, 7, 8, 9, 10].map((type) => [String(type), '0', type]), ['RI', '0', 19]],
    );
    assert.ok(Changes?.Add.every(({ DisplayName }) => DisplayName.length > 0));
  });

  test('without a change the key stays and the count is 0; only key 0 has the headers', async () => {
    const phone = await house.phone();
    const first = await phone.ask('FolderSync', { SyncKey: '0' });
    for (let i = 0; i < 3; i++) {
      const again = await phone.ask('FolderSync', { SyncKey: first.SyncKey! });
      assert.deepEqual([again.Status, again.SyncKey, again.Changes?.Count], [1, first.SyncKey, 0]);
    }
    const response = await phone.send('FolderSync', { body: phone.encode('FolderSync', { SyncKey: first.SyncKey! }) });
    assert.equal(response.headers['X-MS-RP'], undefined);
  });

  test('a device that was told of other versions hears of these once, with whatever it asks', async () => {
    const phone = await house.phone();
    const { SyncKey } = await phone.ask('FolderSync', { SyncKey: '0' });
    await house.store.transact(phone.account, async (tx) =>
      tx.putDevice({ ...(await tx.device(phone.device))!, announced: '14.0,14.1' }),
    );
    const ask = async () =>
      (await phone.send('FolderSync', { body: phone.encode('FolderSync', { SyncKey: SyncKey! }) })).headers['X-MS-RP'];
    assert.deepEqual([await ask(), await ask()], ['2.5,12.0,12.1,14.0,14.1,16.0,16.1', undefined]);
  });

  test('what changed comes once, with a new key; parents before their children', async () => {
    const phone = await house.phone();
    const first = await phone.ask('FolderSync', { SyncKey: '0' });
    await make(phone, '21', 'Child', '20');
    await make(phone, '20', 'Parent');
    const second = await phone.ask('FolderSync', { SyncKey: first.SyncKey! });
    assert.notEqual(second.SyncKey, first.SyncKey);
    assert.deepEqual(
      second.Changes?.Add.map(({ ServerId }) => ServerId),
      ['20', '21'],
    );
    await make(phone, '20', 'Renamed');
    await house.store.transact(phone.account, async (tx) => tx.removeCollection('21' as CollectionId));
    const third = await phone.ask('FolderSync', { SyncKey: second.SyncKey! });
    assert.deepEqual([third.Changes?.Count, third.Changes?.Delete, third.Changes?.Add], [2, [{ ServerId: '21' }], []]);
    assert.equal(third.Changes?.Update[0]?.DisplayName, 'Renamed');
    const fourth = await phone.ask('FolderSync', { SyncKey: third.SyncKey! });
    assert.equal(fourth.Changes?.Count, 0);
  });

  test('an answer that was lost comes again for the old key', async () => {
    const phone = await house.phone();
    const first = await phone.ask('FolderSync', { SyncKey: '0' });
    await phone.ask('FolderSync', { SyncKey: first.SyncKey! });
    await make(phone, '20', 'New');
    const lost = await phone.ask('FolderSync', { SyncKey: first.SyncKey! });
    const again = await phone.ask('FolderSync', { SyncKey: first.SyncKey! });
    assert.deepEqual(again.Changes?.Add, lost.Changes?.Add);
    assert.equal(again.Changes?.Count, 1);
  });

  test('an unknown key is Status 9 alone; its third time is answered as key 0', async () => {
    const phone = await house.phone();
    await phone.ask('FolderSync', { SyncKey: '0' });
    assert.equal(await phone.status('FolderSync', { SyncKey: 'unknown' }), 9);
    assert.equal(await phone.status('FolderSync', { SyncKey: 'unknown' }), 9);
    const third = await phone.ask('FolderSync', { SyncKey: 'unknown' });
    assert.deepEqual([third.Status, third.Changes?.Add.length], [1, 10]);
    assert.equal((await phone.ask('FolderSync', { SyncKey: third.SyncKey! })).Status, 1);
  });

  test('key 0 on a device in use leaves its collections alone', async () => {
    const phone = await house.phone();
    await phone.ask('FolderSync', { SyncKey: '0' });
    const primed = await phone.ask('Sync', { Collections: { Collection: [{ SyncKey: '0', CollectionId: '2' }] } });
    const { SyncKey } = primed.Collections!.Collection[0]!;
    const again = await phone.ask('FolderSync', { SyncKey: '0' });
    assert.equal(again.Changes?.Add.length, 10);
    await phone.receive('Subject: kept\r\n\r\n');
    const answer = await phone.ask('Sync', { Collections: { Collection: [{ SyncKey, CollectionId: '2' }] } });
    assert.equal(answer.Collections?.Collection[0]?.Status, 1);
  });
});
