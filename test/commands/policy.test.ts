// A policy that is enforced: what a device hears before it has taken it, and when it has to take it again.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { easProvisionDoc, read } from '../../protocol/index.ts';
import { type Answer, openHouse, type Phone, statusAlone } from '../support/endpoint.ts';

const PolicyType = 'MS-EAS-Provisioning-WBXML';
const strict = { enforce: true, refreshHours: 24, DevicePasswordEnabled: true, MinDevicePasswordLength: 4 };
const policyOf = ({ Policies }: Answer<'Provision'>) => Policies?.Policy;

async function offered(phone: Phone) {
  const DeviceInformation = { Set: { Model: 'Phone' } };
  return policyOf(await phone.ask('Provision', { DeviceInformation, Policies: { Policy: { PolicyType } } }))!;
}
function acknowledge(phone: Phone, PolicyKey: string, Status = 1): Promise<Answer<'Provision'>> {
  return phone.ask('Provision', { Policies: { Policy: { PolicyType, PolicyKey, Status } } });
}
async function taken(phone: Phone): Promise<string> {
  return policyOf(await acknowledge(phone, (await offered(phone)).PolicyKey!))!.PolicyKey!;
}
/** Of a FolderSync under this key; 1 is an answer with folders. */
async function statusWith(phone: Phone, key: string | undefined, userAgent = 'Test/1.0'): Promise<number> {
  const headers = { 'user-agent': userAgent, ...(key !== undefined && { 'x-ms-policykey': key }) };
  const response = await phone.send('FolderSync', { headers, body: phone.encode('FolderSync', { SyncKey: '0' }) });
  return response.body.length > 0 && Buffer.concat(response.body as Buffer[]).length > 100 ? 1 : statusAlone(response);
}

describe('an enforced policy', () => {
  const env = { EASEL_POLICY: JSON.stringify(strict) };

  test('the document is the configured one', async (t) => {
    const phone = await (await openHouse(t, { env })).phone();
    const { Data } = await offered(phone);
    const { value } = read(easProvisionDoc, Data!.children[0]!, { version: '16.1' });
    assert.deepEqual([value.DevicePasswordEnabled, value.MinDevicePasswordLength], [true, 4]);
    assert.equal(Object.keys(value).length, 42);
  });

  test('without a key a device is not provisioned: 142; with a wrong one 144; with its own it goes on', async (t) => {
    const phone = await (await openHouse(t, { env })).phone();
    assert.equal(await statusWith(phone, undefined), 142);
    const temporary = (await offered(phone)).PolicyKey!;
    assert.equal(await statusWith(phone, temporary), 142);
    const permanent = policyOf(await acknowledge(phone, temporary))!.PolicyKey!;
    assert.equal(await statusWith(phone, '0'), 142);
    assert.equal(await statusWith(phone, '123'), 144);
    assert.equal(await statusWith(phone, permanent), 1);
  });

  test('the key may stand in a base64 query', async (t) => {
    const phone = await (await openHouse(t, { env })).phone();
    const key = Buffer.alloc(4);
    key.writeUInt32LE(Number(await taken(phone)));
    const id = Buffer.from(phone.device);
    const parts = [
      Buffer.from([161, 9, 9, 4, id.length]),
      id,
      Buffer.from([4]),
      key,
      Buffer.from([4]),
      Buffer.from('Test'),
    ];
    const query = Buffer.concat(parts).toString('base64');
    const response = await phone.send('', { query, body: phone.encode('FolderSync', { SyncKey: '0' }) });
    assert.ok(Buffer.concat(response.body as Buffer[]).length > 100);
  });

  test('Ping and Provision go on without a key', async (t) => {
    const phone = await (await openHouse(t, { env })).phone();
    assert.equal(await phone.status('Ping', { HeartbeatInterval: 60 }), 3);
    assert.equal((await offered(phone)).Status, 1);
  });

  test('after the refresh interval the policy is to be taken again: 143', async (t) => {
    const house = await openHouse(t, { env });
    const phone = await house.phone();
    const key = await taken(phone);
    house.clock.forward(24 * 3_600_000);
    assert.equal(await statusWith(phone, key), 143);
    assert.equal(await taken(phone), key, 'the document is the same, and so is the key');
    assert.equal(await statusWith(phone, key), 1);
  });

  test('a device whose document is another one than today’s is sent to fetch it: 144', async (t) => {
    const phone = await (await openHouse(t, { env })).phone();
    const key = await taken(phone);
    await phone.house.store.transact(phone.account, async (tx) => {
      const device = (await tx.device(phone.device))!;
      tx.putDevice({ ...device, policyKey: { ...device.policyKey, hash: 'of another document' } });
    });
    assert.equal(await statusWith(phone, key), 144);
    assert.notEqual(await taken(phone), key);
  });

  test('a policy taken in part will do where it may, else it is Status 139; managed elsewhere 145', async (t) => {
    const lenient = await (await openHouse(t, { env })).phone();
    assert.equal(policyOf(await acknowledge(lenient, (await offered(lenient)).PolicyKey!, 2))?.Status, 1);
    const all = { EASEL_POLICY: JSON.stringify({ ...strict, allowNonProvisionable: false }) };
    const phone = await (await openHouse(t, { env: all })).phone();
    const { PolicyKey } = await offered(phone);
    for (const [said, Status] of [
      [2, 139],
      [3, 139],
      [4, 145],
    ] as const)
      assert.equal((await acknowledge(phone, PolicyKey!, said)).Status, Status);
    assert.equal(policyOf(await acknowledge(phone, PolicyKey!, 1))?.Status, 1);
  });

  test('a client that never provisions comes in where it may, else it is 141', async (t) => {
    for (const [allowNonProvisionable, status] of [
      [true, 1],
      [false, 141],
    ] as const) {
      const house = await openHouse(t, { env: { EASEL_POLICY: JSON.stringify({ ...strict, allowNonProvisionable }) } });
      const phone = await house.phone();
      const query = `Cmd=FolderSync&DeviceId=abc&DeviceType=WindowsOutlook15`;
      const response = await phone.send('', { query, body: phone.encode('FolderSync', { SyncKey: '0' }) });
      const answer = Buffer.concat(response.body as Buffer[]).length > 100 ? 1 : statusAlone(response);
      assert.equal(answer, status);
    }
  });

  test('a device that fetches the policy three times in ten minutes and does not take it comes in where it may', async (t) => {
    for (const [allowNonProvisionable, status] of [
      [true, 1],
      [false, 142],
    ] as const) {
      const house = await openHouse(t, { env: { EASEL_POLICY: JSON.stringify({ ...strict, allowNonProvisionable }) } });
      const phone = await house.phone();
      for (let round = 0; round < 3; round++) {
        assert.equal(await statusWith(phone, undefined), 142);
        await offered(phone);
      }
      assert.equal(await statusWith(phone, undefined), status);
      assert.ok(
        house.log.some(({ level, message }) => level === 'warn' && message === 'a device does not take the policy'),
      );
      house.clock.forward(10 * 60_000);
      assert.equal(await statusWith(phone, undefined), 142);
    }
  });
});
