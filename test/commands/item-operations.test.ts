import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  decode,
  element,
  email,
  encodeToBuffer,
  fileProperties,
  isLate,
  itemOperations,
  pages,
  type ReadEmail,
  read,
  readMultipart,
} from '../../protocol/index.ts';
import { type Element, retagged } from '../../protocol/wbxml/element.ts';
import type { EasResponse } from '../../src/endpoint/types.ts';
import { type Answer, mail, openHouse, type Phone, type Request, type Sent } from '../support/endpoint.ts';
import { inbox, load, trash } from '../support/sync-phone.ts';

type Fetch = Extract<Request<'ItemOperations'>[number], { Fetch: unknown }>['Fetch'];
type Fetched = NonNullable<Answer<'ItemOperations'>['Response']>['Fetch'][number];
const Store = 'Mailbox';
const page = pages.itemOperations;

async function bytesOf({ body }: EasResponse): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (const chunk of body) {
    if (!isLate(chunk)) pieces.push(chunk);
    else for await (const piece of chunk.open()) pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

describe('ItemOperations', async () => {
  const house = await openHouse({ after }, { errors: true });

  async function fetched(phone: Phone, ...asked: Fetch[]): Promise<readonly Fetched[]> {
    const answer = await phone.ask(
      'ItemOperations',
      asked.map((Fetch) => ({ Fetch })),
    );
    assert.equal(answer.Status, 1);
    return answer.Response?.Fetch ?? [];
  }
  const mailOf = (phone: Phone, { Properties }: Fetched): ReadEmail => {
    const { value, unknown } = read(email, retagged(Properties!, pages.airSync.ApplicationData), phone);
    assert.deepEqual(unknown, []);
    return value;
  };
  const fileOf = (phone: Phone, { Properties }: Fetched) => read(fileProperties, Properties!, phone).value;

  const content = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
  async function withFile(): Promise<{ phone: Phone; id: string; FileReference: string }> {
    const phone = await house.phone();
    const id = await phone.receive(mail({ html: '<p>x</p>', attachment: { name: 'a.pdf', content } }));
    const { mails } = await load(phone);
    return { phone, id, FileReference: mails.get(id)!.Attachments!.Attachment[0]!.FileReference };
  }

  test('a mail comes whole, in the body that is wanted', async () => {
    const { phone, id } = await withFile();
    const Options = { BodyPreference: [{ Type: 2 }] };
    const [one] = await fetched(phone, { Store, CollectionId: inbox!, ServerId: id, Options });
    const { Properties: _, ...about } = one!;
    assert.deepEqual(about, { Status: 1, CollectionId: inbox, ServerId: id, Class: 'Email' });
    const shown = mailOf(phone, one!);
    assert.deepEqual([shown.Subject, shown.Body?.Type, shown.Body?.Data], ['Subject', 2, '<p>x</p>']);
    const [plain] = await fetched(phone, { Store, ServerId: id });
    assert.equal(mailOf(phone, plain!).Body?.Type, 1);
    const mime = { MIMESupport: 2, BodyPreference: [{ Type: 4 }] };
    const [whole] = await fetched(phone, { Store: 'mailbox', CollectionId: inbox!, ServerId: id, Options: mime });
    const body = mailOf(phone, whole!).Body;
    assert.equal(body?.Data?.toString(), mail({ html: '<p>x</p>', attachment: { name: 'a.pdf', content } }));
  });

  test('Schema names the elements that come', async () => {
    const { phone, id } = await withFile();
    const Schema = element(page.Schema, [element(pages.email.Subject, []), element(pages.email.From, [])]);
    const [one] = await fetched(phone, { Store, CollectionId: inbox!, ServerId: id, Options: { Schema } });
    assert.deepEqual(Object.keys(mailOf(phone, one!)).sort(), ['From', 'Subject']);
  });

  test('a file comes as base64 with its type, and without a Range that nobody asked for', async () => {
    const { phone, FileReference } = await withFile();
    for (const Options of [undefined, {}, { RightsManagementSupport: true }]) {
      const [one] = await fetched(phone, { Store, FileReference, ...(Options && { Options }) });
      assert.deepEqual([one?.Status, one?.FileReference], [1, FileReference]);
      const file = fileOf(phone, one!);
      assert.deepEqual(Object.keys(file), ['Data', 'ContentType']);
      assert.equal(file.ContentType, 'application/pdf');
      assert.ok(Buffer.from(file.Data!, 'base64').equals(content));
    }
  });

  test('a Range of a file is both ends included, cut at its end', async () => {
    const { phone, FileReference } = await withFile();
    const part = async (Range: string) => {
      const [one] = await fetched(phone, { Store, FileReference, Options: { Range } });
      return { Status: one!.Status, ...(one!.Properties && fileOf(phone, one!)) };
    };
    const first = await part('0-99');
    assert.deepEqual(
      [first.Range, first.Total, first.Data],
      ['0-99', 5000, content.subarray(0, 100).toString('base64')],
    );
    const last = await part('4990-9999');
    assert.deepEqual([last.Range, last.Data], ['4990-4999', content.subarray(4990).toString('base64')]);
    for (const wrong of ['5000-5001', '9-3', 'x', '-5', '1-', ''])
      assert.deepEqual(await part(wrong), { Status: 8 }, wrong);
  });

  test('every operation has its own Status, and the first that fails stops no other', async () => {
    const { phone, id, FileReference } = await withFile();
    const cases: [Fetch, number][] = [
      [{ Store, CollectionId: inbox!, ServerId: '2:999' }, 6],
      [{ Store, CollectionId: trash!, ServerId: id }, 6],
      [{ Store, LongId: 'unknown' }, 6],
      [{ Store }, 2],
      [{ Store: 'DocumentLibrary', LinkId: '\\\\server\\file' }, 9],
      [{ Store, FileReference: '' }, 15],
      [{ Store, FileReference: 'nonsense' }, 15],
      [{ Store, FileReference: `${id}/77` }, 15],
      // MS-ASCMD_R4166
      [{ Store, FileReference: '2:999/2' }, 15],
      [{ Store, FileReference, Options: { MIMESupport: 1 } }, 2],
      [{ Store, FileReference, Options: { BodyPreference: [{ Type: 1 }] } }, 2],
      // MS-ASCMD_R3573
      [{ Store, FileReference, Options: { UserName: 'a', Password: 'b', BodyPreference: [] } }, 2],
      // MS-ASCMD_R3547, R3556
      [{ Store, ServerId: id, Options: { Range: '0-9', BodyPreference: [] } }, 2],
      [{ Store, ServerId: id, Options: { BodyPreference: [{ Type: 9 }] } }, 2],
      // MS-ASAIRS_R10030: each type once.
      [{ Store, ServerId: id, Options: { BodyPreference: [{ Type: 1 }, { Type: 1 }] } }, 2],
      [{ Store, CollectionId: inbox!, ServerId: id }, 1],
    ];
    const answers = await fetched(phone, ...cases.map(([asked]) => asked));
    assert.deepEqual(
      answers.map(({ Status }) => Status),
      cases.map(([, status]) => status),
    );
    assert.equal(answers[0]?.ServerId, '2:999');
  });

  test('a FileReference twice is Status 2', async () => {
    const { phone, FileReference } = await withFile();
    const reference = (): Element => element(pages.airSyncBase.FileReference, FileReference);
    const Fetch = element(page.Fetch, [element(page.Store, Store), reference(), reference()]);
    const answer = await phone.answer('ItemOperations', encodeToBuffer(element(page.ItemOperations, [Fetch])));
    assert.equal(answer?.Response?.Fetch[0]?.Status, 2);
  });

  test('no operation is Status 2, more than 100 are Status 11', async () => {
    const phone = await house.phone();
    assert.equal(await phone.status('ItemOperations', []), 2);
    const many = Array.from({ length: 101 }, () => ({ Fetch: { Store, ServerId: '2:1' } }));
    assert.equal(await phone.status('ItemOperations', many), 11);
    assert.equal((await fetched(phone, ...many.slice(1).map(({ Fetch }) => Fetch))).length, 100);
  });

  test('MS-ASCMD_R196: nothing is done to the recipient information cache', async () => {
    const phone = await house.phone();
    await phone.ask('FolderSync', { SyncKey: '0' });
    const { Response } = await phone.ask('ItemOperations', [
      { EmptyFolderContents: { CollectionId: 'RI' } },
      { Fetch: { Store, CollectionId: 'RI', ServerId: 'RI:1' } },
    ]);
    assert.deepEqual(Response?.EmptyFolderContents, [{ Status: 16, CollectionId: 'RI' }]);
    assert.equal(Response?.Fetch[0]?.Status, 6);
  });

  test('operations run in the order of the request and are answered by kind, each by itself', async () => {
    const { phone, id } = await withFile();
    const ConversationId = Buffer.alloc(16, 1);
    const answer = await phone.ask('ItemOperations', [
      { Fetch: { Store, ServerId: id } },
      { Move: { ConversationId, DstFldId: trash!, Options: { MoveAlways: true } } },
    ]);
    const { Move, Fetch } = answer.Response!;
    assert.deepEqual(Move, [{ Status: 6, ConversationId }]);
    assert.equal(Fetch[0]?.Status, 1);
  });

  test('a file whose bytes are gone is Status 3; its mail says so', async () => {
    const phone = await house.phone();
    const large = Buffer.alloc(40_000, 7);
    const id = await phone.receive(mail({ attachment: { name: 'a.bin', content: large } }));
    const { mails } = await load(phone);
    const { FileReference } = mails.get(id)!.Attachments!.Attachment[0]!;
    const { mime } = (await phone.item(id))!.content;
    const path = join(house.data, 'blobs', mime.slice(0, 2), mime);
    await rename(path, `${path}.away`);
    try {
      const Options = { MIMESupport: 2, BodyPreference: [{ Type: 4 }] };
      const [file, whole] = await fetched(phone, { Store, FileReference }, { Store, ServerId: id, Options });
      assert.deepEqual([file?.Status, whole?.Status], [3, 1]);
      assert.match(mailOf(phone, whole!).Body!.Data!.toString(), /could not be read/);
    } finally {
      await rename(`${path}.away`, path);
    }
  });

  /** Of an answer in parts: the document, and the parts behind it. */
  async function inParts(phone: Phone, asked: Fetch, sent: Sent = { headers: { 'ms-asacceptmultipart': 'T' } }) {
    const response = await phone.send('ItemOperations', {
      body: phone.encode('ItemOperations', [{ Fetch: asked }]),
      ...sent,
    });
    assert.equal(response.headers['Content-Type'], 'application/vnd.ms-sync.multipart');
    const [document, ...parts] = readMultipart(await bytesOf(response))!;
    const { value } = read(itemOperations.response, decode(document!).root, phone);
    return { one: value.Response!.Fetch[0]!, parts };
  }

  test('to a device that takes parts a file comes beside the document, whole or a range', async () => {
    const { phone, FileReference } = await withFile();
    const whole = await inParts(phone, { Store, FileReference });
    assert.deepEqual([fileOf(phone, whole.one).Part, fileOf(phone, whole.one).Data], [1, undefined]);
    assert.equal(whole.parts.length, 1);
    assert.ok(whole.parts[0]!.equals(content));
    const some = await inParts(phone, { Store, FileReference, Options: { Range: '10-19' } });
    assert.deepEqual([fileOf(phone, some.one).Range, fileOf(phone, some.one).Total], ['10-19', 5000]);
    assert.ok(some.parts[0]!.equals(content.subarray(10, 20)));
  });

  test('the option of a base64 query asks for parts too', async () => {
    const { phone, FileReference } = await withFile();
    const id = Buffer.from(phone.device);
    const start = [161, 19, 9, 4, id.length, ...id, 0, 4, ...Buffer.from('Test')];
    const query = Buffer.from([...start, 7, 1, 2]).toString('base64');
    const { parts } = await inParts(phone, { Store, FileReference }, { query });
    assert.ok(parts[0]!.equals(content));
  });

  test('a body comes beside the document with its Part last, and what failed has none', async () => {
    const { phone, id } = await withFile();
    const { one, parts } = await inParts(phone, { Store, ServerId: id, Options: { BodyPreference: [{ Type: 2 }] } });
    const { Body } = mailOf(phone, one);
    assert.deepEqual([Body?.Type, Body?.Data, Body?.Part, parts[0]?.toString()], [2, undefined, 1, '<p>x</p>']);
    const failed = await inParts(phone, { Store, ServerId: '2:999' });
    assert.deepEqual([failed.one.Status, failed.parts], [6, []]);
  });

  test('protection is not taken off where there is none to manage: 168, from 14.1 on (MS-ASRM_R196, R1042)', async () => {
    for (const [version, status] of [
      ['12.1', 1],
      ['14.1', 168],
      ['16.1', 168],
    ] as const) {
      const phone = await house.phone({ version });
      const ServerId = await phone.receive(mail());
      const { Fetch, Store: store } = pages.itemOperations;
      const { RemoveRightsManagementProtection: remove } = pages.rightsManagement;
      const children = [element(store, Store), element(pages.airSync.ServerId, ServerId), element(remove)];
      const body = encodeToBuffer(element(pages.itemOperations.ItemOperations, [element(Fetch, children)]));
      const answer = await phone.answer('ItemOperations', body);
      assert.equal(answer?.Response?.Fetch[0]?.Status, status, version);
    }
  });

  test('a body part is HTML in limits of its own beside the body; another type of it is Status 164', async () => {
    const { phone, id } = await withFile();
    const ask = async (BodyPartPreference: NonNullable<Fetch['Options']>['BodyPartPreference']) =>
      (
        await fetched(phone, { Store, ServerId: id, Options: { BodyPreference: [{ Type: 1 }], BodyPartPreference } })
      )[0]!;
    const { Body, BodyPart } = mailOf(phone, await ask([{ Type: 2, TruncationSize: 4, Preview: 3 }]));
    assert.equal(Body?.Type, 1);
    assert.deepEqual(BodyPart, {
      Status: 1,
      Type: 2,
      EstimatedDataSize: 8,
      Truncated: true,
      Data: '<p>x',
      Preview: 'Hel',
    });
    const none = mailOf(phone, await ask([{ Type: 2, TruncationSize: 4, AllOrNone: true }])).BodyPart;
    assert.deepEqual([none?.Data, none?.Truncated], [undefined, true]);
    assert.equal((await ask([{ Type: 1 }])).Status, 164);
  });
});
