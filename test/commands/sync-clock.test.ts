import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { mail, openHouse } from '../support/endpoint.ts';
import { inbox, load, syncOne } from '../support/sync-phone.ts';

const day = 86_400_000;

describe('a server whose clock jumps', async () => {
  const house = await openHouse({ after });

  test('ahead, the filter lets go of what is too old; back again, it is brought back, once', async () => {
    const phone = await house.phone();
    await phone.receive(mail());
    const options = { Options: [{ FilterType: 3 }] };
    const loaded = await load(phone, inbox, options.Options);
    const commands = async (SyncKey: string) => {
      const collection = await syncOne(phone, { SyncKey, CollectionId: inbox, ...options });
      return { key: collection?.SyncKey ?? SyncKey, said: (collection?.Commands ?? []).flatMap(Object.keys) };
    };
    house.clock.forward(20 * day);
    const ahead = await commands(loaded.key);
    assert.deepEqual(ahead.said, ['SoftDelete']);
    house.clock.forward(-20 * day);
    const back = await commands(ahead.key);
    assert.deepEqual(back.said, ['Add']);
    assert.deepEqual((await commands(back.key)).said, []);
  });
});
