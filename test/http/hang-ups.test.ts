// The line breaks anywhere, in a request or in an answer: nobody waits for it any more, nothing is held, nothing is half done.
// The house audits its store when it ends.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../../scripts/make-mailbox.ts';
import { createApp } from '../../src/http/app.ts';
import { type Listener, listen } from '../../src/http/listener.ts';
import { createOpenRequests } from '../../src/http/open-requests.ts';
import { createLog } from '../../src/log.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import { inbox, load, prime } from '../support/sync-phone.ts';

const random = seeded(7);

describe('hang-ups', async () => {
  const house = await openHouse({ after }, { env: { EASEL_DEVICE_RATE: '0' } });
  const open = createOpenRequests();
  const phone = await house.phone();
  const user = {
    account: phone.account,
    address: phone.address,
    displayName: '',
    login: phone.address,
    credential: 'c',
  };
  let listener: Listener;
  before(async () => {
    const log = createLog({ level: 'silent' });
    const ready = async () => true;
    const local = async () => true;
    const authenticate = Object.assign(async () => user, { [Symbol.dispose]: () => {} });
    const { endpoint, clock } = house;
    listener = await listen(createApp({ endpoint, authenticate, ready, local, clock, log, open }), {
      host: '127.0.0.1',
      port: 0,
    });
  });
  after(() => listener[Symbol.asyncDispose]());

  function requestOf(command: string, body: Buffer, from: Phone = phone): Buffer {
    const query = `Cmd=${command}&User=${from.address}&DeviceId=${from.device}&DeviceType=TestPhone`;
    const head = [
      `POST /Microsoft-Server-ActiveSync?${query} HTTP/1.1`,
      ...['Host: easel', 'Authorization: Basic eDp5', `MS-ASProtocolVersion: ${from.version}`],
      ...['Content-Type: application/vnd.ms-sync.wbxml', `Content-Length: ${body.length}`],
    ];
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
  }
  /** Sends the bytes, reads so many of the answer (absent: all of it, as its length says) and breaks the line. */
  async function exchange(
    request: Buffer,
    { send = request.length, read = Number.POSITIVE_INFINITY } = {},
  ): Promise<Buffer> {
    const socket = connect(listener.address.port, '127.0.0.1');
    let got = Buffer.alloc(0);
    socket.on('error', () => {});
    const done = new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.on('data', (piece: Buffer) => {
        got = Buffer.concat([got, piece]);
        const end = got.indexOf('\r\n\r\n');
        const length = Number(
          /content-length: (\d+)/i.exec(got.toString('latin1', 0, Math.max(0, end)))?.[1] ?? Number.NaN,
        );
        if (got.length >= read || (end >= 0 && got.length >= end + 4 + length)) resolve();
      });
    });
    await once(socket, 'connect');
    socket.write(request.subarray(0, send));
    if (send === request.length && read > 0) await done;
    socket.resetAndDestroy();
    return got;
  }
  async function settled(): Promise<void> {
    while (open.count > 0 || house.endpoint.waiting() > 0) await sleep(5);
  }

  test('a request that breaks off, at any byte, is none', async () => {
    const body = phone.encode('FolderSync', { SyncKey: '0' });
    const request = requestOf('FolderSync', body);
    for (let n = 0; n < 40; n++) await exchange(request, { send: Math.floor(random() * request.length) });
    await settled();
    assert.deepEqual(await house.store.read(phone.account, (reader) => reader.devices()), []);
  });

  test('an answer that breaks off, at any byte, is given again to who asks again, and done once', async () => {
    await phone.ask('FolderSync', { SyncKey: '0' });
    for (let n = 0; n < 30; n++) await phone.receive(mail({ subject: `Mail ${n}`, text: 'x'.repeat(20_000) }));
    const key = await prime(phone, inbox);
    const Options = [{ BodyPreference: [{ Type: 1 }], BodyPartPreference: [] }];
    const Collection = [{ SyncKey: key, CollectionId: inbox, WindowSize: 100, Options }];
    const request = requestOf('Sync', phone.encode('Sync', { Collections: { Collection } } as never));
    const whole = await exchange(request);
    assert.ok(whole.length > 300_000, `${whole.length} bytes`);
    const subjects = (answer: Buffer) =>
      answer
        .toString('latin1')
        .match(/\x03Mail \d+/g)
        ?.sort();
    assert.equal(new Set(subjects(whole)).size, 30);
    for (let n = 0; n < 40; n++) await exchange(request, { read: Math.floor(random() ** 3 * whole.length) });
    await settled();
    assert.deepEqual(subjects(await exchange(request)), subjects(whole));
  });

  test('a phone that hangs up while it waits is not waited for', async () => {
    const other = await house.phone();
    await other.ask('FolderSync', { SyncKey: '0' });
    await load(other);
    const Folders = { Folder: [{ Id: inbox, Class: 'Email' }] };
    const request = requestOf('Ping', phone.encode('Ping', { HeartbeatInterval: 600, Folders } as never));
    await load(phone);
    for (let n = 0; n < 20; n++) {
      const socket = connect(listener.address.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(request);
      while (house.endpoint.waiting() === 0) await sleep(2);
      if (n % 2 === 0) socket.resetAndDestroy();
      else socket.end();
      await settled();
    }
    assert.equal(house.endpoint.waiting(), 0);
  });
});
