import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { CollectionId } from '../../src/domain/ids.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import { calendar, inbox, load, prime, syncOne } from '../support/sync-phone.ts';

describe('FolderCreate, FolderUpdate, FolderDelete', async () => {
  const house = await openHouse({ after });

  async function keyOf(phone: Phone): Promise<string> {
    const { SyncKey } = await phone.ask('FolderSync', { SyncKey: '0' });
    return SyncKey!;
  }
  interface Told {
    key: string;
    added: string[];
    updated: string[];
    removed: string[];
  }
  async function folderSync(phone: Phone, SyncKey: string): Promise<Told> {
    const { SyncKey: key, Changes } = await phone.ask('FolderSync', { SyncKey });
    return {
      key: key!,
      added: Changes!.Add.map(({ DisplayName }) => DisplayName),
      updated: Changes!.Update.map(({ DisplayName }) => DisplayName),
      removed: Changes!.Delete.map(({ ServerId }) => ServerId),
    };
  }
  const create = (phone: Phone, SyncKey: string, DisplayName: string, ParentId = '0', Type = 12) =>
    phone.ask('FolderCreate', { SyncKey, ParentId, DisplayName, Type });

  test('what a phone makes, renames, moves and deletes it does not hear of again; the other phone does', async () => {
    const phone = await house.phone();
    const tablet = phone.another('14.1');
    const [first, theirs] = [await keyOf(phone), await keyOf(tablet)];
    const made = await create(phone, first, 'Projects');
    assert.equal(made.Status, 1);
    const inner = await create(phone, made.SyncKey!, 'Easel', made.ServerId);
    const renamed = await phone.ask('FolderUpdate', {
      ...{ SyncKey: inner.SyncKey!, ServerId: inner.ServerId!, ParentId: '0', DisplayName: 'Easel 2' },
    });
    assert.equal(renamed.Status, 1);
    assert.deepEqual(await folderSync(phone, renamed.SyncKey!), {
      ...{ key: renamed.SyncKey!, added: [], updated: [], removed: [] },
    });
    const seen = await folderSync(tablet, theirs);
    assert.deepEqual([seen.added.sort(), seen.updated, seen.removed], [['Easel 2', 'Projects'], [], []]);
    const gone = await phone.ask('FolderDelete', { SyncKey: renamed.SyncKey!, ServerId: made.ServerId! });
    assert.equal(gone.Status, 1);
    assert.deepEqual((await folderSync(tablet, seen.key)).removed, [made.ServerId]);
    assert.deepEqual((await folderSync(phone, gone.SyncKey!)).removed, []);
  });

  test('what others changed stays pending behind an own change', async () => {
    const phone = await house.phone();
    const tablet = phone.another();
    const [mine, theirs] = [await keyOf(phone), await keyOf(tablet)];
    await create(tablet, theirs, 'Of the tablet');
    const made = await create(phone, mine, 'Of the phone');
    assert.deepEqual((await folderSync(phone, made.SyncKey!)).added, ['Of the tablet']);
  });

  test('a repeat is answered as the first time, with the same id and key, and makes nothing', async () => {
    const phone = await house.phone();
    const key = await keyOf(phone);
    const made = await create(phone, key, 'Once');
    assert.deepEqual(await create(phone, key, 'Once'), made);
    const renamed = { SyncKey: made.SyncKey!, ServerId: made.ServerId!, ParentId: '0', DisplayName: 'Twice' };
    assert.deepEqual(await phone.ask('FolderUpdate', renamed), await phone.ask('FolderUpdate', renamed));
    const { SyncKey: last } = await phone.ask('FolderUpdate', renamed);
    const removed = { SyncKey: last!, ServerId: made.ServerId! };
    assert.deepEqual(await phone.ask('FolderDelete', removed), await phone.ask('FolderDelete', removed));
    const folders = await house.store.read(phone.account, (reader) => reader.collections());
    assert.equal(
      folders.some(({ name }) => name === 'Once' || name === 'Twice'),
      false,
    );
  });

  test('each refusal has its Status and no key, and changes nothing', async () => {
    const phone = await house.phone();
    const key = await keyOf(phone);
    const { SyncKey, ServerId } = await create(phone, key, 'Here');
    const inner = await create(phone, SyncKey!, 'Inside', ServerId);
    const now = inner.SyncKey!;
    const before = await house.store.read(phone.account, (reader) => reader.collections());
    const move = (ServerIdOf: string, ParentId: string, DisplayName = 'Other') =>
      phone.ask('FolderUpdate', { SyncKey: now, ServerId: ServerIdOf, ParentId, DisplayName });
    const remove = (id: string, at = now) => phone.ask('FolderDelete', { SyncKey: at, ServerId: id });
    const cases: [string, Promise<{ Status: number; SyncKey?: string | undefined }>, number][] = [
      ['a name that is there, in other case', create(phone, now, 'hERE'), 2],
      ['below the recipient cache', create(phone, now, 'x', 'RI'), 3],
      ['below nothing', create(phone, now, 'x', 'none'), 5],
      ['a second Inbox', create(phone, now, 'x', '0', 2), 10],
      ['no name', create(phone, now, ' '), 10],
      ['a name too long', create(phone, now, 'x'.repeat(257)), 10],
      ['an unknown key', create(phone, 'nonsense', 'x'), 9],
      ['key 0', create(phone, '0', 'x'), 9],
      ['rename to a name that is there', move(inner.ServerId!, '0', 'Here'), 2],
      ['rename of a special folder', move(inbox!, '0'), 2],
      ['of the recipient cache', move('RI', '0'), 3],
      ['of what is not there', move('none', '0'), 4],
      ['to what is not there', move(ServerId!, 'none'), 5],
      ['into itself', move(ServerId!, ServerId!), 5],
      ['into what lies in it', move(ServerId!, inner.ServerId!), 5],
      ['delete of a special folder', remove(inbox!), 3],
      ['delete of the recipient cache', remove('RI'), 3],
      ['delete of what is not there', remove('none'), 4],
      ['delete with an unknown key', remove(ServerId!, 'x'), 9],
    ];
    for (const [what, answer, expected] of cases) {
      const { Status, SyncKey: given } = await answer;
      assert.deepEqual([Status, given], [expected, undefined], what);
    }
    const late = { SyncKey: now, ServerId: ServerId!, ParentId: '0', DisplayName: 'x' };
    assert.equal((await phone.ask('FolderUpdate', { ...late, SyncKey: undefined })).Status, 10);
    assert.equal((await phone.ask('FolderUpdate', { ...late, Status: '1' })).Status, 10);
    assert.deepEqual(await house.store.read(phone.account, (reader) => reader.collections()), before);
  });

  test('MS-ASCMD_R4932: an account has at most 1000 folders', async () => {
    const phone = await house.phone();
    const before = (await house.store.read(phone.account, (reader) => reader.collections())).length;
    await house.store.transact(phone.account, async (tx) => {
      for (let n = before; n < 998; n++) {
        tx.putCollection({ id: `many${n}` as CollectionId, parent: '0', name: `Folder ${n}`, type: 12 });
      }
    });
    // The recipient cache comes with the first FolderSync.
    const made = await create(phone, await keyOf(phone), 'The last one');
    assert.equal(made.Status, 1);
    const refused = await create(phone, made.SyncKey!, 'One too many');
    assert.deepEqual([refused.Status, refused.SyncKey], [151, undefined]);
  });

  test('a folder that is deleted takes its mail and its state with it; the journal keeps the mail', async () => {
    const phone = await house.phone();
    const made = await create(phone, await keyOf(phone), 'Doomed');
    const inner = await create(phone, made.SyncKey!, 'Inner', made.ServerId);
    await phone.receive(mail({ subject: 'kept' }), { folder: inner.ServerId as CollectionId });
    const { key } = await load(phone, inner.ServerId);
    await phone.ask('FolderDelete', { SyncKey: inner.SyncKey!, ServerId: made.ServerId! });
    const answer = await syncOne(phone, { SyncKey: key, CollectionId: inner.ServerId });
    assert.equal(answer?.Status, 12);
    const [entry] = await house.store.read(phone.account, (reader) => reader.journal(0));
    assert.equal(entry?.folder.name, 'Inner');
  });

  test('GetItemEstimate tells what the next Sync brings', async () => {
    const phone = await house.phone();
    const ask = async (
      ...Collection: { SyncKey: string; CollectionId: string; Options?: { FilterType: number }[] }[]
    ) =>
      phone.ask('GetItemEstimate', {
        Collections: { Collection: Collection.map((one) => ({ Options: [], ...one })) },
      });
    const counts = async (...asked: Parameters<typeof ask>) =>
      (await ask(...asked)).Response.map(({ Status, Collection }) => [Status, Collection?.Estimate]);
    const day = 24 * 3_600_000;
    for (const days of [0, 1, 5, 40]) {
      await phone.receive(mail(), { received: house.clock.now() - days * day });
    }
    const CollectionId = inbox!;
    assert.deepEqual(await counts({ SyncKey: '0', CollectionId }), [[3, undefined]]);
    const primed = await prime(phone);
    assert.deepEqual(await counts({ SyncKey: primed, CollectionId }), [[1, 4]]);
    assert.deepEqual(await counts({ SyncKey: primed, CollectionId, Options: [{ FilterType: 2 }] }), [[1, 2]]);
    const { key, mails } = await load(phone);
    assert.equal(mails.size, 4);
    assert.deepEqual(await counts({ SyncKey: key, CollectionId }), [[1, 0]]);
    await phone.receive(mail());
    await house.store.transact(phone.account, async (tx) => tx.remove([...mails.keys()][0] as never));
    assert.deepEqual(await counts({ SyncKey: key, CollectionId }, { SyncKey: 'x', CollectionId }), [
      [1, 2],
      [4, undefined],
    ]);
    assert.deepEqual(await counts({ SyncKey: key, CollectionId: 'none' }), [[2, undefined]]);
    assert.equal((await ask({ SyncKey: key, CollectionId, Options: [{ FilterType: 9 }] })).Status, 103);
    assert.equal((await ask({ SyncKey: key, CollectionId, Options: [{ FilterType: 6 }] })).Status, 110);
    assert.deepEqual(await counts({ SyncKey: key, CollectionId }), [[1, 2]], 'asking changes nothing');
    const many = Array.from({ length: 1001 }, () => ({ SyncKey: key, CollectionId }));
    assert.equal((await ask(...many)).Status, 103, 'MS-ASCMD_R5647');
  });

  test('MS-ASCMD_R908: an estimate of other classes together than mail and text messages is Status 4', async () => {
    const phone = await house.phone();
    const estimate = async (CollectionId: string, ...classes: string[]) => {
      const SyncKey = await prime(phone, CollectionId);
      const Options = classes.map((Class) => ({ Class }));
      const { Response } = await phone.ask('GetItemEstimate', {
        Collections: { Collection: [{ SyncKey, CollectionId, Options }] },
      });
      return Response[0]?.Status;
    };
    assert.equal(await estimate(inbox!, 'Email', 'SMS'), 1);
    assert.equal(await estimate(inbox!, 'SMS'), 1);
    assert.equal(await estimate(inbox!, 'Email', 'Calendar'), 4);
    assert.equal(await estimate(inbox!, 'Tasks', 'SMS'), 4);
    assert.equal(await estimate(calendar!, 'Calendar', 'SMS'), 4);
  });
});
