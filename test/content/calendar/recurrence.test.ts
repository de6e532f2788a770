// The occurrences of series against ical.js, which is another program, and against days counted one by one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { lastStart, occurrenceAt, type Series, startsBetween } from '../../../src/content/calendar/recurrence.ts';
import { instantOf, wallOf } from '../../../src/content/calendar/zone.ts';
import type { Recurrence } from '../../../src/domain/event.ts';
import { farFuture } from '../../../src/domain/position.ts';

const day = 86_400_000;
const hour = 3_600_000;
const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC'];

function seriesOf(zone: string, wall: number, recurrence: Recurrence, allDay = false): Series {
  const start = allDay ? wall - (wall % day) : instantOf(zone, wall);
  return { start, end: start + (allDay ? day : hour), zone, ...(allDay && { allDay: true }), recurrence };
}

const names = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
function ruleText(recurrence: Recurrence): string {
  const { type, interval, dayOfWeek = 0, weekOfMonth = 1, dayOfMonth, monthOfYear, occurrences } = recurrence;
  const days = names.filter((_, index) => dayOfWeek & (1 << index)).join(',');
  const position = weekOfMonth === 5 ? -1 : weekOfMonth;
  const parts: Record<Recurrence['type'], string> = {
    0: 'FREQ=DAILY',
    1: `FREQ=WEEKLY;BYDAY=${days};WKST=SU`,
    2: `FREQ=MONTHLY;BYMONTHDAY=${dayOfMonth}`,
    3: `FREQ=MONTHLY;BYDAY=${position}${days}`,
    5: `FREQ=YEARLY;BYMONTH=${monthOfYear};BYMONTHDAY=${dayOfMonth}`,
    6: `FREQ=YEARLY;BYMONTH=${monthOfYear};BYDAY=${position}${days}`,
  };
  return `${parts[type]};INTERVAL=${interval};COUNT=${occurrences}`;
}

/** Walls of the occurrences as ical.js has them. */
function oracle(wall: number, recurrence: Recurrence): number[] {
  const start = ICAL.Time.fromDateTimeString(new Date(wall).toISOString().slice(0, 19));
  const iterator = ICAL.Recur.fromString(ruleText(recurrence)).iterator(start);
  const walls: number[] = [];
  const next = () => iterator.next() as ICAL.Time | null;
  for (let at = next(); at && walls.length < 60; at = next()) {
    walls.push(Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second));
  }
  return walls;
}

const one = (mask: number) => fc.constant(1 << mask);
const singleDay = fc.nat(6).chain(one);
const base = { interval: fc.integer({ min: 1, max: 4 }), occurrences: fc.integer({ min: 1, max: 30 }) };
const pattern: fc.Arbitrary<Recurrence> = fc.oneof(
  fc.record({ type: fc.constant(0 as const), ...base }),
  fc.record({ type: fc.constant(1 as const), dayOfWeek: fc.integer({ min: 1, max: 127 }), ...base }),
  fc.record({ type: fc.constant(2 as const), dayOfMonth: fc.integer({ min: 1, max: 28 }), ...base }),
  fc.record({
    type: fc.constant(3 as const),
    dayOfWeek: singleDay,
    weekOfMonth: fc.constantFrom(1, 2, 3, 4, 5),
    ...base,
  }),
  fc.record({
    type: fc.constant(5 as const),
    dayOfMonth: fc.integer({ min: 1, max: 28 }),
    monthOfYear: fc.integer({ min: 1, max: 12 }),
    ...base,
  }),
  fc.record({
    type: fc.constant(6 as const),
    dayOfWeek: singleDay,
    weekOfMonth: fc.constantFrom(1, 2, 3, 4, 5),
    monthOfYear: fc.integer({ min: 1, max: 12 }),
    ...base,
  }),
);
const wallTime = fc
  .tuple(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45))
  .map(([days, hours, minutes]) => Date.UTC(2005, 0, 1) + days * day + hours * hour + minutes * 60_000);

test('every pattern has the occurrences that another program finds, at the same time of day in its zone', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), wallTime, pattern, (zone, wall, recurrence) => {
      const walls = oracle(wall, recurrence);
      fc.pre(walls[0] !== undefined);
      const series = seriesOf(zone, wall, recurrence);
      const expected = walls.map((at) => instantOf(zone, at));
      const found = startsBetween(series, series.start, series.start + 200 * 366 * day).slice(0, 60);
      assert.deepEqual(found, expected);
      assert.equal(lastStart(series), walls.length < 60 ? expected.at(-1) : lastStart(series));
    }),
    { seed: 20261123, numRuns: 300 },
  );
});

test('the nth of several weekdays is counted through the month', () => {
  for (const [dayOfWeek, weekOfMonth] of [
    [62, 1],
    [62, 5],
    [65, 2],
    [127, 3],
    [127, 5],
  ] as const) {
    const series = seriesOf('UTC', Date.UTC(2024, 0, 1, 9), { type: 3, interval: 1, dayOfWeek, weekOfMonth });
    const expected = Array.from({ length: 24 }, (_, month) => {
      const days = Array.from({ length: new Date(Date.UTC(2024, month + 1, 0)).getUTCDate() }, (_, index) =>
        Date.UTC(2024, month, index + 1, 9),
      ).filter((at) => dayOfWeek & (1 << new Date(at).getUTCDay()));
      return days.at(weekOfMonth === 5 ? -1 : weekOfMonth - 1)!;
    });
    assert.deepEqual(startsBetween(series, series.start, Date.UTC(2026, 0, 1)), expected);
  }
});

test('a day that a month does not have is its last one', () => {
  for (const dayOfMonth of [29, 30, 31]) {
    const recurrence: Recurrence = { type: 2, interval: 1, dayOfMonth };
    const series = seriesOf('Europe/Berlin', Date.UTC(2024, 0, dayOfMonth, 9), recurrence);
    const found = startsBetween(series, series.start, Date.UTC(2025, 11, 31)).map((at) => wallOf('Europe/Berlin', at));
    const expected = Array.from({ length: 24 }, (_, month) => {
      const last = new Date(Date.UTC(2024, month + 1, 0)).getUTCDate();
      return Date.UTC(2024, month, Math.min(dayOfMonth, last), 9);
    });
    assert.deepEqual(found, expected.slice(0, found.length));
    assert.ok(found.length >= 23);
  }
});

test('29 February comes each year, on the 28th where there is none', () => {
  const recurrence: Recurrence = { type: 5, interval: 1, dayOfMonth: 29, monthOfYear: 2, occurrences: 5 };
  const series = seriesOf('UTC', Date.UTC(2024, 1, 29, 9), recurrence);
  const found = startsBetween(series, 0, farFuture).map((at) => new Date(at).toISOString().slice(0, 10));
  assert.deepEqual(found, ['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29']);
});

test('a series that never comes true has no last start, one without end has none that is near', () => {
  const never: Recurrence = { type: 5, interval: 1, dayOfMonth: 1, monthOfYear: 1, until: Date.UTC(2024, 0, 2) };
  assert.equal(lastStart(seriesOf('UTC', Date.UTC(2024, 1, 1), never)), undefined);
  assert.equal(lastStart(seriesOf('UTC', Date.UTC(2024, 1, 1), { type: 0, interval: 1 })), farFuture);
});

test('an endless series is looked at only where it is asked for, and a long one ends', () => {
  const series = seriesOf('Europe/Berlin', Date.UTC(1990, 0, 1, 9), { type: 0, interval: 1 });
  assert.equal(startsBetween(series, Date.UTC(2040, 0, 1), Date.UTC(2040, 0, 11)).length, 10);
  assert.equal(startsBetween(series, 0, farFuture).length <= 10_000, true);
});

test('an occurrence is named by its instant, or by another one of its day', () => {
  const series = seriesOf('America/New_York', Date.UTC(2024, 2, 4, 9), { type: 1, interval: 1, dayOfWeek: 2 });
  // The week after the clocks went forward: 13:00 UTC instead of 14:00.
  const exact = instantOf('America/New_York', Date.UTC(2024, 2, 11, 9));
  assert.equal(exact, Date.UTC(2024, 2, 11, 13));
  assert.equal(occurrenceAt(series, exact), exact);
  assert.equal(occurrenceAt(series, exact + 5 * hour), exact);
  assert.equal(occurrenceAt(series, exact + day), undefined);
});
