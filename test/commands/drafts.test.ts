// Drafts as 16.x writes them, step by step: attachments that keep their references, Send, and answers that never arrive.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Element, email, type WrittenEmail, write } from '../../protocol/index.ts';
import { restore } from '../../src/admin/restore.ts';
import type { CollectionId } from '../../src/domain/ids.ts';
import { isMail } from '../../src/domain/item.ts';
import { mail, openHouse, type Phone, rootOf, statusAlone } from '../support/endpoint.ts';
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
  sent,
  synced,
  syncOne,
} from '../support/sync-phone.ts';

type Command = NonNullable<Asked['Commands']>[number];
type File = NonNullable<NonNullable<WrittenEmail['Attachments']>['Add']>[number];

const data = (value: WrittenEmail): Element => write(email, value);
const add = (ClientId: string, value: WrittenEmail, Send = false): Command => ({
  Add: { ClientId, ApplicationData: data(value), Send },
});
const change = (ServerId: string, value: WrittenEmail, Send = false): Command => ({
  Change: { ServerId, ApplicationData: data(value), Send },
});
const file = (ClientId: string, text: string, about: Partial<File> = {}): File => ({
  ...{ ClientId, Content: Buffer.from(text), DisplayName: `${ClientId}.txt`, Method: 1, ...about },
});
const letter = {
  To: 'Bob <bob@example.net>',
  Bcc: 'eve@example.net',
  Subject: 'A letter',
  Body: { Type: 1, Data: 'Hi' },
};

describe('drafts', async () => {
  const house = await openHouse({ after });

  async function starts(version: '14.1' | '16.1' = '16.1'): Promise<{ phone: Phone; key: string }> {
    const phone = await house.phone({ version });
    return { phone, key: (await load(phone, drafts)).key };
  }
  const run = (phone: Phone, SyncKey: string, ...Commands: Command[]): Promise<Answered> =>
    synced(phone, { SyncKey, CollectionId: drafts, Commands });
  /** Of the one response. */
  function answered({ Responses }: Answered): {
    Status: number;
    ServerId: string;
    told: ReturnType<typeof mailOf> | undefined;
  } {
    const [one, ...others] = Responses ?? [];
    assert.ok(one && others.length === 0, 'one response');
    const {
      Status,
      ServerId = '',
      ApplicationData,
    } = 'Add' in one ? one.Add : 'Change' in one ? one.Change : assert.fail();
    return { Status, ServerId, told: ApplicationData && mailOf({ version: '16.1' } as Phone, ApplicationData) };
  }
  function references(answer: Answered): Record<string, string> {
    const found = answered(answer).told?.Attachments?.Attachment ?? [];
    return Object.fromEntries(found.map(({ ClientId, FileReference }) => [ClientId, FileReference]));
  }
  async function fetched(phone: Phone, FileReference: string): Promise<string | number> {
    const { Response } = await phone.ask('ItemOperations', [{ Fetch: { Store: 'Mailbox', FileReference } }]);
    const [one] = Response?.Fetch ?? [];
    if (!one?.Properties) return one!.Status;
    const part = one.Properties.children.find(({ value }) => typeof value === 'string' && value !== 'text/plain');
    return Buffer.from(String(part?.value), 'base64').toString();
  }
  /** What lies in the outbox, taken out. */
  async function taken(): Promise<{ recipients: readonly string[]; mime: string }[]> {
    const found = await house.store.outbox.claim('test', house.clock.now() + 60_000, 100);
    return Promise.all(
      found.map(async ({ id, recipients, mime }) => {
        const bytes = await house.store.blobs.get(mime);
        await house.store.outbox.done(id);
        return { recipients, mime: bytes.toString() };
      }),
    );
  }

  test('attachments of an Add are answered with what to ask for them by', async () => {
    const { phone, key } = await starts();
    const files = [
      file('a', 'first'),
      file('b', 'second', { ContentType: 'image/png', ContentId: 'pic', IsInline: true }),
      file('c', mail({ subject: 'Embedded' }), { Method: 5, DisplayName: 'Embedded' }),
    ];
    const answer = await run(phone, key, add('1', { ...letter, Attachments: { Add: files } }));
    const { Status, ServerId, told } = answered(answer);
    assert.deepEqual([Status, told?.ConversationId?.length, Object.keys(references(answer))], [1, 16, ['a', 'b', 'c']]);
    const named = references(answer);
    assert.equal(await fetched(phone, named.a!), 'first');
    assert.equal(await fetched(phone, named.c!), mail({ subject: 'Embedded' }));
    const content = (await phone.item(ServerId))?.content;
    assert.deepEqual(
      content?.attachments.map(({ name, method, inline, contentId }) => [name, method, inline, contentId]),
      [
        ['a.txt', 1, false, undefined],
        ['b.txt', 1, true, 'pic'],
        ['Embedded.eml', 5, false, undefined],
      ],
    );
    const [[, shown] = []] = [...(await load(phone.another(), drafts)).mails];
    assert.deepEqual(
      shown?.Attachments?.Attachment.map(({ FileReference }) => FileReference),
      Object.values(named),
    );
  });

  test('a Change brings and takes attachments, and references stay good for what stays', async () => {
    const { phone, key } = await starts();
    const files = [file('a', 'first'), file('b', 'second'), file('c', 'third')];
    const made = await run(phone, key, add('1', { ...letter, Attachments: { Add: files } }));
    const { ServerId } = answered(made);
    const named = references(made);
    const Attachments = { Delete: [{ FileReference: named.a! }], Add: [file('d', 'fourth')] };
    const next = await run(phone, made.SyncKey, change(ServerId, { Attachments }));
    assert.deepEqual(Object.keys(references(next)), ['d']);
    assert.equal(answered(next).Status, 1);
    assert.deepEqual(
      [await fetched(phone, named.a!), await fetched(phone, named.b!), await fetched(phone, named.c!)],
      [15, 'second', 'third'],
    );
    assert.equal(await fetched(phone, references(next).d!), 'fourth');
    const last = await run(
      phone,
      next.SyncKey,
      change(ServerId, { Attachments: { Delete: [{ FileReference: named.b! }] } }),
    );
    assert.equal(last.Responses, undefined);
    const content = (await phone.item(ServerId))?.content;
    assert.deepEqual(
      [content?.attachments.map(({ name }) => name), content?.preview.trim()],
      [['c.txt', 'd.txt'], 'Hi'],
    );
    const gone = await run(
      phone,
      last.SyncKey,
      change(ServerId, { Attachments: { Delete: [{ FileReference: named.a! }] } }),
    );
    assert.equal(gone.Responses, undefined);
  });

  test('a lost answer to a Change with attachments: once, and the same references', async () => {
    const { phone, key } = await starts();
    const made = await run(phone, key, add('1', letter));
    const { ServerId } = answered(made);
    const command = change(ServerId, { Attachments: { Add: [file('a', 'first')] } });
    const first = await run(phone, made.SyncKey, command);
    const again = await run(phone, made.SyncKey, command);
    assert.deepEqual(references(again), references(first));
    assert.equal((await phone.item(ServerId))?.content.attachments.length, 1);
  });

  test('attachments that cannot be are Status 6, and the draft stays', async () => {
    const { phone, key } = await starts();
    const made = await run(phone, key, add('1', letter));
    const { ServerId } = answered(made);
    const other = await phone.receive(mail({ attachment: { name: 'a.pdf', content: Buffer.from('x') } }));
    const wrong = [
      { Add: [file('a', 'x', { Method: 2 })] },
      { Delete: [{ FileReference: `${other}/2` }] },
      { Delete: [{ FileReference: 'nothing' }] },
    ];
    let SyncKey = made.SyncKey;
    for (const Attachments of wrong) {
      const answer = await run(phone, SyncKey, change(ServerId, { Subject: 'lost', Attachments }));
      assert.equal(answered(answer).Status, 6);
      SyncKey = answer.SyncKey;
    }
    assert.equal((await phone.item(ServerId))?.content.subject, 'A letter');
  });

  test('below 16.0 drafts are read only', async () => {
    const { phone, key } = await starts();
    const { ServerId } = answered(await run(phone, key, add('1', letter)));
    const old = phone.another('14.1');
    const { key: oldKey } = await load(old, drafts);
    const answer = await run(old, oldKey, change(ServerId, { Subject: 'other', Read: false }));
    assert.equal(answer.Responses, undefined);
    const content = (await phone.item(ServerId))?.content;
    assert.deepEqual([content?.subject, content?.read], ['A letter', false]);
  });

  describe('Send', () => {
    test('of an Add: into the outbox and Sent Items, and the phone is told that the draft is gone', async () => {
      const { phone, key } = await starts();
      const outgoing = await load(phone, sent);
      const command = add('1', { ...letter, Attachments: { Add: [file('a', 'first')] } }, true);
      const answer = await run(phone, key, command);
      const { Status, ServerId } = answered(answer);
      assert.equal(Status, 1);
      const [out, ...others] = await taken();
      assert.deepEqual([out?.recipients, others], [['bob@example.net', 'eve@example.net'], []]);
      assert.doesNotMatch(out!.mime, /eve@/);
      assert.match(out!.mime, new RegExp(`^From: .*<${phone.address}>`, 'm'));
      assert.deepEqual(await phone.items(drafts!), []);
      const next = await synced(phone, { SyncKey: answer.SyncKey, CollectionId: drafts });
      assert.deepEqual(deletes(next), [ServerId]);
      const [[, copy] = []] = adds(phone, await synced(phone, { SyncKey: outgoing.key, CollectionId: sent }));
      assert.deepEqual([copy?.Subject, copy?.IsDraft, copy?.Read], ['A letter', false, true]);
      assert.equal(copy?.Attachments?.Attachment.length, 1);
    });

    test('of a Change: what the Change made of it goes out; without one the draft as it is', async () => {
      const { phone, key } = await starts();
      const other = phone.another();
      const made = await run(phone, key, add('1', letter), add('2', { ...letter, Subject: 'As it is' }));
      const ids = (made.Responses ?? []).map((one) => ('Add' in one ? one.Add.ServerId! : ''));
      const { key: otherKey } = await load(other, drafts);
      const answer = await run(
        phone,
        made.SyncKey,
        change(ids[0]!, { Subject: 'Better', Cc: 'carl@example.net' }, true),
        change(ids[1]!, {}, true),
      );
      assert.equal(answer.Responses, undefined);
      const out = await taken();
      assert.deepEqual(out.map(({ mime }) => /^Subject: (.*)$/m.exec(mime)?.[1]?.trim()).sort(), [
        'As it is',
        'Better',
      ]);
      assert.ok(out.some(({ recipients }) => recipients.includes('carl@example.net')));
      const gone = [
        ...deletes(answer),
        ...deletes(await syncOne(phone, { SyncKey: answer.SyncKey, CollectionId: drafts })),
      ];
      assert.deepEqual(gone.sort(), [...ids].sort());
      assert.deepEqual(
        deletes(await synced(other, { SyncKey: otherKey, CollectionId: drafts })).sort(),
        [...ids].sort(),
      );
      assert.deepEqual([(await phone.items(drafts!)).length, (await phone.items(sent!)).length], [0, 2]);
    });

    test('of a draft that came as MIME sends those bytes', async () => {
      const { phone, key } = await starts();
      const mime = mail({
        to: 'bob@example.net',
        from: `Me <${phone.address}>`,
        headers: 'Message-ID: <own@phone>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n',
      });
      const answer = await run(phone, key, add('1', { Body: { Type: 4, Data: mime } }, true));
      assert.equal(answered(answer).Status, 1);
      assert.equal((await taken())[0]?.mime, mime);
      // The phone tries the other way as well: it is the same letter.
      const body = phone.encode('SendMail', { ClientId: 'x', SaveInSentItems: true, Mime: Buffer.from(mime) });
      assert.equal(statusAlone(await phone.send('SendMail', { body })), 118);
      house.clock.forward(25 * 3_600_000);
      assert.equal(rootOf(await phone.send('SendMail', { body })), undefined);
      assert.deepEqual([(await taken()).length, (await phone.items(sent!)).length], [1, 2]);
    });

    test('what cannot be sent is Status 183, and the draft stays as it was', async () => {
      const { phone, key } = await starts();
      const made = await run(phone, key, add('1', { Subject: 'to nobody' }));
      const { ServerId } = answered(made);
      const cases = [
        change(ServerId, { Subject: 'changed' }, true),
        change(ServerId, { To: 'nobody at all' }, true),
        add('2', { Subject: 'to nobody' }, true),
      ];
      let SyncKey = made.SyncKey;
      for (const command of cases) {
        const answer = await run(phone, SyncKey, command);
        assert.equal(answered(answer).Status, 183);
        SyncKey = answer.SyncKey;
      }
      assert.deepEqual([await taken(), (await phone.items(sent!)).length], [[], 0]);
      assert.deepEqual(
        (await phone.items(drafts!)).map(({ content }) => [content.subject, content.to]),
        [['to nobody', '']],
      );
    });

    test('of received mail is Status 6', async () => {
      const phone = await house.phone();
      const id = await phone.receive(mail());
      const { key } = await load(phone);
      const answer = await synced(phone, { SyncKey: key, CollectionId: inbox, Commands: [change(id, {}, true)] });
      assert.equal(answered(answer).Status, 6);
      const second = await synced(phone, {
        SyncKey: answer.SyncKey,
        CollectionId: inbox,
        Commands: [add('1', letter, true)],
      });
      assert.equal(answered(second).Status, 6);
      assert.deepEqual(await taken(), []);
    });

    test('a letter over the limit is Status 122, a draft over it Status 6', async (t) => {
      const small = await openHouse(t, { env: { EASEL_MAX_MAIL: '65536' } });
      const phone = await small.phone();
      const { key } = await load(phone, drafts);
      const large = { ...letter, Attachments: { Add: [file('a', 'x'.repeat(60_000))] } };
      const answer = await synced(phone, { SyncKey: key, CollectionId: drafts, Commands: [add('1', large, true)] });
      assert.equal(answered(answer).Status, 122);
      const next = await synced(phone, { SyncKey: answer.SyncKey, CollectionId: drafts, Commands: [add('2', large)] });
      assert.equal(answered(next).Status, 6);
    });
  });

  describe('when an answer is lost', () => {
    test('the same request sends nothing twice, by Add and by Change', async () => {
      const { phone, key } = await starts();
      const first = await run(phone, key, add('1', letter, true));
      const again = await run(phone, key, add('1', letter, true));
      assert.deepEqual(again.Responses, first.Responses);
      assert.equal((await taken()).length, 1);
      const after = await run(phone, again.SyncKey, add('2', { ...letter, Subject: 'Second' }));
      const id = answered(after).ServerId;
      const one = await run(phone, after.SyncKey, change(id, { Cc: 'carl@example.net' }, true));
      const two = await run(phone, after.SyncKey, change(id, { Cc: 'carl@example.net' }, true));
      assert.deepEqual([one.Responses, two.Responses], [undefined, undefined]);
      assert.deepEqual([(await taken()).length, (await phone.items(sent!)).length], [1, 2]);
      const left = [...deletes(two), ...deletes(await syncOne(phone, { SyncKey: two.SyncKey, CollectionId: drafts }))];
      assert.ok(left.includes(id));
    });

    test('the answer that says the draft is gone comes again', async () => {
      const { phone, key } = await starts();
      const answer = await run(phone, key, add('1', letter, true));
      const { ServerId } = answered(answer);
      const lost = await synced(phone, { SyncKey: answer.SyncKey, CollectionId: drafts });
      const heard = await synced(phone, { SyncKey: answer.SyncKey, CollectionId: drafts });
      assert.deepEqual([deletes(lost), deletes(heard)], [[ServerId], [ServerId]]);
      assert.equal(await syncOne(phone, { SyncKey: heard.SyncKey, CollectionId: drafts }), undefined);
      assert.equal((await taken()).length, 1);
    });

    test('a phone that starts over and repeats the Add it never saw confirmed sends nothing twice', async () => {
      const { phone, key } = await starts();
      await run(phone, key, add('1', letter, true));
      const fresh = await prime(phone, drafts);
      const answer = await run(phone, fresh, add('1', letter, true));
      const { Status, ServerId } = answered(answer);
      assert.equal(Status, 1);
      assert.deepEqual([(await taken()).length, (await phone.items(sent!)).length], [1, 1]);
      assert.deepEqual(deletes(await synced(phone, { SyncKey: answer.SyncKey, CollectionId: drafts })), [ServerId]);
    });

    test('an Add that was heard, and the same words again, are two letters', async () => {
      const { phone, key } = await starts();
      const first = await run(phone, key, add('1', letter, true));
      const second = await run(phone, first.SyncKey, add('1', letter, true));
      assert.equal(answered(second).Status, 1);
      assert.deepEqual([(await taken()).length, (await phone.items(sent!)).length], [2, 2]);
    });

    test('a stored draft that is retried with Send goes out; one that was sent and is retried with other words is another letter', async () => {
      const { phone, key } = await starts();
      await run(phone, key, add('1', letter));
      await run(phone, key, add('1', letter, true));
      assert.equal((await taken()).length, 1);
      assert.deepEqual(await phone.items(drafts!), []);
      await run(phone, key, add('1', { ...letter, Subject: 'Other words' }, true));
      const [out] = await taken();
      assert.match(out!.mime, /^Subject: Other words/m);
    });

    test('a trial device sends nothing', async () => {
      const phone = (await house.phone()).another('16.1', 'validate');
      const { SyncKey } = await synced(phone, { SyncKey: '0', CollectionId: drafts });
      const answer = await synced(phone, { SyncKey, CollectionId: drafts, Commands: [add('1', letter, true)] });
      assert.equal(answer.Status, 3);
      assert.deepEqual(await taken(), []);
    });
  });

  /** A draft that another phone has changed since. */
  async function contested() {
    const { phone, key } = await starts();
    const made = await run(phone, key, add('1', letter));
    const { ServerId } = answered(made);
    const other = phone.another();
    const { key: otherKey } = await load(other, drafts);
    await run(other, otherKey, change(ServerId, { Subject: 'Theirs' }));
    return { phone, made, ServerId };
  }

  test('two phones on one draft: the second hears of a conflict and of what the first wrote', async () => {
    const { phone, made, ServerId } = await contested();
    const answer = await run(phone, made.SyncKey, change(ServerId, { Subject: 'Mine' }, true));
    assert.equal(answered(answer).Status, 7);
    assert.deepEqual(await taken(), []);
    const next = await syncOne(phone, { SyncKey: answer.SyncKey, CollectionId: drafts });
    const copies = [...changes(phone, answer), ...changes(phone, next)];
    assert.equal(copies.at(-1)?.[1].Subject, 'Theirs');
  });

  test('what a phone lost to the other stays restorable, beside what won', async () => {
    const { phone, made, ServerId } = await contested();
    await run(phone, made.SyncKey, change(ServerId, { Subject: 'Mine' }));
    const subjects = async () => {
      const all = await house.store.read(phone.account, (reader) =>
        reader.range(drafts as CollectionId, { order: 'oldest', limit: 9 }),
      );
      return all.filter(isMail).map(({ content }) => content.subject);
    };
    assert.deepEqual(await subjects(), ['Theirs']);
    const lost = () => restore(house.store, phone.account, 0, phone.device);
    assert.deepEqual(await lost(), { brought: 1, moved: 0, reverted: 0 });
    assert.deepEqual((await subjects()).sort(), ['Mine', 'Theirs']);
    assert.deepEqual(await lost(), { brought: 0, moved: 0, reverted: 0 });
  });

  test('and what the other wrote, where the phone wins', async () => {
    const { phone, made, ServerId } = await contested();
    const Commands = [change(ServerId, { Subject: 'Mine' })];
    await synced(phone, { SyncKey: made.SyncKey, CollectionId: drafts, Commands, Options: [{ Conflict: 0 }] });
    const subject = async () => (await phone.item(ServerId))?.content.subject;
    assert.equal(await subject(), 'Mine');
    assert.deepEqual(await restore(house.store, phone.account, 0, phone.device), { brought: 0, moved: 0, reverted: 1 });
    assert.equal(await subject(), 'Theirs');
  });
});
