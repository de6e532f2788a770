import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pages } from '../../protocol/index.ts';
import { element } from '../../protocol/wbxml/element.ts';
import { confirmDeletes, listDevices } from '../../src/admin/devices.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import { type Answered, inbox, load, prime, synced, trash } from '../support/sync-phone.ts';

describe('a phone that deletes most of a folder', async () => {
  const house = await openHouse({ after });

  async function remove(phone: Phone, key: string, ids: readonly string[]): Promise<Answered> {
    const Commands = ids.map((ServerId) => ({ Delete: { ServerId } }));
    return synced(phone, { SyncKey: key, CollectionId: inbox, DeletesAsMoves: false, Commands });
  }
  const statuses = (answer: Answered) =>
    answer.Responses?.flatMap((one) => ('Delete' in one ? [one.Delete.Status] : [])) ?? [];
  async function filled(mails: number): Promise<{ phone: Phone; key: string; ids: string[] }> {
    const phone = await house.phone();
    for (let n = 0; n < mails; n += 1) await phone.receive(mail({ subject: String(n) }), { received: n });
    const loaded = await load(phone);
    return { phone, key: loaded.key, ids: [...loaded.mails.keys()] };
  }

  test('is stopped at half of it with Status 5, gets back what it may not delete, and goes on when that is confirmed', async () => {
    const { phone, key, ids } = await filled(240);
    const first = await remove(phone, key, ids.slice(0, 110));
    assert.deepEqual(statuses(first), []);
    const second = await remove(phone, first.SyncKey, ids.slice(110, 130));
    assert.deepEqual(statuses(second), Array(10).fill(5));
    assert.equal((await phone.items(inbox!)).length, 120);
    const again = await synced(phone, { SyncKey: second.SyncKey, CollectionId: inbox });
    assert.equal(again.Status, 3);
    const back = await load(phone);
    assert.equal(back.mails.size, 120, 'nothing that is there is missing on the phone');
    const held = await remove(phone, back.key, [[...back.mails.keys()][0]!]);
    assert.deepEqual(statuses(held), [5]);
    const { address } = (await house.store.directory.get(phone.account))!;
    assert.deepEqual(
      (await listDevices(house.store, address)).map((one) => one.held),
      [true],
    );
    assert.equal(await confirmDeletes(house.store, address, phone.device as never, house.clock.now()), 1);
    const anew = await load(phone);
    const rest = await remove(phone, anew.key, [...anew.mails.keys()]);
    assert.deepEqual([statuses(rest), await phone.items(inbox!)], [[], []]);
    assert.equal(await confirmDeletes(house.store, address, phone.device as never, house.clock.now()), 0);
  });

  test('is stopped when it empties a large folder, until that is confirmed; Deleted Items and small folders are emptied', async () => {
    const { phone } = await filled(120);
    const empty = async (CollectionId: string) => {
      const answer = await phone.ask('ItemOperations', [{ EmptyFolderContents: { CollectionId } }]);
      return answer.Response?.EmptyFolderContents[0]?.Status;
    };
    assert.equal(await empty(inbox!), 16);
    assert.equal((await phone.items(inbox!)).length, 120);
    for (let n = 0; n < 120; n += 1) await phone.receive(mail({ subject: String(n) }), { folder: trash as never });
    await load(phone, trash);
    assert.equal(await empty(trash!), 1);
    assert.equal(await confirmDeletes(house.store, phone.address, phone.device, house.clock.now()), 1);
    assert.equal(await empty(inbox!), 1);
    assert.equal((await phone.items(inbox!)).length, 0);
    const small = await filled(60);
    const answer = await small.phone.ask('ItemOperations', [{ EmptyFolderContents: { CollectionId: inbox! } }]);
    assert.equal(answer.Response?.EmptyFolderContents[0]?.Status, 1);
  });

  test('may do so in a small folder, or over several hours', async () => {
    const small = await filled(60);
    assert.deepEqual(statuses(await remove(small.phone, small.key, small.ids)), []);
    const { phone, key, ids } = await filled(200);
    const first = await remove(phone, key, ids.slice(0, 95));
    house.clock.forward(2 * 3_600_000);
    assert.deepEqual(statuses(await remove(phone, first.SyncKey, ids.slice(95, 190))), []);
    assert.equal((await phone.items(inbox!)).length, 10);
  });

  test('is stopped when it moves them to Deleted Items, too; its other commands are done', async () => {
    const { phone, key, ids } = await filled(150);
    const Commands = [
      ...ids.slice(1, 140).map((ServerId) => ({ Delete: { ServerId } })),
      {
        Change: {
          ServerId: ids[0]!,
          ApplicationData: element(pages.airSync.ApplicationData, [element(pages.email.Read, '1')]),
        },
      },
    ];
    const answer = await synced(phone, { SyncKey: key, CollectionId: inbox, DeletesAsMoves: true, Commands });
    assert.ok(statuses(answer).length > 0 && statuses(answer).every((status) => status === 5));
    assert.equal((await phone.item(ids[0]!))?.content.read, true);
    assert.ok((await phone.items(inbox!)).length > 40);
    await prime(phone);
  });
});
