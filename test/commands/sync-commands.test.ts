// What a phone's Add, Change, Delete and Fetch do in mail folders, and what each is answered.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Element, element, email, pages, type WrittenEmail, write } from '../../protocol/index.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import {
  type Answered,
  type Asked,
  adds,
  changes,
  deletes,
  drafts,
  inbox,
  load,
  mailOf,
  prime,
  synced,
  syncOne,
  trash,
} from '../support/sync-phone.ts';

const page = pages.email;
type Command = NonNullable<Asked['Commands']>[number];

function data(value: WrittenEmail): Element {
  return write(email, value);
}
function raw(...children: Element[]): Element {
  return element(pages.airSync.ApplicationData, children);
}
function change(ServerId: string, ApplicationData: Element): Command {
  return { Change: { ServerId, ApplicationData } };
}
function add(ClientId: string, ApplicationData: Element, rest: { Class?: string; Send?: boolean } = {}): Command {
  return { Add: { ClientId, ApplicationData, ...rest } };
}

describe('Sync commands', async () => {
  const house = await openHouse({ after });

  /** A phone that holds one mail of its Inbox. */
  async function withMail(version: '14.1' | '16.1' = '16.1'): Promise<{ phone: Phone; id: string; key: string }> {
    const phone = await house.phone({ version });
    const id = await phone.receive(mail());
    return { phone, id, key: (await load(phone)).key };
  }
  const run = (phone: Phone, SyncKey: string, Commands: Command[], rest: Partial<Asked> = {}): Promise<Answered> =>
    synced(phone, { SyncKey, CollectionId: inbox, ...rest, Commands });
  const changeStatus = ({ Responses }: Answered): number[] =>
    (Responses ?? []).map((one) => ('Change' in one ? one.Change.Status : -1));

  describe('Add', () => {
    test('of mail below 16.0, or outside Drafts, is Status 6', async () => {
      for (const [version, CollectionId] of [
        ['14.1', inbox],
        ['14.1', drafts],
        ['16.1', inbox],
        ['16.1', trash],
      ] as const) {
        const phone = await house.phone({ version });
        const SyncKey = await prime(phone, CollectionId);
        const answer = await run(phone, SyncKey, [add('1', data({ Subject: 'a' }))], { CollectionId });
        assert.deepEqual(answer.Responses, [{ Add: { ClientId: '1', Status: 6 } }], `${version} ${CollectionId}`);
        assert.notEqual(answer.SyncKey, SyncKey);
        assert.equal((await phone.items(CollectionId!)).length, 0);
      }
    });

    test('of a draft at 16.1 is kept, and answered with its conversation', async () => {
      const phone = await house.phone();
      const SyncKey = await prime(phone, drafts);
      const fields = {
        To: 'Bob <bob@example.net>',
        Bcc: 'eve@example.net',
        Subject: 'Draft',
        Body: { Type: 1, Data: 'Hi' },
      };
      const answer = await run(phone, SyncKey, [add('1', data(fields))], { CollectionId: drafts });
      const [response] = answer.Responses ?? [];
      assert.ok(response && 'Add' in response);
      assert.equal(response.Add.Status, 1);
      const told = mailOf(phone, response.Add.ApplicationData!);
      assert.equal(told.ConversationId?.length, 16);
      assert.ok(told.ConversationIndex);
      const content = (await phone.item(response.Add.ServerId!))?.content;
      assert.deepEqual([content?.subject, content?.bcc, content?.draft], ['Draft', 'eve@example.net', true]);
      assert.equal(await syncOne(phone, { SyncKey: answer.SyncKey, CollectionId: drafts }), undefined);
      const [[, shown] = []] = [...(await load(phone.another(), drafts)).mails];
      assert.deepEqual(
        [shown?.IsDraft, shown?.Bcc, shown?.Body?.Data?.toString().trim()],
        [true, 'eve@example.net', 'Hi'],
      );
    });

    test('repeated with the same key is one item with one ServerId', async () => {
      const phone = await house.phone();
      const SyncKey = await prime(phone, drafts);
      const Commands = [add('1', data({ Subject: 'once' }))];
      const first = await run(phone, SyncKey, Commands, { CollectionId: drafts });
      const again = await run(phone, SyncKey, Commands, { CollectionId: drafts });
      assert.deepEqual(again.Responses, first.Responses);
      assert.notEqual(again.SyncKey, first.SyncKey);
      assert.equal((await phone.items(drafts!)).length, 1);
    });

    test('beyond the quota is Status 9 of the item, and the others are done', async () => {
      const phone = await house.phone({ quota: 3000 });
      const SyncKey = await prime(phone, drafts);
      const Commands = [
        add('1', data({ Subject: 'large', Body: { Type: 1, Data: 'x'.repeat(5000) } })),
        add('2', data({ Subject: 'small' })),
      ];
      const { Responses } = await run(phone, SyncKey, Commands, { CollectionId: drafts });
      const statuses = Responses?.map((one) => ('Add' in one ? [one.Add.ClientId, one.Add.Status] : []));
      assert.deepEqual(statuses, [
        ['1', 9],
        ['2', 1],
      ]);
    });
  });

  describe('Change', () => {
    test('of Read, Flag and Categories is kept silently and told to other devices as just that', async () => {
      const { phone, id, key } = await withMail();
      const other = phone.another();
      const { key: otherKey } = await load(other);
      const read = await run(phone, key, [change(id, data({ Read: true }))]);
      assert.deepEqual([read.Responses, read.Commands], [undefined, undefined]);
      assert.equal(await syncOne(phone, { SyncKey: read.SyncKey, CollectionId: inbox }), undefined);
      const told = await synced(other, { SyncKey: otherKey, CollectionId: inbox });
      assert.deepEqual(changes(other, told), [[id, { Read: true }]]);
      const Flag = { Status: 2, FlagType: 'Flag for follow up' };
      const flagged = await run(phone, read.SyncKey, [change(id, data({ Flag, Categories: { Category: ['Red'] } }))]);
      assert.equal(flagged.Responses, undefined);
      const content = (await phone.item(id))?.content;
      assert.deepEqual([content?.read, content?.categories], [true, ['Red']]);
      assert.deepEqual(content?.flag, { status: 2, type: 'Flag for follow up' });
      const [[, marks] = []] = changes(other, await synced(other, { SyncKey: told.SyncKey, CollectionId: inbox }));
      assert.deepEqual([marks?.Flag?.Status, marks?.Categories?.Category, marks?.Subject], [2, ['Red'], undefined]);
    });

    test('of a flag follows its rules (MS-ASEMAIL_R92, R359, R409, R702, R940, R941): what lacks a part is Status 6, what is empty clears', async () => {
      const { phone, id, key } = await withMail();
      const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'];
      const dates = { StartDate: early, DueDate: late, UtcStartDate: early, UtcDueDate: late };
      const { UtcDueDate: _, ...three } = dates;
      const cases: [NonNullable<WrittenEmail['Flag']>, number | undefined][] = [
        [{ Status: 3 }, 6],
        [{ Status: 2, ...three }, 6],
        [{ Status: 2, ...dates, StartDate: late, DueDate: early }, 6],
        [{ Status: 2, ...dates, UtcStartDate: late, UtcDueDate: early }, 6],
        [{ Status: 2, ReminderSet: true }, 6],
        [{ Status: 2 }, 6],
        [{ Status: 2, FlagType: 'x', DateCompleted: late }, 6],
        [{ FlagType: 'x' }, 6],
        [{ Status: 1 }, 6],
        [{ Status: 1, CompleteTime: late }, 6],
        [{ Status: 2, FlagType: 'Flag for follow up', ...dates, ReminderSet: true, ReminderTime: early }, undefined],
        [{ FlagType: 'Later' }, undefined],
        [{ Status: 1, CompleteTime: late, DateCompleted: late }, undefined],
        [{}, undefined],
        [{ Status: 2, CompleteTime: late, DateCompleted: late }, undefined],
        [{ Status: 0 }, undefined],
      ];
      const flags: (number | undefined)[] = [];
      let SyncKey = key;
      for (const [Flag, status] of cases) {
        const answer = await run(phone, SyncKey, [change(id, data({ Flag }))]);
        assert.deepEqual(changeStatus(answer), status === undefined ? [] : [status], JSON.stringify(Flag));
        SyncKey = answer.SyncKey;
        flags.push((await phone.item(id))?.content.flag?.status);
      }
      assert.deepEqual(flags.slice(10), [2, 2, 1, undefined, 2, undefined]);
    });

    test('of what is not the phone’s to say is Status 6; other elements are read over', async () => {
      const { phone, id, key } = await withMail();
      const wrong = [
        data({ ConversationId: Buffer.alloc(16) }),
        data({ Sender: 'a@example.net' }),
        data({ ReceivedAsBcc: true }),
        data({ UmCallerID: '1' }),
        data({ UmUserNotes: '1' }),
        raw(element(page.Read, '2')),
        raw(element(page.Read, 'x')),
      ];
      let SyncKey = key;
      for (const one of wrong) {
        const answer = await run(phone, SyncKey, [change(id, one)]);
        assert.deepEqual(changeStatus(answer), [6]);
        SyncKey = answer.SyncKey;
      }
      const answer = await run(phone, SyncKey, [change(id, data({ Subject: 'other', To: 'x', Read: true }))]);
      assert.equal(answer.Responses, undefined);
      const content = (await phone.item(id))?.content;
      assert.deepEqual([content?.subject, content?.read], ['Subject', true]);
    });

    test('of an unknown id is Status 8, and a Delete for it; the others are done', async () => {
      const { phone, id, key } = await withMail();
      const Commands = [
        change('2:999', data({ Read: true })),
        change('', data({ Read: true })),
        change(id, data({ Read: true })),
      ];
      const answer = await run(phone, key, Commands);
      assert.deepEqual(changeStatus(answer), [8, 8]);
      assert.ok(deletes(answer).includes('2:999'));
      assert.equal(answer.MoreAvailable, false, 'MS-ASCMD_R3456');
      assert.equal((await phone.item(id))?.content.read, true);
    });

    test('of what another changed meanwhile: the server wins with Status 7 and its copy, unless the phone may', async () => {
      for (const Conflict of [undefined, 1, 0]) {
        const { phone, id, key } = await withMail();
        const other = phone.another();
        const { key: otherKey } = await load(other);
        await run(other, otherKey, [change(id, data({ Categories: { Category: ['server'] } }))]);
        const Options = Conflict === undefined ? [] : [{ Conflict }];
        const answer = await run(phone, key, [change(id, data({ Categories: { Category: ['phone'] } }))], { Options });
        const content = (await phone.item(id))?.content;
        if (Conflict === 0) {
          assert.deepEqual([changeStatus(answer), content?.categories], [[], ['phone']]);
          continue;
        }
        assert.deepEqual([changeStatus(answer), content?.categories], [[7], ['server']]);
        const next = await syncOne(phone, { SyncKey: answer.SyncKey, CollectionId: inbox });
        const copies = [...changes(phone, answer), ...changes(phone, next)];
        assert.deepEqual(copies.at(-1)?.[1].Categories?.Category, ['server']);
      }
    });

    test('of a draft at 16.1 rewrites it', async () => {
      const phone = await house.phone();
      const { key: SyncKey } = await load(phone, drafts);
      const made = await run(phone, SyncKey, [add('1', data({ Subject: 'one', Body: { Type: 1, Data: 'kept' } }))], {
        CollectionId: drafts,
      });
      const [response] = made.Responses ?? [];
      const id = response && 'Add' in response ? response.Add.ServerId! : '';
      const next = await run(phone, made.SyncKey, [change(id, data({ Subject: 'two', To: 'b@example.net' }))], {
        CollectionId: drafts,
      });
      assert.equal(next.Responses, undefined);
      const content = (await phone.item(id))?.content;
      assert.deepEqual([content?.subject, content?.to, content?.preview.trim()], ['two', 'b@example.net', 'kept']);
      assert.equal(await syncOne(phone, { SyncKey: next.SyncKey, CollectionId: drafts }), undefined);
    });
  });

  describe('Delete', () => {
    test('moves to Deleted Items, which the phone learns there as new', async () => {
      const { phone, id, key } = await withMail();
      const bin = await load(phone, trash);
      const answer = await run(phone, key, [{ Delete: { ServerId: id } }]);
      assert.deepEqual([answer.Responses, answer.Commands], [undefined, undefined]);
      assert.equal(await phone.item(id), undefined);
      const arrived = adds(phone, await synced(phone, { SyncKey: bin.key, CollectionId: trash }));
      assert.equal(arrived.length, 1);
      assert.notEqual(arrived[0]?.[0], id);
      const again = await run(phone, answer.SyncKey, [{ Delete: { ServerId: id } }]);
      assert.equal(again.Responses, undefined);
    });

    test('is for good with DeletesAsMoves 0, and from Deleted Items', async () => {
      const { phone, id, key } = await withMail();
      await run(phone, key, [{ Delete: { ServerId: id } }], { DeletesAsMoves: false });
      assert.deepEqual(await phone.items(trash!), []);
      const second = await phone.receive(mail(), { folder: '4' as never });
      const bin = await load(phone, trash);
      await run(phone, bin.key, [{ Delete: { ServerId: second } }], { CollectionId: trash });
      assert.deepEqual(await phone.items(trash!), []);
    });

    test('reaches other devices', async () => {
      const { phone, id, key } = await withMail();
      const other = phone.another();
      const { key: otherKey } = await load(other);
      await run(phone, key, [{ Delete: { ServerId: id } }]);
      assert.deepEqual(deletes(await synced(other, { SyncKey: otherKey, CollectionId: inbox })), [id]);
    });
  });

  describe('Fetch', () => {
    test('brings the mail, Status 8 for what is not in this folder', async () => {
      const { phone, id, key } = await withMail();
      const elsewhere = await phone.receive(mail(), { folder: '4' as never });
      const Commands = [id, '2:999', elsewhere].map((ServerId) => ({ Fetch: { ServerId } }));
      const answer = await run(phone, key, Commands, {
        GetChanges: false,
        Options: [{ MIMESupport: 2, BodyPreference: [{ Type: 4 }] }],
      });
      const [found, ...others] = (answer.Responses ?? []).map((one) => ('Fetch' in one ? one.Fetch : undefined));
      assert.equal(found?.Status, 1);
      const shown = mailOf(phone, found!.ApplicationData!);
      assert.deepEqual([shown.Subject, shown.Body?.Type, shown.Body?.Truncated], ['Subject', 4, false]);
      assert.equal(shown.Body?.Data?.toString(), mail());
      assert.deepEqual(
        others.map((one) => [one?.ServerId, one?.Status]),
        [
          ['2:999', 8],
          [elsewhere, 8],
        ],
      );
      assert.notEqual(answer.SyncKey, key);
    });
  });
});
