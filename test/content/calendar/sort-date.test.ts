// Where an event lies for a filter: at the end of its last occurrence.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calendar, formatTimeZone, timeZoneOf, type WrittenCalendar, write } from '../../../protocol/index.ts';
import { calendarCodec } from '../../../src/content/calendar/codec.ts';
import { farFuture } from '../../../src/domain/position.ts';

const version = '16.1';
const spoken = {
  version,
  account: { address: 'a@example.test', displayName: 'A', timeZone: 'Europe/Berlin', firstDayOfWeek: 1 },
  now: Date.UTC(2026, 10, 1),
} as const;
const event: WrittenCalendar = {
  Timezone: formatTimeZone(timeZoneOf('Europe/Berlin', 2026)),
  StartTime: '20261201T080000Z',
  EndTime: '20261201T090000Z',
  Subject: 'Plan',
};
const december = (day: number, hour: number): number => Date.UTC(2026, 11, day, hour);

const cases: readonly [string, Partial<WrittenCalendar>, number][] = [
  ['a single event', {}, december(1, 9)],
  ['five days', { Recurrence: { Type: 0, Interval: 1, Occurrences: 5 } }, december(5, 9)],
  ['until a day', { Recurrence: { Type: 0, Interval: 1, Until: '20261203T080000Z' } }, december(3, 9)],
  ['for ever', { Recurrence: { Type: 0, Interval: 1 } }, farFuture],
];
for (const [what, change, expected] of cases) {
  test(`${what} lies where its last occurrence ends`, () => {
    const { fields } = calendarCodec.create(write(calendar, { ...event, ...change }, { version }), spoken);
    assert.equal(calendarCodec.sortDate(fields, spoken.now), expected);
  });
}

test('an occurrence that was moved behind the last one moves the event', () => {
  const daily = { ...event, Recurrence: { Type: 0, Interval: 1, Occurrences: 5 } };
  const { fields } = calendarCodec.create(write(calendar, daily, { version }), spoken);
  const moved = write(calendar, { StartTime: '20261220T080000Z', EndTime: '20261220T100000Z' }, { version });
  const after = calendarCodec.change(fields, moved, { ...spoken, instanceId: '20261202T080000Z' });
  assert.equal(calendarCodec.sortDate(after.fields, spoken.now), december(20, 10));
  const back = calendarCodec.removeInstance!(after.fields, '20261202T080000Z', spoken);
  assert.equal(calendarCodec.sortDate(back.fields, spoken.now), december(5, 9));
});
