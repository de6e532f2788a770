import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openHouse, type Phone, type Request } from '../support/endpoint.ts';

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
        [4, undefined, []],
        [4, undefined, []],
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

  test('free/busy has a digit for each half hour, and none for what is ambiguous', async () => {
    const phone = await house.phone();
    const StartTime = '2026-02-01T08:00:00.000Z';
    const busy = async (name: string, EndTime?: string) =>
      (await resolve(phone, [name], { Availability: { StartTime, EndTime } }))[0]?.Recipient[0]?.Availability;
    assert.deepEqual(await busy('adam', '2026-02-01T09:15:00.000Z'), { Status: 1, MergedFreeBusy: '444' });
    assert.equal((await busy('adam'))?.MergedFreeBusy?.length, 7 * 48);
    assert.equal(await busy('ad', '2026-02-01T09:00:00.000Z'), undefined);
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
