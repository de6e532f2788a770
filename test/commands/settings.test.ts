import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openHouse } from '../support/endpoint.ts';

describe('Settings', async () => {
  const house = await openHouse({ after });

  test('UserInformation tells the addresses, of an account without AccountId', async () => {
    const phone = await house.phone();
    const { Status, UserInformation } = await phone.ask('Settings', { UserInformation: { Get: true } });
    assert.deepEqual([Status, UserInformation?.Status], [1, 1]);
    assert.deepEqual(UserInformation?.Get?.Accounts?.Account, [
      {
        UserDisplayName: 'User 1',
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

  test('what is not offered is denied by itself, under Status 1', async () => {
    const phone = await house.phone();
    const answer = await phone.ask('Settings', {
      DevicePassword: { Set: { Password: '1' } },
      RightsManagementInformation: { Get: true },
    });
    assert.equal(answer.Status, 1);
    assert.deepEqual(answer.DevicePassword, { Status: 3 });
    const { RightsManagementInformation: rights } = answer;
    assert.deepEqual([rights?.Status, rights?.Get?.RightsManagementTemplates.RightsManagementTemplate], [168, []]);
  });

  test('a request without any property is Status 2 alone', async () => {
    const phone = await house.phone();
    assert.equal(await phone.status('Settings', {}), 2);
  });
});
