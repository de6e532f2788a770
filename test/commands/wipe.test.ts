// An order to erase: who hears it, whose word closes it, and what the device is afterwards.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { element, encodeToBuffer, formatXml, pages, provision, read, type Version } from '../../protocol/index.ts';
import { cancelWipe, deviceOf, orderWipe, removeDevice, setBlocked } from '../../src/admin/devices.ts';
import { wipeState } from '../../src/domain/device.ts';
import { type Answer, openHouse, type Phone, type Request, rootOf, statusAlone } from '../support/endpoint.ts';

describe('a wipe', async () => {
  const house = await openHouse({ after });
  const { Provision, RemoteWipe, Status } = pages.provision;

  async function known(version: '12.1' | '14.1' | '16.1' = '16.1'): Promise<Phone> {
    const phone = await house.phone({ version });
    await phone.ask('FolderSync', { SyncKey: '0' });
    return phone;
  }
  const order = (phone: Phone, scope: 'device' | 'account' = 'device') =>
    orderWipe(house.store, phone.address, phone.device, scope, house.clock.now());
  const stateOf = async (phone: Phone) => {
    const { device } = await deviceOf(house.store, phone.address, phone.device);
    return device.wipe && wipeState(device.wipe);
  };
  async function ask(phone: Phone, request: Request<'Provision'>, credential?: string): Promise<Answer<'Provision'>> {
    const body = phone.encode('Provision', request);
    const response = await phone.send('Provision', { body, ...(credential !== undefined && { credential }) });
    return read(provision.response, rootOf(response)!, { version: phone.version }).value;
  }
  const folderSync = async (phone: Phone) =>
    statusAlone(await phone.send('FolderSync', { body: phone.encode('FolderSync', { SyncKey: '0' }) }));
  const done = { RemoteWipe: { Status: 1 } };

  test('every command but Provision is 140, and any Provision hears the order', async () => {
    const phone = await known();
    await order(phone);
    assert.equal(await folderSync(phone), 140);
    assert.equal(await phone.status('Ping', { HeartbeatInterval: 60 }), 140);
    assert.equal(await stateOf(phone), 'requested');
    const PolicyType = 'MS-EAS-Provisioning-WBXML';
    for (const request of [{}, { Policies: { Policy: { PolicyType } } }]) {
      const { RemoteWipe, ...answer } = await ask(phone, request);
      assert.deepEqual([RemoteWipe, answer], [true, { Status: 1, AccountOnlyRemoteWipe: false }]);
      assert.equal(await stateOf(phone), 'delivered');
    }
  });

  test('MS-ASCMD_R7561, R7562: up to 12.1 that is HTTP 449, of what has no policy key 403', async () => {
    const phone = await known('12.1');
    await order(phone);
    for (const command of ['FolderSync', 'GetHierarchy']) {
      const ask = (headers: Record<string, string>) =>
        phone.send(command, { headers, body: phone.encode('FolderSync', { SyncKey: '0' }) });
      assert.equal((await ask({})).status, 403, command);
      assert.equal((await ask({ 'x-ms-policykey': '0' })).status, 449, command);
    }
  });

  test('each version hears it, fails once and is done; the answers have nothing else (MS-ASPROV_R322, R664, R665, R701, MS-ASCMD_R7562)', async () => {
    const rows: [Version, number, number][] = [
      ['2.5', 449, 403],
      ['12.0', 449, 403],
      ['12.1', 449, 403],
      ['14.0', 140, 129],
      ['14.1', 140, 129],
      ['16.0', 140, 129],
      ['16.1', 140, 129],
    ];
    for (const [version, wanted, blocked] of rows) {
      const phone = await house.phone({ version });
      await phone.ask('FolderSync', { SyncKey: '0' });
      const refusal = async () => {
        const headers = { 'x-ms-policykey': '0' };
        const response = await phone.send('FolderSync', {
          headers,
          body: phone.encode('FolderSync', { SyncKey: '0' }),
        });
        return response.status === 200 ? statusAlone(response) : response.status;
      };
      const say = async (Status?: number) => {
        const body = phone.encode('Provision', Status === undefined ? {} : { RemoteWipe: { Status } });
        return formatXml(rootOf(await phone.send('Provision', { body }))!).replace(/\s/g, '');
      };
      await order(phone);
      assert.equal(await refusal(), wanted, version);
      const heard = (status: number) =>
        `<Provisionxmlns="Provision"><Status>${status}</Status><RemoteWipe/></Provision>`;
      assert.deepEqual([await say(), await say(2), await say()], [heard(1), heard(2), heard(1)], version);
      assert.equal(await say(1), '<Provisionxmlns="Provision"><Status>1</Status></Provision>', version);
      assert.deepEqual([await stateOf(phone), await refusal()], ['closed', blocked], version);
    }
  });

  test('an acknowledgement closes it once, and the device is blocked until it is removed; then it is a new one', async () => {
    const phone = await known();
    await order(phone);
    await ask(phone, {});
    assert.deepEqual(await ask(phone, done), { Status: 1, RemoteWipe: false, AccountOnlyRemoteWipe: false });
    assert.equal(await stateOf(phone), 'closed');
    assert.equal(await folderSync(phone), 129);
    assert.equal(statusAlone(await phone.send('Provision', { body: phone.encode('Provision', done) })), 129);
    await removeDevice(house.store, phone.address, phone.device);
    assert.equal((await phone.ask('FolderSync', { SyncKey: '0' })).Status, 1);
    assert.equal((await ask(phone, {})).RemoteWipe, false);
  });

  test('an acknowledgement without a delivery, or with other credentials, is none', async () => {
    const phone = await known();
    await order(phone);
    assert.equal((await ask(phone, done)).RemoteWipe, true, 'nothing was delivered before');
    assert.equal((await ask(phone, done, 'another password')).RemoteWipe, true);
    assert.equal(await stateOf(phone), 'delivered');
    assert.equal((await ask(phone, done)).RemoteWipe, true, 'the last delivery went to the other password');
    assert.equal((await ask(phone, done)).RemoteWipe, false);
    assert.equal(await stateOf(phone), 'closed');
  });

  test('a failure is Status 2 with the order again', async () => {
    const phone = await known();
    await order(phone);
    await ask(phone, {});
    const failed = await ask(phone, { RemoteWipe: { Status: 2 } });
    assert.deepEqual([failed.Status, failed.RemoteWipe], [2, true]);
    assert.equal((await deviceOf(house.store, phone.address, phone.device)).device.wipe?.failed !== undefined, true);
  });

  test('Status beside RemoteWipe, in any order, is the acknowledgement of some devices', async () => {
    for (const children of [
      [element(Status, '1'), element(RemoteWipe, [])],
      [element(RemoteWipe, [element(Status, '1')])],
    ]) {
      const phone = await known();
      await order(phone);
      await ask(phone, {});
      await phone.send('Provision', { body: encodeToBuffer(element(Provision, children)) });
      assert.equal(await stateOf(phone), 'closed');
    }
  });

  test('an account-only order is heard as such at 16.1, and refused for a device of older versions', async () => {
    const phone = await known();
    await order(phone, 'account');
    const heard = await ask(phone, {});
    assert.deepEqual([heard.RemoteWipe, heard.AccountOnlyRemoteWipe], [false, true]);
    await ask(phone, { RemoteWipe: { Status: 1 } });
    assert.equal(await stateOf(phone), 'delivered', 'the other element is no acknowledgement of it');
    await ask(phone, { AccountOnlyRemoteWipe: { Status: 1 } });
    assert.equal(await stateOf(phone), 'closed');
    const old = await known('14.1');
    await assert.rejects(order(old, 'account'), { code: 'not-supported' });
  });

  test('an account-only order never becomes a full one when the device speaks an older version later', async () => {
    const phone = await known();
    await order(phone, 'account');
    const older = phone.another('14.1', phone.device);
    assert.equal((await older.ask('FolderSync', { SyncKey: '0' })).Status, 1);
    assert.equal((await ask(older, {})).RemoteWipe, false);
    assert.equal(await stateOf(phone), 'requested');
  });

  test('an order that nobody fetched can be taken back, and is void after 30 days', async () => {
    const phone = await known();
    await order(phone);
    assert.equal(await cancelWipe(house.store, phone.address, phone.device), true);
    assert.equal((await phone.ask('FolderSync', { SyncKey: '0' })).Status, 1);
    await order(phone);
    house.clock.forward(30 * 24 * 3_600_000);
    assert.equal((await phone.ask('FolderSync', { SyncKey: '0' })).Status, 1);
  });

  test('a blocked device is 129 whatever it asks, until it is allowed', async () => {
    const phone = await known();
    await setBlocked(house.store, phone.address, phone.device, true);
    assert.equal(await folderSync(phone), 129);
    assert.equal(statusAlone(await phone.send('Provision', { body: phone.encode('Provision', {}) })), 129);
    await setBlocked(house.store, phone.address, phone.device, false);
    assert.equal((await phone.ask('FolderSync', { SyncKey: '0' })).Status, 1);
  });
});
