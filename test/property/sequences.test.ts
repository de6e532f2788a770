// Short lives that a simpler rule of the sync algebra would lose, double or wedge: each is one reason for one rule.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerId } from '../../src/domain/ids.ts';
import { syncRecordBody } from '../../src/store/list/sync-record-row.ts';
import { pruneCollection } from '../../src/sync/prune.ts';
import { agree, commands, lost, shortLives } from '../support/short-life.ts';
import { inbox, Phone, sent, trash } from '../support/sync-world.ts';

const life = shortLives();

test('a page may end between two items of one transaction', async () => {
  const { world, phone } = await life();
  await world.add(inbox, {}, {});
  assert.deepEqual(commands(await phone.sync(inbox, 1)), ['Add']);
  assert.deepEqual(commands(await phone.sync(inbox, 1)), ['Add']);
  await agree(world, phone);
});

test('new mail that is marked read during a catch-up comes as Add, not as a Change of the unknown', async () => {
  const { world, phone } = await life();
  const [first] = await world.add(inbox, {}, {});
  await world.change([first!], { b: 1 });
  await phone.settle(inbox, 1);
  await agree(world, phone);
});

test("a device that changed an item beside the server's change still hears the server's half", async () => {
  const { world, phone } = await life({ conflict: 0 });
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  await world.change([id!], { a: 700 });
  phone.change(inbox, id!, { b: 5 });
  await agree(world, phone);
});

test('a key answered twice gives two keys, and the device may go on with either', async () => {
  for (const which of [0, 1]) {
    const { world, phone } = await life();
    await world.add(inbox, {});
    const exchange = phone.request(inbox, 100);
    const first = await phone.send(exchange);
    await world.add(inbox, {});
    const second = await phone.send(exchange);
    assert.ok(first.kind === 'answered' && second.kind === 'answered' && first.key !== second.key);
    phone.apply(exchange, [first, second][which]!);
    await agree(world, phone);
  }
});

test('an item that was deleted before the window moved over it is deleted on the device', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, { day: world.today - 5 });
  await phone.settle(inbox);
  await world.remove(id!);
  phone.view(inbox).wants.filter = 2;
  await agree(world, phone);
  assert.equal(phone.view(inbox).items.size, 0);
});

test('an item whose date moved into the window before it narrows is not added again', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, { day: world.today - 8 });
  await phone.settle(inbox);
  await world.change([id!], { day: world.today });
  phone.view(inbox).wants.filter = 2;
  await agree(world, phone);
  assert.ok(phone.view(inbox).items.has(id!));
});

test('more soft deletes than the window holds all come', async () => {
  const { world, phone } = await life();
  await world.add(inbox, ...Array.from({ length: 7 }, (_, n) => ({ day: world.today - 5 - n })));
  await phone.settle(inbox);
  phone.view(inbox).wants.filter = 2;
  assert.deepEqual(commands(await phone.sync(inbox, 3)), ['SoftDelete', 'SoftDelete', 'SoftDelete']);
  await phone.settle(inbox, 3);
  await agree(world, phone);
});

test('the filter may widen while the first load runs', async () => {
  const { world, phone } = await life();
  await world.add(inbox, ...Array.from({ length: 9 }, (_, n) => ({ day: world.today - n })));
  phone.restart(inbox);
  phone.view(inbox).wants.filter = 2;
  await phone.sync(inbox);
  await phone.sync(inbox, 2);
  phone.view(inbox).wants.filter = 0;
  await phone.settle(inbox, 2);
  await agree(world, phone);
});

test('time passes: what ages out of the filter is soft-deleted, and stays on the server', async () => {
  const { world, phone } = await life();
  await world.add(inbox, { day: world.today }, { day: world.today - 2 });
  phone.view(inbox).wants.filter = 2;
  await phone.settle(inbox);
  assert.equal(phone.view(inbox).items.size, 2);
  world.today += 2;
  assert.deepEqual(commands(await phone.sync(inbox)), ['SoftDelete']);
  assert.equal((await world.living(inbox)).length, 2);
  await agree(world, phone);
});

test("the device's own Add during a load is not loaded again", async () => {
  const { world, phone } = await life();
  await world.add(inbox, {}, {}, {});
  phone.restart(inbox);
  await phone.sync(inbox);
  await phone.sync(inbox, 1);
  phone.add(inbox);
  await phone.settle(inbox, 1);
  await agree(world, phone);
});

test('an Add that the server alters is named in Commands only after its answer told the ServerId', async () => {
  const { world, phone } = await life();
  phone.add(inbox, { a: 3 });
  const answer = await phone.sync(inbox);
  assert.deepEqual(commands(answer), []);
  assert.ok(answer.kind === 'answered' && answer.more);
  assert.deepEqual(commands(await phone.sync(inbox)), ['Change']);
  await agree(world, phone);
});

test('an item that a device moved in is held there: an edit comes as Change, a removal as Delete', async () => {
  const { world, phone, other } = await life();
  const [id] = await world.add(inbox, {});
  await agree(world, phone, other);
  await phone.move({ id: id!, from: inbox, to: sent, lost: false }, false);
  await other.settle(sent);
  other.change(sent, other.touchable(sent)[0]!, { b: 9 });
  await other.settle(sent);
  assert.deepEqual(commands(await phone.sync(sent)), ['Change']);
  await world.remove(phone.touchable(sent)[0]!);
  assert.deepEqual(commands(await phone.sync(sent)), ['Delete']);
  await agree(world, phone, other);
});

test("the device's own item outside its window is soft-deleted, not kept for ever", async () => {
  const { world, phone } = await life();
  phone.view(inbox).wants.filter = 2;
  phone.add(inbox, { day: world.today - 6 });
  await phone.settle(inbox);
  assert.equal(phone.view(inbox).items.size, 0);
  assert.equal((await world.living(inbox)).length, 1);
});

test("a repeated Change with a further edit is no conflict with the device's own first one", async () => {
  const { world, phone } = await life({ conflict: 1 });
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  phone.change(inbox, id!, { b: 1 });
  await lost(phone, inbox);
  phone.change(inbox, id!, { b: 2 });
  await agree(world, phone);
  assert.equal(phone.view(inbox).items.get(id!)!.b, 2);
});

test("a repeated Change is not applied over another device's newer one", async () => {
  const { world, phone, other } = await life({ conflict: 0 });
  const [id] = await world.add(inbox, {});
  await agree(world, phone, other);
  phone.change(inbox, id!, { b: 1 });
  await lost(phone, inbox);
  await other.settle(inbox);
  other.change(inbox, id!, { b: 2 });
  await other.settle(inbox);
  await agree(world, phone, other);
  assert.equal(phone.view(inbox).items.get(id!)!.b, 2);
});

test('a Delete whose answer was lost and that is no longer meant is told as what it was: the item is gone', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  phone.remove(inbox, id!);
  await lost(phone, inbox);
  phone.view(inbox).deletes.clear();
  await agree(world, phone);
  assert.equal(phone.view(inbox).items.size, 0);
});

test('a Change whose answer was lost and that was reverted comes back as the server has it', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  phone.change(inbox, id!, { b: 4 });
  await lost(phone, inbox);
  phone.revert(inbox, id!);
  await agree(world, phone);
  assert.equal(phone.view(inbox).items.get(id!)!.b, 4);
});

test('an Add whose answer was lost and that was dropped comes back as an item of the server', async () => {
  const { world, phone } = await life();
  phone.add(inbox);
  await lost(phone, inbox);
  phone.view(inbox).adds.length = 0;
  await agree(world, phone);
  assert.equal(phone.view(inbox).items.size, 1);
});

test('a lost answer to an Add makes one item, not two', async () => {
  const { world, phone } = await life();
  phone.add(inbox);
  await lost(phone, inbox);
  await lost(phone, inbox);
  await agree(world, phone);
  assert.equal((await world.living(inbox)).length, 1);
});

test('an unconfirmed Add that was edited before its repeat changes the item that the first one made', async () => {
  const { world, phone } = await life();
  phone.add(inbox, { a: 14 });
  await lost(phone, inbox);
  const [add] = phone.view(inbox).adds;
  phone.view(inbox).adds[0] = { ...add!, facts: { ...add!.facts, a: 28 } };
  await agree(world, phone);
  const living = await world.living(inbox);
  assert.equal(living.length, 1);
});

test('a tombstone keeps where the item lay: dated out of the window and deleted, it leaves the device', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  phone.view(inbox).wants.filter = 2;
  await phone.settle(inbox);
  await world.change([id!], { day: world.today - 9 });
  await world.remove(id!);
  await agree(world, phone);
  assert.equal(phone.view(inbox).items.size, 0);
});

test('an item that moves away and back has a new ServerId', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  const away = await world.move(id!, sent);
  const back = await world.move(away, inbox);
  assert.notEqual(back, id);
  await agree(world, phone);
});

test('a move by a device with a stale copy does not silence the content it lacks', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  await world.change([id!], { a: 70 });
  await phone.move({ id: id!, from: inbox, to: sent, lost: false }, false);
  await agree(world, phone);
});

test('a repeated MoveItems is answered as the first time, whatever the device was told in between', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  const move = { id: id!, from: inbox, to: sent, lost: false };
  await phone.move(move, true);
  await phone.settle(sent);
  await world.change(
    (await world.living(sent)).map((item) => item.id),
    { b: 8 },
  );
  await phone.move(move, false);
  await agree(world, phone);
  assert.equal((await world.living(sent)).length, 1);
});

test('a repeated MoveItems that cannot succeed any more takes the item off the device', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  const move = { id: id!, from: inbox, to: sent, lost: false };
  await phone.move(move, true);
  await world.remove((await world.living(sent))[0]!.id);
  await phone.move(move, false);
  await agree(world, phone);
  assert.equal(phone.view(inbox).items.size, 0);
});

test('a Delete that moves to Deleted Items reaches the deleting device there', async () => {
  const { world, phone } = await life({ deletesAsMoves: true });
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  phone.remove(inbox, id!);
  await agree(world, phone);
  assert.equal(phone.view(trash).items.size, 1);
});

test('pruning keeps what the oldest kept state can still ask for', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  const exchange = phone.request(inbox, 100);
  await world.remove(id!);
  await phone.send(exchange);
  await world.store.transact(world.account, (tx) => pruneCollection(tx, inbox, world.now));
  const again = await phone.send(exchange);
  assert.deepEqual(commands(again), ['Delete']);
  phone.apply(exchange, again);
  await agree(world, phone);
});

test('a device that stays away for months holds up no pruning, and starts its collections again', async () => {
  const { world, phone, other } = await life();
  const [id] = await world.add(inbox, {});
  await agree(world, phone, other);
  await world.remove(id!);
  const prune = () => world.store.transact(world.account, (tx) => pruneCollection(tx, inbox, world.now));
  world.today += 89;
  await prune();
  assert.deepEqual(commands(await other.sync(inbox)), ['Delete']);
  world.today += 2;
  await prune();
  assert.equal(await world.store.read(world.account, (reader) => reader.item(id!)), undefined);
  assert.equal((await phone.send(phone.request(inbox, 100))).kind, 'stale');
  await agree(world, phone);
});

test('a Ping is not woken by what the device did itself', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  phone.change(inbox, id!, { b: 3 });
  await phone.sync(inbox);
  assert.equal(await phone.pending(inbox), 'nothing');
  await world.add(inbox, {});
  assert.equal(await phone.pending(inbox), 'additions');
  await phone.settle(inbox);
  await world.change([id!], { b: 4 });
  assert.equal(await phone.pending(inbox), 'others');
});

test('a late copy of a key-0 request does not end the partnership that lives', async () => {
  const { world, phone } = await life();
  const copy = new Phone(world, 'phone').request(inbox, 100);
  await phone.send(copy);
  await world.add(inbox, {});
  assert.deepEqual(commands(await phone.sync(inbox)), ['Add']);
  await agree(world, phone);
});

test('an Add repeated after key 0 is the item that the first one made, under a new ServerId', async () => {
  const { world, phone } = await life();
  phone.add(inbox);
  await lost(phone, inbox);
  const { adds } = phone.view(inbox);
  const [made] = await world.living(inbox);
  phone.restart(inbox);
  phone.view(inbox).adds = adds;
  await phone.sync(inbox);
  await phone.sync(inbox, 1);
  await agree(world, phone);
  const living = await world.living(inbox);
  assert.equal(living.length, 1);
  assert.notEqual(living[0]!.id, made!.id);
});

test('a Change of an item that is gone is answered with its Delete', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  await world.remove(id!);
  phone.change(inbox, id!, { b: 1 });
  const answer = await phone.sync(inbox);
  assert.deepEqual(commands(answer), ['Delete']);
  assert.ok(answer.kind === 'answered' && answer.responses[0]!.result === 'item-not-found');
  await agree(world, phone);
});

test('two racing requests with one key get two answers, and both keys live', async () => {
  const { world, phone } = await life();
  await world.add(inbox, {});
  phone.add(inbox);
  const exchange = phone.request(inbox, 100);
  const [first, second] = await Promise.all([phone.send(exchange), phone.send(exchange)]);
  assert.ok(first.kind === 'answered' && second.kind === 'answered');
  assert.notEqual(first.key, second.key);
  const ids = (answer: typeof first) => answer.responses.map((response) => response.item as ServerId);
  assert.deepEqual(ids(first), ids(second));
  phone.apply(exchange, second);
  await agree(world, phone);
  assert.equal((await world.living(inbox)).length, 2);
});

test('a no-change Sync keeps its key and writes nothing', async () => {
  const { world, phone } = await life();
  await world.add(inbox, {});
  await phone.settle(inbox);
  await phone.sync(inbox);
  const key = phone.view(inbox).key;
  const before = world.store.stats.commits;
  assert.equal((await phone.sync(inbox)).kind, 'unchanged');
  assert.equal(phone.view(inbox).key, key);
  assert.equal(world.store.stats.commits, before);
});

test('a date that left the window and came back behind the page is not added again', async () => {
  const { world, phone } = await life();
  phone.view(inbox).wants.filter = 2;
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  await world.change([id!], { day: world.today - 9 });
  await world.add(inbox, {});
  await world.change([id!], { day: world.today });
  assert.deepEqual(commands(await phone.sync(inbox, 1)), ['SoftDelete']);
  await phone.settle(inbox, 1);
  await agree(world, phone);
});

test('what a device dates out of its window and back is told as one Change at most', async () => {
  const { world, phone, other } = await life({ conflict: 0 });
  phone.view(inbox).wants.filter = 2;
  const [id] = await world.add(inbox, {});
  await agree(world, phone, other);
  phone.change(inbox, id!, { day: world.today - 9 });
  await phone.sync(inbox);
  phone.view(inbox).wants.filter = 0;
  assert.deepEqual(commands(await phone.sync(inbox)), []);
  await agree(world, phone, other);
});

test('a late copy of an old empty request does not undo what waits to be confirmed', async () => {
  const { world, phone } = await life();
  const early = phone.request(inbox, 100);
  phone.add(inbox);
  const exchange = phone.request(inbox, 100);
  const answer = await phone.send(exchange);
  await phone.send(early);
  phone.apply(exchange, answer);
  await agree(world, phone);
  assert.equal((await world.living(inbox)).length, 1);
});

test('a retry that has nothing more to send gets a key of its own, and what it dropped comes back', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  phone.remove(inbox, id!);
  await lost(phone, inbox);
  phone.view(inbox).deletes.clear();
  const before = phone.view(inbox).key;
  const answer = await phone.sync(inbox);
  assert.ok(answer.kind === 'answered' && answer.key !== before && answer.more);
  await agree(world, phone);
});

test('a Delete into Deleted Items that was never confirmed is not answered as a move', async () => {
  const { world, phone } = await life({ deletesAsMoves: true });
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  phone.remove(inbox, id!);
  await lost(phone, inbox);
  phone.view(inbox).deletes.clear();
  await phone.move({ id: id!, from: inbox, to: trash, lost: true }, false);
  await agree(world, phone);
  assert.equal(phone.view(inbox).items.size, 0);
  assert.equal(phone.view(trash).items.size, 1);
});

test("another device's edit and removal of an own item reach the device that brought it", async () => {
  const { world, phone, other } = await life();
  phone.add(inbox);
  await phone.sync(inbox);
  await other.settle(inbox);
  const id = other.touchable(inbox)[0] as ServerId;
  other.change(inbox, id, { b: 2 });
  await other.settle(inbox);
  assert.deepEqual(commands(await phone.sync(inbox)), ['Change']);
  other.remove(inbox, id);
  await other.settle(inbox);
  assert.deepEqual(commands(await phone.sync(inbox)), ['Delete']);
  await agree(world, phone, other);
});

test('a withdrawn Change that another one overwrote wakes nobody for nothing', async () => {
  const { world, phone } = await life();
  const [id] = await world.add(inbox, {});
  await phone.settle(inbox);
  phone.change(inbox, id!, { b: 1 });
  await lost(phone, inbox);
  await world.change([id!], { b: 2 });
  phone.revert(inbox, id!);
  await phone.settle(inbox);
  assert.equal(await phone.pending(inbox), 'nothing');
  assert.equal(phone.view(inbox).items.get(id!)!.b, 2);
});

test('a crash before the commit leaves nothing, one behind it is a lost answer', async () => {
  for (const fault of ['never made', 'answer lost'] as const) {
    const { world, phone } = await life();
    phone.add(inbox);
    const exchange = phone.request(inbox, 100);
    world.fault = fault;
    await assert.rejects(phone.send(exchange));
    assert.equal((await world.living(inbox)).length, fault === 'never made' ? 0 : 1);
    await agree(world, phone);
    assert.equal((await world.living(inbox)).length, 1);
  }
});

test('of five answers to one key the first is forgotten, the others may be gone on with', async () => {
  const { world, phone } = await life();
  const exchange = phone.request(inbox, 100);
  const answers = [];
  for (let i = 0; i < 5; i++) {
    await world.add(inbox, {});
    answers.push(await phone.send(exchange));
  }
  const forgotten = new Phone(world, 'phone');
  forgotten.view(inbox).key = 'key' in answers[0]! ? answers[0].key : '0';
  assert.equal((await forgotten.send(forgotten.request(inbox, 100))).kind, 'stale');
  phone.apply(exchange, answers[1]!);
  await agree(world, phone);
});

test('a record with all its answers is less than a kilobyte beside its commands, however many items the device holds', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  Object.assign(wants, { threads: true, filter: 3, sms: 2 });
  for (let i = 0; i < 40; i++) {
    await world.add(inbox, ...Array.from({ length: 25 }, (_, n) => ({ thread: `t${n}`, day: world.today - (n % 9) })));
    await phone.sync(inbox, 7);
  }
  // Five answers to one key, each with news of its own.
  for (let i = 0; i < 5; i++) {
    await world.add(inbox, {});
    await lost(phone, inbox);
  }
  const record = await world.store.read(world.account, (reader) => reader.syncRecord(phone.device, inbox));
  const { length } = syncRecordBody(record!);
  assert.equal(record!.answers.length, 4);
  assert.ok(length <= 1024, `${length} bytes`);
  assert.ok(phone.view(inbox).items.size > 200);
});

test('an own item that is dated into the window while it is taken off comes back with the next answer, which is announced', async () => {
  const { world, phone } = await life();
  phone.add(inbox, { day: world.today - 8 });
  await phone.sync(inbox);
  const [id] = phone.touchable(inbox);
  phone.view(inbox).wants.filter = 1;
  phone.change(inbox, id!, { day: world.today });
  const answer = await phone.sync(inbox);
  assert.ok(answer.kind === 'answered' && answer.more);
  await agree(world, phone);
  assert.equal(phone.view(inbox).items.size, 1);
});
