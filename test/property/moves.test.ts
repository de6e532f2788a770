// MoveItems has no SyncKey: what a repeat is answered, whatever happened between the first time and it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CollectionId, ServerId } from '../../src/domain/ids.ts';
import { moveItem } from '../../src/sync/move-item.ts';
import { pruneCollection } from '../../src/sync/prune.ts';
import { agree, commands, shortLives } from '../support/short-life.ts';
import { inbox, type Phone, sent, type World } from '../support/sync-world.ts';

const life = shortLives();

async function makeFolder(world: World, ...phones: Phone[]): Promise<CollectionId> {
  const id = `f${world.next()}` as CollectionId;
  await world.transact(async (tx) => tx.putCollection({ id, parent: '0', name: id, type: 12 }));
  for (const phone of phones) await phone.settle(id);
  return id;
}
function move(world: World, phone: Phone, id: ServerId, from: CollectionId, to: CollectionId) {
  return world.transact((tx) => moveItem(tx, { device: phone.device, id, from, to }));
}

test('a repeat is answered as the first time though the folder it came from is gone', async () => {
  const { world, phone } = await life();
  const folder = await makeFolder(world, phone);
  const [id] = await world.add(folder, {});
  await phone.settle(folder);
  const first = await move(world, phone, id!, folder, inbox);
  await world.transact(async (tx) => tx.removeCollection(folder));
  await world.transact((tx) => pruneCollection(tx, folder, world.now));
  assert.deepEqual(await move(world, phone, id!, folder, inbox), first);
  assert.equal((await world.living(inbox)).length, 1);
});

test('a repeat into a folder that is gone by then cannot succeed: the source is told as gone', async () => {
  const { world, phone } = await life();
  const folder = await makeFolder(world, phone);
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  await phone.move({ id: id!, from: inbox, to: folder, lost: false }, true);
  await world.transact(async (tx) => tx.removeCollection(folder));
  assert.deepEqual(await move(world, phone, id!, inbox, folder), { kind: 'no-source' });
  assert.deepEqual(commands(await phone.sync(inbox)), ['Delete']);
});

test('what came before a repeated move was answered is told again as a whole, whatever changed since', async () => {
  const { world, phone } = await life({ conflict: 0 });
  const [id] = await world.add(inbox, {});
  await agree(world, phone);
  await world.change([id!], { a: 21 });
  const moved = { id: id!, from: inbox, to: sent, lost: false };
  await phone.move(moved, true);
  await phone.sync(sent); // the new words, of an item that the phone does not know by this name
  await phone.move({ ...moved, lost: true }, false);
  phone.change(sent, phone.touchable(sent)[0]!, { b: 4 });
  await agree(world, phone);
});

test('a repeat within the week is known though all was pruned; later it is Status 1', async () => {
  const { world, phone, other } = await life();
  const [id] = await world.add(inbox, {});
  await agree(world, phone, other);
  await phone.move({ id: id!, from: inbox, to: sent, lost: false }, false);
  await agree(world, phone, other);
  const first = { kind: 'moved', id: phone.touchable(sent)[0] };
  await world.transact((tx) => pruneCollection(tx, inbox, Date.now() + 6 * 86_400_000));
  assert.deepEqual(await move(world, phone, id!, inbox, sent), first);
  await world.add(inbox, {});
  await world.transact((tx) => pruneCollection(tx, inbox, Date.now() + 8 * 86_400_000));
  assert.deepEqual(await move(world, phone, id!, inbox, sent), { kind: 'no-source' });
});

test('a device that did not hold the item gets it where it moved it to', async () => {
  const { world, phone, other } = await life();
  const [id] = await world.add(inbox, {});
  await move(world, phone, id!, inbox, sent);
  assert.deepEqual(commands(await phone.sync(sent)), ['Add']);
  await agree(world, phone, other);
});

test('what another device moved is Status 1, and moves nothing', async () => {
  const { world, phone, other } = await life();
  const [id] = await world.add(inbox, {});
  await agree(world, phone, other);
  await other.move({ id: id!, from: inbox, to: sent, lost: false }, false);
  assert.deepEqual(await move(world, phone, id!, inbox, sent), { kind: 'no-source' });
  assert.equal((await world.living(sent)).length, 1);
  await agree(world, phone, other);
});

test('a move that nobody changed since is repeated without a word to the device', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  await phone.sync(inbox); // says that it heard so
  const pending = { id: id!, from: inbox, to: sent, lost: false };
  await phone.move(pending, true);
  await phone.move(pending, false);
  for (const place of [inbox, sent]) {
    assert.equal(await phone.pending(place), 'nothing');
    assert.deepEqual(commands(await phone.sync(place)), []);
  }
  await agree(world, phone);
});

test('a move in a view by conversations takes the older mails along, in both folders', async () => {
  const { world, phone } = await life();
  for (const place of [inbox, sent]) Object.assign(phone.view(place).wants, { threads: true, filter: 2 });
  const old = { thread: 't', day: world.today - 9 };
  const [, news] = await world.add(inbox, old, { thread: 't' });
  await world.add(sent, old);
  for (const place of [inbox, sent]) await phone.settle(place);
  assert.equal(phone.view(sent).items.size, 0);
  await phone.move({ id: news!, from: inbox, to: sent, lost: false }, false);
  await agree(world, phone);
  assert.equal(phone.view(inbox).items.size, 0);
  assert.equal(phone.view(sent).items.size, 2);
});
