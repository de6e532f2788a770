import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { ServerId } from '../../src/domain/ids.ts';
import { mail, openHouse, type Phone, type Request, rootOf, statusAlone } from '../support/endpoint.ts';
import { changes, inbox, load, sent, synced, trash } from '../support/sync-phone.ts';

describe('SmartReply', async () => {
  const house = await openHouse({ after });

  const Mime = Buffer.from(mail({ to: 'ann@example.net', subject: 'Re: Subject', text: 'My answer.' }));
  async function reply(phone: Phone, id: string, rest: Partial<Request<'SmartReply'>> = {}): Promise<number | 'sent'> {
    const asked = { ClientId: 'c1', Source: { FolderId: inbox!, ItemId: id }, SaveInSentItems: true, Mime, ...rest };
    const response = await phone.send('SmartReply', { body: phone.encode('SmartReply', asked) });
    return rootOf(response) ? statusAlone(response) : 'sent';
  }
  async function withMail(text = 'The original.'): Promise<{ phone: Phone; id: ServerId }> {
    const phone = await house.phone();
    return { phone, id: await phone.receive(mail({ text, headers: 'Message-ID: <original@example.net>\r\n' })) };
  }
  async function taken(): Promise<string[]> {
    const found = await house.store.outbox.claim('test', house.clock.now() + 60_000, 100);
    return Promise.all(
      found.map(async ({ id, mime }) => {
        const bytes = await house.store.blobs.get(mime);
        await house.store.outbox.done(id);
        return bytes.toString();
      }),
    );
  }

  test('the original stands below the answer, in its thread; the copy is in Sent Items', async () => {
    const { phone, id } = await withMail();
    assert.equal(await reply(phone, id), 'sent');
    const [out] = await taken();
    const body = out!.slice(out!.indexOf('\r\n\r\n'));
    const text = /base64/i.test(out!) ? Buffer.from(body, 'base64').toString() : body;
    assert.match(text, /My answer\.[\s\S]*The original\./);
    assert.match(out!, /^In-Reply-To: <original@example\.net>/m);
    const [copy] = await phone.items(sent!);
    assert.equal(copy?.content.conversation, (await phone.item(id))?.content.conversation);
  });

  test('with ReplaceMime the message is whole as it comes', async () => {
    const { phone, id } = await withMail();
    assert.equal(await reply(phone, id, { ReplaceMime: true }), 'sent');
    const [out] = await taken();
    assert.match(out!, /My answer\./);
    assert.doesNotMatch(out!, /The original/);
    assert.match(out!, /^In-Reply-To: <original@example\.net>/m);
  });

  test('the original is marked as answered, and the phone is told', async () => {
    const { phone, id } = await withMail();
    const { key } = await load(phone);
    const all = Buffer.from(mail({ to: 'ann@example.net, bob@example.net' }));
    assert.equal(await reply(phone, id), 'sent');
    assert.equal((await phone.item(id))?.content.lastVerb?.verb, 1);
    const [[, mark] = []] = changes(phone, await synced(phone, { SyncKey: key, CollectionId: inbox }));
    assert.equal(mark?.LastVerbExecuted, 1);
    assert.ok(mark?.LastVerbExecutionTime);
    assert.equal(await reply(phone, id, { ClientId: 'c2', Mime: all }), 'sent');
    assert.equal((await phone.item(id))?.content.lastVerb?.verb, 2);
    await taken();
  });

  test('an original that is not there is Status 150: unknown, gone, in another folder, or by LongId', async () => {
    const { phone, id } = await withMail();
    const gone = await phone.receive(mail());
    await house.store.transact(phone.account, async (tx) => tx.remove(gone));
    assert.equal(await reply(phone, '2:999'), 150);
    assert.equal(await reply(phone, gone), 150);
    assert.equal(await reply(phone, id, { Source: { FolderId: trash!, ItemId: id } }), 150);
    assert.equal(await reply(phone, id, { Source: { LongId: 'x' } }), 150);
    assert.equal(await reply(phone, id, { Source: {} }), 150);
    assert.deepEqual([await taken(), await phone.items(sent!)], [[], []]);
    assert.equal(await reply(phone, id, { Source: { ItemId: id } }), 'sent');
    await taken();
  });

  test('an InstanceId of another form is Status 104', async () => {
    const { phone, id } = await withMail();
    for (const InstanceId of ['20090907T07:00:00.000Z', '2009-09-07', '', '2009-19-07T07:00:00.000Z']) {
      assert.equal(await reply(phone, id, { Source: { FolderId: inbox!, ItemId: id, InstanceId } }), 104, InstanceId);
    }
  });

  test('a repeat is Status 118, also when the original is gone by then', async () => {
    const { phone, id } = await withMail();
    assert.equal(await reply(phone, id), 'sent');
    assert.equal(await reply(phone, id), 118);
    await house.store.transact(phone.account, async (tx) => tx.remove(id));
    assert.equal(await reply(phone, id), 118);
    assert.equal((await taken()).length, 1);
  });

  test('the other refusals are those of SendMail', async () => {
    const { phone, id } = await withMail();
    assert.equal(await reply(phone, id, { AccountId: 'other' }), 166);
    assert.equal(await reply(phone, id, { Mime: Buffer.from('nothing') }), 107);
    assert.equal(await reply(phone, id, { Mime: Buffer.from('Subject: nobody\r\n\r\nx') }), 119);
  });

  test('an original whose bytes are gone is Status 110, with ReplaceMime it is not needed', async () => {
    const { phone, id } = await withMail('long line of words\r\n'.repeat(2000));
    const { mime } = (await phone.item(id))!.content;
    const path = join(house.data, 'blobs', mime.slice(0, 2), mime);
    await rename(path, `${path}.away`);
    try {
      assert.equal(await reply(phone, id), 110);
      assert.equal(await reply(phone, id, { ReplaceMime: true }), 'sent');
      assert.equal((await taken()).length, 1);
    } finally {
      await rename(`${path}.away`, path);
    }
  });
});
