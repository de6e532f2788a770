// RFC 5545, 3.3.10: a month without the day of a rule is passed over. What is read has the dates that the rule has (ical.js
// is the oracle), whatever the protocol's pattern does with that month.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import ICAL from 'ical.js';
import { parseCalendar } from '../../../src/content/calendar/icalendar.ts';
import { exceptionAt } from '../../../src/content/calendar/occurrence.ts';
import { readEvents } from '../../../src/content/calendar/read-icalendar.ts';
import { startsBetween } from '../../../src/content/calendar/recurrence.ts';
import { writeICalendar } from '../../../src/content/calendar/write-icalendar.ts';
import type { Event } from '../../../src/domain/event.ts';

const now = Date.UTC(2026, 10, 1);
const horizon = Date.UTC(2045, 0);
const read = (text: string): Event => {
  const [event] = readEvents(parseCalendar(text).calendar!, { zone: 'UTC', now });
  return event!;
};
const calendarOf = (start: string, rule: string, ...more: string[]): string =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:m', `DTSTART${start}`, `RRULE:${rule}`, ...more],
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n');
const livesOf = (event: Event): string[] =>
  startsBetween(event, event.start, horizon)
    .filter((at) => !exceptionAt(event, at)?.deleted)
    .map((at) => new Date(at).toISOString().slice(0, 10));

function meantBy(first: string, rule: string): string[] {
  const dates: string[] = [];
  const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateString(first));
  for (let at = iterator.next(); at && at.toJSDate().getTime() < horizon; at = iterator.next())
    dates.push(at.toString());
  return dates;
}

test('the 29th, 30th and 31st have the dates that their rule has, timed or all day, ending or not', () => {
  const cases = [
    ['2026-01-31', 'FREQ=MONTHLY;BYMONTHDAY=31'],
    ['2026-01-31', 'FREQ=MONTHLY'],
    ['2026-01-30', 'FREQ=MONTHLY;BYMONTHDAY=30;COUNT=20'],
    ['2026-01-29', 'FREQ=MONTHLY;BYMONTHDAY=29;UNTIL=20310601T000000Z'],
    ['2026-08-31', 'FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=31;COUNT=3'],
    ['2024-02-29', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29'],
    // The library has the 1st of March for the shorter form.
    ['2024-02-29', 'FREQ=YEARLY;COUNT=4', ';BYMONTH=2;BYMONTHDAY=29'],
    ['2026-04-30', 'FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=30'],
  ];
  for (const [first = '', rule = '', spelled = ''] of cases) {
    const meant = meantBy(first, rule + spelled);
    assert.ok(meant.length > 2, rule);
    const date = first.replaceAll('-', '');
    for (const start of [`;VALUE=DATE:${date}`, `:${date}T120000Z`, `;TZID=Pacific/Auckland:${date}T200000`]) {
      const event = read(calendarOf(start, rule.replace(/T000000Z$/, start.includes('DATE') ? '' : '$&')));
      assert.deepEqual(livesOf(event), meant, `${rule} ${start}`);
      const again = read(writeICalendar([event]));
      assert.deepEqual(livesOf(again), meant, 'and so has what is written of it');
    }
  }
});

test('what is deleted beside stays deleted, and one that no month has is a single event', () => {
  const event = read(calendarOf(':20260131T120000Z', 'FREQ=MONTHLY;COUNT=3', 'EXDATE:20260331T120000Z'));
  assert.deepEqual(livesOf(event), ['2026-01-31', '2026-05-31']);
  assert.equal(read(calendarOf(':20260131T120000Z', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31')).recurrence, undefined);
});

test('the last day of each month is no such rule', () => {
  for (const rule of ['FREQ=MONTHLY;BYMONTHDAY=-1', 'FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1'])
    assert.deepEqual(read(calendarOf(':20260131T120000Z', rule)).exceptions, undefined);
});
