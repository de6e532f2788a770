import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { formatTimeZone, timeZoneOf } from '../../protocol/index.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { openHouse, type Phone, type Request } from '../support/endpoint.ts';
import { signedMail } from '../support/signed-mail.ts';
import { calendar, contacts } from '../support/sync-phone.ts';

describe('ResolveRecipients', async () => {
  const house = await openHouse({ after });
  const { directory, blobs } = house.store;
  const { id: picture } = await blobs.put(Buffer.alloc(300, 2));
  const certificates = ['QUJD', 'REVG'];
  await directory.create({
    address: 'ada@example.test',
    aliases: ['al@example.test'],
    displayName: 'Ada L',
    certificates,
  });
  await directory.create({ address: 'adam@example.test', aliases: [], displayName: 'Adam S', picture });
  await directory.create({ address: 'ada@other.test', aliases: [], displayName: 'Ada Elsewhere' });
  await directory.putGroup({ address: 'adults@example.test', displayName: 'Adults', members: ['ada@example.test'] });

  type Options = NonNullable<Request<'ResolveRecipients'>['Options']>;
  async function resolve(phone: Phone, To: string[], Options: Options = {}) {
    const { Status, Response } = await phone.ask('ResolveRecipients', { To, Options });
    assert.equal(Status, 1);
    return Response;
  }

  test('a name means one, several or nobody of the own domain, an address or alias exactly one', async () => {
    const phone = await house.phone();
    const found = await resolve(phone, [
      'ada l',
      'AL@example.test',
      'ad',
      'nobody',
      'ada@other.test',
      'adults@example.test',
    ]);
    assert.deepEqual(
      found.map(({ Status, RecipientCount, Recipient }) => [
        Status,
        RecipientCount,
        Recipient.map(({ EmailAddress }) => EmailAddress),
      ]),
      [
        [1, 1, ['ada@example.test']],
        [1, 1, ['ada@example.test']],
        [2, 3, ['ada@example.test', 'adam@example.test', 'adults@example.test']],
        [4, 0, []],
        [4, 0, []],
        [1, 1, ['adults@example.test']],
      ],
    );
    const [some] = await resolve(phone, ['ad'], { MaxAmbiguousRecipients: 2 });
    assert.deepEqual([some?.Status, some?.RecipientCount, some?.Recipient.length], [3, 3, 2]);
  });

  test('certificates and pictures come as far as they are asked for and there', async () => {
    const phone = await house.phone();
    const of = async (name: string, options: Options) => (await resolve(phone, [name], options))[0]?.Recipient[0];
    assert.equal((await of('ada l', { CertificateRetrieval: 1 }))?.Certificates, undefined);
    const { Certificates: whole } = (await of('ada l', { CertificateRetrieval: 2 }))!;
    assert.deepEqual([whole?.Status, whole?.CertificateCount, whole?.Certificate], [1, 2, certificates]);
    assert.equal((await of('ada l', { CertificateRetrieval: 2, MaxCertificates: 1 }))?.Certificates?.Status, 8);
    assert.equal((await of('adam', { CertificateRetrieval: 2 }))?.Certificates?.Status, 7);
    assert.equal((await of('ada l', { CertificateRetrieval: 3 }))?.Certificates?.Status, 7);
    const [shown] = (await of('adam', { Picture: {} }))!.Picture;
    assert.deepEqual([shown?.Status, shown?.Data?.length], [1, 300]);
    assert.equal((await of('adam', { Picture: { MaxSize: 299 } }))!.Picture[0]?.Status, 174);
    assert.equal((await of('ada l', { Picture: {} }))!.Picture[0]?.Status, 173);
  });

  test('MaxPictures is of each name, and a picture too large stays that behind the limit (MS-ASCMD_R3287, R3288, R3289, R3291)', async () => {
    const phone = await house.phone();
    const put = (name: string) =>
      directory.create({ address: `${name}@example.test`, aliases: [], displayName: name, picture });
    for (const name of ['pix one', 'pix two']) await put(name.replace(' ', ''));
    const shown = async (Picture: { MaxPictures: number; MaxSize?: number }) =>
      (await resolve(phone, ['pix', 'pix', 'ada l'], { Picture })).map(({ Recipient }) =>
        Recipient.map((one) => one.Picture[0]?.Status),
      );
    assert.deepEqual(await shown({ MaxPictures: 1 }), [[1, 175], [1, 175], [173]]);
    assert.deepEqual(await shown({ MaxPictures: 0, MaxSize: 299 }), [[174, 174], [174, 174], [173]]);
  });

  test('free/busy has a digit for each half hour, and none for what is ambiguous', async () => {
    const phone = await house.phone();
    const StartTime = '2026-02-01T08:00:00.000Z';
    const busy = async (name: string, EndTime?: string) =>
      (await resolve(phone, [name], { Availability: { StartTime, EndTime } }))[0]?.Recipient[0]?.Availability;
    assert.deepEqual(await busy('adam', '2026-02-01T09:15:00.000Z'), { Status: 1, MergedFreeBusy: '000' });
    assert.equal((await busy('adam'))?.MergedFreeBusy?.length, 7 * 48);
    assert.equal(await busy('ad', '2026-02-01T09:00:00.000Z'), undefined);
  });

  test('free/busy of a colleague, of a group merged, and of whom nothing may be known', async () => {
    const phone = await house.phone();
    const [bob, eve] = [await house.phone(), await house.phone({ version: '14.1' })];
    const calendarOf = (one: Phone) => FolderCopy.open(one, calendar!, 'Calendar');
    const event = { StartTime: '20260301T080000Z', EndTime: '20260301T083000Z', Subject: 'Busy', BusyStatus: 2 };
    await (await calendarOf(bob)).add({ ...event, Recurrence: { Type: 0, Interval: 1 } });
    const off = { StartTime: '20260401T090000Z', EndTime: '20260401T093000Z', BusyStatus: 3 };
    await (await calendarOf(eve)).add({ ...event, ...off, Timezone: formatTimeZone(timeZoneOf('UTC', 2026)) });
    const put = (name: string, members: string[]) =>
      directory.putGroup({ address: `${name}@example.test`, displayName: name, members });
    await put('team', [bob.address, eve.address, 'far@elsewhere.test']);
    await put(
      'crowd',
      Array.from({ length: 21 }, (_, at) => `m${at}@example.test`),
    );
    await put('foreign', ['far@elsewhere.test']);
    await (await FolderCopy.open(phone, contacts!, 'Contacts')).add({
      FirstName: 'Far',
      LastName: 'Friend',
      Email2Address: '"Far" <far@elsewhere.test>',
    });
    const Availability = { StartTime: '2026-04-01T08:00:00.000Z', EndTime: '2026-04-01T10:00:00.000Z' };
    const names = [bob.address, 'team@example.test', 'crowd@example.test', 'foreign@example.test', 'far friend'];
    const found = await resolve(phone, names, { Availability });
    assert.deepEqual(
      found.map(({ Recipient: [one] }) => [one?.Type, one?.Availability?.Status, one?.Availability?.MergedFreeBusy]),
      [
        [1, 1, '2000'],
        [1, 1, '2030'],
        [1, 161, undefined],
        [1, 163, undefined],
        [2, 163, undefined],
      ],
    );
    assert.equal(found[4]?.Recipient[0]?.EmailAddress, 'far@elsewhere.test');
    const many = await resolve(phone, Array(51).fill('team@example.test'), { Availability });
    assert.deepEqual(
      [many[49], many[50]].map((one) => one?.Recipient[0]?.Availability?.Status),
      [1, 160],
    );
  });

  test('who has no certificate in the list is known by the signature of a mail', async () => {
    const phone = await house.phone();
    const [signed, certificate] = signedMail('Sig <sig@elsewhere.test>', 'sig@elsewhere.test');
    await phone.receive(signed);
    const [forged] = signedMail('Sig <other@elsewhere.test>', 'sig@elsewhere.test');
    await phone.receive(forged);
    const copy = await FolderCopy.open(phone, contacts!, 'Contacts');
    for (const name of ['sig', 'other']) await copy.add({ FirstName: name, Email1Address: `${name}@elsewhere.test` });
    const names = ['sig@elsewhere.test', 'other@elsewhere.test'];
    const found = await resolve(phone, names, { CertificateRetrieval: 2 });
    assert.deepEqual(
      found.map(({ Recipient: [one] }) => [one?.Certificates?.Status, one?.Certificates?.Certificate]),
      [
        [1, [certificate]],
        [7, []],
      ],
    );
    // MS-ASCMD_R3769: of a group, how many have one, out of how many.
    await directory.putGroup({
      address: 'pair@example.test',
      displayName: 'Pair',
      members: ['ada@example.test', ...names],
    });
    const [pair] = await resolve(phone, ['pair@example.test'], { CertificateRetrieval: 2 });
    const { CertificateCount, RecipientCount } = pair!.Recipient[0]!.Certificates!;
    assert.deepEqual([CertificateCount, RecipientCount], [3, 3]);
    // The limit is of the whole answer.
    const limited = await resolve(phone, ['ada l', 'sig@elsewhere.test'], {
      CertificateRetrieval: 2,
      MaxCertificates: 2,
    });
    assert.deepEqual(
      limited.map(({ Recipient: [one] }) => one?.Certificates?.Status),
      [1, 8],
    );
  });

  test('too many names, windows that are none and limits out of range are Status 5', async () => {
    const phone = await house.phone();
    const StartTime = '2026-02-01T08:00:00.000Z';
    const refused: Request<'ResolveRecipients'>[] = [
      { To: [] },
      { To: Array(101).fill('a') },
      { To: ['x'.repeat(257)] },
      { To: ['a'], Options: { MaxCertificates: 10_000 } },
      { To: ['a'], Options: { MaxAmbiguousRecipients: -1 } },
      { To: ['a'], Options: { Availability: { StartTime: 'now' } } },
      { To: ['a'], Options: { Availability: { StartTime, EndTime: '2026-02-01T08:29:00.000Z' } } },
      { To: ['a'], Options: { Availability: { StartTime, EndTime: '2026-03-16T08:00:00.000Z' } } },
      { To: ['a'], Options: { Availability: { StartTime, EndTime: 'later' } } },
    ];
    for (const one of refused)
      assert.equal(await phone.status('ResolveRecipients', one), 5, JSON.stringify(one).slice(0, 80));
  });
});
