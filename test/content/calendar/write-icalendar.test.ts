// Events as iCalendar text and back: what is written is read again, by us and by a reader that is not ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asFields, calendarCodec } from '../../../src/content/calendar/codec.ts';
import { parseCalendar } from '../../../src/content/calendar/icalendar.ts';
import { readCalendar } from '../../../src/content/calendar/read-event.ts';
import { readEvents } from '../../../src/content/calendar/read-icalendar.ts';
import { startsBetween } from '../../../src/content/calendar/recurrence.ts';
import { writeICalendar } from '../../../src/content/calendar/write-icalendar.ts';
import type { Event, Recurrence } from '../../../src/domain/event.ts';

const start = Date.UTC(2026, 11, 1, 8);
const hour = 3_600_000;
const day = 24 * hour;
const single: Event = {
  uid: 'one@example.test',
  subject: 'Plän; with, commas\nand lines',
  start,
  end: start + hour,
  zone: 'Europe/Berlin',
  dtStamp: Date.UTC(2026, 10, 1),
  busyStatus: 2,
  organizer: { email: 'ann@example.test', name: 'Ann "A" B' },
  attendees: [{ email: 'bob@example.test', name: 'Bob; x, y', status: 3, type: 2 }],
  sequence: 3,
};

function back(text: string, zone = 'UTC'): Event[] {
  const { calendar, errors } = parseCalendar(text);
  assert.deepEqual(errors, []);
  return readEvents(calendar!, { zone, now: 0 });
}
const lines = (...content: string[]): string => content.map((line) => `${line}\r\n`).join('');
function one(...content: string[]): Event[] {
  const text = lines('BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:u', ...content, 'END:VEVENT', 'END:VCALENDAR');
  return readEvents(parseCalendar(text).calendar!, { zone: 'Europe/Berlin', now: 0 });
}

test('what is written of an event is read again', () => {
  const [event] = back(writeICalendar([single]));
  assert.deepEqual(event, {
    ...single,
    organizer: { email: 'ann@example.test', name: "Ann 'A' B" },
  });
});

test('the links of an online meeting are written, read, and shown from 14.1 on', () => {
  const links = { confLink: 'conf:sip:ann@example.test;gruu', externalLink: 'https://meet.example.test/1,2;3' };
  const [event] = back(writeICalendar([{ ...single, ...links }], { method: 'REQUEST' }));
  assert.deepEqual([event?.confLink, event?.externalLink], Object.values(links));
  for (const version of ['14.0', '14.1', '16.1'] as const) {
    const account = { address: 'bob@example.test', displayName: 'Bob' };
    const data = calendarCodec.write(asFields(event!), { version, now: 0, account }, []);
    const { OnlineMeetingConfLink, OnlineMeetingExternalLink } = readCalendar(data, version);
    const shown = version === '14.0' ? [undefined, undefined] : Object.values(links);
    assert.deepEqual([OnlineMeetingConfLink, OnlineMeetingExternalLink], shown);
  }
});

test('lines are folded at 75 bytes and end in CRLF', () => {
  const text = writeICalendar([{ ...single, subject: 'ö'.repeat(400) }]);
  for (const line of text.split('\r\n')) {
    assert.ok(Buffer.byteLength(line) <= 75, line);
    assert.doesNotMatch(line, /[\r\n]/);
  }
  assert.equal(back(text)[0]?.subject, 'ö'.repeat(400));
});

test('a text cannot bring lines of its own', () => {
  const evil = 'x\r\nATTENDEE:mailto:eve@evil.test\nEND:VEVENT';
  const text = writeICalendar([
    {
      ...single,
      subject: evil,
      location: { DisplayName: evil },
      body: { type: 2, data: evil },
      attendees: [{ email: `bob@example.test${evil}`, name: evil }],
    },
  ]);
  assert.equal(text.match(/^ATTENDEE/gm)?.length, 1);
  assert.equal(text.match(/^END:VEVENT/gm)?.length, 1);
});

test('an all-day event is dates, with an end behind its start', () => {
  const from = Date.UTC(2026, 11, 24);
  const text = writeICalendar([{ ...single, allDay: true, start: from, end: from }]);
  assert.match(text, /^DTSTART;VALUE=DATE:20261224\r$/m);
  assert.match(text, /^DTEND;VALUE=DATE:20261225\r$/m);
  assert.deepEqual([back(text)[0]?.allDay, back(text)[0]?.end], [true, from + day]);
});

test('series of every type mean the same days when they come back', () => {
  const patterns: Omit<Recurrence, 'interval'>[] = [
    { type: 0 },
    { type: 0, dayOfWeek: 62 },
    { type: 1, dayOfWeek: 4 | 16, firstDayOfWeek: 1 },
    { type: 2, dayOfMonth: 31 },
    { type: 2, dayOfMonth: 1 },
    { type: 3, dayOfWeek: 4, weekOfMonth: 5 },
    { type: 3, dayOfWeek: 62, weekOfMonth: 1 },
    { type: 5, dayOfMonth: 30, monthOfYear: 2 },
    { type: 6, dayOfWeek: 8, weekOfMonth: 2, monthOfYear: 6 },
  ];
  for (const pattern of patterns) {
    for (const allDay of [undefined, true as const]) {
      for (const end of [{ occurrences: 7 }, { until: start + 4000 * day }]) {
        const midnight = Date.UTC(2026, 11, 1);
        const times = allDay ? { allDay, start: midnight, end: midnight + day } : {};
        const until = allDay && 'until' in end ? { until: midnight + 4000 * day } : end;
        const series: Event = { ...single, ...times, recurrence: { ...pattern, interval: 2, ...until } };
        const [again] = back(writeICalendar([series]), series.zone);
        const all = (event: Event): number[] => startsBetween(event, 0, Date.UTC(2040, 0));
        assert.deepEqual(all(again!), all(series), JSON.stringify(series.recurrence));
      }
    }
  }
});

test('occurrences that were taken out or moved come with their series', () => {
  const series: Event = {
    ...single,
    recurrence: { type: 0, interval: 1, occurrences: 5 },
    exceptions: [
      { original: start + day, deleted: true },
      { original: start + 2 * day, start: start + 2 * day + hour, dtStamp: single.dtStamp, subject: 'Moved' },
    ],
  };
  const text = writeICalendar([series]);
  assert.match(text, /^RECURRENCE-ID;TZID=Europe\/Berlin:20261203T090000\r$/m);
  assert.deepEqual(back(text)[0]?.exceptions, series.exceptions);
});

test('an occurrence alone stays one, with its name', () => {
  const [event] = back(writeICalendar([{ ...single, instance: start }]));
  assert.equal(event?.instance, start);
});

test('zones are known by their name, by what Windows calls them, by their rules; else the account has one', () => {
  const at = (...tz: string[]): number => one(...tz)[0]!.start;
  const berlin = Date.UTC(2026, 6, 1, 8);
  assert.equal(at('DTSTART;TZID=Europe/Berlin:20260701T100000'), berlin);
  assert.equal(at('DTSTART;TZID=W. Europe Standard Time:20260701T100000'), berlin);
  assert.equal(at('DTSTART;TZID=/example.org/2020/Europe/Berlin:20260701T100000'), berlin);
  assert.equal(at('DTSTART;TZID=Nowhere:20260701T100000'), berlin);
  assert.equal(at('DTSTART:20260701T100000'), berlin);
  const text = writeICalendar([{ ...single, zone: 'America/New_York' }]).replaceAll('America/New_York', 'Mine');
  assert.equal(back(text)[0]?.start, start);
  assert.equal(back(text)[0]?.zone, 'America/New_York');
});

test('what cannot be is left out or mended, and nothing is thrown', () => {
  assert.deepEqual(one('SUMMARY:no start'), []);
  assert.deepEqual(one('DTSTART:00010101T000000Z'), []);
  const [reversed] = one('DTSTART:20261201T080000Z', 'DTEND:20261130T080000Z');
  assert.equal(reversed?.end, reversed?.start);
  const [never] = one('DTSTART:20261201T080000Z', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2');
  assert.equal(never?.recurrence, undefined);
  const [hourly] = one('DTSTART:20261201T080000Z', 'RRULE:FREQ=HOURLY;COUNT=3');
  assert.equal(hourly?.recurrence, undefined);
});

test('a series of 10,000 occurrences ends by its date, since a count goes up to 999', () => {
  const [event] = one('DTSTART:20261201T080000Z', 'RRULE:FREQ=DAILY;COUNT=10000');
  const first = Date.UTC(2026, 11, 1, 8);
  assert.deepEqual(event?.recurrence, { type: 0, interval: 1, until: first + 9999 * day });
});

test('5,000 attendees are written and read', () => {
  const attendees = Array.from({ length: 5000 }, (_, n) => ({
    email: `a${n}@example.test`,
    name: `A ${n}`,
    status: 5,
    type: 1,
  }));
  assert.deepEqual(back(writeICalendar([{ ...single, attendees }]))[0]?.attendees, attendees);
});
