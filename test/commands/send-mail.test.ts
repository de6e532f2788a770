import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { mail, openHouse, type Phone, type Request, rootOf, statusAlone } from '../support/endpoint.ts';
import { adds, load, sent, synced } from '../support/sync-phone.ts';

describe('SendMail', async () => {
  const house = await openHouse({ after });

  const message = (headers = ''): Buffer => Buffer.from(mail({ to: 'Bob <bob@example.net>', headers }));
  const request = (rest: Partial<Request<'SendMail'>> = {}): Request<'SendMail'> => ({
    ClientId: 'c1',
    SaveInSentItems: true,
    Mime: message(),
    ...rest,
  });
  async function send(phone: Phone, asked: Request<'SendMail'>): Promise<number | 'sent'> {
    const response = await phone.send('SendMail', { body: phone.encode('SendMail', asked) });
    return rootOf(response) ? statusAlone(response) : 'sent';
  }
  /** What lies in the outbox, taken out. */
  async function taken(): Promise<{ from: string; recipients: readonly string[]; mime: string }[]> {
    const found = await house.store.outbox.claim('test', house.clock.now() + 60_000, 100);
    return Promise.all(
      found.map(async ({ id, from, recipients, mime }) => {
        const bytes = await house.store.blobs.get(mime);
        await house.store.outbox.done(id);
        return { from, recipients, mime: bytes.toString() };
      }),
    );
  }

  test('success is an empty 200: the message is in the outbox and, when asked, in Sent Items, read', async () => {
    const phone = await house.phone();
    const { key } = await load(phone, sent);
    assert.equal(await send(phone, request()), 'sent');
    const [out, ...others] = await taken();
    assert.deepEqual(others, []);
    assert.deepEqual([out?.from, out?.recipients], [phone.address, ['bob@example.net']]);
    assert.match(out!.mime, new RegExp(`^From: .*<${phone.address}>`, 'm'));
    assert.match(out!.mime, /^Message-ID: </m);
    const [[, copy] = []] = adds(phone, await synced(phone, { SyncKey: key, CollectionId: sent }));
    assert.deepEqual([copy?.Subject, copy?.Read, copy?.IsDraft], ['Subject', true, false]);
  });

  test('without SaveInSentItems there is no copy', async () => {
    const phone = await house.phone();
    assert.equal(await send(phone, request({ SaveInSentItems: false })), 'sent');
    assert.equal((await taken()).length, 1);
    assert.deepEqual(await phone.items(sent!), []);
  });

  test('Bcc is served and kept in the copy (MS-ASEMAIL_R1129), and nobody else sees it', async () => {
    const phone = await house.phone();
    assert.equal(await send(phone, request({ Mime: message('Bcc: eve@example.net\r\n') })), 'sent');
    const [out] = await taken();
    assert.deepEqual(out?.recipients, ['bob@example.net', 'eve@example.net']);
    assert.doesNotMatch(out!.mime, /eve/);
    const [copy] = (await load(phone, sent)).mails.values();
    assert.equal(copy?.Bcc, 'eve@example.net');
    const many = Array.from({ length: 100 }, (_, n) => `guest${n}@example.net`);
    await send(phone, request({ ClientId: 'many', Mime: message(`Bcc: ${many.join(',\r\n ')}\r\n`) }));
    assert.equal((await taken()).length, 1);
    const told = [...(await load(phone, sent)).mails.values()].map(({ Bcc = '' }) => Bcc.length);
    assert.ok(Math.max(...told) > 1000 && Math.max(...told) <= 1024);
  });

  test('the same message with the same ClientId again is Status 118; with another of either it is sent', async () => {
    const phone = await house.phone();
    assert.equal(await send(phone, request()), 'sent');
    assert.equal(await send(phone, request()), 118);
    assert.equal(await send(phone, request({ Mime: message('X-Other: 1\r\n') })), 'sent');
    assert.equal(await send(phone, request({ ClientId: 'c2' })), 'sent');
    assert.equal(await send(phone.another(), request()), 'sent');
    assert.deepEqual([(await taken()).length, (await phone.items(sent!)).length], [4, 4]);
    house.clock.forward(25 * 3_600_000);
    assert.equal(await send(phone, request()), 'sent');
    assert.equal((await taken()).length, 1);
  });

  test('two at the same time with one ClientId go out once', async () => {
    const phone = await house.phone();
    await phone.ask('FolderSync', { SyncKey: '0' });
    const results = await Promise.all([send(phone, request()), send(phone, request())]);
    assert.deepEqual(results.sort(), [118, 'sent']);
    assert.equal((await taken()).length, 1);
  });

  test('what cannot be sent has its Status, and leaves nothing', async () => {
    const phone = await house.phone();
    const cases: [Partial<Request<'SendMail'>>, number][] = [
      [{ AccountId: 'other' }, 166],
      [{ TemplateID: '0' }, 168],
      [{ ClientId: '' }, 103],
      [{ ClientId: 'x'.repeat(41) }, 103],
      [{ Mime: Buffer.from('no header at all') }, 107],
      [{ Mime: Buffer.alloc(0) }, 107],
      [{ Mime: Buffer.from('Subject: nobody\r\n\r\nx') }, 119],
      [{ Mime: Buffer.from('To: undisclosed-recipients:;\r\n\r\nx') }, 119],
      [{ Mime: Buffer.from('To: not an address\r\n\r\nx') }, 116],
    ];
    for (const [rest, status] of cases) assert.equal(await send(phone, request(rest)), status, JSON.stringify(rest));
    assert.deepEqual([await taken(), await phone.items(sent!)], [[], []]);
    assert.deepEqual((await phone.stored()).sent, []);
  });

  test('a copy beyond the quota is Status 113, and nothing is sent', async () => {
    const phone = await house.phone({ quota: 1000 });
    assert.equal(await send(phone, request({ Mime: Buffer.concat([message(), Buffer.alloc(2000, 65)]) })), 113);
    assert.deepEqual(await taken(), []);
  });

  test('an empty AccountId is the primary account', async () => {
    const phone = await house.phone();
    assert.equal(await send(phone, request({ AccountId: '' })), 'sent');
    await taken();
  });

  test('a trial device sends nothing', async () => {
    const phone = (await house.phone()).another('16.1', 'validate');
    assert.equal(await send(phone, request()), 'sent');
    assert.deepEqual([await taken(), await phone.items(sent!)], [[], []]);
  });
});
