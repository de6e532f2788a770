// From 16.0 on a Change may say no more than that an event is all day, or is not any more (MS-ASCAL_R2231: the rest stays).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calendar, read, type Version, type WrittenCalendar, write } from '../../../protocol/index.ts';
import { calendarCodec } from '../../../src/content/calendar/codec.ts';
import type { Fields } from '../../../src/domain/item.ts';

const now = Date.UTC(2026, 10, 1);
for (const [timeZone, evening, midnight] of [
  ['America/Los_Angeles', '20261202T040000Z', '20261201T080000Z'],
  ['Pacific/Auckland', '20261201T070000Z', '20261130T110000Z'],
] as const)
  test(`the day of an event where it is, and back: ${timeZone}`, () => {
    const account = { address: 'alice@example.test', displayName: 'Alice', timeZone };
    const spoken = (version: Version) => ({ version, account, now });
    const change = (fields: Fields, said: WrittenCalendar) =>
      calendarCodec.change(fields, write(calendar, said, { version: '16.1' }), spoken('16.1')).fields;
    const shown = (fields: Fields, version: Version) => {
      const { value } = read(calendar, calendarCodec.write(fields, spoken(version), []), { version });
      return [value.AllDayEvent, value.StartTime, value.EndTime, value.Recurrence?.Until];
    };
    const at = Date.parse(evening.replace(/^(....)(..)(..)T(..)/, '$1-$2-$3T$4:').replace('0000Z', '00Z'));
    const compact = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const hour = 3_600_000;
    const timed: WrittenCalendar = {
      ...{ StartTime: evening, EndTime: compact(at + hour), Subject: 'x' },
      Recurrence: { Type: 0, Interval: 1, Until: compact(at + 48 * hour) },
    };
    const { fields } = calendarCodec.create(write(calendar, timed, { version: '16.1' }), spoken('16.1'));
    const days = change(fields, { AllDayEvent: 1 });
    assert.deepEqual(shown(days, '16.1'), [1, '20261201T000000Z', '20261202T000000Z', '20261203T000000Z']);
    assert.deepEqual(shown(days, '14.1').slice(0, 2), [1, midnight]);
    const again = change(days, { AllDayEvent: 0 });
    const from = Date.parse(midnight.replace(/^(....)(..)(..)T(..)/, '$1-$2-$3T$4:').replace('0000Z', '00Z'));
    const [, ...times] = shown(again, '16.1');
    assert.deepEqual(times, [midnight, compact(from + 24 * hour), compact(from + 48 * hour)]);
  });

test('a whole day with times is that day', () => {
  const account = { address: 'alice@example.test', displayName: 'Alice' };
  for (const version of ['14.1', '16.1'] as const) {
    const said = { AllDayEvent: 1, StartTime: '20261201T000000Z', EndTime: '20261201T000000Z' };
    const { fields } = calendarCodec.create(write(calendar, said, { version }), { version, account, now });
    const { value } = read(calendar, calendarCodec.write(fields, { version, account, now }, []), { version });
    assert.deepEqual([value.StartTime, value.EndTime], ['20261201T000000Z', '20261202T000000Z']);
  }
});

test('a whole day that names none is today, where the account is', () => {
  const account = { address: 'alice@example.test', displayName: 'Alice', timeZone: 'Asia/Tokyo' };
  const spoken = { version: '16.1', account, now: Date.UTC(2026, 10, 1, 20) } as const;
  const data = write(calendar, { AllDayEvent: 1, Subject: 'x' }, { version: '16.1' });
  const { fields } = calendarCodec.create(data, spoken);
  const { value } = read(calendar, calendarCodec.write(fields, spoken, []), { version: '16.1' });
  assert.deepEqual([value.StartTime, value.EndTime], ['20261102T000000Z', '20261103T000000Z']);
});
