// What an absent account answers, to whom, and how often.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { systemClock } from '../../src/clock.ts';
import { isForAPerson } from '../../src/content/email/automatic-reply.ts';
import { receive } from '../../src/delivery/receive.ts';
import { createSmarthost } from '../../src/delivery/smarthost.ts';
import { startSmtpIn } from '../../src/delivery/smtp-in.ts';
import { startSender } from '../../src/delivery/smtp-out.ts';
import type { Absence } from '../../src/domain/absence.ts';
import { specialFolderId } from '../../src/domain/collection.ts';
import type { QueuedMessage } from '../../src/domain/outbox.ts';
import { inbox, log, type MailWorld, mailWorld, relay, send, until } from './mail-world.ts';

const reply = (text: string) => ({ enabled: true, type: 'Text' as const, text });
const replies = { internal: reply('inside'), known: reply('known'), unknown: reply('unknown') };
const away: Absence = { state: 'on', replies, answered: [] };

function letter(from: string, headers = '', to = 'alice@example.test'): Buffer {
  return Buffer.from(
    `From: ${from}\r\nTo: ${to}\r\nSubject: Lunch\r\nMessage-ID: <m1@far.test>\r\nReferences: <m0@far.test>\r\n${headers}\r\nToday?\r\n`,
  );
}
async function leave({ store, alice }: MailWorld, absence: Absence = away): Promise<void> {
  await store.transact(alice, async (tx) => tx.putAccount({ ...(await tx.account()), absence }));
}
const deliver = (
  { store, alice }: MailWorld,
  from: string,
  { mime = letter(from), now = Date.now(), once = undefined as string | undefined } = {},
): Promise<string> => receive({ store, log }, alice, mime, { received: now, from, ...(once && { once }) });
async function answers({ store }: MailWorld): Promise<(QueuedMessage & { text: string; bytes: Buffer })[]> {
  const found = await store.outbox.claim('test', Date.now() + 60_000, 100);
  return Promise.all(
    found.map(async (message) => {
      const bytes = await store.blobs.get(message.mime);
      await store.outbox.done(message.id);
      return { ...message, bytes, text: (await simpleParser(bytes)).text?.trim() ?? '' };
    }),
  );
}
async function absent(t: TestContext, absence: Absence = away): Promise<MailWorld> {
  const world = await mailWorld(t);
  await leave(world, absence);
  return world;
}

test('an answer says what it is, and to what', async (t) => {
  const world = await absent(t);
  await deliver(world, 'ann@far.test');
  const [one, ...others] = await answers(world);
  assert.deepEqual([one?.from, one?.recipients, others], ['', ['ann@far.test'], []]);
  const { headers, subject, from, inReplyTo, references } = await simpleParser(one!.bytes);
  assert.equal(headers.get('auto-submitted'), 'auto-replied');
  assert.deepEqual([subject, from?.value[0]?.address], ['Automatic reply: Lunch', 'alice@example.test']);
  assert.deepEqual([inReplyTo, references], ['<m1@far.test>', ['<m0@far.test>', '<m1@far.test>']]);
  assert.equal(isForAPerson(one!.bytes, 'alice@example.test', ['ann@far.test']), false);
});

test('who is of a domain that shares the address list is inside', async (t) => {
  const world = await absent(t);
  const joined = ['example.test', 'sister.test'];
  for (const from of ['eve@sister.test', 'fay@far.test']) {
    await receive({ store: world.store, log, joined }, world.alice, letter(from), { received: Date.now(), from });
  }
  const told = (await answers(world)).map(({ recipients, text }) => `${recipients[0]} ${text}`);
  assert.deepEqual(told.sort(), ['eve@sister.test inside', 'fay@far.test unknown']);
});

test('each audience hears its own: inside, known, everybody else', async (t) => {
  const world = await absent(t);
  const { store, alice } = world;
  await store.directory.putGroup({ address: 'team@groups.test', displayName: 'Team', members: ['bob@example.test'] });
  await store.transact(alice, async (tx) => {
    const Email2Address = '"Carl" <Carl@far.test>';
    const content = { FileAs: 'Carl', Email2Address };
    tx.create({ collection: specialFolderId(9), class: 'Contacts', content, sortDate: 0, blobs: [] });
  });
  for (const from of ['bob@example.test', 'team@groups.test', 'carl@far.test', 'dora@far.test'])
    await deliver(world, from);
  const told = (await answers(world)).map(({ recipients, text }) => `${recipients[0]} ${text}`);
  assert.deepEqual(told.sort(), [
    'bob@example.test inside',
    'carl@far.test known',
    'dora@far.test unknown',
    'team@groups.test inside',
  ]);
});

test('an audience that is off, or has no words, hears nothing', async (t) => {
  const world = await absent(t, {
    ...away,
    replies: { internal: { ...reply('x'), enabled: false }, unknown: reply(' ') },
  });
  for (const from of ['bob@example.test', 'dora@far.test']) await deliver(world, from);
  assert.deepEqual(await answers(world), []);
  await leave(world);
  await deliver(world, 'bob@example.test');
  assert.equal((await answers(world)).length, 1);
});

test('once a sender and absence, whatever the case, and however often a mail is handed over', async (t) => {
  const world = await absent(t);
  for (const from of ['ann@far.test', 'ANN@far.test', 'ann@far.test']) await deliver(world, from);
  await deliver(world, 'ben@far.test', { once: 'same' });
  await deliver(world, 'ben@far.test', { once: 'same' });
  assert.equal((await answers(world)).length, 2);
  assert.equal((await inbox(world.store, world.alice)).length, 4);
  await leave(world);
  await deliver(world, 'ann@far.test');
  assert.equal((await answers(world)).length, 1);
});

test('several mails of one sender at the same time have one answer', async (t) => {
  const world = await absent(t);
  await Promise.all(Array.from({ length: 8 }, () => deliver(world, 'ann@far.test')));
  assert.equal((await answers(world)).length, 1);
  assert.equal((await inbox(world.store, world.alice)).length, 8);
});

test('the list of who was told is bounded', async (t) => {
  const world = await absent(t, { ...away, answered: Array.from({ length: 500 }, (_, n) => `mark${n}`) });
  await deliver(world, 'ann@far.test');
  const account = await world.store.directory.get(world.alice);
  assert.equal(account?.absence?.answered.length, 500);
  assert.equal(account?.absence?.answered[0], 'mark1');
});

test('only in its window', async (t) => {
  const start = Date.now() - 10_000;
  const world = await absent(t, { ...away, state: 'timed', window: { start, end: start + 1000 } });
  for (const [n, now] of [start - 1, start + 1000, start, start + 999].entries())
    await deliver(world, `p${n}@far.test`, { now });
  assert.deepEqual((await answers(world)).map(({ recipients }) => recipients[0]).sort(), [
    'p2@far.test',
    'p3@far.test',
  ]);
  await leave(world, { ...away, state: 'off' });
  await deliver(world, 'ann@far.test');
  assert.deepEqual(await answers(world), []);
});

test('lists, programs, bounces and who asks for none get none; nor does who wrote to somebody else', () => {
  const own = ['alice@example.test', 'al@example.test'];
  const isFor = (headers: string, from = 'ann@far.test', to = 'alice@example.test') =>
    isForAPerson(letter(from, headers, to), from, own);
  assert.equal(isFor(''), true);
  assert.equal(isFor('Auto-Submitted: no\r\n'), true);
  assert.equal(isFor('Cc: Al <al+tag@example.test>\r\n', 'ann@far.test', 'x@far.test'), true);
  const none = [
    ...['List-Id: <l.far.test>', 'List-Unsubscribe: <mailto:x@far.test>', 'Precedence: bulk', 'Precedence: list'],
    ...['Precedence: junk', 'Auto-Submitted: auto-replied', 'Auto-Submitted: auto-generated; x', 'X-Spam-Flag: YES'],
    ...['X-Auto-Response-Suppress: DR, OOF', 'X-Auto-Response-Suppress: All', 'Return-Path: <>'],
    'Content-Type: multipart/report; report-type=delivery-status; boundary=x',
  ];
  for (const header of none) assert.equal(isFor(`${header}\r\n`), false, header);
  const machines = [
    ...[
      '',
      'noreply@far.test',
      'No-Reply@far.test',
      'do_not_reply@far.test',
      'MAILER-DAEMON@far.test',
      'bounce-7@far.test',
    ],
    ...[
      'postmaster@far.test',
      'owner-list@far.test',
      'list-request@far.test',
      'list-bounces@far.test',
      'al@example.test',
    ],
  ];
  for (const from of machines) assert.equal(isFor('', from), false, from);
  assert.equal(isFor('', 'ann@far.test', 'team@example.test'), false);
  assert.equal(isFor('Bcc: alice@example.test\r\n', 'ann@far.test', 'undisclosed-recipients:;'), false);
});

test('over SMTP: answered through the smarthost with nobody as its sender, and a refusal comes back to nobody', async (t) => {
  const world = await absent(t);
  const { store, addresses: recipients } = world;
  const far = await relay(t, (what) => (what === 'gone@far.test' ? { code: 550, text: '5.1.1 gone' } : undefined));
  const smarthost = createSmarthost({ host: '127.0.0.1', port: far.port });
  const sender = startSender({ store, recipients, smarthost, clock: systemClock, log });
  t.after(() => sender[Symbol.asyncDispose]());
  const listen = { host: '127.0.0.1', port: 0 };
  const smtp = await startSmtpIn({ store, recipients, listen, limit: 1 << 20, clock: systemClock, log });
  t.after(() => smtp[Symbol.asyncDispose]());
  for (const from of ['ann@far.test', 'gone@far.test']) {
    await send(smtp.address.port, from, ['alice@example.test'], letter(from));
  }
  await until(async () => far.got.length === 1 && (await store.outbox.next()) === undefined);
  assert.deepEqual([far.got[0]!.from, far.got[0]!.to], ['', ['ann@far.test']]);
  assert.equal((await inbox(store, world.alice)).length, 2);
});

test('between users of this server: the answer arrives, and is not answered', async (t) => {
  const world = await absent(t);
  const { store, addresses: recipients, bob } = world;
  const absence = away;
  await store.transact(bob, async (tx) => tx.putAccount({ ...(await tx.account()), absence }));
  const sender = startSender({ store, recipients, clock: systemClock, log });
  t.after(() => sender[Symbol.asyncDispose]());
  const { id: mime } = await store.blobs.put(letter('bob@example.test'));
  const message = { from: 'bob@example.test', recipients: ['alice@example.test'], mime, queued: Date.now() };
  await store.transact(bob, async (tx) => tx.send(message));
  await until(async () => (await inbox(store, bob)).length === 1 && (await store.outbox.next()) === undefined);
  assert.deepEqual([(await inbox(store, world.alice)).length, (await inbox(store, bob)).length], [1, 1]);
});
