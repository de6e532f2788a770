// An invitation whose rule no pattern of the protocol says has its dates all the same (ical.js is the oracle).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import ICAL from 'ical.js';
import { parseCalendar } from '../../../src/content/calendar/icalendar.ts';
import { readItip } from '../../../src/content/calendar/itip.ts';
import { exceptionAt } from '../../../src/content/calendar/occurrence.ts';
import { readEvents } from '../../../src/content/calendar/read-icalendar.ts';
import { startsBetween } from '../../../src/content/calendar/recurrence.ts';
import type { Event } from '../../../src/domain/event.ts';

const now = Date.UTC(2026, 10, 1);
const organizer = 'ORGANIZER:mailto:carol@outside.example';
function invited(...lines: string[]): Event {
  const head = ['BEGIN:VCALENDAR', 'METHOD:REQUEST', 'BEGIN:VEVENT', 'UID:m', 'SUMMARY:Plan', organizer];
  const text = [...head, ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
  const itip = readItip(text, 'REQUEST', { zone: 'UTC', now });
  assert.equal(itip?.events.length, 1);
  return itip!.events[0]!;
}
const livesOf = (event: Event, to: number): string[] =>
  startsBetween(event, event.start, to)
    .filter((at) => !exceptionAt(event, at)?.deleted)
    .map((at) => new Date(at).toISOString().slice(0, 10));

test('several days of a month, single dates, every second hour: what falls on the time of day of the first', () => {
  const horizon = Date.UTC(2027, 5, 1);
  for (const rule of [
    'FREQ=MONTHLY;BYDAY=1MO,3MO',
    'FREQ=MONTHLY;BYMONTHDAY=7,21',
    'FREQ=YEARLY;BYMONTH=3,12;BYDAY=1MO',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1;COUNT=9',
    'FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,-1FR;UNTIL=20270401T000000Z',
  ]) {
    const meant: string[] = ['2026-12-07'];
    const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateString('2026-12-07'));
    for (let at = iterator.next(); at && at.toJSDate().getTime() < horizon; at = iterator.next())
      if (at.toString() !== meant[0]) meant.push(at.toString());
    // RFC 5545, 3.3.10: the start is counted.
    if (rule.includes('COUNT') && meant.length > 9) meant.pop();
    for (const start of [':20261207T080000Z', ';VALUE=DATE:20261207', ';TZID=America/New_York:20261207T203000']) {
      const event = invited(`DTSTART${start}`, `RRULE:${rule}`);
      const shift = start.includes('TZID') ? 5 * 3_600_000 : 0;
      const lives = startsBetween(event, event.start, horizon)
        .filter((at) => !exceptionAt(event, at)?.deleted)
        .map((at) => new Date(at - shift).toISOString().slice(0, 10));
      assert.deepEqual(lives, meant, `${rule} ${start}`);
      assert.ok((event.exceptions?.length ?? 0) <= 256);
    }
  }
});

test('dates that are named, one of them told differently, one taken out', () => {
  const moved = ['END:VEVENT', 'BEGIN:VEVENT', 'UID:m', 'SUMMARY:Moved', organizer];
  const event = invited(
    ...['DTSTART:20261207T080000Z', 'RDATE:20261209T080000Z,20261215T080000Z', 'RDATE:20261220T080000Z'],
    ...['EXDATE:20261215T080000Z', ...moved, 'RECURRENCE-ID:20261209T080000Z', 'DTSTART:20261209T100000Z'],
  );
  assert.deepEqual(livesOf(event, now * 2), ['2026-12-07', '2026-12-09', '2026-12-20']);
  const told = exceptionAt(event, Date.UTC(2026, 11, 9, 8));
  assert.deepEqual([told?.subject, told?.start], ['Moved', Date.UTC(2026, 11, 9, 10)]);
});

test('what has no second date on that time of day is one event, and ends at once', () => {
  for (const rule of ['FREQ=SECONDLY;COUNT=100000', 'FREQ=SECONDLY', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31'])
    assert.equal(invited('DTSTART:20261207T080000Z', `RRULE:${rule}`).recurrence, undefined, rule);
});

test('a message is about one series, however many it brings; of one that is said twice the last counts', () => {
  const series = (uid: string, start: string) =>
    ['BEGIN:VEVENT', `UID:${uid}`, `DTSTART:${start}`, 'RRULE:FREQ=DAILY;COUNT=9', 'END:VEVENT'].join('\r\n');
  const many = Array.from({ length: 2000 }, (_, index) => series(`other${index}`, '20261207T080000Z'));
  const all = [series('m', '20261207T080000Z'), ...many, series('m', '20261208T080000Z'), series('m', 'never')];
  const text = ['BEGIN:VCALENDAR', 'METHOD:REQUEST', ...all, 'END:VCALENDAR', ''].join('\r\n');
  const { uid, events } = readItip(text, 'REQUEST', { zone: 'UTC', now })!;
  assert.deepEqual([uid, events.length, events[0]!.start], ['m', 1, Date.UTC(2026, 11, 8, 8)]);
  const [again, ...others] = readEvents(parseCalendar(text).calendar!, { zone: 'UTC', now, uid: 'm' });
  assert.deepEqual([again?.start, others.length], [Date.UTC(2026, 11, 8, 8), 0]);
});
