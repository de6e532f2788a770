import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { buildLongId } from '../../protocol/index.ts';
import { mail, openHouse, type Phone, type Request, rootOf, statusAlone } from '../support/endpoint.ts';
import { changes, inbox, load, sent, synced } from '../support/sync-phone.ts';

describe('SmartForward', async () => {
  const house = await openHouse({ after });
  const content = Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 256));
  const original = mail({
    text: 'The original.',
    html: '<p>The <b>original</b>.</p>',
    attachment: { name: 'plan.pdf', content },
    headers: 'Message-ID: <original@example.net>\r\n',
  });
  const Mime = Buffer.from(mail({ to: 'bob@example.net', subject: 'Fwd: Subject', text: 'Look at this.' }));

  type Asked = Partial<Request<'SmartForward'>>;
  async function forward(phone: Phone, id: string, rest: Asked = {}): Promise<number | 'sent'> {
    const asked = { ClientId: 'c1', Source: { FolderId: inbox!, ItemId: id }, SaveInSentItems: true, Mime, ...rest };
    const response = await phone.send('SmartForward', { body: phone.encode('SmartForward', asked) });
    return rootOf(response) ? statusAlone(response) : 'sent';
  }
  async function taken(): Promise<Buffer[]> {
    const found = await house.store.outbox.claim('test', house.clock.now() + 60_000, 100);
    return Promise.all(
      found.map(async ({ id, mime }) => {
        const bytes = await house.store.blobs.get(mime);
        await house.store.outbox.done(id);
        return bytes;
      }),
    );
  }

  test('the original stands below, its attachment goes along byte for byte, the copy is in Sent Items', async () => {
    const phone = await house.phone();
    const id = await phone.receive(original);
    assert.equal(await forward(phone, id), 'sent');
    const out = await simpleParser((await taken())[0]!);
    assert.match(out.text ?? '', /Look at this\.[\s\S]*The original\./);
    assert.deepEqual(
      out.attachments.map(({ filename, content: bytes }) => [filename, bytes.equals(content)]),
      [['plan.pdf', true]],
    );
    const [copy] = await phone.items(sent!);
    assert.equal(copy?.content.conversation, (await phone.item(id))?.content.conversation);
  });

  test('with ReplaceMime the message is whole as it comes, without the original and its files', async () => {
    const phone = await house.phone();
    const id = await phone.receive(original);
    assert.equal(await forward(phone, id, { ReplaceMime: true }), 'sent');
    const out = await simpleParser((await taken())[0]!);
    assert.doesNotMatch(out.text ?? '', /The original/);
    assert.deepEqual(out.attachments, []);
  });

  test('the original is marked as forwarded, and the phone is told; a repeat is Status 118', async () => {
    const phone = await house.phone();
    const id = await phone.receive(original);
    const { key } = await load(phone);
    assert.equal(await forward(phone, id), 'sent');
    assert.equal(await forward(phone, id), 118);
    assert.equal((await phone.item(id))?.content.lastVerb?.verb, 3);
    const [[, mark] = []] = changes(phone, await synced(phone, { SyncKey: key, CollectionId: inbox }));
    assert.equal(mark?.LastVerbExecuted, 3);
    assert.equal((await taken()).length, 1);
  });

  test('the original may be named by LongId, and by nothing beside it', async () => {
    const phone = await house.phone();
    const id = await phone.receive(original);
    const LongId = buildLongId(inbox!, id);
    assert.equal(await forward(phone, id, { Source: { LongId } }), 'sent');
    assert.equal(await forward(phone, id, { ClientId: 'c2', Source: { LongId, ItemId: id } }), 150);
    assert.equal(await forward(phone, id, { ClientId: 'c2', Source: { LongId: 'x' } }), 150);
    assert.equal((await taken()).length, 1);
  });

  test('Forwardees are for meetings: 178 beside a message, 179 alone; neither is 103', async () => {
    const phone = await house.phone();
    const id = await phone.receive(original);
    const Forwardees = { Forwardee: [{ Email: 'bob@example.net' }] };
    const statuses = [
      await forward(phone, id, { Forwardees }),
      await forward(phone, id, { Forwardees, SaveInSentItems: false, Mime: undefined }),
      await forward(phone, id, { Mime: undefined }),
    ];
    assert.deepEqual(statuses, [178, 179, 103]);
    assert.deepEqual([await taken(), await phone.items(sent!)], [[], []]);
  });
});
