// The recipient information cache: whom the account wrote to lately, read by phones of 14.0 and later.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { ReadContact } from '../../protocol/index.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import { contacts, load, prime, sent, synced, syncOne } from '../support/sync-phone.ts';

const RI = 'RI';
const day = 86_400_000;

describe('the recipient information cache', async () => {
  const house = await openHouse({ after });
  await house.store.directory.create({
    address: 'ada@example.test',
    aliases: [],
    displayName: 'Ada',
    person: { alias: 'ada.l' },
  });

  async function wrote(phone: Phone, to: string, daysAgo = 0): Promise<void> {
    const received = house.clock.now() - daysAgo * day;
    await phone.receive(mail({ from: phone.address, to }), { folder: sent as never, received, read: true });
  }
  const open = (phone: Phone, maxItems?: number) =>
    FolderCopy.open<ReadContact>(phone, RI, 'Contacts', {
      ...(maxItems !== undefined && { Options: [{ MaxItems: maxItems }] }),
    });
  function told(copy: FolderCopy<ReadContact>): unknown[] {
    return [...copy.items.values()]
      .sort((a, b) => b.WeightedRank! - a.WeightedRank!)
      .map(({ Email1Address, FileAs, Alias, WeightedRank }) => [Email1Address, FileAs, Alias, WeightedRank]);
  }

  test('lists whom mails were sent to, newer ones before older ones', async () => {
    const phone = await house.phone();
    await wrote(phone, '"Bob B" <bob@elsewhere.test>, ada@example.test');
    await wrote(phone, 'BOB@elsewhere.test', 30);
    await wrote(phone, '"Old" <old@elsewhere.test>', 60);
    await wrote(phone, 'gone@elsewhere.test', 92);
    await wrote(phone, `Müller <m@elsewhere.test>, ${phone.address}`, 90);
    const copy = await open(phone);
    assert.deepEqual(told(copy), [
      ['bob@elsewhere.test', 'Bob B', undefined, 1500],
      ['ada@example.test', 'ada@example.test', undefined, 1000],
      ['old@elsewhere.test', 'Old', undefined, 250],
      ['m@elsewhere.test', 'Müller', undefined, 125],
    ]);
    // MS-ASCNTC_R514, R1010: no other element of a contact, and no Alias.
    const [first] = copy.items.values();
    assert.deepEqual(Object.keys(first!).sort(), ['Email1Address', 'FileAs', 'WeightedRank']);
  });

  test('follows what is sent, and says nothing when nothing was', async () => {
    const phone = await house.phone({ version: '14.1' });
    await wrote(phone, 'a@elsewhere.test');
    const copy = await open(phone);
    assert.equal(await copy.sync(), undefined);
    await wrote(phone, 'a@elsewhere.test, b@elsewhere.test');
    await copy.sync();
    assert.deepEqual(
      told(copy).map((one) => (one as unknown[])[3]),
      [2000, 1000],
    );
    house.clock.forward(95 * day);
    await copy.sync();
    assert.equal(copy.items.size, 0);
  });

  test('MaxItems is the top of the list; an estimate counts what a Sync brings', async () => {
    const phone = await house.phone();
    for (const name of ['a', 'b', 'c']) await wrote(phone, `${name}@elsewhere.test`, name.charCodeAt(0) - 97);
    const estimate = async (SyncKey: string, Options: { MaxItems?: number }[], CollectionId = RI) => {
      const { Response } = await phone.ask('GetItemEstimate', {
        Collections: { Collection: [{ SyncKey, CollectionId, Options }] },
      });
      return [Response[0]?.Status, Response[0]?.Collection?.Estimate];
    };
    const key = await prime(phone, RI);
    assert.deepEqual(await estimate(key, [{ MaxItems: 2 }]), [1, 2]);
    assert.deepEqual(await estimate(key, []), [1, 3]);
    assert.deepEqual(await estimate('{0}9', []), [4, undefined]);
    const copy = await open(phone.another('14.1'), 2);
    assert.deepEqual(
      told(copy).map((one) => (one as unknown[])[0]),
      ['a@elsewhere.test', 'b@elsewhere.test'],
    );
    // MS-ASCMD_R3265
    const { key: inboxKey } = await load(phone);
    assert.deepEqual(await estimate(inboxKey, [{ MaxItems: 2 }], '2'), [2, undefined]);
  });

  test('an answer that got lost is given again', async () => {
    const phone = await house.phone();
    await wrote(phone, 'a@elsewhere.test');
    const SyncKey = await prime(phone, RI);
    const lost = await synced(phone, { SyncKey, CollectionId: RI });
    const again = await synced(phone, { SyncKey, CollectionId: RI });
    assert.deepEqual(again.Commands, lost.Commands);
    const next = await syncOne(phone, { SyncKey: again.SyncKey, CollectionId: RI });
    assert.equal(next, undefined);
  });

  test('MS-ASCMD_R756, R754: what would change it is Status 4 of the Sync; one entry can be fetched', async () => {
    const phone = await house.phone();
    await wrote(phone, 'a@elsewhere.test');
    const copy = await open(phone);
    const [ServerId] = [...copy.items.keys()];
    const SyncKey = await prime(phone, RI);
    const ApplicationData = copy.data({ Email1Address: 'x@elsewhere.test' });
    for (const command of [
      { Add: { ClientId: '1', ApplicationData } },
      { Change: { ServerId: ServerId!, ApplicationData } },
      { Delete: { ServerId: ServerId! } },
    ]) {
      const Collections = { Collection: [{ SyncKey, CollectionId: RI, Commands: [command] }] };
      assert.equal(await phone.status('Sync', { Collections }), 4);
    }
    const answer = await synced(phone, {
      SyncKey,
      CollectionId: RI,
      GetChanges: false,
      Commands: [{ Fetch: { ServerId: ServerId! } }, { Fetch: { ServerId: 'RI:none' } }],
    });
    assert.deepEqual(
      answer.Responses?.map((one) => 'Fetch' in one && one.Fetch.Status),
      [1, 8],
    );
  });

  test('is a folder of type 19 that nothing can be moved into, put below, renamed or deleted', async () => {
    const phone = await house.phone();
    const { SyncKey = '', Changes } = await phone.ask('FolderSync', { SyncKey: '0' });
    const folder = Changes!.Add.find(({ Type }) => Type === 19);
    assert.equal(folder?.ServerId, RI);
    const { id } = await (await FolderCopy.open<ReadContact>(phone, contacts!, 'Contacts')).add({ FirstName: 'Ann' });
    const { Response } = await phone.ask('MoveItems', {
      Move: [
        { SrcMsgId: id, SrcFldId: contacts!, DstFldId: RI },
        { SrcMsgId: 'RI:x', SrcFldId: RI, DstFldId: contacts! },
      ],
    });
    assert.deepEqual(
      Response.map(({ Status }) => Status),
      [2, 1],
    );
    const below = { SyncKey, ParentId: RI, DisplayName: 'Below', Type: 14 };
    assert.equal((await phone.ask('FolderCreate', below)).Status, 3);
    const named = { SyncKey, ServerId: RI, ParentId: '0', DisplayName: 'Mine' };
    assert.equal((await phone.ask('FolderUpdate', named)).Status, 3);
    assert.equal((await phone.ask('FolderDelete', { SyncKey, ServerId: RI })).Status, 3);
  });
});
