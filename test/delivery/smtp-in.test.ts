import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/clock.ts';
import { startSmtpIn } from '../../src/delivery/smtp-in.ts';
import type { AccountId } from '../../src/domain/ids.ts';
import type { Mail } from '../../src/domain/item.ts';
import { inbox, log, type MailWorld, mailWorld, send } from './mail-world.ts';

async function listening(t: TestContext, world: MailWorld, limit = 1_000_000): Promise<number> {
  const server = await startSmtpIn({
    store: world.store,
    recipients: world.addresses,
    listen: { host: '127.0.0.1', port: 0 },
    limit,
    clock: systemClock,
    log,
  });
  t.after(() => server[Symbol.asyncDispose]());
  return server.address.port;
}
const mimeOf = (world: MailWorld, item: Mail): Promise<Buffer> => world.store.blobs.get(item.content.mime);
async function only(world: MailWorld, account: AccountId): Promise<Mail> {
  const items = await inbox(world.store, account);
  assert.equal(items.length, 1);
  return items[0]!;
}

const message = Buffer.from(
  'From: Eve <eve@far.test>\r\nTo: alice@example.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Fri, 21 Nov 1997 09:55:06 -0600\r\n' +
    'Message-ID: <1@far.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n' +
    'Grüße\r\n.\r\n..two dots\r\n  trailing  \r\n',
  'latin1',
);

test('a mail lands in the Inbox as it came, behind two header lines', async (t) => {
  const world = await mailWorld(t);
  const port = await listening(t, world);
  const before = Date.now();
  await send(port, 'eve@far.test', ['alice@example.test'], message);
  const item = await only(world, world.alice);
  const mime = await mimeOf(world, item);
  const added = mime.subarray(0, mime.length - message.length).toString();
  assert.deepEqual(mime.subarray(-message.length), message, 'the bytes of the message are untouched');
  assert.match(
    added,
    /^Return-Path: <eve@far\.test>\r\nReceived: from \S+ \(\[127\.0\.0\.1\]\)\r\n\tby \S+ with ESMTP id \S+\r\n\tfor <alice@example\.test>;\r\n\t\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000\r\n$/,
  );
  assert.equal(item.content.subject, 'Grüße');
  assert.equal(item.content.read, false);
  assert.equal(item.content.messageId, '1@far.test');
  assert.ok(item.content.received >= before && item.content.received === item.sortDate);
  assert.deepEqual(item.blobs, [item.content.mime]);
  assert.equal(item.conversation, item.content.conversation);
});

test('aliases, plus-addresses and capitals reach their account, several recipients one copy each', async (t) => {
  const world = await mailWorld(t);
  const port = await listening(t, world);
  await send(port, '', ['AL@example.test', 'alice+news@example.test', 'bob@EXAMPLE.test'], message);
  const [alice, bob] = [await only(world, world.alice), await only(world, world.bob)];
  assert.equal(alice.content.mime, bob.content.mime, 'the bytes are kept once');
  assert.match((await mimeOf(world, bob)).toString('latin1'), /^Return-Path: <>\r\n/);
});

test('strangers are refused with 550, and the others of the same mail still get it', async (t) => {
  const world = await mailWorld(t);
  const port = await listening(t, world);
  const refused = (text: RegExp) => (error: { responseCode?: number; response?: string }) => {
    assert.equal(error.responseCode, 550);
    assert.match(error.response ?? '', text);
    return true;
  };
  await assert.rejects(send(port, 'eve@far.test', ['nobody@example.test'], message), refused(/5\.1\.1/));
  await assert.rejects(send(port, 'alice@example.test', ['someone@far.test'], message), refused(/5\.7\.1 .*relay/));
  const { rejected } = await send(port, 'eve@far.test', ['nobody@example.test', 'bob@example.test'], message);
  assert.deepEqual(rejected, ['nobody@example.test']);
  await only(world, world.bob);
  assert.deepEqual(await inbox(world.store, world.alice), []);
});

test('too large a mail is refused with 552, announced or not, and leaves nothing', async (t) => {
  const world = await mailWorld(t);
  const port = await listening(t, world, 100_000);
  await assert.rejects(send(port, 'eve@far.test', ['bob@example.test'], Buffer.alloc(100_001, 'x\r\n')), {
    responseCode: 552,
  });
  const said = await talk(
    port,
    ['EHLO x', 'MAIL FROM:<eve@far.test>', 'RCPT TO:<bob@example.test>', 'DATA'],
    `${'x'.repeat(120_000)}\r\n.`,
  );
  assert.match(said, /^552 /);
  assert.deepEqual(await inbox(world.store, world.bob), []);
});

test('a broken mail is kept as it is; one that goes in circles is not', async (t) => {
  const world = await mailWorld(t);
  const port = await listening(t, world);
  const broken = Buffer.from(
    'no header at all\r\n\r\n--x\r\nContent-Type: multipart/mixed; boundary=\r\n\xff\xfe\r\n',
    'latin1',
  );
  await send(port, 'eve@far.test', ['bob@example.test'], broken);
  const item = await only(world, world.bob);
  assert.deepEqual((await mimeOf(world, item)).subarray(-broken.length), broken);
  const circling = `${'Received: from a by b; now\r\n'.repeat(60)}Subject: x\r\n\r\nx\r\n`;
  await assert.rejects(send(port, 'eve@far.test', ['bob@example.test'], circling), { responseCode: 554 });
});

/** A raw SMTP conversation; returns the last line that the server said. */
async function talk(port: number, commands: string[], data: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  let last = '';
  let heard = '';
  const queue = [...commands, data];
  for await (const chunk of socket as AsyncIterable<string>) {
    heard += chunk;
    const lines = heard.split('\r\n');
    heard = lines.pop()!;
    const end = lines.find((line) => /^\d{3} /.test(line));
    if (end === undefined) continue;
    last = end;
    const next = queue.shift();
    if (next === undefined) break;
    socket.write(`${next}\r\n`);
  }
  socket.destroy();
  return last;
}

test('mail to a group reaches its accounts once, through groups in circles, and nobody elsewhere', async (t) => {
  const world = await mailWorld(t);
  const port = await listening(t, world);
  const { directory } = world.store;
  const group = (address: string, ...members: string[]) => directory.putGroup({ address, displayName: '', members });
  await group('all@example.test', 'team@example.test', 'alice@example.test', 'x@far.test');
  await group('team@example.test', 'all@example.test', 'al@example.test', 'bob@example.test', 'gone@example.test');
  await group('nobody@example.test', 'x@far.test', 'gone@example.test');
  const put = t.mock.method(world.store.blobs, 'put');
  await send(port, 'eve@far.test', ['ALL@example.test', 'bob@example.test'], message);
  assert.equal(put.mock.callCount(), 1, 'its bytes are stored once for all');
  await only(world, world.alice);
  await only(world, world.bob);
  assert.equal(await world.store.outbox.next(), undefined);
  await assert.rejects(send(port, 'eve@far.test', ['nobody@example.test'], message), /550/);
});

test('a mail that names neither the account nor a group of it came as a blind copy; one of a list did not', async (t) => {
  const world = await mailWorld(t);
  await world.store.directory.putGroup({
    ...{ address: 'all@example.test', displayName: 'All', members: ['alice@example.test'] },
  });
  const port = await listening(t, world);
  const named = (to: string, more = '') => `From: eve@far.test\r\nTo: ${to}\r\n${more}Subject: ${to}\r\n\r\nHi\r\n`;
  const cases: [string, string, boolean | undefined][] = [
    ['bob@example.test', '', true],
    ['bob@example.test', 'Cc: alice+x@example.test\r\n', undefined],
    ['undisclosed-recipients:;', '', true],
    ['list@far.test', 'List-Id: <list.far.test>\r\n', undefined],
    ['all@example.test', '', undefined],
  ];
  for (const [to, more] of cases)
    await send(port, 'eve@far.test', ['alice@example.test'], Buffer.from(named(to, more)));
  const items = await inbox(world.store, world.alice);
  assert.deepEqual(
    items.map(({ content }) => content.receivedAsBcc).sort(),
    cases.map(([, , isBlind]) => isBlind).sort(),
  );
});
