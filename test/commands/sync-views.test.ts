// What a collection's settings show, on the wire: conversations, text messages, and what starts again when a phone is updated.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { read, sms, type WrittenSms, write } from '../../protocol/index.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import {
  type Asked,
  adds,
  calendar,
  contacts,
  drafts,
  inbox,
  load,
  type Options,
  prime,
  synced,
  syncOne,
} from '../support/sync-phone.ts';

const day = 24 * 3_600_000;
const threeDays = 2;

describe('Sync views', async () => {
  const house = await openHouse({ after });
  const message = (value: WrittenSms) => write(sms, value, { version: '16.1' });
  const addText = (ClientId: string, value: WrittenSms) => ({
    Add: { Class: 'SMS', ClientId, ApplicationData: message(value) },
  });

  /** One of today that answers one of nine days ago, and another one as old. */
  async function withThread(): Promise<Phone> {
    const phone = await house.phone();
    const root = mail({ subject: 'Plan', headers: 'Message-ID: <root@example.net>\r\n' });
    await phone.receive(root, { received: house.clock.now() - 9 * day });
    await phone.receive(mail({ subject: 'Other' }), { received: house.clock.now() - 9 * day });
    await phone.receive(
      mail({ subject: 'Re: Plan', headers: 'Message-ID: <next@example.net>\r\nReferences: <root@example.net>\r\n' }),
    );
    return phone;
  }
  const filtered = (...more: Options[]): Options[] => [
    { FilterType: threeDays, BodyPreference: [{ Type: 1, Preview: 20 }] },
    ...more,
  ];

  test('ConversationMode brings the older mails of a conversation, without bodies but with previews', async () => {
    const phone = await withThread();
    const about: Partial<Asked> = { CollectionId: inbox, ConversationMode: true };
    const SyncKey = await prime(phone, inbox, { Options: filtered(), ConversationMode: true });
    const answer = await synced(phone, { ...about, SyncKey });
    const mails = new Map(adds(phone, answer).map(([, one]) => [one.Subject, one]));
    assert.deepEqual([...mails.keys()].sort(), ['Plan', 'Re: Plan']);
    assert.ok(mails.get('Re: Plan')?.Body?.Data);
    const old = mails.get('Plan')?.Body;
    assert.equal(old?.Data, undefined);
    assert.ok(old?.Preview);
  });

  test('ConversationMode stays until it is said again; switched off, what it brought is taken away', async () => {
    const phone = await withThread();
    const SyncKey = await prime(phone, inbox, { Options: filtered() });
    const first = await synced(phone, { SyncKey, CollectionId: inbox });
    assert.equal(adds(phone, first).length, 1);
    const asked = { CollectionId: inbox, SyncKey: first.SyncKey };
    const on = await synced(phone, { ...asked, ConversationMode: true });
    const [[older] = []] = adds(phone, on);
    assert.equal(await syncOne(phone, { ...asked, SyncKey: on.SyncKey }), undefined);
    const off = await synced(phone, { ...asked, SyncKey: on.SyncKey, ConversationMode: false });
    assert.deepEqual(off.Commands, [{ SoftDelete: { ServerId: older } }]);
  });

  test('an estimate counts conversations and text messages as they are asked for', async () => {
    const phone = await withThread();
    const { key } = await load(phone, inbox, filtered());
    await synced(phone, {
      SyncKey: key,
      CollectionId: inbox,
      Commands: [addText('1', { From: '"A" [MOBILE:+1]', DateReceived: new Date(house.clock.now()).toISOString() })],
    });
    const second = phone.another();
    const loaded = await load(second, inbox, filtered());
    const estimates = async (Options: Options[], ConversationMode?: boolean): Promise<number | undefined> => {
      const one = { SyncKey: loaded.key, CollectionId: inbox!, ConversationMode, Options };
      const { Response } = await second.ask('GetItemEstimate', { Collections: { Collection: [one] } });
      return Response[0]?.Collection?.Estimate;
    };
    // MS-ASCMD_R3543: without Options there is no filter.
    assert.equal(await estimates([]), 2);
    assert.equal(await estimates([{ FilterType: threeDays }]), 0);
    assert.equal(await estimates([{ FilterType: threeDays }], true), 1);
    assert.equal(await estimates([{ FilterType: threeDays }, { Class: 'SMS' }]), 1);
    assert.equal(await estimates([{ FilterType: threeDays }, { Class: 'SMS' }], true), 2);
    assert.equal(await estimates([{ FilterType: 0 }]), 2);
    assert.equal(await estimates([{}]), 2);
  });

  test('a text message is kept, answered with its class, and told to other phones that name the class', async () => {
    const phone = await house.phone();
    const both: Options[] = [{ Class: 'Email' }, { Class: 'SMS' }];
    const SyncKey = await prime(phone, inbox, { Options: both });
    const text = { To: '"B" [MOBILE:+2]', From: '"A" [MOBILE:+1]', Read: true };
    const answer = await synced(phone, { SyncKey, CollectionId: inbox, Commands: [addText('7', text)] });
    const [response] = answer.Responses ?? [];
    assert.ok(response && 'Add' in response);
    const { ServerId, Class, Status } = response.Add;
    assert.deepEqual([Class, Status], ['SMS', 1]);
    assert.equal(await syncOne(phone, { SyncKey: answer.SyncKey, CollectionId: inbox }), undefined);

    const other = phone.another();
    const key = await prime(other, inbox, { Options: [{ Class: 'Email' }] });
    assert.equal(await syncOne(other, { SyncKey: key, CollectionId: inbox }), undefined);
    const named = await synced(other, { SyncKey: key, CollectionId: inbox, Options: both });
    const [added] = named.Commands ?? [];
    assert.ok(added && 'Add' in added);
    assert.deepEqual([added.Add.Class, added.Add.ServerId], ['SMS', ServerId]);
    assert.equal(read(sms, added.Add.ApplicationData, { version: '16.1' }).value.To, text.To);

    const read0 = { Change: { ServerId: ServerId!, ApplicationData: message({ Read: false }) } };
    const changed = await synced(other, { SyncKey: named.SyncKey, CollectionId: inbox, Commands: [read0] });
    assert.equal(changed.Responses, undefined);
    const told = await synced(phone, { SyncKey: answer.SyncKey, CollectionId: inbox });
    const [change] = told.Commands ?? [];
    assert.ok(change && 'Change' in change);
    assert.equal(change.Change.Class, 'SMS');

    const dropped = await synced(phone, { SyncKey: told.SyncKey, CollectionId: inbox, Options: [{ Class: 'Email' }] });
    assert.deepEqual(dropped.Commands, [{ SoftDelete: { ServerId: ServerId! } }]);
  });

  test('text messages have a filter of their own, of the codes that mail knows', async () => {
    const phone = await house.phone();
    const wrong: Options[] = [{ Class: 'Email' }, { Class: 'SMS', FilterType: 6 }];
    assert.equal(
      await phone.status('Sync', {
        Collections: { Collection: [{ SyncKey: '0', CollectionId: inbox, Options: wrong }] },
      }),
      4,
    );
    const both: Options[] = [{ Class: 'Email' }, { Class: 'SMS', FilterType: threeDays }];
    const SyncKey = await prime(phone, inbox, { Options: both });
    const old = { From: 'A', DateReceived: new Date(house.clock.now() - 9 * day).toISOString() };
    const answer = await synced(phone, { SyncKey, CollectionId: inbox, Commands: [addText('1', old)] });
    assert.equal(answer.MoreAvailable, true);
    const next = await synced(phone, { SyncKey: answer.SyncKey, CollectionId: inbox });
    assert.deepEqual(
      next.Commands?.map((one) => Object.keys(one)[0]),
      ['SoftDelete'],
    );
  });

  test('a phone that comes to 16.x starts its calendar and its drafts again, once, and nothing else', async () => {
    const phone = await house.phone({ version: '14.1' });
    const keys = new Map<string, string>();
    for (const id of [inbox, contacts, calendar, drafts]) {
      const { key } = await load(phone, id);
      keys.set(id!, key);
    }
    const updated = phone.another('16.1', phone.device);
    for (const id of [inbox, contacts])
      assert.equal(await syncOne(updated, { SyncKey: keys.get(id!)!, CollectionId: id }), undefined, id);
    for (const id of [calendar, drafts]) {
      assert.equal((await synced(updated, { SyncKey: keys.get(id!)!, CollectionId: id })).Status, 3, id);
      const { key } = await load(updated, id);
      assert.equal(await syncOne(updated, { SyncKey: key, CollectionId: id }), undefined, id);
    }
  });
});
