// A message of 100 MB passes in from outside, to a phone, and out from a phone, through a server whose heap is a quarter of a
// gigabyte: byte for byte, and without holding it in one piece.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { seeded } from '../../scripts/make-mailbox.ts';

import { sendFromOutside } from './outside-smtp.ts';
import { bytesOf, inbox, listOptions, sent } from './walker.ts';
import { elsewhere, hash, makeWorld, phoneOf } from './world.ts';

const skip = elsewhere ? 'only our own server is given a small heap' : false;
const megabyte = 1 << 20;
const size = 100 * megabyte;

function largeLetter(from: string, to: string, subject: string): { mime: Buffer; attachment: Buffer } {
  const random = seeded(100);
  const attachment = Buffer.alloc(Math.floor((size * 57) / 78));
  for (let at = 0; at + 4 <= attachment.length; at += 4) attachment.writeUInt32LE(Math.floor(random() * 2 ** 32), at);
  const head = [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    'Message-ID: <large@outside.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="outer"',
    '',
    '--outer',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'A film of the children.',
    '--outer',
    'Content-Type: video/mp4',
    'Content-Disposition: attachment; filename="film.mp4"',
    'Content-Transfer-Encoding: base64',
    '',
    '',
  ].join('\r\n');
  const lines: Buffer[] = [Buffer.from(head)];
  for (let at = 0; at < attachment.length; at += 57 * 4096) {
    const text = attachment.subarray(at, at + 57 * 4096).toString('base64');
    lines.push(Buffer.from(`${text.replace(/.{76}(?=.)/g, '$&\r\n')}\r\n`, 'latin1'));
  }
  lines.push(Buffer.from('--outer--\r\n'));
  return { mime: Buffer.concat(lines), attachment };
}

test('100 MB in from outside, to a phone and out from it, on a heap of 256 MB', {
  skip,
  timeout: 300_000,
}, async (t) => {
  const world = await makeWorld(t, 0, {
    EASEL_MAX_MAIL: String(160 * megabyte),
    NODE_OPTIONS: '--max-old-space-size=256',
  });
  const alice = phoneOf(world, world.alice, { version: '16.1', deviceId: 'ALICE' });
  const bob = phoneOf(world, world.bob, { version: '14.1', deviceId: 'BOB' });
  t.after(() => [alice, bob].forEach((each) => void each.hangUp()));
  for (const phone of [alice, bob]) await phone.setUp();
  const { mime, attachment } = largeLetter('carol@outside.example', world.alice.address, 'A film');

  await sendFromOutside(world.smtp, 'carol@outside.example', world.alice.address, mime);
  await alice.syncAll(inbox, { options: listOptions });
  const id = alice.find(inbox, 'A film');
  const [file] = alice.items(inbox).get(id)!.Attachments!.Attachment!;
  const whole = await alice.fetchMail(inbox, id, { type: 4, mimeSupport: 2 });
  const bytes = bytesOf(whole.properties);
  assert.equal(hash(bytes.subarray(bytes.length - mime.length)), hash(mime));
  const fetched = await alice.fetchFile(file!.FileReference);
  assert.equal(hash(fetched.data!), hash(attachment));
  const outgoing = largeLetter(world.alice.address, world.bob.address, 'The same film').mime;
  assert.equal(await alice.sendMail(outgoing), 1);
  await bob.syncAll(inbox, { options: listOptions });
  for (let tries = 0; tries < 300 && bob.items(inbox).size === 0; tries++) {
    await pause(100);
    await bob.syncAll(inbox);
  }
  const got = await bob.fetchMail(inbox, bob.find(inbox, 'The same film'), { type: 4, mimeSupport: 2 });
  const [, body] = splitHeader(outgoing);
  assert.equal(hash(splitHeader(bytesOf(got.properties))[1]), hash(body));
  await alice.syncAll(sent, { options: listOptions });
  assert.equal(alice.items(sent).size, 1);
  t.diagnostic(`the server had at most ${Math.round(world.server!.peak() / megabyte)} MB`);
});

function splitHeader(message: Buffer): [Buffer, Buffer] {
  const end = message.indexOf('\r\n\r\n') + 4;
  return [message.subarray(0, end), message.subarray(end)];
}
