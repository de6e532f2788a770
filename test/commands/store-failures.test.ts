// What a phone hears when the store cannot: a disk that is full, a record that is broken. Never a fault, never silence.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { email, write } from '../../protocol/index.ts';
import { mail, openHouse, type Phone, rootOf, statusAlone } from '../support/endpoint.ts';
import { adds, changes, drafts, inbox, load, prime, synced, trash } from '../support/sync-phone.ts';

describe('a store that is full', async () => {
  const house = await openHouse({ after }, { maxBytes: 400_000 });

  test('refuses what is sent with Status 113, a draft with 9; what is there is still read', async () => {
    const phone = await house.phone();
    const { key } = await load(phone, drafts);
    const content = 'x'.repeat(12_000);
    await assert.rejects(async () => {
      for (let i = 0; i < 100; i++) await phone.receive(mail({ text: `${i}${content}` }));
    });
    const Mime = Buffer.from(mail({ to: 'b@example.net', text: content }));
    assert.equal(await phone.status('SendMail', { ClientId: '1', SaveInSentItems: true, Mime }), 113);
    const ApplicationData = write(email, { Subject: 's', Body: { Type: 1, Data: content } });
    const Commands = [{ Add: { ClientId: '1', ApplicationData } }];
    const refused = await synced(phone, { SyncKey: key, CollectionId: drafts, Commands });
    assert.deepEqual(refused.Responses, [{ Add: { ClientId: '1', Status: 9 } }]);
    const [item] = await phone.items(inbox!);
    const Fetch = { Store: 'Mailbox', ServerId: item!.id };
    const fetched = await phone.ask('ItemOperations', [{ Fetch }]);
    assert.equal(fetched.Response?.Fetch[0]?.Status, 1);
  });
});

describe('a record that is broken', async () => {
  const house = await openHouse({ after }, { errors: true });

  /** Runs while the item's record cannot be read. */
  async function broken(phone: Phone, id: string, run: () => Promise<void>): Promise<void> {
    const db = new Database(join(house.data, 'easel.sqlite'));
    const number = (await phone.item(id))!.number;
    const { content } = db.prepare('select content from items where number = ?').get(number) as { content: string };
    const put = db.prepare('update items set content = ? where number = ?');
    put.run('{', number);
    try {
      await run();
    } finally {
      put.run(content, number);
      db.close();
    }
  }

  test('is Status 14 of its Fetch and 1 of its move; the others are served', async () => {
    const phone = await house.phone();
    const ids = [await phone.receive(mail()), await phone.receive(mail())];
    await broken(phone, ids[0]!, async () => {
      const fetches = ids.map((ServerId) => ({ Fetch: { Store: 'Mailbox', ServerId } }));
      const fetched = await phone.ask('ItemOperations', fetches);
      assert.deepEqual(
        fetched.Response?.Fetch.map(({ Status }) => Status),
        [14, 1],
      );
      const Move = ids.map((SrcMsgId) => ({ SrcMsgId, SrcFldId: inbox!, DstFldId: trash! }));
      const { Response } = await phone.ask('MoveItems', { Move });
      assert.deepEqual(
        Response.map(({ Status }) => Status),
        [1, 3],
      );
      const Source = { FolderId: inbox!, ItemId: ids[0]! };
      const Mime = Buffer.from(mail({ to: 'b@example.net' }));
      const reply = { ClientId: '1', Source, SaveInSentItems: true, Mime };
      const response = await phone.send('SmartReply', { body: phone.encode('SmartReply', reply) });
      assert.ok(rootOf(response));
      assert.equal(statusAlone(response), 110);
    });
  });

  test('comes as a stub that says so, is listed, and comes whole when it is released', async () => {
    const phone = await house.phone();
    const id = await phone.receive(mail());
    const well = await phone.receive(mail({ subject: 'served' }));
    const key = await prime(phone);
    const listed = () => house.store.read(phone.account, (reader) => reader.quarantined());
    let next = '';
    await broken(phone, id, async () => {
      const Folders = { Folder: [{ Id: inbox!, Class: 'Email' }] };
      assert.equal((await phone.ask('Ping', { HeartbeatInterval: 60, Folders })).Status, 2);
      const answer = await synced(phone, { SyncKey: key, CollectionId: inbox });
      next = answer.SyncKey;
      const subjects = new Map(adds(phone, answer).map(([found, { Subject }]) => [found, Subject]));
      assert.match(subjects.get(id) ?? '', /could not be read/);
      assert.equal(subjects.get(well), 'served');
      assert.deepEqual(
        (await listed()).map(({ item, times }) => [item, times]),
        [[id, 1]],
      );
    });
    await house.store.transact(phone.account, async (tx) => tx.release(id));
    const [change] = changes(phone, await synced(phone, { SyncKey: next, CollectionId: inbox }));
    assert.deepEqual([change?.[0], change?.[1].Subject], [id, 'Subject']);
    assert.deepEqual(await listed(), []);
  });
});
