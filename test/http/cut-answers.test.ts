// The answer of every command, cut at random bytes: nobody waits, nothing is locked, what was to be done is done once, and the store is
// whole when the house ends, which audits it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pages } from '../../protocol/index.ts';
import { element } from '../../protocol/wbxml/element.ts';
import { seeded } from '../../scripts/make-mailbox.ts';
import { commands } from '../../src/commands/index.ts';
import { fileReference } from '../../src/content/email/file-reference.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import { inbox, load, prime, trash } from '../support/sync-phone.ts';
import { openBrokenLine } from './broken-line.ts';

const random = seeded(11);
const cuts = 8;
const wanted = { BodyPreference: [], BodyPartPreference: [] };

interface Asked {
  readonly body: Buffer;
  /** Default: the phone of 16.1. */
  readonly from?: Phone;
  readonly query?: string;
}

test('every command whose answer breaks off, at any byte, leaves nothing behind and is done once', async () => {
  const house = await openHouse({ after }, { env: { EASEL_DEVICE_RATE: '0' } });
  const phone = await house.phone();
  const old = phone.another('12.1', 'oldphone');
  await old.ask('FolderSync', { SyncKey: '0' });
  const { SyncKey: folders } = await phone.ask('FolderSync', { SyncKey: '0' });
  const attachment = { name: 'a.pdf', content: Buffer.alloc(50_000, 'x') };
  const file = await phone.receive(mail({ attachment, headers: 'Message-ID: <one@example.net>\r\n' }));
  const moved = await phone.receive(mail({ subject: 'Moved' }));
  await load(phone, trash);
  const { key } = await load(phone);
  const late = await phone.receive(mail({ subject: 'New', text: 'y'.repeat(10_000) }));
  const first = await prime(phone.another('16.1', 'another'), inbox);
  const message = (n: number) => Buffer.from(mail({ to: 'bob@elsewhere.example', subject: `Sent ${n}` }));
  const source = { FolderId: inbox!, ItemId: file };
  const named = { SyncKey: folders!, ParentId: '0', DisplayName: 'Cut', Type: 12 };
  const requests: Readonly<Record<string, () => Asked>> = {
    Sync: () => {
      const collection = { SyncKey: key, CollectionId: inbox!, WindowSize: 100, Options: [wanted] };
      return { body: phone.encode('Sync', { Collections: { Collection: [collection] } } as never) };
    },
    SendMail: () => ({ body: phone.encode('SendMail', { ClientId: 'c1', SaveInSentItems: true, Mime: message(1) }) }),
    SmartForward: () => ({
      body: phone.encode('SmartForward', { ClientId: 'c2', Source: source, SaveInSentItems: true, Mime: message(2) }),
    }),
    SmartReply: () => ({
      body: phone.encode('SmartReply', { ClientId: 'c3', Source: source, SaveInSentItems: true, Mime: message(3) }),
    }),
    GetAttachment: () => ({
      ...{ body: Buffer.alloc(0), from: old },
      query: `&AttachmentName=${encodeURIComponent(fileReference(file, '2'))}`,
    }),
    GetHierarchy: () => ({ body: Buffer.alloc(0), from: old }),
    FolderSync: () => ({ body: phone.encode('FolderSync', { SyncKey: folders! }) }),
    FolderCreate: () => ({ body: phone.encode('FolderCreate', named) }),
    FolderDelete: () => ({ body: phone.encode('FolderDelete', { SyncKey: folders!, ServerId: 'none' }) }),
    FolderUpdate: () => ({
      body: phone.encode('FolderUpdate', { SyncKey: folders!, ServerId: 'none', ParentId: '0', DisplayName: 'X' }),
    }),
    MoveItems: () => ({
      body: phone.encode('MoveItems', { Move: [{ SrcMsgId: moved, SrcFldId: inbox!, DstFldId: trash! }] }),
    }),
    MeetingResponse: () => ({
      body: phone.encode('MeetingResponse', {
        Request: [{ UserResponse: 1, CollectionId: inbox!, RequestId: file }],
      } as never),
    }),
    GetItemEstimate: () => {
      const Collection = [{ SyncKey: first, CollectionId: inbox!, Options: [{}] }];
      return { body: phone.encode('GetItemEstimate', { Collections: { Collection } } as never) };
    },
    Search: () => {
      const Options = { RebuildResults: true, DeepTraversal: true, ...wanted };
      return {
        body: phone.encode('Search', {
          Store: { Name: 'GAL', Query: element(pages.search.Query, 'user'), Options },
        } as never),
      };
    },
    Settings: () => ({ body: phone.encode('Settings', { UserInformation: { Get: true } }) }),
    Ping: () => {
      const Folders = { Folder: [{ Id: inbox, Class: 'Email' }] };
      return { body: phone.encode('Ping', { HeartbeatInterval: 60, Folders } as never) };
    },
    ItemOperations: () => ({
      body: phone.encode('ItemOperations', [
        { Fetch: { Store: 'Mailbox', FileReference: fileReference(file, '2') } },
        { Fetch: { Store: 'Mailbox', CollectionId: inbox!, ServerId: late } },
      ] as never),
    }),
    Provision: () => ({
      body: phone.encode('Provision', { Policies: { Policy: { PolicyType: 'MS-EAS-Provisioning-WBXML' } } }),
    }),
    ResolveRecipients: () => ({ body: phone.encode('ResolveRecipients', { To: ['user'], Options: {} }) }),
    ValidateCert: () => ({ body: phone.encode('ValidateCert', { Certificates: { Certificate: ['AAAA'] } } as never) }),
    Find: () => ({
      body: phone.encode('Find', {
        SearchId: 'F',
        ExecuteSearch: { GalSearchCriterion: { Query: 'user', Options: { Range: '0-9' } } },
      } as never),
    }),
  };
  assert.deepEqual(Object.keys(requests).sort(), [...commands.keys()].sort());

  const line = await openBrokenLine(house, phone);
  try {
    for (const [command, asked] of Object.entries(requests)) {
      const { body, from = phone, query } = asked();
      const request = line.request(command, body, from, query);
      const whole = await line.exchange(request);
      assert.match(whole.toString('latin1', 0, 40), /^HTTP\/1\.1 200 /, command);
      // Also before its first byte, while the command is under way.
      for (let n = 0; n < cuts; n++)
        await line.exchange(request, { read: n === 0 ? 0 : Math.ceil(random() * whole.length) });
      await line.settled();
      assert.match((await line.exchange(request)).toString('latin1', 0, 40), /^HTTP\/1\.1 200 /, command);
      const written = house.store.transact(phone.account, async (tx) => tx.putAccount(await tx.account()));
      await written; // nothing holds the account
    }
  } finally {
    await line[Symbol.asyncDispose]();
  }
  const out = await house.store.outbox.claim('test', house.clock.now() + 60_000, 100);
  assert.equal(out.length, 3, 'each message once');
  const inTrash = (await phone.items(trash!)).filter(({ content }) => content.subject === 'Moved');
  assert.equal(inTrash.length, 1);
  const made = await house.store.read(phone.account, (reader) => reader.collections());
  assert.equal(made.filter(({ name }) => name === 'Cut').length, 1);
});
