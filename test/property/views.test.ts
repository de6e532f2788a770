// What a view holds when its settings say more than a date: conversations, text messages, tasks that are open, events that
// never end, and settings that change in mid-load.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agree, commands, shortLives } from '../support/short-life.ts';
import { calendar, inbox, type Phone, tasks, type World } from '../support/sync-world.ts';

const life = shortLives();

/** Three mails of a conversation that are too old for the filter, and one by itself. */
async function oldConversation(world: World, phone: Phone): Promise<void> {
  Object.assign(phone.view(inbox).wants, { threads: true, filter: 2 });
  await world.add(inbox, ...[5, 6, 7].map((age) => ({ thread: 't', day: world.today - age })), {
    day: world.today - 5,
  });
  await phone.settle(inbox);
  assert.equal(phone.view(inbox).items.size, 0);
}

test('a new mail brings the older ones of its conversation, however small the window', async () => {
  for (const window of [1, 2, 3, 100]) {
    const { world, phone } = await life();
    await oldConversation(world, phone);
    await world.add(inbox, { thread: 't' });
    const first = await phone.sync(inbox, window);
    assert.equal(commands(first).length, Math.min(window, 4));
    await phone.settle(inbox, window);
    assert.equal(phone.view(inbox).items.size, 4);
    await agree(world, phone);
  }
});

test('a page that ended among the mails of a conversation goes on there, whatever happens to them meanwhile', async () => {
  const { world, phone } = await life();
  await oldConversation(world, phone);
  const [news] = await world.add(inbox, { thread: 't' });
  assert.deepEqual(commands(await phone.sync(inbox, 2)), ['Add', 'Add']);
  const [told] = phone.touchable(inbox);
  await world.change([told!], { b: 7 });
  const untold = (await world.living(inbox)).find(({ id }) => !phone.view(inbox).items.has(id) && id !== news);
  await world.change([untold!.id], { b: 8 });
  await phone.settle(inbox, 1);
  await agree(world, phone);
});

test('a page that ended among the mails of a conversation takes back what no longer belongs there', async () => {
  const { world, phone } = await life();
  await oldConversation(world, phone);
  const [news] = await world.add(inbox, { thread: 't' });
  await phone.sync(inbox, 2);
  await world.remove(news!);
  await phone.settle(inbox, 1);
  assert.equal(phone.view(inbox).items.size, 0);
  await agree(world, phone);
});

test('an own mail that is added beside the switch to conversations brings the older ones, and the answer announces them', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  wants.filter = 2;
  await world.add(inbox, { thread: 't', day: world.today - 5 });
  await phone.settle(inbox);
  wants.threads = true;
  phone.add(inbox, { thread: 't', a: 1 });
  await phone.settle(inbox);
  assert.equal(await phone.pending(inbox), 'nothing');
  assert.equal(phone.view(inbox).items.size, 2);
  await agree(world, phone);
});

test('when the newest mail of a conversation goes, the older ones leave with it', async () => {
  const { world, phone } = await life();
  await oldConversation(world, phone);
  const [news] = await world.add(inbox, { thread: 't' });
  await phone.settle(inbox);
  await world.remove(news!);
  assert.deepEqual(commands(await phone.sync(inbox)).sort(), ['Delete', 'SoftDelete', 'SoftDelete', 'SoftDelete']);
  await agree(world, phone);
});

test('a device that removes the newest mail of a conversation is told that the older ones left', async () => {
  const { world, phone } = await life();
  await oldConversation(world, phone);
  const [news] = await world.add(inbox, { thread: 't' });
  await phone.settle(inbox);
  phone.remove(inbox, news!);
  const answer = await phone.sync(inbox);
  assert.ok(answer.kind === 'answered' && answer.more);
  await agree(world, phone);
  assert.equal(phone.view(inbox).items.size, 0);
});

test('a conversation ages out as a whole, when its newest mail does', async () => {
  const { world, phone } = await life();
  Object.assign(phone.view(inbox).wants, { threads: true, filter: 2 });
  await world.add(inbox, { thread: 't' }, { thread: 't', day: world.today - 9 }, { day: world.today - 1 });
  await phone.settle(inbox);
  assert.equal(phone.view(inbox).items.size, 3);
  world.today += 3;
  assert.deepEqual(commands(await phone.sync(inbox, 1)), ['SoftDelete']);
  await phone.settle(inbox, 1);
  world.today += 1;
  await phone.settle(inbox, 1);
  assert.equal(phone.view(inbox).items.size, 0);
  await agree(world, phone);
});

test('ConversationMode is switched on and off in one answer each, and kept until then', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  wants.filter = 2;
  await world.add(inbox, { thread: 't' }, { thread: 't', day: world.today - 9 }, { day: world.today - 9 });
  await phone.settle(inbox);
  wants.threads = true;
  assert.deepEqual(commands(await phone.sync(inbox)), ['Add']);
  const { request, ...exchange } = phone.request(inbox, 100);
  const { conversationMode: _, ...silent } = request;
  assert.equal((await phone.send({ ...exchange, request: silent })).kind, 'unchanged');
  wants.threads = false;
  assert.deepEqual(commands(await phone.sync(inbox)), ['SoftDelete']);
  await agree(world, phone);
});

test('a switch of ConversationMode that does not fit one answer starts the collection again', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  wants.filter = 2;
  const older = Array.from({ length: 5 }, () => ({ thread: 't', day: world.today - 9 }));
  await world.add(inbox, { thread: 't' }, ...older);
  await phone.settle(inbox);
  wants.threads = true;
  phone.add(inbox);
  assert.equal((await phone.sync(inbox, 4)).kind, 'stale');
  assert.equal((await world.living(inbox)).length, 6);
  await agree(world, phone);
});

test('a switch of ConversationMode in mid-load goes on loading', async () => {
  for (const filter of [0, 2]) {
    const { world, phone } = await life();
    const { wants } = phone.view(inbox);
    await world.add(inbox, ...[0, 0, 1, 1, 1].map((age, i) => ({ thread: `t${i % 2}`, day: world.today - age })));
    await world.add(inbox, { thread: 't0', day: world.today - 9 });
    phone.restart(inbox);
    wants.filter = filter;
    await phone.sync(inbox);
    await phone.sync(inbox, 2);
    wants.threads = true;
    await phone.settle(inbox, 2);
    assert.equal(phone.view(inbox).items.size, 6);
    await agree(world, phone);
  }
});

test('a switch of ConversationMode without a request for changes is not lost', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  wants.filter = 2;
  await world.add(inbox, { thread: 't' }, { thread: 't', day: world.today - 9 });
  await phone.settle(inbox);
  wants.threads = true;
  const { request, ...exchange } = phone.request(inbox, 100);
  await phone.send({ ...exchange, request: { ...request, getChanges: false } });
  assert.deepEqual(commands(await phone.sync(inbox)), ['Add']);
  await agree(world, phone);
});

test('a switch of ConversationMode that finds no room in the answer waits for the next', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  wants.filter = 2;
  await world.add(inbox, { thread: 't' }, { thread: 't', day: world.today - 9 });
  await phone.settle(inbox);
  wants.threads = true;
  phone.add(inbox);
  const first = phone.request(inbox, 0);
  const answer = await phone.send(first);
  assert.ok(answer.kind === 'answered' && answer.responses.length === 1);
  phone.apply(first, answer);
  assert.deepEqual(commands(await phone.sync(inbox)), ['Add']);
  await agree(world, phone);
});

test('text messages are outside the view until an Options block names them, and leave when none does', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  await world.add(inbox, { sms: true }, { sms: true }, {});
  await phone.settle(inbox);
  assert.equal(phone.view(inbox).items.size, 1);
  wants.sms = 0;
  assert.deepEqual(commands(await phone.sync(inbox, 1)), ['Add']);
  await phone.settle(inbox, 1);
  assert.equal(phone.view(inbox).items.size, 3);
  wants.sms = undefined;
  assert.deepEqual(commands(await phone.sync(inbox, 1)), ['SoftDelete']);
  await phone.settle(inbox, 1);
  assert.equal(phone.view(inbox).items.size, 1);
  await agree(world, phone);
});

test('a text message that comes while their block is dropped is not added any more', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  wants.sms = 0;
  await phone.settle(inbox);
  await world.add(inbox, { sms: true });
  wants.sms = undefined;
  await phone.settle(inbox);
  assert.equal(phone.view(inbox).items.size, 0);
});

test('text messages have a filter of their own', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  const old = { day: world.today - 5 };
  await world.add(inbox, old, { ...old, sms: true }, { sms: true });
  Object.assign(wants, { filter: 0, sms: 2 });
  await phone.settle(inbox);
  assert.equal(phone.view(inbox).items.size, 2);
  Object.assign(wants, { filter: 2, sms: 0 });
  await phone.settle(inbox, 1);
  assert.equal(phone.view(inbox).items.size, 2);
  await agree(world, phone);
});

test('text messages alone: mail leaves and comes back as the blocks say', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  await world.add(inbox, {}, {}, { sms: true });
  await phone.settle(inbox);
  Object.assign(wants, { mail: false, sms: 0 });
  await phone.settle(inbox, 1);
  assert.equal(phone.view(inbox).items.size, 1);
  await world.add(inbox, {});
  assert.equal(await phone.pending(inbox), 'nothing');
  Object.assign(wants, { mail: true, sms: undefined });
  await phone.settle(inbox, 2);
  assert.equal(phone.view(inbox).items.size, 3);
  await agree(world, phone);
});

test('a text message of a device that names none is kept, and taken off its screen', async () => {
  const { world, phone } = await life();
  phone.add(inbox, { sms: true });
  await phone.settle(inbox);
  assert.equal(phone.view(inbox).items.size, 0);
  assert.equal((await world.living(inbox)).length, 1);
});

test('an Add repeated after key 0 of what lies outside the view says that more comes', async () => {
  const { world, phone } = await life();
  phone.add(inbox, { sms: true });
  await phone.send(phone.request(inbox, 100));
  phone.restart(inbox);
  await phone.sync(inbox);
  const answer = await phone.sync(inbox);
  assert.ok(answer.kind === 'answered' && answer.more);
  await agree(world, phone);
  assert.equal((await world.living(inbox)).length, 1);
});

test('filter 8 holds the open tasks: one that is completed leaves, one that is opened again comes', async () => {
  const { world, phone, other } = await life();
  const open = world.today - (world.today % 2);
  phone.view(tasks).wants.filter = 8;
  const [id] = await world.add(tasks, { day: open }, { day: open + 1 });
  await agree(world, phone, other);
  assert.equal(phone.view(tasks).items.size, 1);
  await world.change([id!], { day: open + 3 });
  assert.deepEqual(commands(await phone.sync(tasks)), ['SoftDelete']);
  await world.change([id!], { day: open + 2 });
  assert.deepEqual(commands(await phone.sync(tasks)), ['Add']);
  phone.change(tasks, id!, { day: open + 5 });
  await phone.settle(tasks);
  assert.equal(phone.view(tasks).items.size, 0);
  phone.view(tasks).wants.filter = 0;
  await phone.settle(tasks, 1);
  assert.equal(phone.view(tasks).items.size, 2);
  await agree(world, phone, other);
});

test('an event that never ends is inside every filter; one that ended is not', async () => {
  const { world, phone } = await life();
  const never = world.today - 400 - (world.today % 10);
  phone.view(calendar).wants.filter = 4;
  await world.add(calendar, { day: never }, { day: never + 1 }, { day: world.today + 31 });
  await phone.settle(calendar);
  assert.equal(phone.view(calendar).items.size, 2);
  await agree(world, phone);
});

test('body preferences that change in mid-load hold from there on, and disturb nothing', async () => {
  const { world, phone } = await life();
  await world.add(inbox, {}, {}, {});
  phone.restart(inbox);
  await phone.sync(inbox);
  await phone.sync(inbox, 1);
  phone.view(inbox).wants.body = 7;
  const answer = await phone.sync(inbox, 1);
  assert.ok(answer.kind === 'answered' && answer.options.bodyPreferences[0]?.truncationSize === 7);
  await phone.settle(inbox, 1);
  await agree(world, phone);
});

test('a filter that narrows and widens in mid-load loses nothing and brings nothing twice', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  await world.add(inbox, ...Array.from({ length: 9 }, (_, age) => ({ day: world.today - age, sms: age % 2 === 0 })));
  wants.sms = 0;
  phone.restart(inbox);
  await phone.sync(inbox);
  await phone.sync(inbox, 5);
  wants.filter = 2;
  await phone.sync(inbox, 1);
  Object.assign(wants, { filter: 3, sms: 1 });
  await phone.sync(inbox, 1);
  Object.assign(wants, { filter: 0, sms: 3 });
  await phone.settle(inbox, 1);
  await agree(world, phone);
});

test('an estimate counts what a Sync with the same settings brings, new ones included', async () => {
  const { world, phone } = await life();
  const { wants } = phone.view(inbox);
  wants.filter = 2;
  await world.add(
    inbox,
    { thread: 't' },
    { thread: 't', day: world.today - 9 },
    { sms: true },
    { day: world.today - 4 },
  );
  assert.equal(await phone.estimate(inbox), 1);
  await phone.settle(inbox);
  const counts: [Partial<typeof wants>, number][] = [
    [{}, 0],
    [{ threads: true }, 1],
    [{ threads: true, sms: 0 }, 2],
    [{ threads: false, filter: 0 }, 2],
    [{ threads: true, filter: 1, sms: undefined }, 1],
    [{ threads: false, mail: false, sms: 1 }, 2],
  ];
  for (const [wish, count] of counts) {
    const before = { ...wants };
    Object.assign(wants, wish);
    assert.equal(await phone.estimate(inbox), count, JSON.stringify(wish));
    Object.assign(wants, before);
  }
});
