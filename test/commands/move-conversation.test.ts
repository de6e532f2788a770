// [MS-ASCON] 3.1.4.6 Setting up a Conversation to Be Moved Always: a conversation that moves now, and whatever comes of it later.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { listRules, removeRule } from '../../src/admin/rules.ts';
import { mail, openHouse, type Phone, statusAlone } from '../support/endpoint.ts';
import { calendar, drafts, inbox, load, outbox, sent, trash } from '../support/sync-phone.ts';

describe('Move of a conversation', async () => {
  const house = await openHouse({ after });

  const letter = (subject: string, headers = '') => mail({ subject, headers });
  const root = letter('Root', 'Message-ID: <root@x>\r\n');
  const reply = (n: number) => letter(`Re ${n}`, `Message-ID: <re${n}@x>\r\nReferences: <root@x>\r\n`);
  const other = letter('Other', 'Message-ID: <other@x>\r\n');

  async function threaded(): Promise<{ phone: Phone; ConversationId: Buffer }> {
    const phone = await house.phone();
    const id = await phone.receive(root);
    await phone.receive(reply(1));
    await phone.receive(other);
    await phone.receive(reply(2), { folder: sent as never });
    return { phone, ConversationId: Buffer.from((await phone.item(id))!.content.conversation, 'hex') };
  }
  async function move(phone: Phone, ConversationId: Buffer, DstFldId: string, always = true): Promise<number> {
    const Move = { ConversationId, DstFldId, ...(always && { Options: { MoveAlways: true } }) };
    const answer = await phone.ask('ItemOperations', [{ Move }]);
    assert.equal(answer.Status, 1);
    const [one] = answer.Response!.Move!;
    assert.ok(Buffer.from(one!.ConversationId).equals(ConversationId));
    return one!.Status;
  }
  const subjects = async (phone: Phone, folder: string) =>
    (await phone.items(folder)).map(({ content }) => content.subject).sort();

  test('all of it moves but what was sent, and the phone that asked is told by Sync', async () => {
    const { phone, ConversationId } = await threaded();
    const { mails, key } = await load(phone);
    assert.equal(mails.size, 3);
    assert.equal(await move(phone, ConversationId, trash!), 1);
    assert.deepEqual(await subjects(phone, inbox!), ['Other']);
    assert.deepEqual(await subjects(phone, trash!), ['Re 1', 'Root']);
    assert.deepEqual(await subjects(phone, sent!), ['Re 2']);
    const answer = await phone.ask('Sync', {
      Collections: { Collection: [{ SyncKey: key, CollectionId: inbox! }] },
    });
    const commands = answer.Collections?.Collection[0]?.Commands ?? [];
    assert.deepEqual(
      commands.map((command) => Object.keys(command)[0]),
      ['Delete', 'Delete'],
    );
  });

  test('what comes later goes there too, by every route but Sent Items', async () => {
    const { phone, ConversationId } = await threaded();
    await move(phone, ConversationId, trash!);
    await phone.receive(reply(3));
    await phone.receive(reply(4), { folder: sent as never });
    await phone.receive(letter('Another', 'Message-ID: <another@x>\r\n'));
    assert.deepEqual(await subjects(phone, trash!), ['Re 1', 'Re 3', 'Root']);
    assert.deepEqual(await subjects(phone, inbox!), ['Another', 'Other']);
    assert.deepEqual(await subjects(phone, sent!), ['Re 2', 'Re 4']);
  });

  test('the last Move of a conversation counts; without its folder mail comes where it was sent', async () => {
    const { phone, ConversationId } = await threaded();
    const made = await phone.ask('FolderCreate', {
      ...{ SyncKey: (await phone.ask('FolderSync', { SyncKey: '0' })).SyncKey!, ParentId: '0' },
      ...{ DisplayName: 'Thread', Type: 12 },
    });
    await move(phone, ConversationId, trash!);
    assert.equal(await move(phone, ConversationId, made.ServerId!), 1);
    assert.deepEqual(await subjects(phone, made.ServerId!), ['Re 1', 'Root']);
    await phone.ask('FolderDelete', { SyncKey: made.SyncKey!, ServerId: made.ServerId! });
    await phone.receive(reply(5));
    assert.deepEqual(await subjects(phone, inbox!), ['Other', 'Re 5']);
  });

  test('what cannot be: 155 without MoveAlways, 156 into no mail folder, 105 into the recipient cache, 6 for what is not there', async () => {
    const { phone, ConversationId } = await threaded();
    const nobody = Buffer.alloc(16, 7);
    const cases: [Buffer, string, boolean, number][] = [
      [ConversationId, trash!, false, 155],
      [ConversationId, calendar!, true, 156],
      [ConversationId, drafts!, true, 156],
      [ConversationId, outbox!, true, 156],
      [ConversationId, 'RI', true, 105],
      [ConversationId, '777', true, 6],
      [nobody, trash!, true, 6],
    ];
    for (const [id, folder, always, status] of cases)
      assert.equal(await move(phone, id, folder, always), status, `${folder} ${status}`);
    assert.deepEqual(await listRules(house.store, phone.address), []);
    assert.equal((await phone.items(inbox!)).length, 3);
  });

  test('MS-ASCMD_R6842: before 14.0 there is no Move, and a request with nothing else is Status 2', async () => {
    const { phone, ConversationId } = await threaded();
    const old = phone.another('12.1');
    const Move = { ConversationId, DstFldId: trash!, Options: { MoveAlways: true } };
    const body = phone.encode('ItemOperations', [{ Move }]);
    assert.equal(statusAlone(await old.send('ItemOperations', { body })), 2);
    assert.deepEqual(await subjects(phone, trash!), []);
  });

  test('an administrator sees the rules and takes them away', async () => {
    const { phone, ConversationId } = await threaded();
    await move(phone, ConversationId, trash!);
    const [described, ...more] = await listRules(house.store, phone.address);
    assert.deepEqual([described?.folder, described?.subject, more], ['Deleted Items', 'Root', []]);
    assert.equal(await removeRule(house.store, phone.address, 'abc'), false);
    assert.equal(await removeRule(house.store, phone.address, ConversationId.toString('hex')), true);
    await phone.receive(reply(6));
    assert.deepEqual(await subjects(phone, inbox!), ['Other', 'Re 6']);
  });
});
