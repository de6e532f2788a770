// What 2.5, 12.0 and 12.1 do otherwise than 14.0 and later: messages as they are, files by name, folders without a key, bodies
// before AirSyncBase, HTTP codes instead of common Statuses.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pages, type Version } from '../../protocol/index.ts';
import { child, element, textOf } from '../../protocol/wbxml/element.ts';
import { EasError } from '../../src/domain/errors.ts';
import type { CollectionId } from '../../src/domain/ids.ts';
import { isMail } from '../../src/domain/item.ts';
import { openHouse, type Phone, rootOf } from '../support/endpoint.ts';

const house = await openHouse({ after });
const old = ['2.5', '12.0', '12.1'] as const satisfies readonly Version[];
const inbox = '2';

function message(more: Readonly<Record<string, string>> = {}, text = 'Hello, ä.'): Buffer {
  const fields = { From: 'me@example.test', To: 'b@example.net', Subject: 'Old', 'Message-ID': '<old@phone>', ...more };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([...head, 'Content-Type: text/plain; charset=utf-8', '', text, ''].join('\r\n'));
}
const mimeType = { 'content-type': 'message/rfc822' };

function ask(
  phone: Phone,
  command: string,
  more = '',
  body: Buffer = Buffer.alloc(0),
  headers: Record<string, string> = {},
) {
  const user = encodeURIComponent(phone.address);
  const query = `Cmd=${command}&User=${user}&DeviceId=${phone.device}&DeviceType=TestPhone${more}`;
  return phone.send(command, { query, body, headers });
}

async function outbox(phone: Phone) {
  const claimed = await house.store.outbox.claim('test', Date.now() + 1000, 100);
  for (const { id } of claimed) await house.store.outbox.done(id);
  return claimed.filter(({ account }) => account === phone.account);
}
async function sentItems(phone: Phone) {
  const range = { order: 'oldest', limit: 9 } as const;
  return house.store.read(phone.account, (reader) => reader.range('5' as CollectionId, range));
}

for (const version of old) {
  describe(`at ${version}`, () => {
    test('a message is sent as it is, saved when the query says so, and once however often it comes', async () => {
      const phone = await house.phone({ version });
      const mime = message();
      for (let times = 0; times < 2; times += 1) {
        const { status, body } = await ask(phone, 'SendMail', '&SaveInSent=T', mime, mimeType);
        assert.deepEqual([status, body.length], [200, 0]);
      }
      assert.deepEqual(
        (await outbox(phone)).map(({ recipients }) => recipients),
        [['b@example.net']],
      );
      assert.equal((await sentItems(phone)).length, 1);
      const other = await ask(phone, 'SendMail', '', message({ 'Message-ID': '<other@phone>' }), mimeType);
      assert.equal(other.status, 200);
      assert.equal((await outbox(phone)).length, 1);
      assert.equal((await sentItems(phone)).length, 1);
    });

    test('an answer and a forward name their message in the query', async () => {
      const phone = await house.phone({ version });
      const id = await phone.receive(message({ Subject: 'Question' }, 'What is the answer?'));
      for (const [command, verb] of [
        ['SmartReply', 1],
        ['SmartForward', 3],
      ] as const) {
        const mime = message({ 'Message-ID': `<${command}@phone>`, Subject: `Re: Question` }, 'It is 42.');
        const source = `&CollectionId=${inbox}&ItemId=${encodeURIComponent(id)}`;
        assert.equal((await ask(phone, command, source, mime, mimeType)).status, 200);
        const [queued] = await outbox(phone);
        const went = (await house.store.blobs.get(queued!.mime)).toString();
        assert.match(went, /It is 42\./);
        assert.match(went, /What is the answer\?/);
        const item = await phone.item(id);
        assert.equal(isMail(item) && item.content.lastVerb?.verb, verb);
      }
      const gone = '&CollectionId=2&ItemId=2%3A77';
      assert.equal((await ask(phone, 'SmartReply', gone, message({ 'Message-ID': '<x@y>' }), mimeType)).status, 500);
    });

    test('the same words without a Message-ID go to each mail that they answer, and once to each', async () => {
      const phone = await house.phone({ version });
      const mime = Buffer.from('To: b@example.net\r\nSubject: Re: Question\r\n\r\nOk\r\n');
      for (const id of [await phone.receive(message()), await phone.receive(message({ 'Message-ID': '<2@phone>' }))]) {
        const source = `&CollectionId=${inbox}&ItemId=${encodeURIComponent(id)}`;
        for (let times = 0; times < 2; times += 1)
          assert.equal((await ask(phone, 'SmartReply', source, mime, mimeType)).status, 200);
        assert.equal((await outbox(phone)).length, 1);
      }
    });

    test('what fails as a whole is an HTTP code without a body', async () => {
      const phone = await house.phone({ version });
      const body = phone.encode('FolderSync', { SyncKey: '0' });
      const cases: [Promise<{ status: number }>, number][] = [
        [ask(phone, 'SendMail', '', Buffer.from('<x/>'), { 'content-type': 'text/xml' }), 400],
        [ask(phone, 'SendMail', '', message({ To: '' }), mimeType), 500],
        [phone.send('FolderSync', { body: Buffer.from('no wbxml') }), 400],
        [phone.send('FolderSync', { body: phone.encode('Ping', {}) }), 400],
        [phone.send('FolderSync'), 400],
        [phone.send('FolderSync', { body, disabled: true }), 403],
        [phone.send('FolderSync', { query: 'Cmd=FolderSync&DeviceType=x', body }), 400],
        [phone.send('Nothing', { body }), 501],
      ];
      for (const [n, [answer, status]] of cases.entries()) assert.equal((await answer).status, status, `case ${n}`);
      // Statuses of the command's own stay.
      assert.equal((await phone.ask('FolderSync', { SyncKey: 'stale' })).Status, 9);
    });

    test('MS-ASHTTP_R288: what may be asked again later says when', async () => {
      const { account, address: login, device } = await house.phone({ version });
      const { status, headers } = await house.endpoint.handle({
        ...{ account, login, method: 'POST', remote: '127.0.0.1', contentLength: 1 },
        query: `Cmd=GetItemEstimate&DeviceId=${device}&DeviceType=x`,
        headers: { 'ms-asprotocolversion': version },
        body: () => Promise.reject(new EasError('busy')),
        closed: new AbortController().signal,
      });
      assert.deepEqual([status, headers['Retry-After']], [503, '30']);
    });

    test('a collection says its class, and a file is fetched by the name that the mail tells', async () => {
      const phone = await house.phone({ version });
      const file = Buffer.from('the file');
      const mime = [
        ...['From: a@example.net', 'To: me@example.test', 'Subject: A file', 'MIME-Version: 1.0'],
        ...['Content-Type: multipart/mixed; boundary=b', '', '--b', 'Content-Type: text/plain', '', 'Text', '--b'],
        ...['Content-Type: application/pdf; name=f.pdf', 'Content-Transfer-Encoding: base64', ''],
        ...[file.toString('base64'), '--b--', ''],
      ].join('\r\n');
      await phone.receive(Buffer.from(mime));
      const { collection, data } = await firstPage(phone);
      assert.equal(collection.Class, 'Email');
      const name =
        version === '2.5'
          ? textOf(find(data, pages.email.AttName)!)
          : textOf(find(data, pages.airSyncBase.FileReference)!);
      const answer = await ask(phone, 'GetAttachment', `&AttachmentName=${encodeURIComponent(name)}`);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['Content-Type'], 'application/pdf');
      assert.deepEqual(await bytesOf(answer.body), file);
      assert.equal((await ask(phone, 'GetAttachment', '&AttachmentName=nothing')).status, 500);
    });

    test('the folders of mail come without a key', async () => {
      const phone = await house.phone({ version });
      const answer = await ask(phone, 'GetHierarchy');
      const folders = rootOf(answer)!.children.map((folder) =>
        textOf(child(folder, pages.folderHierarchy.DisplayName)!),
      );
      assert.deepEqual(folders, ['Inbox', 'Drafts', 'Deleted Items', 'Sent Items', 'Outbox']);
    });

    test('MS-ASCMD_R7388, R7390: a folder that the user made is of type 1 there', async () => {
      const phone = await house.phone({ version });
      const { SyncKey } = await phone.ask('FolderSync', { SyncKey: '0' });
      const made = { SyncKey: SyncKey!, ParentId: '0', DisplayName: 'Mine', Type: 12 };
      assert.equal((await phone.ask('FolderCreate', made)).Status, 1);
      const { Type } = pages.folderHierarchy;
      const types = rootOf(await ask(phone, 'GetHierarchy'))!.children.map((folder) => textOf(child(folder, Type)!));
      assert.deepEqual(types, ['2', '3', '4', '5', '6', '1']);
    });

    test('a Sync that brings nothing keeps its key, and says so before 12.1', async () => {
      const phone = await house.phone({ version });
      const { collection } = await firstPage(phone);
      const again = { SyncKey: collection.SyncKey, CollectionId: inbox, Class: 'Email', GetChanges: true };
      const response = await phone.send('Sync', {
        body: phone.encode('Sync', { Collections: { Collection: [again] } }),
      });
      const root = rootOf(response);
      if (version === '12.1') assert.equal(root, undefined);
      else {
        const told = child(child(root!, pages.airSync.Collections)!, pages.airSync.Collection)!;
        assert.deepEqual(
          told.children.map(({ tag, value }) => [tag & 0xff, value]),
          [
            [pages.airSync.Class.code & 0xff, 'Email'],
            [pages.airSync.SyncKey.code & 0xff, collection.SyncKey],
            [pages.airSync.CollectionId.code & 0xff, inbox],
            [pages.airSync.Status.code & 0xff, '1'],
          ],
        );
      }
    });

    test('the policy is taken in two phases', async () => {
      const phone = await house.phone({ version });
      const PolicyType = version === '2.5' ? 'MS-WAP-Provisioning-XML' : 'MS-EAS-Provisioning-WBXML';
      const first = await phone.ask('Provision', { Policies: { Policy: { PolicyType } } });
      const { PolicyKey, Status, Data } = first.Policies!.Policy!;
      assert.equal(Status, 1);
      if (version === '2.5') assert.match(textOf(Data!), /^<wap-provisioningdoc>.*name="4131" value="1"/);
      else assert.ok(Data!.children[0]!.children.length >= 11);
      const Policy = { PolicyType, PolicyKey: PolicyKey!, Status: 1 };
      const second = await phone.ask('Provision', { Policies: { Policy } });
      assert.equal(second.Policies!.Policy!.Status, 1);
      const unknown = await phone.ask('Provision', { Policies: { Policy: { PolicyType: 'MS-Other' } } });
      assert.equal(unknown.Policies!.Policy!.Status, 3);
    });
  });
}

test('2.5 is given text cut by its code, and the message where MIMESupport lets it', async () => {
  const phone = await house.phone({ version: '2.5' });
  await phone.receive(message({}, 'x'.repeat(5000)));
  const cut = await firstPage(phone, { Truncation: 1 });
  const tags = pages.email;
  assert.equal(textOf(find(cut.data, tags.Body)!), 'x'.repeat(512));
  assert.deepEqual(
    [textOf(find(cut.data, tags.BodySize)!), textOf(find(cut.data, tags.BodyTruncated)!)],
    ['5002', '1'],
  );
  const whole = await firstPage(phone.another('2.5', 'mime'), { Truncation: 9, MIMESupport: 2 });
  assert.match(textOf(find(whole.data, tags.MIMEData)!), /^From: me@example\.test\r\n/);
  assert.equal(textOf(find(whole.data, tags.MIMETruncated)!), '0');
  assert.equal(find(whole.data, tags.Body), undefined);
});

test('a pocket PC that names no version speaks 2.5', async () => {
  const phone = await house.phone({ version: '2.5' });
  const query = `Cmd=FolderSync&User=x&DeviceId=PPC1&DeviceType=PocketPC`.replace('User=x', `User=${phone.address}`);
  const headers = { 'ms-asprotocolversion': undefined as never };
  const { status } = await phone.send('FolderSync', {
    query,
    headers,
    body: phone.encode('FolderSync', { SyncKey: '0' }),
  });
  assert.equal(status, 200);
});

test('a command of other versions is refused: 400 of old ones, 138 of new ones', async () => {
  const early = await house.phone({ version: '2.5' });
  const operations = element(pages.itemOperations.ItemOperations);
  assert.ok(operations);
  assert.equal((await early.send('ItemOperations', { body: Buffer.from('x') })).status, 400);
  assert.equal((await early.send('Settings', { body: Buffer.from('x') })).status, 400);
  const late = await house.phone({ version: '14.1' });
  assert.equal((await late.send('GetAttachment')).status, 400);
  assert.equal((await late.send('GetHierarchy')).status, 400);
});

async function firstPage(phone: Phone, Options: object = {}) {
  const about = { CollectionId: inbox, Class: 'Email' };
  const primed = await phone.ask('Sync', {
    Collections: { Collection: [{ SyncKey: '0', ...about, GetChanges: phone.version !== '12.1' ? true : undefined }] },
  });
  const { SyncKey } = primed.Collections!.Collection[0]!;
  const asked = { SyncKey, ...about, GetChanges: true, WindowSize: 10, Options: [{ FilterType: 0, ...Options }] };
  const answer = await phone.answer('Sync', phone.encode('Sync', { Collections: { Collection: [asked] } }));
  const collection = answer?.Collections?.Collection[0] ?? primed.Collections!.Collection[0]!;
  const [first] = collection.Commands ?? [];
  const data = first && 'Add' in first ? first.Add.ApplicationData : element(pages.airSync.ApplicationData);
  return { collection, data };
}

type Tree = ReturnType<typeof element>;
function find(source: Tree, tag: { readonly code: number }): Tree | undefined {
  if (source.tag === tag.code) return source;
  for (const one of source.children) {
    const found = find(one, tag);
    if (found) return found;
  }
  return undefined;
}

async function bytesOf(body: readonly unknown[]): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for (const chunk of body as { open?: () => AsyncIterable<Uint8Array> }[]) {
    if (chunk.open) for await (const piece of chunk.open()) all.push(piece);
    else all.push(chunk as unknown as Uint8Array);
  }
  return Buffer.concat(all);
}
