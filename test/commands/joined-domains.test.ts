import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openHouse } from '../support/endpoint.ts';

test('domains that are joined share one address list, others stay by themselves', async () => {
  const house = await openHouse({ after }, { env: { EASEL_JOIN_DOMAINS: 'example.test,sister.test' } });
  const { directory } = house.store;
  for (const domain of ['sister.test', 'other.test']) {
    await directory.create({ address: `zoe@${domain}`, aliases: [], displayName: `Zoe of ${domain}` });
  }
  const phone = await house.phone();
  const { Response } = await phone.ask('ResolveRecipients', {
    To: ['zoe', 'zoe@sister.test', 'zoe@other.test'],
    Options: {},
  });
  const found = Response.map(({ Recipient }) => Recipient.map(({ EmailAddress }) => EmailAddress));
  assert.deepEqual(found, [['zoe@sister.test'], ['zoe@sister.test'], []]);
});
