// One test for each row of admission that can occur: the order of checks, what each failure answers, and that a request
// which was not admitted left nothing in the store.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Element, element, encodeToBuffer, pages } from '../../protocol/index.ts';
import type { EasResponse } from '../../src/endpoint/types.ts';
import { type House, openHouse, type Phone, rootOf, type Sent, statusAlone } from '../support/endpoint.ts';

const served = [
  'Sync',
  'SendMail',
  'SmartForward',
  'SmartReply',
  'FolderSync',
  'FolderCreate',
  'FolderDelete',
  'FolderUpdate',
  'GetItemEstimate',
  'ResolveRecipients',
  'Search',
  'Find',
  'MoveItems',
  'Settings',
  'Ping',
  'ItemOperations',
  'MeetingResponse',
  'ValidateCert',
];

describe('admission', async () => {
  const house = await openHouse({ after });
  const phone = await house.phone();
  const other = await house.phone();
  const folderSync = phone.encode('FolderSync', { SyncKey: '0' });

  async function refused(command: string, sent: Sent): Promise<EasResponse> {
    return nothingStored(house, phone, () => phone.send(command, sent));
  }
  const plain = (about: Record<string, string>): string => new URLSearchParams(about).toString();
  const device = { DeviceId: 'abc123', DeviceType: 'TestPhone' };

  test('a query that is neither form is HTTP 400', async () => {
    for (const query of ['', '%%%', 'User=a&DeviceId=b', 'AAAA']) {
      const response = await refused('FolderSync', { query, body: folderSync });
      assert.deepEqual([response.status, response.body.length], [400, 0], query);
    }
  });

  test('Find is of 16.1: 138, before 14.0 HTTP 400; iOS asks for it always (MS-ASCMD_R10032016, R10032018, R4897)', async () => {
    const query = (DeviceType: string) => plain({ Cmd: 'Find', User: phone.address, DeviceId: 'find1', DeviceType });
    const request = { SearchId: 'a', ExecuteSearch: { GalSearchCriterion: { Query: 'nobody' } } };
    for (const [version, status] of [
      ['12.1', 400],
      ['14.0', 138],
      ['16.0', 138],
    ] as const) {
      const asking = phone.another(version);
      const body = asking.encode('Find', request);
      const response = await asking.send('Find', { query: query('SmartPhone'), body });
      assert.equal(response.status === 200 ? statusAlone(response) : response.status, status, version);
      const apple = rootOf(await asking.send('Find', { query: query('iPhone'), body }));
      assert.equal(apple?.children[0]?.value, '1', version);
    }
  });

  test('a User that is another account is HTTP 403; nobody, a bare name and no User are fine', async () => {
    const asked = (User: string) =>
      phone.send('FolderSync', { query: plain({ Cmd: 'FolderSync', User, ...device }), body: folderSync });
    const response = await refused('FolderSync', {
      query: plain({ Cmd: 'FolderSync', User: other.address, ...device }),
      body: folderSync,
    });
    assert.equal(response.status, 403);
    for (const user of [
      '',
      'nobody@example.test',
      phone.address,
      phone.address.toUpperCase(),
      phone.address.split('@')[0]!,
    ]) {
      assert.equal((await asked(user)).status, 200, user);
    }
  });

  test('a version that is missing, unknown or not served is HTTP 400, 1.0 is 505', async () => {
    const cases = { '': 400, '1.0': 505, '2.6': 400, '13.0': 400, '17.0': 400, abc: 400 };
    for (const [version, status] of Object.entries(cases)) {
      const response = await refused('FolderSync', { headers: { 'ms-asprotocolversion': version }, body: folderSync });
      assert.equal(response.status, status, version);
    }
  });

  test('the version of a base64 query is its own', async () => {
    const query = (version: number) =>
      Buffer.from([version, 9, 9, 4, 6, ...Buffer.from('base64'), 0, 4, ...Buffer.from('Test')]).toString('base64');
    assert.equal((await refused('', { query: query(131), body: folderSync })).status, 400);
    assert.equal((await phone.send('', { query: query(141), body: folderSync })).status, 200);
  });

  test('a DeviceId that is missing, too long or of other characters is Status 108', async () => {
    for (const DeviceId of [undefined, '', 'x'.repeat(33), 'a-b', 'a b', 'a,b', 'é']) {
      const about = { Cmd: 'FolderSync', DeviceType: 'TestPhone', ...(DeviceId !== undefined && { DeviceId }) };
      const response = await refused('FolderSync', { query: plain(about), body: folderSync });
      assert.equal(statusAlone(response), 108, DeviceId);
    }
    const longest = { Cmd: 'FolderSync', DeviceType: 'TestPhone', DeviceId: 'x'.repeat(32) };
    assert.equal((await phone.send('', { query: plain(longest), body: folderSync })).status, 200);
  });

  test('bytes of a base64 query that are no DeviceId as digits but one as text are that', async () => {
    const id = 'ApplDLXQ123456789012345';
    const query = Buffer.from([161, 9, 9, 4, id.length, ...Buffer.from(id), 0, 4, ...Buffer.from('Test')]);
    assert.equal((await phone.send('', { query: query.toString('base64'), body: folderSync })).status, 200);
    const devices = await house.store.read(phone.account, (reader) => reader.devices());
    assert.ok(devices.some((one) => one.id === id));
  });

  test('an account that may not be used is Status 126, HTTP 403 where there is no command to say it under', async () => {
    assert.equal(statusAlone(await refused('FolderSync', { body: folderSync, disabled: true })), 126);
    assert.equal((await refused('Nothing', { body: folderSync, disabled: true })).status, 403);
  });

  test('a DeviceType that is missing is Status 109', async () => {
    for (const about of [{}, { DeviceType: '' }]) {
      const query = plain({ Cmd: 'FolderSync', DeviceId: 'abc123', ...about });
      assert.equal(statusAlone(await refused('FolderSync', { query, body: folderSync })), 109);
    }
  });

  test('an unknown Cmd is HTTP 501, in both forms', async () => {
    for (const Cmd of ['Nothing', 'sync', '']) {
      assert.equal((await refused('', { query: plain({ Cmd, ...device }), body: folderSync })).status, 501, Cmd);
    }
    const query = Buffer.from([161, 77, 9, 4, 1, 65, 0, 1, 65]).toString('base64');
    assert.equal((await refused('', { query, body: folderSync })).status, 501);
  });

  test('a command of older versions is HTTP 400', async () => {
    for (const command of ['GetAttachment', 'GetHierarchy']) {
      assert.equal((await refused(command, {})).status, 400, command);
    }
  });

  test('MS-ASCMD_R7558: a command that is not served is HTTP 501', async () => {
    for (const version of ['12.1', '16.1']) {
      const headers = { 'ms-asprotocolversion': version };
      assert.equal((await refused('CreateCollection', { headers })).status, 501, version);
    }
  });

  test('a body of another type is Status 101', async () => {
    for (const type of ['message/rfc822', 'text/xml', '']) {
      for (const command of served) {
        const response = await refused(command, { headers: { 'content-type': type }, body: folderSync });
        assert.equal(statusAlone(response), 101, `${command} ${type}`);
      }
    }
    const headers = { 'content-type': 'Application/VND.ms-sync; charset=utf-8' };
    assert.equal((await phone.send('FolderSync', { headers, body: folderSync })).status, 200);
  });

  test('no body where there must be one is Status 101, with or without a Content-Type', async () => {
    for (const command of [...served, 'Provision'].filter((name) => name !== 'Sync' && name !== 'Ping')) {
      assert.equal(statusAlone(await refused(command, {})), 101, command);
      const headers = { 'content-type': 'application/vnd.ms-sync.wbxml' };
      assert.equal(statusAlone(await refused(command, { headers })), 101, command);
    }
  });

  test('what cannot be decoded is Status 102', async () => {
    for (const body of [
      Buffer.from('xx'),
      Buffer.from('<xml/>'),
      folderSync.subarray(0, -2),
      Buffer.alloc(100, 0xff),
    ]) {
      for (const command of served) assert.equal(statusAlone(await refused(command, { body })), 102, command);
    }
  });

  test('another root is Status 103, and so is a missing element where the command has no Status for it', async () => {
    const settings = phone.encode('Settings', { UserInformation: { Get: true } });
    for (const command of served.filter((name) => name !== 'Settings')) {
      assert.equal(statusAlone(await refused(command, { body: settings })), 103, command);
    }
    const { Move, SrcMsgId, MoveItems } = pages.move;
    const cases: [string, Element][] = [
      ['MoveItems', element(MoveItems, [element(Move, [element(SrcMsgId, '2:1')])])],
      ['SendMail', element(pages.composeMail.SendMail, [element(pages.composeMail.ClientId, '1')])],
      ['GetItemEstimate', element(pages.getItemEstimate.GetItemEstimate, [])],
    ];
    for (const [command, root] of cases) {
      assert.equal(statusAlone(await refused(command, { body: encodeToBuffer(root) })), 103, command);
    }
  });

  test('MS-ASCMD_R4429, R4062, R4086, R4243, R7238: Sync, Ping, ItemOperations and the folder commands have one', async () => {
    const { airSync, folderHierarchy, itemOperations, ping } = pages;
    const collection = element(airSync.Collection, [element(airSync.CollectionId, '2')]);
    const cases: [string, Element, number][] = [
      ['Sync', element(airSync.Sync, [element(airSync.Collections, [collection])]), 4],
      ['FolderSync', element(folderHierarchy.FolderSync, []), 10],
      ['FolderCreate', element(folderHierarchy.FolderCreate, []), 10],
      ['FolderUpdate', element(folderHierarchy.FolderUpdate, []), 10],
      ['FolderDelete', element(folderHierarchy.FolderDelete, []), 10],
      ['Ping', element(ping.Ping, [element(ping.Folders, [element(ping.Folder, [])])]), 4],
      ['ItemOperations', element(itemOperations.ItemOperations, [element(itemOperations.Fetch, [])]), 2],
    ];
    for (const version of ['12.1', '16.1']) {
      const headers = { 'ms-asprotocolversion': version };
      for (const [command, root, status] of cases)
        assert.equal(statusAlone(await phone.send(command, { headers, body: encodeToBuffer(root) })), status, command);
    }
  });

  test('a body over the limit is HTTP 413 to be answered by the listener, of mail to be sent Status 122', async () => {
    const body = Buffer.alloc(1_048_577);
    for (const command of ['FolderSync', 'Settings', 'ItemOperations', 'Provision', 'MoveItems', 'Ping']) {
      await assert.rejects(refused(command, { body }), { code: 'too-large' });
    }
    const larger = Buffer.alloc(52_428_800 + 1_048_577);
    await assert.rejects(refused('Sync', { body: larger }), { code: 'too-large' });
    for (const command of ['SendMail', 'SmartReply']) {
      assert.equal(statusAlone(await refused(command, { body: larger })), 122, command);
    }
  });

  test('what the listener cannot read as a body is Status 101', async () => {
    const { EasError } = await import('../../src/domain/errors.ts');
    for (const command of ['FolderSync', 'Sync', 'SendMail']) {
      const response = await nothingStored(house, phone, () =>
        phone.house.endpoint.handle({
          account: phone.account,
          login: phone.address,
          method: 'POST',
          query: plain({ Cmd: command, ...device }),
          headers: { 'ms-asprotocolversion': '16.1', 'content-encoding': 'gzip' },
          body: () => Promise.reject(new EasError('invalid-body', 'gzip')),
          contentLength: 10,
          remote: '127.0.0.1',
          closed: new AbortController().signal,
        }),
      );
      assert.equal(statusAlone(response), 101, command);
    }
  });

  test('`validate` and `0` are answered, and nothing is stored', async () => {
    for (const id of ['validate', 'Validate', '0']) {
      const trial = phone.another('16.1', id);
      await nothingStored(house, trial, async () => {
        const folders = await trial.ask('FolderSync', { SyncKey: '0' });
        assert.equal(folders.Status, 1);
        assert.equal(folders.Changes?.Add.length, 10);
        const first = await trial.ask('Sync', { Collections: { Collection: [{ SyncKey: '0', CollectionId: '2' }] } });
        assert.equal(first.Collections?.Collection[0]?.Status, 1);
        const settings = await trial.ask('Settings', { DeviceInformation: { Set: { Model: 'x' } } });
        assert.equal(settings.DeviceInformation?.Status, 1);
        const DeviceInformation = { Set: { Model: 'x' } };
        const PolicyType = 'MS-EAS-Provisioning-WBXML';
        const provision = await trial.ask('Provision', {
          DeviceInformation,
          Policies: { Policy: { PolicyType } },
        });
        assert.equal(provision.Policies?.Policy?.Status, 1);
      });
    }
  });

  test('every answer names the server; a body has its type, none has none', async () => {
    const full = await phone.send('FolderSync', { body: folderSync });
    assert.equal(full.headers['MS-Server-ActiveSync'], '16.1');
    assert.equal(full.headers['Content-Type'], 'application/vnd.ms-sync.wbxml');
    const none = await phone.send('Ping', { body: phone.encode('Ping', { HeartbeatInterval: 60 }) });
    assert.equal(none.headers['MS-Server-ActiveSync'], '16.1');
    const { 'Content-Type': type } = (await refused('Nothing', { query: plain({ Cmd: 'Nothing', ...device }) }))
      .headers;
    assert.equal(type, undefined);
  });

  test('OPTIONS tells what is served and nothing else', () => {
    const options = house.endpoint.options();
    assert.equal(options['MS-ASProtocolVersions'], '2.5,12.0,12.1,14.0,14.1,16.0,16.1');
    assert.deepEqual(
      options['MS-ASProtocolCommands']?.split(',').sort(),
      [...served, 'GetAttachment', 'GetHierarchy', 'Provision'].sort(),
    );
  });

  test('an element that is not understood is logged once a device, and read over', async () => {
    const { FolderSync, SyncKey, DisplayName } = pages.folderHierarchy;
    const body = encodeToBuffer(element(FolderSync, [element(DisplayName, 'secret'), element(SyncKey, '0')]));
    const before = house.log.length;
    for (let i = 0; i < 3; i++) assert.equal((await phone.send('FolderSync', { body })).status, 200);
    const lines = house.log.slice(before).filter(({ message }) => message === 'not understood');
    assert.equal(lines.length, 1);
    assert.ok(!JSON.stringify(lines).includes('secret'));
    // Devices that name themselves in a base64 query are told apart, too.
    for (const id of ['first', 'second']) {
      const bytes = [161, 9, 9, 4, id.length, ...Buffer.from(id), 0, 4, ...Buffer.from('Test')];
      await phone.send('', { query: Buffer.from(bytes).toString('base64'), body });
    }
    const later = house.log.slice(before).filter(({ message }) => message === 'not understood');
    assert.equal(later.length, 3);
  });
});

/** Whatever `run` does, the store has the devices and the commits that it had. */
async function nothingStored<T>(house: House, phone: Phone, run: () => Promise<T>): Promise<T> {
  const look = async () => ({
    commits: house.store.stats.commits,
    devices: (await house.store.read(phone.account, (reader) => reader.devices())).map(({ id }) => id),
  });
  const before = await look();
  try {
    return await run();
  } finally {
    assert.deepEqual(await look(), before, 'nothing was stored');
  }
}
