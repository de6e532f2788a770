// The first end, step by step: what an account lives through from its set-up to a phone that is thrown away. Each step says
// what must be true when it ends; between any two the server may be killed.
import assert from 'node:assert/strict';
import { element, pages, type ReadEmail, rank, type Version, versions } from '../../protocol/index.ts';
import { readItem } from '../support/phone-collection.ts';
import { plainMessage } from './letter.ts';
import { sendFromOutside } from './outside-smtp.ts';
import { assertSame } from './same.ts';
import {
  assertSent,
  bytesOf,
  calendar,
  contacts,
  drafts,
  inbox,
  listOptions,
  mailFolders,
  type Step,
  sent,
  trash,
  type Walk,
} from './walker.ts';
import { hash, phoneOf, soon } from './world.ts';

function from(first: Version): readonly Version[] {
  return versions.filter((version) => rank(version) >= rank(first));
}

export const steps: readonly Step[] = [
  {
    name: 'OPTIONS announces the versions and commands',
    run: async ({ alice, version }) => {
      const { versions, commands } = await alice.options();
      assert.ok(versions.includes(version));
      for (const command of ['Sync', 'SendMail', 'SmartReply', 'FolderSync', 'MoveItems', 'Settings', 'Ping'])
        assert.ok(commands.includes(command), command);
      for (const command of ['ItemOperations', 'Provision']) assert.ok(commands.includes(command), command);
    },
  },
  {
    name: 'Settings takes the device and tells the user',
    versions: from('12.0'),
    run: async ({ alice, world }) => {
      const { Status, DeviceInformation, UserInformation } = await alice.settings();
      assert.deepEqual([Status, DeviceInformation?.Status, UserInformation?.Status], [1, 1, 1]);
      const [account] = UserInformation?.Get?.Accounts?.Account ?? [];
      const addresses = (account ?? UserInformation?.Get)?.EmailAddresses;
      assert.equal(addresses?.SMTPAddress?.[0], world.alice.address);
    },
  },
  {
    name: 'Provision gives a temporary key, then the final one',
    run: async ({ alice }) => {
      const { temporary, final } = await alice.provision();
      assert.notEqual(temporary, '0');
      assert.notEqual(final, '0');
      assert.notEqual(temporary, final);
    },
  },
  {
    name: 'FolderSync brings the folders that every account has',
    run: async ({ alice }) => {
      assert.equal(await alice.folderSync(), 1);
      const types = new Set([...alice.folders.values()].map(({ Type }) => Type));
      for (const type of [2, 3, 4, 5, 6, 7, 8, 9, 10]) assert.ok(types.has(type), `a folder of type ${type}`);
      const before = alice.folderKey;
      assert.equal(await alice.folderSync(), 1);
      assert.equal(alice.folderKey, before, 'nothing is new: the key stays');
    },
  },
  {
    name: 'Sync 0 gives a key and no mail',
    run: async ({ alice }) => {
      const primed = await alice.sync(inbox, { options: listOptions });
      assert.deepEqual([primed.status, primed.added.length, primed.more], [1, 0, false]);
      assert.notEqual(alice.collection(inbox).key, '0');
    },
  },
  {
    name: 'the pages of the Inbox bring every mail once',
    run: async ({ alice, world }) => {
      const { added } = await alice.syncAll(inbox, { window: 100, options: listOptions });
      assert.equal(added.length, alice.items(inbox).size);
      if (world.mailbox) assert.equal(added.length, world.mailbox.size);
      const idle = await alice.sync(inbox);
      assert.ok(idle.empty, 'nothing is new: the answer is empty');
    },
  },
  {
    name: 'what the phone fetches of imported mails is what was imported',
    run: async ({ alice, world }) => {
      if (!world.mailbox) return;
      const ids = [...alice.items(inbox).keys()];
      const some = ids.filter((_, index) => index % Math.ceil(ids.length / 25) === 0);
      for (const id of some) {
        const { properties } = await alice.fetchMail(inbox, id, { type: 4, mimeSupport: 2 });
        assert.ok(world.mailbox.has(hash(bytesOf(properties))), `mail ${id}`);
      }
    },
  },
  {
    name: 'the other mail folders are begun',
    run: async ({ alice }) => {
      for (const folder of [drafts, trash, sent]) await alice.syncAll(folder, { options: listOptions });
    },
  },
  {
    name: 'contacts and calendar begin empty, and a contact that the phone adds is taken',
    run: async ({ alice }) => {
      for (const folder of [contacts, calendar]) assert.deepEqual((await alice.syncAll(folder)).added, []);
      const add = element(pages.airSync.ApplicationData, [element(pages.contacts.FirstName, 'New')]);
      const { responses } = await alice.sync(contacts, { commands: [{ add, clientId: 'new' }] });
      const [answer] = responses;
      assert.ok(answer && 'Add' in answer);
      assert.equal(answer.Add.Status, 1);
      assert.ok(answer.Add.ServerId);
    },
  },
  {
    name: "alice's other phone and bob's phone are set up",
    run: async ({ second, bob }) => {
      for (const phone of [second, bob]) {
        await phone.setUp();
        for (const folder of mailFolders) await phone.syncAll(folder, { window: 512, options: listOptions });
      }
    },
  },
  {
    name: 'Ping is held',
    run: async (walk) => {
      walk.ping = walk.alice.ping(600, [inbox, sent, trash, calendar, contacts]);
      assert.ok(await walk.ping.waits());
    },
  },
  {
    name: 'a mail from outside wakes it',
    run: async (walk) => {
      const { letter, world, undisturbed } = walk;
      await undisturbed(() => sendFromOutside(world.smtp, 'carol@outside.example', world.alice.address, letter.mime));
      const { Status, Folders } = await soon(walk.ping!.answer, 'the Ping');
      assert.deepEqual([Status, Folders?.Folder], [2, [inbox]]);
    },
  },
  {
    name: 'Sync brings exactly that mail',
    run: async ({ alice, letter }) => {
      const { added, changed, deleted, more } = await alice.sync(inbox);
      assert.deepEqual([added.length, changed, deleted, more], [1, [], [], false]);
      assert.equal(added[0], alice.find(inbox, letter.subject));
    },
  },
  {
    name: 'its MIME comes byte for byte, behind the trace lines of the server',
    run: async ({ alice, letter }) => {
      const id = alice.find(inbox, letter.subject);
      const { status, properties } = await alice.fetchMail(inbox, id, { type: 4, mimeSupport: 2 });
      assert.equal(status, 1);
      assertDelivered(bytesOf(properties), letter.mime);
      const options = { FilterType: 0, MIMESupport: 2, BodyPreference: [{ Type: 4 }] };
      const fetched = await alice.sync(inbox, { options, getChanges: false, commands: [{ fetch: id }] });
      const [answer] = fetched.responses;
      assert.ok(answer && 'Fetch' in answer && answer.Fetch.Status === 1);
      assertDelivered(bytesOf(readItem(answer.Fetch.ApplicationData!, alice.version)), letter.mime);
      await alice.sync(inbox, { options: listOptions });
    },
  },
  {
    name: 'its attachment comes byte for byte',
    run: async ({ alice, letter }) => {
      const item = alice.items(inbox).get(alice.find(inbox, letter.subject))!;
      const [file] = item.Attachments?.Attachment ?? [];
      assert.equal(file?.DisplayName, 'bytes.bin');
      const whole = await alice.fetchFile(file!.FileReference);
      assert.ok(whole.data?.equals(letter.attachment));
      assert.equal(whole.range, undefined);
    },
  },
  {
    name: 'and in pieces',
    versions: from('12.0'),
    run: async ({ alice, letter }) => {
      const [file] = alice.items(inbox).get(alice.find(inbox, letter.subject))!.Attachments?.Attachment ?? [];
      const piece = await alice.fetchFile(file!.FileReference, '1000-60999');
      assert.deepEqual([piece.range, piece.total], ['1000-60999', letter.attachment.length]);
      assert.ok(piece.data?.equals(letter.attachment.subarray(1000, 61_000)));
    },
  },
  {
    name: 'its text and its HTML are what was written',
    versions: from('12.0'),
    run: async ({ alice, letter }) => {
      const id = alice.find(inbox, letter.subject);
      const text = await alice.fetchMail(inbox, id, { type: 1 });
      assert.equal(text.properties?.Body?.Type, 1);
      assert.equal(lines(bytesOf(text.properties).toString()), lines(letter.text));
      const html = await alice.fetchMail(inbox, id, { type: 2 });
      assert.equal(html.properties?.Body?.Type, 2);
      assert.equal(lines(bytesOf(html.properties).toString()), lines(letter.html));
    },
  },
  { name: 'bob writes to alice', run: (walk) => write(walk, 'Hello from bob') },
  {
    name: 'alice answers, and it is in her Sent and in his Inbox',
    run: async (walk) => {
      const { alice, bob, world } = walk;
      const waiting = bob.ping(600, [inbox, sent]);
      const source = alice.find(inbox, 'Hello from bob');
      const reply = plainMessage(world.alice.address, world.bob.address, 'Re: Hello from bob', 'The answer is yes.');
      assertSent(alice, await alice.smartReply(inbox, source, reply));
      const { Status, Folders } = await soon(waiting.answer, "bob's Ping");
      assert.deepEqual([Status, Folders?.Folder], [2, [inbox]]);
      await bob.syncAll(inbox);
      const { properties } = await bob.fetchMail(inbox, bob.find(inbox, 'Re: Hello from bob'), { type: 1 });
      assert.match(bytesOf(properties).toString(), /The answer is yes\.[\s\S]*Text of Hello from bob/);
      await alice.syncAll(sent);
      alice.find(sent, 'Re: Hello from bob');
      await alice.syncAll(inbox);
    },
  },
  {
    name: 'the mail that was answered says so',
    versions: from('14.0'),
    run: async ({ alice }) => {
      const source = alice.find(inbox, 'Hello from bob');
      assert.equal(alice.items(inbox).get(source)!.LastVerbExecuted, 1);
    },
  },
  {
    name: 'read goes from each phone of an account to the other',
    run: async ({ alice, second, letter }) => {
      const id = alice.find(inbox, letter.subject);
      assert.equal(alice.items(inbox).get(id)?.Read, false);
      await alice.sync(inbox, { commands: [{ change: id, to: { Read: true } }] });
      await second.syncAll(inbox);
      assert.equal(second.items(inbox).get(id)?.Read, true);
      await second.sync(inbox, { commands: [{ change: id, to: { Read: false } }] });
      await alice.syncAll(inbox);
      assert.equal(alice.items(inbox).get(id)?.Read, false);
    },
  },
  {
    name: 'so do flags',
    versions: from('12.0'),
    run: async ({ alice, second, letter }) => {
      const id = alice.find(inbox, letter.subject);
      const Flag = { Status: 2, FlagType: 'Follow up' };
      await second.sync(inbox, { commands: [{ change: id, to: { Flag } }] });
      await alice.syncAll(inbox);
      assert.equal(alice.items(inbox).get(id)?.Flag?.Status, 2);
      await alice.sync(inbox, { commands: [{ change: id, to: { Flag: {}, Read: false } }] });
      await second.syncAll(inbox);
      const now = second.items(inbox).get(id)!;
      assert.deepEqual([now.Read, now.Flag?.Status ?? 0], [false, 0]);
    },
  },
  {
    name: 'Delete moves to Deleted Items, and from there it is for good',
    run: async ({ alice, second }) => {
      const [id] = [...alice.items(inbox).keys()].slice(3);
      const before = second.items(trash).size;
      await alice.sync(inbox, { deletesAsMoves: true, commands: [{ delete: id! }] });
      assert.equal((await alice.syncAll(trash)).added.length, 1);
      assert.deepEqual((await second.syncAll(inbox)).deleted, [id]);
      const { added } = await second.syncAll(trash);
      assert.equal(added.length, 1);
      await second.sync(trash, { deletesAsMoves: true, commands: [{ delete: added[0]! }] });
      assert.equal(second.items(trash).size, before);
      assert.deepEqual((await alice.syncAll(trash)).deleted, added);
    },
  },
  {
    name: 'MoveItems moves there and back, silently for the phone that moved',
    run: async ({ alice, second }) => {
      const ids = [...alice.items(inbox).keys()].slice(5, 9);
      const there = await alice.moveItems(ids, inbox, trash);
      for (const folder of [inbox, trash]) assert.deepEqual(await alice.syncAll(folder), none, folder);
      assert.deepEqual([...(await second.syncAll(inbox)).deleted].sort(), [...ids].sort());
      assert.equal((await second.syncAll(trash)).added.length, 4);
      const away = [...there.values()].map(String);
      const back = await alice.moveItems(away.slice(0, 3), trash, inbox);
      assert.ok([...back.values()].every((id) => typeof id === 'string'));
      assert.deepEqual([...(await alice.moveItems([ids[0]!], inbox, sent)).values()], [1]);
      assert.deepEqual([...(await alice.moveItems([away[3]!], trash, trash)).values()], [4]);
      assert.deepEqual([...(await alice.moveItems([away[3]!], trash, '99')).values()], [2]);
      for (const folder of [inbox, trash]) await second.syncAll(folder);
    },
  },
  {
    name: 'a narrower filter takes old mail off the phone, a wider one brings it back',
    run: async ({ alice }) => {
      const all = new Map(alice.items(inbox));
      const { softDeleted } = await alice.syncAll(inbox, { window: 512, options: { ...listOptions, FilterType: 3 } });
      // The server counts whole days: what is between seven and eight days old may be on either side.
      const days = (item: ReadEmail) => (Date.now() - Date.parse(item.DateReceived!)) / (24 * 3_600_000);
      assert.ok([...alice.items(inbox).values()].every((item) => days(item) < 8.01));
      assert.ok(softDeleted.every((id) => days(all.get(id)!) > 6.99));
      assert.equal(softDeleted.length, all.size - alice.items(inbox).size);
      assert.ok(softDeleted.length > all.size / 2);
      const { added } = await alice.syncAll(inbox, { window: 512, options: listOptions });
      assert.deepEqual([...added].sort(), [...softDeleted].sort());
      assert.deepEqual([...alice.items(inbox).keys()].sort(), [...all.keys()].sort());
    },
  },
  {
    name: 'mail cannot be added',
    run: async ({ alice, version }) => {
      for (const folder of Number(version) < 16 ? [inbox, drafts] : [inbox]) {
        const { responses } = await alice.sync(folder, { commands: [{ add: { Subject: 'No' }, clientId: '1' }] });
        const [answer] = responses;
        assert.ok(answer && 'Add' in answer);
        assert.deepEqual([answer.Add.Status, answer.Add.ServerId], [6, undefined]);
      }
    },
  },
  {
    name: 'a draft is written, changed, seen on the other phone and deleted',
    versions: from('16.0'),
    run: async ({ alice, second, world }) => {
      const Body = { Type: 1, Data: 'First words' };
      const plain = await alice.draftAdd(drafts, { To: world.bob.address, Subject: 'A draft', Body });
      const mime = plainMessage(world.alice.address, world.bob.address, 'A MIME draft', 'Wörter');
      const whole = await alice.draftAdd(drafts, { Body: { Type: 4, Data: mime } });
      await second.syncAll(drafts);
      assert.equal(second.items(drafts).get(plain)?.Body?.Data, 'First words');
      assert.equal(second.items(drafts).get(plain)?.IsDraft, true);
      const fetched = await second.fetchMail(drafts, whole, { type: 4, mimeSupport: 2 });
      assert.match(bytesOf(fetched.properties).toString(), /Wörter/);
      await second.draftChange(drafts, plain, { Subject: 'A better draft', Body: { Type: 1, Data: 'Second words' } });
      assert.deepEqual((await alice.syncAll(drafts)).changed, [plain]);
      const now = alice.items(drafts).get(plain)!;
      assert.deepEqual([now.Subject, now.Body?.Data], ['A better draft', 'Second words']);
      await alice.draftDelete(drafts, whole);
      assert.deepEqual((await second.syncAll(drafts)).deleted, [whole]);
    },
  },
  {
    name: 'a contact that the phone adds itself does not wake its Ping',
    run: async ({ alice }) => {
      const ping = alice.ping(600, [contacts, calendar]);
      const add = element(pages.airSync.ApplicationData, [element(pages.contacts.FirstName, 'Once more')]);
      await alice.sync(contacts, { commands: [{ add, clientId: 'again' }] });
      assert.ok(await ping.waits());
      ping.hangUp();
    },
  },
  {
    name: 'both phones show what a new one is given',
    run: async ({ world, version, alice, second, letter }) => {
      const patience = alice.patience;
      const fresh = phoneOf(world, world.alice, { version, patience, deviceId: `FRESH${Date.now()}` });
      await fresh.setUp();
      for (const folder of mailFolders) {
        await fresh.syncAll(folder, { window: 512, options: listOptions });
        for (const phone of [alice, second]) {
          await phone.syncAll(folder);
          assertSame(phone, fresh, folder);
        }
      }
      fresh.find(inbox, letter.subject);
      fresh.hangUp();
    },
  },
];

const none = { added: [], changed: [], deleted: [], softDeleted: [] };

/** From bob to alice. */
async function write({ alice, bob, world }: Walk, subject: string): Promise<void> {
  const waiting = alice.ping(600, [inbox]);
  const mail = plainMessage(world.bob.address, world.alice.address, subject, `Text of ${subject}`);
  assertSent(bob, await bob.sendMail(mail));
  assert.equal((await soon(waiting.answer, "alice's Ping")).Status, 2);
  await alice.syncAll(inbox);
  alice.find(inbox, subject);
  await bob.syncAll(sent);
  bob.find(sent, subject);
}

function lines(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}

/** What is stored is what came, behind Return-Path and Received. */
function assertDelivered(stored: Buffer, came: Buffer): void {
  assert.ok(stored.subarray(-came.length).equals(came), 'it ends with what was sent');
  const trace = stored.subarray(0, stored.length - came.length).toString();
  assert.match(trace, /^Return-Path: <carol@outside\.example>\r\nReceived: (?:.*\r\n[\t ])*.*\r\n$/);
}
