import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { updateUser } from '../../src/admin/accounts.ts';
import { addToGroup } from '../../src/admin/groups.ts';
import { createRate } from '../../src/delivery/rate.ts';
import { type SmtpInOptions, startSmtpIn } from '../../src/delivery/smtp-in.ts';
import { turnedClock } from '../support/turned-clock.ts';
import { inbox, log, type MailWorld, mailWorld } from './mail-world.ts';

const clock = turnedClock(Date.now());

async function listening(t: TestContext, world: MailWorld, more: Partial<SmtpInOptions>): Promise<number> {
  const server = await startSmtpIn({
    ...{ store: world.store, recipients: world.addresses, listen: { host: '127.0.0.1', port: 0 } },
    ...{ limit: 1_000_000, clock, log, ...more },
  });
  t.after(() => server[Symbol.asyncDispose]());
  return server.address.port;
}

/** Says each line when the one before is answered; gives the answers, without the text of those to LHLO. */
async function talk(port: number, lines: readonly string[]): Promise<string[]> {
  const socket = connect(port, '127.0.0.1');
  const answers: string[] = [];
  const reader = createInterface({ input: socket });
  reader.on('line', (line) => !/^\d{3}-/.test(line) && answers.push(line));
  const answered = async (count: number): Promise<void> => {
    while (answers.length < count) await once(reader, 'line');
  };
  await answered(1);
  for (const line of lines) {
    const [text = '', expected = '1'] = line.split(' | ');
    const before = answers.length;
    socket.write(`${text}\r\n`);
    await answered(before + Number(expected));
  }
  socket.destroy();
  return answers.slice(2);
}

test('over LMTP each recipient has an answer, and who got the mail gets no second one', async (t) => {
  const world = await mailWorld(t);
  await addToGroup(world.store, { address: 'all@example.test', members: ['alice@example.test', 'bob@example.test'] });
  const port = await listening(t, world, { lmtp: true });
  const mail = ['DATA', `Subject: to each\r\n\r\nhello\r\n. | 2`];
  const to = (...addresses: string[]) => addresses.map((address) => `RCPT TO:<${address}>`);
  const begin = ['LHLO front.test', 'MAIL FROM:<eve@far.test>'];

  const answers = await talk(port, [
    ...begin,
    ...to('alice@example.test', 'nobody@example.test', 'bob+x@example.test'),
    ...mail,
  ]);
  assert.deepEqual(
    answers.map((answer) => answer.slice(0, 9)),
    ['250 Accep', '250 Accep', '550 5.1.1', '250 Accep', '354 End d', '250 2.1.5', '250 2.1.5'],
  );
  assert.equal((await inbox(world.store, world.alice)).length, 1);
  assert.equal((await inbox(world.store, world.bob)).length, 1);

  // Bob's mailbox is full by this mail alone: the one recipient hears 250, the group 452, and Alice has it once.
  await updateUser(world.store, 'bob@example.test', {
    quota: (await inbox(world.store, world.bob))[0]!.content.size + 5,
  });
  const again = await talk(port, [...begin, ...to('alice@example.test', 'all@example.test'), ...mail]);
  assert.deepEqual(
    again.slice(-2).map((answer) => answer.slice(0, 9)),
    ['250 2.1.5', '452 4.2.2'],
  );
  await updateUser(world.store, 'bob@example.test', { quota: undefined });
  const retried = await talk(port, [...begin, ...to('all@example.test'), 'DATA', 'Subject: to each\r\n\r\nhello\r\n.']);
  assert.match(retried.at(-1)!, /^250 /);
  assert.equal((await inbox(world.store, world.alice)).length, 2);
  assert.equal((await inbox(world.store, world.bob)).length, 2);
});

test('LMTP is no SMTP', async (t) => {
  const port = await listening(t, await mailWorld(t), { lmtp: true });
  assert.match((await talk(port, ['EHLO x', 'LHLO x'])).at(-1)!, /^250 /);
});

test('too many recipients of one message and too many messages of one address are put off', async (t) => {
  const world = await mailWorld(t);
  const port = await listening(t, world, { maxRecipients: 2, rate: createRate(2, 60_000, clock) });
  const from = 'MAIL FROM:<eve@far.test>';
  const lines = ['EHLO x', from, ...['alice', 'bob', 'al'].map((name) => `RCPT TO:<${name}@example.test>`)];
  assert.match((await talk(port, lines)).at(-1)!, /^452 4\.5\.3 too many recipients/);
  const often = await talk(port, ['EHLO x', from, 'RSET', from]);
  assert.match(often.at(-1)!, /^450 4\.7\.1 too many messages/);
  await clock.turn(60_000);
  assert.match((await talk(port, ['EHLO x', from])).at(-1)!, /^250 /);
});
