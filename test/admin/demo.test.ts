import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillDemo } from '../../src/admin/demo.ts';
import { createVerifier } from '../../src/admin/password.ts';
import { type SpecialFolder, specialFolderId } from '../../src/domain/collection.ts';
import { mailWorld } from '../delivery/mail-world.ts';

test('the demo account has something of everything, once, and a new password each time', async (t) => {
  const { store } = await mailWorld(t);
  const now = Date.UTC(2026, 10, 25, 12);
  const first = await fillDemo(store, 'example.test', now);
  const second = await fillDemo(store, 'example.test', now + 60_000);
  assert.equal(second.address, 'demo@example.test');
  const account = (await store.directory.find(second.address))!;
  const verify = createVerifier();
  assert.equal(await verify(second.password, account.passwordHash), true);
  assert.equal(await verify(first.password, account.passwordHash), false);
  const count = (folder: SpecialFolder) =>
    store.read(account.id, (reader) => reader.count(specialFolderId(folder), {}));
  assert.deepEqual(await Promise.all(([2, 8, 9, 7] as const).map(count)), [5, 3, 3, 2]);
  const names = await store.directory.names({ domains: ['example.test'], words: ['grace'], limit: 5 });
  assert.deepEqual(
    names.map(({ displayName }) => displayName),
    ['Grace Hopper'],
  );
});
