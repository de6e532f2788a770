// Text messages in a mail folder: put in by one phone, seen by those that ask for the class, never an error.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type ReadSms, read, sms, type WrittenSms, write } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import { inbox, prime, synced, syncOne } from '../support/sync-phone.ts';

const both = [{ Class: 'Email' }, { Class: 'SMS' }];
const message: WrittenSms = {
  To: '"Me" [MOBILE:+15550001]',
  From: '"Bob" [MOBILE:+15551234]',
  DateReceived: '2026-11-01T10:00:00.000Z',
  Importance: 1,
  Read: false,
  Body: { Type: 1, Data: 'On my way' },
};

describe('Sync of text messages', async () => {
  const house = await openHouse({ after });
  const dataOf = (phone: Phone, value: WrittenSms) => write(sms, value, { version: phone.version });
  const shown = (phone: Phone, data: Element): ReadSms => {
    const { value, unknown } = read(sms, data, { version: phone.version });
    assert.deepEqual(unknown, []);
    return value;
  };

  test('one that a phone adds is answered with its class, and reaches another phone that asks for them', async () => {
    const phone = await house.phone({ version: '14.1' });
    const SyncKey = await prime(phone, inbox, { Options: both });
    const added = await synced(phone, {
      SyncKey,
      CollectionId: inbox!,
      Commands: [{ Add: { Class: 'SMS', ClientId: '1', ApplicationData: dataOf(phone, message) } }],
    });
    const [response] = added.Responses!;
    assert.ok(response && 'Add' in response);
    assert.deepEqual([response.Add.Status, response.Add.Class], [1, 'SMS']);
    const ServerId = response.Add.ServerId!;
    // What it wrote itself does not come back.
    assert.equal(await syncOne(phone, { SyncKey: added.SyncKey, CollectionId: inbox! }), undefined);

    const other = phone.another('16.1');
    const first = await prime(other, inbox, { Options: both });
    const loaded = await synced(other, { SyncKey: first, CollectionId: inbox! });
    const [one] = loaded.Commands!;
    assert.ok(one && 'Add' in one);
    assert.deepEqual([one.Add.ServerId, one.Add.Class], [ServerId, 'SMS']);
    const seen = shown(other, one.Add.ApplicationData);
    assert.deepEqual(
      [seen.From, seen.To, seen.DateReceived, seen.Read, seen.Body?.Data],
      [message.From, message.To, message.DateReceived, false, 'On my way'],
    );
    assert.deepEqual([seen.ConversationId?.length, seen.ConversationIndex?.length], [16, 5]);

    // Read there, it is read here; deleted here, it is gone there.
    const read = await synced(other, {
      SyncKey: loaded.SyncKey,
      CollectionId: inbox!,
      Commands: [
        { Change: { ServerId, ApplicationData: dataOf(other, { Read: true, Flag: { Status: 2, FlagType: 'x' } }) } },
      ],
    });
    assert.equal(read.Responses, undefined);
    const told = await synced(phone, { SyncKey: added.SyncKey, CollectionId: inbox! });
    const [change] = told.Commands!;
    assert.ok(change && 'Change' in change);
    assert.equal(change.Change.Class, 'SMS');
    const after = shown(phone, change.Change.ApplicationData);
    assert.deepEqual([after.Read, after.Flag?.Status, after.Body?.Data], [true, 2, 'On my way']);
    await synced(phone, { SyncKey: told.SyncKey, CollectionId: inbox!, Commands: [{ Delete: { ServerId } }] });
    const gone = await synced(other, { SyncKey: read.SyncKey, CollectionId: inbox! });
    assert.deepEqual(gone.Commands, [{ Delete: { ServerId } }]);
  });

  test('a phone that asks for mail alone never sees them, and mail is not theirs', async () => {
    const phone = await house.phone();
    const SyncKey = await prime(phone, inbox, { Options: both });
    await phone.receive(mail());
    const add = { Class: 'SMS', ClientId: '1', ApplicationData: dataOf(phone, { From: '1' }) };
    const answer = await synced(phone, { SyncKey, CollectionId: inbox!, Commands: [{ Add: add }] });
    assert.equal(answer.Responses?.length, 1);
    const other = phone.another('14.1');
    const loaded = await synced(other, { SyncKey: await prime(other), CollectionId: inbox! });
    assert.equal(loaded.Commands?.length, 1);
  });

  test('an Add that comes again makes no second message', async () => {
    const phone = await house.phone();
    const SyncKey = await prime(phone, inbox, { Options: both });
    const asked = {
      SyncKey,
      CollectionId: inbox!,
      Commands: [{ Add: { Class: 'SMS', ClientId: '1', ApplicationData: dataOf(phone, message) } }],
    };
    const lost = await synced(phone, asked);
    const again = await synced(phone, asked);
    assert.deepEqual(again.Responses, lost.Responses);
  });
});
