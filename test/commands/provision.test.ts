import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { easProvisionDoc, element, encodeToBuffer, pages, read } from '../../protocol/index.ts';
import { type Answer, openHouse, type Phone, type Request, rootOf } from '../support/endpoint.ts';

const PolicyType = 'MS-EAS-Provisioning-WBXML';
type Policy = NonNullable<NonNullable<Request<'Provision'>['Policies']>['Policy']>;

describe('Provision', async () => {
  const house = await openHouse({ after });

  const DeviceInformation = { Set: { Model: 'Phone', OS: 'OS 1', FriendlyName: 'Ann’s phone' } };
  const policy = (Policy: Policy): Request<'Provision'> => ({ Policies: { Policy } });
  const policyOf = ({ Policies }: Answer<'Provision'>) => Policies?.Policy;
  const first = (phone: Phone): Promise<Answer<'Provision'>> =>
    phone.ask('Provision', { DeviceInformation, ...policy({ PolicyType }) });
  const isKey = (key: string | undefined): boolean =>
    key !== undefined && /^[1-9]\d{0,9}$/.test(key) && Number(key) <= 0xffff_ffff;

  test('the first phase gives the open document and a temporary key, the second the permanent one', async () => {
    for (const version of ['14.1', '16.1'] as const) {
      const phone = await house.phone({ version });
      const offered = await first(phone);
      assert.deepEqual([offered.Status, offered.DeviceInformation?.Status], [1, 1]);
      const { Data, PolicyKey, ...about } = policyOf(offered)!;
      assert.deepEqual(about, { PolicyType, Status: 1 });
      assert.ok(isKey(PolicyKey), PolicyKey);
      const { value, unknown } = read(easProvisionDoc, Data!.children[0]!, { version });
      assert.deepEqual(unknown, []);
      assert.equal(Object.keys(value).length, 42);
      assert.deepEqual([value.DevicePasswordEnabled, value.AllowCamera, value.AllowBluetooth], [false, true, 2]);
      const accepted = await phone.ask('Provision', policy({ PolicyType, PolicyKey: PolicyKey!, Status: 1 }));
      const permanent = policyOf(accepted)!;
      assert.deepEqual([accepted.Status, permanent.Status, permanent.Data], [1, 1, undefined]);
      assert.ok(isKey(permanent.PolicyKey) && permanent.PolicyKey !== PolicyKey);
    }
  });

  test('a repeated acknowledgement hears the same key, and so does one with the permanent key', async () => {
    const phone = await house.phone();
    const { PolicyKey } = policyOf(await first(phone))!;
    const acknowledge = async (key: string): Promise<string | undefined> =>
      policyOf(await phone.ask('Provision', policy({ PolicyType, PolicyKey: key, Status: 1 })))?.PolicyKey;
    const permanent = await acknowledge(PolicyKey!);
    assert.equal(await acknowledge(PolicyKey!), permanent);
    assert.equal(await acknowledge(permanent!), permanent);
    const again = policyOf(await first(phone))!;
    assert.equal(await acknowledge(again.PolicyKey!), permanent);
  });

  test('partial and failed acknowledgements are taken too: nothing is enforced', async () => {
    const phone = await house.phone();
    const { PolicyKey } = policyOf(await first(phone))!;
    for (const Status of [2, 3, 4]) {
      const answer = await phone.ask('Provision', policy({ PolicyType, PolicyKey: PolicyKey!, Status }));
      assert.equal(policyOf(answer)?.Status, 1);
    }
  });

  test('a wrong key in the acknowledgement is Policy Status 5', async () => {
    const phone = await house.phone();
    for (const key of ['123', '0', undefined]) {
      const asked = { PolicyType, Status: 1, ...(key !== undefined && { PolicyKey: key }) };
      const answer = await phone.ask('Provision', policy(asked));
      assert.deepEqual([answer.Status, policyOf(answer)], [1, { PolicyType, Status: 5 }]);
    }
  });

  test('an unknown PolicyType is Policy Status 3, none is Status 2', async () => {
    const phone = await house.phone();
    const wap = 'MS-WAP-Provisioning-XML';
    const answer = await phone.ask('Provision', { DeviceInformation, ...policy({ PolicyType: wap }) });
    assert.deepEqual([answer.Status, policyOf(answer)], [1, { PolicyType: wap, Status: 3 }]);
    assert.equal(await phone.status('Provision', policy({})), 2);
    assert.equal(await phone.status('Provision', policy({ PolicyKey: '1', Status: 1 })), 2);
  });

  test('Status before PolicyKey in the acknowledgement is Status 2', async () => {
    const { Provision, Policies, Policy, PolicyType: type, PolicyKey, Status } = pages.provision;
    const children = [element(type, PolicyType), element(Status, '1'), element(PolicyKey, '1')];
    const body = encodeToBuffer(element(Provision, [element(Policies, [element(Policy, children)])]));
    const phone = await house.phone();
    assert.deepEqual(await phone.answer('Provision', body), {
      Status: 2,
      RemoteWipe: false,
      AccountOnlyRemoteWipe: false,
    });
  });

  test('a first phase without DeviceInformation is Status 165, unless it was told before', async () => {
    const phone = await house.phone();
    assert.equal(await phone.status('Provision', policy({ PolicyType })), 165);
    const told = await phone.ask('Settings', { DeviceInformation });
    assert.equal(told.DeviceInformation?.Status, 1);
    assert.equal(policyOf(await phone.ask('Provision', policy({ PolicyType })))?.Status, 1);
  });

  test('a first phase that names key 0 is a first phase', async () => {
    const phone = await house.phone();
    const answer = await phone.ask('Provision', { DeviceInformation, ...policy({ PolicyType, PolicyKey: '0' }) });
    assert.ok(policyOf(answer)?.Data);
  });

  test('DeviceInformation is kept: the last one wins, what is empty clears', async () => {
    const phone = await house.phone();
    await first(phone);
    const given = { Model: 'Other', OS: '', UserAgent: 'x'.repeat(2000), EnableOutboundSMS: false };
    await phone.ask('Provision', { DeviceInformation: { Set: given } });
    const { information } = await phone.stored();
    assert.deepEqual(information, {
      Model: 'Other',
      FriendlyName: 'Ann’s phone',
      UserAgent: 'x'.repeat(1024),
      EnableOutboundSMS: '0',
    });
  });

  test('a key that the device was never given is 144, before 14.0 HTTP 449, until it provisions anew (MS-ASPROV_R537)', async () => {
    for (const [version, refused] of [
      ['12.1', 449],
      ['14.0', 144],
      ['16.1', 144],
    ] as const) {
      const phone = await house.phone({ version });
      const about = version === '16.1' ? { DeviceInformation } : {};
      const ask = async (command: 'FolderSync' | 'Ping', key: string) => {
        const body =
          command === 'Ping'
            ? phone.encode('Ping', { HeartbeatInterval: 60 })
            : phone.encode('FolderSync', { SyncKey: '0' });
        const response = await phone.send(command, { headers: { 'x-ms-policykey': key }, body });
        return response.status === 200 ? Number(rootOf(response)!.children[0]!.value) : response.status;
      };
      assert.equal(await ask('FolderSync', '99'), 1, 'it has none yet');
      const { PolicyKey: temporary } = policyOf(await phone.ask('Provision', { ...about, ...policy({ PolicyType }) }))!;
      const acknowledged = policy({ PolicyType, PolicyKey: temporary!, Status: 1 });
      const { PolicyKey: permanent } = policyOf(await phone.ask('Provision', acknowledged))!;
      const told = [await ask('FolderSync', permanent!), await ask('FolderSync', '0'), await ask('FolderSync', '99')];
      assert.deepEqual(told, [1, 1, refused], version);
      assert.equal(await ask('Ping', '99'), 3, 'Ping goes on');
    }
  });

  test('Policies without a Policy are Status 2 (MS-ASPROV_R306, R497)', async () => {
    const phone = await house.phone();
    assert.equal(await phone.status('Provision', { DeviceInformation, Policies: {} }), 2);
  });

  test('an empty Provision asks for a wipe: there is none', async () => {
    const phone = await house.phone();
    assert.equal(await phone.status('Provision', {}), 1);
  });
});
