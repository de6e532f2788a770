// Until as phones write it: the start of the last occurrence, or its day.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  calendar,
  formatTimeZone,
  read,
  timeZoneOf,
  type Version,
  type WrittenCalendar,
  write,
} from '../../../protocol/index.ts';
import { calendarCodec } from '../../../src/content/calendar/codec.ts';

const account = { address: 'alice@example.test', displayName: 'Alice' };
const now = Date.UTC(2026, 10, 1);
const daily = ([zone, StartTime, EndTime]: readonly [string, string, string], Until: string): WrittenCalendar => ({
  Timezone: formatTimeZone(timeZoneOf(zone, 2026)),
  ...{ StartTime, EndTime, Subject: 'Daily' },
  Recurrence: { Type: 0, Interval: 1, Until },
});
const spoken = (version: Version) => ({ version, account, now });
const untilOf = (fields: Parameters<typeof calendarCodec.write>[0], version: Version) =>
  read(calendar, calendarCodec.write(fields, spoken(version), []), { version }).value.Recurrence?.Until;

const berlin = ['Europe/Berlin', '20261201T090000Z', '20261201T100000Z'] as const;
const angeles = ['America/Los_Angeles', '20261201T180000Z', '20261201T190000Z'] as const;
const evening = ['America/Los_Angeles', '20261201T000000Z', '20261201T010000Z'] as const;
const cases = [
  ['a day without a time', berlin, '20261210T000000Z', '20261210T090000Z'],
  ['a day without a time, west of UTC', angeles, '20261210T000000Z', '20261210T180000Z'],
  ['the midnight there', berlin, '20261209T230000Z', '20261210T090000Z'],
  ['the last start', berlin, '20261210T090000Z', '20261210T090000Z'],
  ['the end of the day', berlin, '20261210T225959Z', '20261210T225959Z'],
  ['a moment before an occurrence that another series has', berlin, '20261210T085959Z', '20261210T085959Z'],
  ['a last start at midnight in UTC', evening, '20261210T000000Z', '20261210T000000Z'],
] as const;

for (const version of ['2.5', '14.1', '16.1'] as const)
  for (const [what, event, until, meant] of cases)
    test(`${version}: ${what}`, () => {
      const data = write(calendar, daily(event, until), { version });
      const { fields } = calendarCodec.create(data, spoken(version));
      assert.equal(untilOf(fields, version), meant);
      const other = { original: Date.UTC(2026, 11, 3, Number(event[1].slice(9, 11))), deleted: true, dtStamp: now };
      const before = { ...fields, exceptions: [other] } as typeof fields;
      const again = calendarCodec.change(before, data, spoken(version)).fields as { readonly exceptions?: unknown[] };
      assert.equal(untilOf(again as typeof fields, version), meant, 'said again');
      assert.equal(again.exceptions?.length, 1, 'what was deleted stays away');
    });
