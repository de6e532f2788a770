import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restore } from '../../src/admin/restore.ts';
import { deliver } from '../../src/delivery/deliver.ts';
import type { AccountId, CollectionId } from '../../src/domain/ids.ts';
import { isMail, type Mail } from '../../src/domain/item.ts';
import { searchWords } from '../../src/domain/words.ts';
import type { Store } from '../../src/store/port.ts';
import { inbox, phone, tablet, trash } from '../store/contract.ts';
import { withStore } from '../support/temp-store.ts';

async function filled(store: Store): Promise<{ account: AccountId; mails: () => Promise<string[]>; ids: Mail[] }> {
  const account = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
  for (const n of [1, 2, 3, 4])
    await deliver(store, account, Buffer.from(`Subject: ${n}\r\n\r\nx\r\n`), { received: n });
  const all = (folder: CollectionId) =>
    store.read(account, async (reader) => (await reader.range(folder, { order: 'oldest', limit: 99 })).filter(isMail));
  const mails = async () => {
    const [kept, thrown] = [await all(inbox), await all(trash)];
    return [...kept.map(({ content }) => content.subject), ...thrown.map(({ content }) => `trash ${content.subject}`)];
  };
  return { account, mails, ids: await all(inbox) };
}

test('what a phone removed, moved away or changed is as it was, once, and no one else’s acts are undone', async () => {
  await withStore(async (store) => {
    const { account, mails, ids } = await filled(store);
    const [one, two, three, four] = ids;
    const began = Date.now();
    await store.transact(account, async (tx) => {
      tx.remove(one!.id, { by: phone, removedBy: phone });
      tx.move(two!.id, trash, {}, { by: phone, removedBy: phone });
      tx.put({ ...three!, content: { ...three!.content, subject: 'spoilt' } }, ['message'], { by: phone });
      tx.remove(four!.id, { by: tablet, removedBy: tablet });
    });
    assert.deepEqual(await mails(), ['spoilt', 'trash 2']);
    assert.deepEqual(await restore(store, account, began, phone), { brought: 1, moved: 1, reverted: 1 });
    assert.deepEqual(await mails(), ['1', '2', '3']);
    const found = await store.read(account, (reader) => reader.search({ words: searchWords('1'), limit: 9 }));
    assert.equal(found.length, 1, 'what is brought back is found');
    assert.deepEqual(await restore(store, account, began, phone), { brought: 0, moved: 0, reverted: 0 });
    assert.deepEqual(await restore(store, account, began), { brought: 1, moved: 0, reverted: 0 });
    assert.deepEqual(await mails(), ['1', '2', '3', '4']);
    assert.deepEqual(await restore(store, account, Date.now() + 1), { brought: 0, moved: 0, reverted: 0 });
  });
});

test('a folder that a phone deleted comes back with its mail', async () => {
  await withStore(async (store) => {
    const { account, ids } = await filled(store);
    const folder = { id: 'f1' as CollectionId, parent: '0', name: 'Projects', type: 12 } as const;
    await store.transact(account, async (tx) => tx.putCollection(folder));
    await store.transact(account, async (tx) => {
      for (const { id } of ids) tx.move(id, folder.id);
    });
    await store.transact(account, async (tx) => tx.removeCollection(folder.id, phone));
    assert.deepEqual(await restore(store, account, 0), { brought: 4, moved: 0, reverted: 0 });
    const again = await store.read(account, async (reader) => {
      const made = (await reader.collections()).filter(({ name }) => name === 'Projects');
      assert.equal(made.length, 1);
      return reader.range(made[0]!.id, { order: 'oldest', limit: 9 });
    });
    assert.deepEqual(
      again.filter(isMail).map(({ content }) => content.subject),
      ['1', '2', '3', '4'],
    );
    assert.deepEqual(await restore(store, account, 0), { brought: 0, moved: 0, reverted: 0 });
  });
});

test('the first state is what a change of many steps goes back to', async () => {
  await withStore(async (store) => {
    const { account, mails, ids } = await filled(store);
    for (const subject of ['x', 'y', 'z']) {
      await store.transact(account, async (tx) => {
        const item = await tx.item(ids[0]!.id);
        if (isMail(item)) tx.put({ ...item, content: { ...item.content, subject } }, ['message'], { by: phone });
      });
    }
    await restore(store, account, 0);
    assert.deepEqual(await mails(), ['1', '2', '3', '4']);
  });
});
