// The line breaks anywhere, in a request or in an answer: nobody waits for it any more, nothing is held, nothing is half done.
// The house audits its store when it ends.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../../scripts/make-mailbox.ts';
import { mail, openHouse } from '../support/endpoint.ts';
import { inbox, load, prime } from '../support/sync-phone.ts';
import { type BrokenLine, openBrokenLine } from './broken-line.ts';

const random = seeded(7);

describe('hang-ups', async () => {
  const house = await openHouse({ after }, { env: { EASEL_DEVICE_RATE: '0' } });
  const phone = await house.phone();
  let line: BrokenLine;
  before(async () => {
    line = await openBrokenLine(house, phone);
  });
  after(() => line[Symbol.asyncDispose]());

  test('a request that breaks off, at any byte, is none', async () => {
    const body = phone.encode('FolderSync', { SyncKey: '0' });
    const request = line.request('FolderSync', body);
    for (let n = 0; n < 40; n++) await line.exchange(request, { send: Math.floor(random() * request.length) });
    await line.settled();
    assert.deepEqual(await house.store.read(phone.account, (reader) => reader.devices()), []);
  });

  test('an answer that breaks off, at any byte, is given again to who asks again, and done once', async () => {
    await phone.ask('FolderSync', { SyncKey: '0' });
    for (let n = 0; n < 30; n++) await phone.receive(mail({ subject: `Mail ${n}`, text: 'x'.repeat(20_000) }));
    const key = await prime(phone, inbox);
    const Options = [{ BodyPreference: [{ Type: 1 }], BodyPartPreference: [] }];
    const Collection = [{ SyncKey: key, CollectionId: inbox, WindowSize: 100, Options }];
    const request = line.request('Sync', phone.encode('Sync', { Collections: { Collection } } as never));
    const whole = await line.exchange(request);
    assert.ok(whole.length > 300_000, `${whole.length} bytes`);
    const subjects = (answer: Buffer) =>
      answer
        .toString('latin1')
        .match(/\x03Mail \d+/g)
        ?.sort();
    assert.equal(new Set(subjects(whole)).size, 30);
    for (let n = 0; n < 40; n++) await line.exchange(request, { read: Math.floor(random() ** 3 * whole.length) });
    await line.settled();
    assert.deepEqual(subjects(await line.exchange(request)), subjects(whole));
  });

  test('a phone that hangs up while it waits is not waited for', async () => {
    const other = await house.phone();
    await other.ask('FolderSync', { SyncKey: '0' });
    await load(other);
    const Folders = { Folder: [{ Id: inbox, Class: 'Email' }] };
    const request = line.request('Ping', phone.encode('Ping', { HeartbeatInterval: 600, Folders } as never));
    await load(phone);
    for (let n = 0; n < 20; n++) {
      const socket = connect(line.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(request);
      while (house.endpoint.waiting() === 0) await sleep(2);
      if (n % 2 === 0) socket.resetAndDestroy();
      else socket.end();
      await line.settled();
    }
    assert.equal(house.endpoint.waiting(), 0);
  });
});
