// How a mail is told: its elements, its body in the type and length that the phone wants, and one that is broken.
import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { email, pages, type ReadEmail, read } from '../../protocol/index.ts';
import { retagged } from '../../protocol/wbxml/element.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import { adds, inbox, load, type Options, prime, synced, syncOne } from '../support/sync-phone.ts';

const html = mail({ text: 'plain words', html: '<p>html <b>words</b></p>' });
const signed = mail({ headers: 'X: y\r\n' }).replace(
  /Content-Type: text\/plain.*/s,
  'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=b\r\n\r\n' +
    '--b\r\nContent-Type: text/plain\r\n\r\nsigned words\r\n' +
    '--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n',
);

describe('mail in Sync', async () => {
  const house = await openHouse({ after });

  async function shown(mime: string, options: Options, version: '14.1' | '16.1' = '16.1'): Promise<ReadEmail> {
    const phone = await house.phone({ version });
    await phone.receive(mime);
    const [one] = (await load(phone, inbox, [options])).mails.values();
    assert.ok(one);
    return one;
  }
  async function body(
    mime: string,
    options: Options,
  ): Promise<[number | undefined, string | undefined, boolean | undefined]> {
    const { Body } = await shown(mime, options);
    return [Body?.Type, Body?.Data?.toString(), Body?.Truncated];
  }

  test('a mail has all that a list shows', async () => {
    const phone = await house.phone();
    const received = Date.UTC(2026, 0, 2, 3, 4, 5);
    await phone.receive(mail({ headers: 'Cc: c@example.net\r\nReply-To: r@example.net\r\nImportance: high\r\n' }), {
      received,
    });
    const [one] = (await load(phone)).mails.values();
    const { ConversationId, ConversationIndex, Body, ...rest } = one!;
    assert.deepEqual(rest, {
      To: 'user@example.test',
      Cc: 'c@example.net',
      From: '"Ann" <ann@example.net>',
      Subject: 'Subject',
      ReplyTo: 'r@example.net',
      DateReceived: '2026-01-02T03:04:05.000Z',
      DisplayTo: 'user@example.test',
      ThreadTopic: 'Subject',
      Importance: 2,
      Read: false,
      MessageClass: 'IPM.Note',
      InternetCPID: '65001',
      Flag: {},
      ContentClass: 'urn:content-classes:message',
      NativeBodyType: 1,
      Categories: { Category: [] },
      IsDraft: false,
    });
    assert.deepEqual([ConversationId?.length, ConversationIndex?.length], [16, 5]);
    assert.deepEqual(Body, { Type: 1, EstimatedDataSize: Buffer.byteLength('Hello.\r\n'), Data: 'Hello.\r\n' });
  });

  test('MS-ASEMAIL_R726, R711: a Sender that is the author is not told, several to reply to stand between semicolons', async () => {
    const told = async (headers: string) => shown(mail({ headers: `${headers}\r\n` }), {});
    assert.equal((await told('Sender: ANN@example.net')).Sender, undefined);
    assert.equal((await told('Sender: Bo <bo@example.net>')).Sender, '"Bo" <bo@example.net>');
    const { ReplyTo } = await told('Reply-To: "Low, C" <c@example.net>, d@example.net');
    assert.equal(ReplyTo, '"Low, C" <c@example.net>; d@example.net');
  });

  test('14.1 is told nothing that it does not have', async () => {
    assert.equal((await shown(mail(), {}, '14.1')).IsDraft, undefined);
  });

  test('the body comes in the native type when that is wanted, else in the other', async () => {
    const preference = (...types: number[]): Options => ({ BodyPreference: types.map((Type) => ({ Type })) });
    assert.deepEqual((await body(html, preference(1, 2))).slice(0, 2), [2, '<p>html <b>words</b></p>']);
    assert.deepEqual((await body(html, preference(2, 1)))[0], 2);
    assert.deepEqual((await body(html, preference(1)))[1]?.trim(), 'plain words');
    assert.equal((await body(mail(), preference(1, 2)))[0], 1);
    const made = await body(mail({ text: 'a <b>' }), preference(2));
    assert.equal(made[0], 2);
    assert.match(made[1]!, /a &lt;b&gt;/);
    assert.equal((await body(html, {}))[0], 1);
    assert.equal((await body(html, preference(3)))[0], 1);
  });

  test('a body is cut at its TruncationSize, never inside a letter', async () => {
    const cut = (Type: number, TruncationSize: number): Options => ({ BodyPreference: [{ Type, TruncationSize }] });
    assert.deepEqual(await body(mail({ text: 'äöü' }), cut(1, 5)), [1, 'äö', true]);
    assert.deepEqual(await body(html, cut(2, 3)), [2, '<p>', true]);
    assert.deepEqual(await body(mail({ text: 'short' }), cut(1, 500)), [1, 'short\r\n', undefined]);
    const none = (await shown(mail({ text: 'four' }), cut(1, 0))).Body;
    assert.deepEqual(none, { Type: 1, EstimatedDataSize: 6, Truncated: true });
  });

  test('AllOrNone gives nothing of what is too long, or another type that fits', async () => {
    const whole = { TruncationSize: 10, AllOrNone: true };
    assert.deepEqual(await body(html, { BodyPreference: [{ Type: 2, ...whole }] }), [2, undefined, true]);
    const both = await body(html, { BodyPreference: [{ Type: 1 }, { Type: 2, ...whole }] });
    assert.deepEqual([both[0], both[1]?.trim()], [1, 'plain words']);
  });

  test('a Preview is plain text, beside HTML only', async () => {
    const Preview = 8;
    const beside = await shown(html, { BodyPreference: [{ Type: 2, Preview }] });
    assert.equal(beside.Body?.Preview, 'plain wo');
    assert.equal((await shown(mail(), { BodyPreference: [{ Type: 1, Preview }] })).Body?.Preview, undefined);
  });

  test('MIME comes when it is wanted and allowed, whole or cut on a line, always saying which', async () => {
    const mime: Options = { BodyPreference: [{ Type: 1 }, { Type: 4 }] };
    assert.deepEqual(await body(html, { ...mime, MIMESupport: 2 }), [4, html, false]);
    assert.equal((await body(html, { ...mime, MIMESupport: 1 }))[0], 1);
    assert.equal((await body(html, { ...mime, MIMESupport: 0 }))[0], 1);
    assert.equal((await body(html, { BodyPreference: [{ Type: 4 }] }))[0], 1);
    const cut = await body(html, { MIMESupport: 2, BodyPreference: [{ Type: 4, TruncationSize: 60 }] });
    assert.deepEqual([cut[0], cut[2]], [4, true]);
    assert.ok(html.startsWith(cut[1]!) && cut[1]!.endsWith('\r\n') && cut[1]!.length <= 60);
    const long = mail({ text: 'x'.repeat(70).concat('\r\n').repeat(100) });
    const byCode = await body(long, { MIMESupport: 2, MIMETruncation: 1, BodyPreference: [{ Type: 4 }] });
    assert.ok(byCode[1]!.length <= 4096 && byCode[2] === true);
  });

  test('signed mail comes as MIME with MIMESupport 1, and is never cut', async () => {
    const options = { BodyPreference: [{ Type: 1 }, { Type: 4, TruncationSize: 50 }] };
    assert.deepEqual(await body(signed, { ...options, MIMESupport: 1 }), [4, signed, false]);
    const read = await shown(signed, options);
    assert.deepEqual([read.Body?.Type, read.MessageClass], [1, 'IPM.Note.SMIME.MultipartSigned']);
  });

  test('a body part comes beside the body to those that ask for it, from 14.1 on', async () => {
    const part = { BodyPreference: [{ Type: 1 }], BodyPartPreference: [{ Type: 2, TruncationSize: 3 }] };
    const phone = await house.phone();
    await phone.receive(mail({ html: '<p>x</p>' }));
    const [shown] = [...(await load(phone, inbox, [part])).mails.values()];
    assert.deepEqual(shown?.BodyPart, { Status: 1, Type: 2, EstimatedDataSize: 8, Truncated: true, Data: '<p>' });
    const [plain] = [...(await load(phone.another(), inbox)).mails.values()];
    assert.equal(plain?.BodyPart, undefined);
  });

  test('the preferences that are named decide which of body and part come (MS-ASCON_R245, R246, R247, R248)', async () => {
    const BodyPreference = [{ Type: 1 }];
    const BodyPartPreference = [{ Type: 2 }];
    const cases = [
      [{}, [true, false]],
      [{ BodyPreference }, [true, false]],
      [{ BodyPartPreference }, [false, true]],
      [{ BodyPreference, BodyPartPreference }, [true, true]],
    ] as const;
    for (const version of ['14.1', '16.0', '16.1'] as const) {
      const phone = await house.phone({ version });
      const ServerId = await phone.receive(mail({ html: '<p>x</p>' }));
      for (const [i, [options, expected]] of cases.entries()) {
        const [synced] = [
          ...(await load(phone.another(version, `part${i}`), inbox, [options as never])).mails.values(),
        ];
        const { Response } = await phone.ask('ItemOperations', [
          { Fetch: { Store: 'Mailbox', ServerId, Options: options as never } },
        ]);
        const { value: fetched } = read(
          email,
          retagged(Response!.Fetch[0]!.Properties!, pages.airSync.ApplicationData),
          { version },
        );
        for (const shown of [synced!, fetched])
          assert.deepEqual([shown.Body !== undefined, shown.BodyPart !== undefined], expected, `${version} ${i}`);
      }
    }
  });

  test('attachments have what is needed to fetch them', async () => {
    const content = Buffer.alloc(3000, 'pdf');
    const { Attachments } = await shown(mail({ attachment: { name: 'ä b.pdf', content } }), {});
    const [one] = Attachments?.Attachment ?? [];
    assert.deepEqual([one?.DisplayName, one?.Method, one?.EstimatedDataSize], ['ä b.pdf', 1, 3000]);
    assert.ok(one?.FileReference);
  });

  test('options stay until others come, and those replace them whole', async () => {
    const phone = await house.phone();
    await phone.receive(html);
    const Options = [{ BodyPreference: [{ Type: 2, TruncationSize: 4 }] }];
    let SyncKey = await prime(phone, inbox, { Options });
    const next = async (options: Options[] = []): Promise<ReadEmail['Body']> => {
      const answer = await synced(phone, { SyncKey, CollectionId: inbox, Options: options });
      SyncKey = answer.SyncKey;
      return adds(phone, answer)[0]?.[1].Body;
    };
    assert.equal((await next())?.Data, '<p>h');
    await phone.receive(html);
    assert.equal((await next())?.Data, '<p>h');
    await phone.receive(html);
    assert.equal((await next([{ FilterType: 0 }]))?.Type, 1);
    await phone.receive(html);
    assert.equal((await next())?.Type, 1);
  });

  test('a filter leaves out what is older; a narrower one takes it away, a wider one brings it', async () => {
    const phone = await house.phone();
    const day = 86_400_000;
    const old = await phone.receive(mail(), { received: house.clock.now() - 20 * day });
    const recent = await phone.receive(mail());
    const { key, mails } = await load(phone, inbox, [{ FilterType: 3 }]);
    assert.deepEqual([...mails.keys()], [recent]);
    const wider = await synced(phone, { SyncKey: key, CollectionId: inbox, Options: [{ FilterType: 5 }] });
    assert.deepEqual(
      adds(phone, wider).map(([id]) => id),
      [old],
    );
    const narrow = await synced(phone, { SyncKey: wider.SyncKey, CollectionId: inbox, Options: [{ FilterType: 1 }] });
    assert.deepEqual(narrow.Commands, [{ SoftDelete: { ServerId: old } }]);
    assert.equal(await syncOne(phone, { SyncKey: narrow.SyncKey, CollectionId: inbox }), undefined);
  });
});

describe('a mail whose bytes are gone', async () => {
  const house = await openHouse({ after }, { errors: true });

  const blobPath = async (phone: Phone, id: string): Promise<string> => {
    const { mime } = (await phone.item(id))!.content;
    return join(house.data, 'blobs', mime.slice(0, 2), mime);
  };

  test('says so in its body and stops no other', async () => {
    const phone = await house.phone();
    const large = 'long line of words\r\n'.repeat(2000);
    const ids = [];
    for (const subject of ['first', 'broken', 'last'])
      ids.push(await phone.receive(mail({ subject, text: large + subject })));
    const file = await blobPath(phone, ids[1]!);
    await rename(file, `${file}.away`);
    try {
      const { mails } = await load(phone, inbox, [{ BodyPreference: [{ Type: 1 }] }]);
      const texts = ids.map((id) => mails.get(id)?.Body?.Data?.toString() ?? '');
      assert.ok(texts[0]?.startsWith('long line') && texts[2]?.startsWith('long line'));
      assert.match(texts[1]!, /could not be read/);
      assert.equal(mails.get(ids[1]!)?.Subject, 'broken');
      const errors = house.log.filter(({ level }) => level === 'error');
      assert.deepEqual(
        errors.map(({ fields }) => fields.item),
        [ids[1]],
      );
      assert.ok(!JSON.stringify(errors).includes('broken'), 'no content in the log');
    } finally {
      await rename(`${file}.away`, file);
    }
  });
});
