import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { element, encodeToBuffer, pages } from '../../protocol/index.ts';
import { takePassword } from '../../src/admin/devices.ts';
import { createSealer } from '../../src/sealer.ts';
import { openHouse, rootOf } from '../support/endpoint.ts';

describe('Settings', async () => {
  const house = await openHouse({ after });

  test('UserInformation tells addresses alone (MS-ASCMD_R5898, R5901, R5905, R5915)', async () => {
    const phone = await house.phone();
    const { Status, UserInformation } = await phone.ask('Settings', { UserInformation: { Get: true } });
    assert.deepEqual([Status, UserInformation?.Status], [1, 1]);
    assert.deepEqual(UserInformation?.Get?.Accounts?.Account, [
      {
        EmailAddresses: {
          SMTPAddress: [phone.address, phone.address.replace('@', '.alias@')],
          PrimarySmtpAddress: phone.address,
        },
      },
    ]);
  });

  test('several properties are answered each by itself', async () => {
    const phone = await house.phone();
    const answer = await phone.ask('Settings', {
      UserInformation: { Get: true },
      DeviceInformation: { Set: { Model: 'Phone', PhoneNumber: '1' } },
    });
    assert.deepEqual([answer.UserInformation?.Status, answer.DeviceInformation?.Status], [1, 1]);
    assert.deepEqual((await phone.stored()).information, { Model: 'Phone', PhoneNumber: '1' });
  });

  test('properties are answered in the order of the request', async () => {
    const phone = await house.phone();
    const { Settings, UserInformation, DeviceInformation, Get, Set: set, Model } = pages.settings;
    const asked = [
      element(UserInformation, [element(Get)]),
      element(DeviceInformation, [element(set, [element(Model, 'x')])]),
    ];
    for (const children of [asked, [...asked].reverse()]) {
      const root = rootOf(await phone.send('Settings', { body: encodeToBuffer(element(Settings, children)) }))!;
      const [first, ...answers] = root.children.map(({ tag }) => tag);
      assert.equal(first, pages.settings.Status.code);
      assert.deepEqual(
        answers,
        children.map(({ tag }) => tag),
      );
    }
  });

  test('a device password is kept sealed for the administrator, who sees it once', async (t) => {
    const strict = await openHouse(t, { env: { EASEL_POLICY: '{"PasswordRecoveryEnabled":true}' } });
    const phone = await strict.phone();
    const say = async (Password: string) =>
      (await phone.ask('Settings', { DevicePassword: { Set: { Password } } })).DevicePassword?.Status;
    assert.equal(await say('4711 é'), 1);
    const { password } = await phone.stored();
    assert.ok(password !== undefined && !Buffer.from(password, 'base64').includes('4711'));
    const take = () => takePassword(strict.store, createSealer(strict.data), phone.address, phone.device);
    assert.equal(await take(), '4711 é');
    assert.equal(await take(), undefined);
    assert.equal(await say('x'.repeat(256)), 5);
    assert.equal(await say('1234'), 1);
    assert.equal(await say(''), 1);
    assert.equal(await take(), undefined);
  });

  test('what the policy or the server does not do is denied by itself, under Status 1', async () => {
    const phone = await house.phone();
    const answer = await phone.ask('Settings', {
      DevicePassword: { Set: { Password: '1' } },
      RightsManagementInformation: { Get: true },
    });
    assert.equal(answer.Status, 1);
    assert.deepEqual(answer.DevicePassword, { Status: 7 });
    const { RightsManagementInformation: rights } = answer;
    assert.deepEqual([rights?.Status, rights?.Get?.RightsManagementTemplates.RightsManagementTemplate], [168, []]);
  });

  test('a request without any property is Status 2 alone', async () => {
    const phone = await house.phone();
    assert.equal(await phone.status('Settings', {}), 2);
  });
});
