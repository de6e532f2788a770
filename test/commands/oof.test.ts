import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Answer, openHouse, type Phone, type Request } from '../support/endpoint.ts';

type Oof = NonNullable<Request<'Settings'>['Oof']>;
type OofSet = NonNullable<Oof['Set']>;
type Got = NonNullable<NonNullable<Answer<'Settings'>['Oof']>['Get']>;

const internal = { AppliesToInternal: true };
const known = { AppliesToExternalKnown: true };
const unknown = { AppliesToExternalUnknown: true };
const times = { StartTime: '2026-11-20T08:00:00.000Z', EndTime: '2026-11-27T17:00:00.000Z' };

describe('Settings Oof', async () => {
  const house = await openHouse({ after });

  const set = async (phone: Phone, asked: OofSet): Promise<number | undefined> =>
    (await phone.ask('Settings', { Oof: { Set: asked } })).Oof?.Status;
  async function get(phone: Phone, BodyType = 'Text'): Promise<Got> {
    const { Status, Oof } = await phone.ask('Settings', { Oof: { Get: { BodyType } } });
    assert.deepEqual([Status, Oof?.Status], [1, 1]);
    return Oof!.Get!;
  }
  /** State, and each audience as `internal 1 text`. */
  const told = ({ OofState, OofMessage }: Got): string[] => [
    `${OofState}`,
    ...OofMessage.map((one) => {
      const name = one.AppliesToInternal ? 'internal' : one.AppliesToExternalKnown ? 'known' : 'unknown';
      return `${name} ${Number(one.Enabled)} ${one.ReplyMessage?.trim() ?? '-'}`;
    }),
  ];

  test('of an account that never set anything: off, one message an audience', async () => {
    assert.deepEqual(told(await get(await house.phone())), ['0', 'internal 0 -', 'known 0 -', 'unknown 0 -']);
  });

  test('a Set for one audience leaves the others, and their times and state', async () => {
    const phone = await house.phone();
    const both = [
      { ...internal, Enabled: true, ReplyMessage: 'At the sea', BodyType: 'Text' },
      { ...known, Enabled: true, ReplyMessage: 'Away', BodyType: 'Text' },
    ];
    assert.equal(await set(phone, { OofState: 2, ...times, OofMessage: both }), 1);
    assert.equal(await set(phone, { OofMessage: [{ ...known, Enabled: false }] }), 1);
    assert.equal(
      await set(phone, { OofMessage: [{ ...unknown, Enabled: true, ReplyMessage: 'No', BodyType: 'Text' }] }),
      1,
    );
    const got = await get(phone);
    assert.deepEqual(told(got), ['2', 'internal 1 At the sea', 'known 0 Away', 'unknown 1 No']);
    assert.deepEqual([got.StartTime, got.EndTime], [times.StartTime, times.EndTime]);
    assert.equal(await set(phone, { OofMessage: [{ ...internal, ReplyMessage: '', BodyType: 'Text' }] }), 1);
    assert.deepEqual(told(await get(phone)).slice(0, 2), ['2', 'internal 1 -']);
  });

  test('times beside another state than 2 are taken for granted and not kept', async () => {
    const phone = await house.phone();
    for (const OofState of [0, 1]) {
      assert.equal(await set(phone, { OofState, ...times }), 1);
      const got = await get(phone);
      assert.deepEqual([got.OofState, got.StartTime, got.EndTime], [OofState, undefined, undefined]);
    }
    assert.equal(await set(phone, { OofState: 2, ...times }), 1);
    assert.equal(await set(phone, { OofState: 1 }), 1);
    assert.equal((await get(phone)).StartTime, undefined);
  });

  test('timed without its times goes on with those that are known', async () => {
    const phone = await house.phone();
    assert.equal(await set(phone, { OofState: 2, ...times }), 1);
    assert.equal(await set(phone, { OofState: 2, OofMessage: [{ ...known, Enabled: false }] }), 1);
    const got = await get(phone);
    assert.deepEqual([got.OofState, got.StartTime, got.EndTime], [2, times.StartTime, times.EndTime]);
  });

  test('a message is told in the form that is asked for', async () => {
    const phone = await house.phone();
    const OofMessage = [
      { ...internal, Enabled: true, ReplyMessage: '<p>At <b>sea</b> &amp; away</p>', BodyType: 'HTML' },
      { ...known, Enabled: true, ReplyMessage: 'a < b', BodyType: 'Text' },
    ];
    assert.equal(await set(phone, { OofState: 1, OofMessage }), 1);
    const text = await get(phone, 'Text');
    assert.deepEqual(
      text.OofMessage.slice(0, 2).map(({ ReplyMessage, BodyType }) => [ReplyMessage?.trim(), BodyType]),
      [
        ['At sea & away', 'Text'],
        ['a < b', 'Text'],
      ],
    );
    const html = (await get(phone, 'HTML')).OofMessage;
    assert.equal(html[0]?.ReplyMessage, '<p>At <b>sea</b> &amp; away</p>');
    assert.match(html[1]?.ReplyMessage ?? '', /a &lt; b/);
    assert.equal(html[1]?.BodyType, 'HTML');
  });

  test('what is wrong has its Status, and changes nothing', async () => {
    const phone = await house.phone();
    const message = { Enabled: true, ReplyMessage: 'x', BodyType: 'Text' };
    const cases: [OofSet, number][] = [
      [{ OofState: 3 }, 2],
      [{ OofState: 2 }, 2],
      [{ OofState: 2, StartTime: times.StartTime }, 2],
      [{ OofState: 1, StartTime: times.StartTime }, 2],
      [{ OofState: 2, StartTime: times.EndTime, EndTime: times.StartTime }, 6],
      [{ OofState: 1, OofMessage: [message] }, 2],
      [{ OofState: 1, OofMessage: [{ ...internal, ...known, ...message }] }, 2],
      [
        {
          OofState: 1,
          OofMessage: [
            { ...internal, ...message },
            { ...internal, ...message },
          ],
        },
        2,
      ],
      [{ OofState: 1, OofMessage: [{ ...internal, Enabled: true, ReplyMessage: 'x' }] }, 2],
      [{ OofState: 1, OofMessage: [{ ...internal, ...message, BodyType: 'RTF' }] }, 2],
      [{ OofState: 1, OofMessage: [{ ...internal, ...message, ReplyMessage: 'x'.repeat(70_000) }] }, 5],
    ];
    for (const [asked, status] of cases)
      assert.equal(await set(phone, asked), status, JSON.stringify(asked).slice(0, 200));
    const { Oof } = await phone.ask('Settings', { Oof: { Get: {} } });
    assert.deepEqual(Oof, { Status: 2 });
    assert.deepEqual((await phone.ask('Settings', { Oof: { Get: { BodyType: 'RTF' } } })).Oof, { Status: 2 });
    assert.deepEqual(told(await get(phone)), ['0', 'internal 0 -', 'known 0 -', 'unknown 0 -']);
  });

  test('the type of a body is read in any case, as phones write it', async () => {
    const phone = await house.phone();
    const OofMessage = [{ ...internal, Enabled: true, ReplyMessage: 'Away', BodyType: 'text' }];
    assert.equal(await set(phone, { OofState: 1, OofMessage }), 1);
    for (const type of ['Text', 'text', 'TEXT', 'html']) {
      const [first] = (await get(phone, type)).OofMessage;
      assert.equal(first?.BodyType, type.toLowerCase() === 'html' ? 'HTML' : 'Text');
    }
  });
});
