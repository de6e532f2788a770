import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { simpleParser } from 'mailparser';
import type { Clock } from '../../src/clock.ts';
import { createRate } from '../../src/delivery/rate.ts';
import { createSmarthost } from '../../src/delivery/smarthost.ts';
import { type SenderOptions, startSender } from '../../src/delivery/smtp-out.ts';
import type { Email } from '../../src/domain/email.ts';
import { createLog } from '../../src/log.ts';
import { inbox, log, type MailWorld, mailWorld, relay, until } from './mail-world.ts';

const mime = Buffer.from(
  'From: alice@example.test\r\nTo: x@far.test\r\nSubject: Hällo\r\nMessage-ID: <m1@example.test>\r\n\r\n.dot\r\nend\r\n',
);

/** Time that stands still but for `turn`, and the timers that are due then. Armed: for the next try, not for a claim's renewal. */
function manualClock(): Clock & { turn(milliseconds: number): void; armed(): boolean } {
  let at = Date.now();
  const timers = new Map<object, { due: number; run: () => void }>();
  return {
    now: () => at,
    elapsed: () => at,
    after: (milliseconds, run) => {
      const key = {};
      timers.set(key, { due: at + milliseconds, run });
      return () => timers.delete(key);
    },
    armed: () => [...timers.values()].some(({ due }) => due - at > 30_000),
    turn: (milliseconds) => {
      at += milliseconds;
      for (const [key, { due, run }] of timers) {
        if (due > at) continue;
        timers.delete(key);
        run();
      }
    },
  };
}
async function sending(
  t: TestContext,
  world: MailWorld,
  clock: Clock,
  port?: number,
  more: Partial<SenderOptions> = {},
): Promise<void> {
  const smarthost = port === undefined ? {} : { smarthost: createSmarthost({ host: '127.0.0.1', port }) };
  const sender = startSender({ store: world.store, recipients: world.addresses, clock, log, ...smarthost, ...more });
  t.after(() => sender[Symbol.asyncDispose]());
}
async function queue({ store, alice }: MailWorld, clock: Clock, recipients: string[]): Promise<void> {
  const { id } = await store.blobs.put(mime);
  const message = { from: 'alice@example.test', recipients, mime: id, queued: clock.now() };
  await store.transact(alice, async (tx) => tx.send(message));
}
async function bounceOf({ store, alice }: MailWorld): Promise<{ email: Email; text: string; status: string }> {
  const [item] = await until(async () => {
    const items = await inbox(store, alice);
    return items.length > 0 && items;
  });
  const bytes = await store.blobs.get(item!.content.mime);
  const parsed = await simpleParser(bytes);
  const status = parsed.attachments.find(({ contentType }) => contentType === 'message/delivery-status');
  return { email: item!.content, text: parsed.text ?? '', status: status?.content.toString() ?? bytes.toString() };
}
const empty = ({ store }: MailWorld): Promise<boolean> => store.outbox.next().then((next) => next === undefined);

test('users of this server get it directly, others through the smarthost, the bytes untouched', async (t) => {
  const clock = manualClock();
  const world = await mailWorld(t, clock);
  const far = await relay(t, () => undefined);
  await sending(t, world, clock, far.port);
  await queue(world, clock, ['bob@example.test', 'x@far.test', 'y@far.test']);
  await until(() => empty(world));
  assert.equal(far.got.length, 1);
  assert.deepEqual([far.got[0]!.from, far.got[0]!.to], ['alice@example.test', ['x@far.test', 'y@far.test']]);
  assert.deepEqual(far.got[0]!.mime, mime);
  const [item] = await inbox(world.store, world.bob);
  assert.deepEqual(await world.store.blobs.get(item!.content.mime), mime);
  assert.deepEqual(await inbox(world.store, world.alice), []);
});

test('what was queued before the sender started is sent too', async (t) => {
  const clock = manualClock();
  const world = await mailWorld(t, clock);
  await queue(world, clock, ['bob@example.test']);
  await sending(t, world, clock);
  await until(async () => (await inbox(world.store, world.bob)).length === 1);
});

test('a 4xx is tried again after a growing pause', async (t) => {
  const clock = manualClock();
  const world = await mailWorld(t, clock);
  let tries = 0;
  const far = await relay(t, (what) =>
    what !== 'DATA' && ++tries < 3 ? { code: 451, text: '4.7.1 come back' } : undefined,
  );
  await sending(t, world, clock, far.port);
  await queue(world, clock, ['x@far.test']);
  const pause = async (): Promise<number> => {
    const due = await until(async () => {
      const next = await world.store.outbox.next();
      return next !== undefined && next - clock.now() >= 60_000 && next; // a claim is shorter
    });
    await until(() => clock.armed());
    return due - clock.now();
  };
  await until(() => tries === 1);
  const first = await pause();
  clock.turn(first);
  await until(() => tries === 2);
  const second = await pause();
  assert.deepEqual([first, second], [60_000, 120_000]);
  clock.turn(60_000);
  await until(() => clock.armed());
  clock.turn(60_000);
  await until(() => far.got.length === 1);
  await until(() => empty(world));
  assert.deepEqual(await inbox(world.store, world.alice), []);
});

test('a 5xx comes back to the sender, the other recipients get theirs', async (t) => {
  const clock = manualClock();
  const world = await mailWorld(t, clock);
  const far = await relay(t, (what) =>
    what.startsWith('gone') ? { code: 550, text: '5.1.1 no such user' } : undefined,
  );
  await sending(t, world, clock, far.port);
  await queue(world, clock, ['gone@far.test', 'x@far.test', 'nobody@example.test']);
  const { email, text, status } = await bounceOf(world);
  assert.match(email.subject, /could not be delivered/);
  assert.match(text, /gone@far\.test\s+550 5\.1\.1 no such user/);
  assert.match(status, /Final-Recipient: rfc822; gone@far\.test\r\nAction: failed\r\nStatus: 5\.1\.1\r\n/);
  assert.match(status, /Final-Recipient: rfc822; nobody@example\.test\r\nAction: failed\r\nStatus: 5\.1\.1\r\n/);
  await until(() => empty(world));
  assert.deepEqual(
    far.got.map(({ to }) => to),
    [['x@far.test']],
  );
});

test('of a partly delivered message only the rest is tried again', async (t) => {
  const clock = manualClock();
  const world = await mailWorld(t, clock);
  let busy = true;
  const far = await relay(t, (what) =>
    busy && what.startsWith('slow') ? { code: 450, text: '4.2.0 later' } : undefined,
  );
  await sending(t, world, clock, far.port);
  await queue(world, clock, ['slow@far.test', 'x@far.test', 'bob@example.test']);
  await until(() => far.got.length === 1);
  await until(async () => (await world.store.outbox.next().then((next) => next ?? 0)) === clock.now() + 60_000);
  busy = false;
  clock.turn(60_000);
  await until(() => far.got.length === 2);
  await until(() => empty(world));
  assert.deepEqual(
    far.got.map(({ to }) => to),
    [['x@far.test'], ['slow@far.test']],
  );
  assert.equal((await inbox(world.store, world.bob)).length, 1);
});

test('after two days the sender is told', async (t) => {
  const clock = manualClock();
  const world = await mailWorld(t, clock);
  const far = await relay(t, () => ({ code: 451, text: '4.3.0 broken' }));
  const late = { ...clock, now: () => clock.now() - 48 * 3_600_000 };
  await queue(world, late, ['x@far.test']);
  await sending(t, world, clock, far.port);
  const { status } = await bounceOf(world);
  assert.match(status, /Final-Recipient: rfc822; x@far\.test\r\nAction: failed\r\nStatus: 4\.3\.0/);
  await until(() => empty(world));
});

test('without a smarthost mail for others comes back at once and says why', async (t) => {
  const clock = manualClock();
  const world = await mailWorld(t, clock);
  await sending(t, world, clock);
  await queue(world, clock, ['x@far.test']);
  const { text } = await bounceOf(world);
  assert.match(text, /x@far\.test\s+this server has no smarthost/);
  await until(() => empty(world));
});

test('a smarthost that is not there is no reason to bounce', async (t) => {
  const clock = manualClock();
  const world = await mailWorld(t, clock);
  await sending(t, world, clock, 1);
  await queue(world, clock, ['x@far.test']);
  await until(async () => (await world.store.outbox.next()) === clock.now() + 60_000);
  assert.deepEqual(await inbox(world.store, world.alice), []);
});

test('a group is opened when its mail is sent: accounts here, members elsewhere in one hand-over', async (t) => {
  const world = await mailWorld(t);
  const far = await relay(t, () => undefined);
  const clock = manualClock();
  const members = ['bob@example.test', 'BOB@example.test', 'X@far.test', 'team@example.test'];
  await world.store.directory.putGroup({ address: 'team@example.test', displayName: '', members });
  await sending(t, world, clock, far.port);
  await queue(world, clock, ['team@example.test', 'y@far.test']);
  await until(() => empty(world));
  assert.equal((await inbox(world.store, world.bob)).length, 1);
  assert.deepEqual(
    far.got.map(({ to }) => [...to].sort()),
    [['x@far.test', 'y@far.test']],
  );
});

test('who writes to too many elsewhere waits for an hour to pass; mail that stays here does not', async (t) => {
  const clock = manualClock();
  const world = await mailWorld(t, clock);
  const far = await relay(t, () => undefined);
  await sending(t, world, clock, far.port, { rate: createRate(2, 3_600_000, clock) });
  await queue(world, clock, ['x@far.test', 'y@far.test']);
  await until(() => far.got.length === 1);
  await queue(world, clock, ['z@far.test', 'bob@example.test']);
  await until(async () => (await inbox(world.store, world.bob)).length === 1);
  await until(() => clock.armed());
  for (let n = 0; n < 40 && far.got.length < 2; n++) {
    clock.turn(120_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await until(() => far.got.length === 2);
  assert.deepEqual(far.got[1]!.to, ['z@far.test']);
  await until(() => empty(world));
  assert.equal((await inbox(world.store, world.bob)).length, 1);
  assert.deepEqual(await inbox(world.store, world.alice), []);
});

test('the log does not say whom a server refused', async (t) => {
  const clock = manualClock();
  const world = await mailWorld(t, clock);
  const stream = new PassThrough();
  const far = await relay(t, (what) =>
    what.startsWith('x') ? { code: 550, text: '5.1.1 <x@far.test> unknown' } : undefined,
  );
  await sending(t, world, clock, far.port, { log: createLog({ level: 'info', stream }) });
  await queue(world, clock, ['x@far.test']);
  await bounceOf(world);
  await until(() => empty(world));
  const said = String(stream.read());
  assert.match(said, /"reason":"550 5\.1\.1 <…> unknown"/);
  assert.doesNotMatch(said, /far\.test/);
});
