// An event that a phone of one version wrote is the same event on phones of all others, and still is when one of them wrote it
// back: every occurrence at its instant, every field that both versions know. All zones, edges of summer time, kinds, patterns,
// ends and versions are gone through (EASEL_LONG), or each nineteenth of these cases.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  calendar,
  formatCompactDateTime as compact,
  formatTimeZone,
  parseDate,
  type ReadCalendar,
  read,
  timeZoneOf,
  type Version,
  versions,
  type WrittenCalendar,
  write,
} from '../../../protocol/index.ts';
import { asEvent, calendarCodec } from '../../../src/content/calendar/codec.ts';
import { startsBetween } from '../../../src/content/calendar/recurrence.ts';
import type { Event, Recurrence } from '../../../src/domain/event.ts';
import type { Fields } from '../../../src/domain/item.ts';
import { farFuture } from '../../../src/domain/position.ts';
import { day, instantOfWall, transitions, wallOfInstant, wallsOf } from '../../support/series-oracle.ts';
import { zones } from '../../support/zones.ts';

const hour = 3_600_000;
const now = Date.UTC(2026, 0, 1);
const long = process.env.EASEL_LONG === '1';
/** Occurrences compared. */
const most = 24;

type Pattern = (start: number) => Omit<Recurrence, 'occurrences' | 'until'>;
const dayOfWeek = (at: number) => 1 << new Date(at).getUTCDay();
const monthOfYear = (at: number) => new Date(at).getUTCMonth() + 1;
const dayOfMonth = (at: number) => new Date(at).getUTCDate();
const patterns: readonly (readonly [string, Pattern | undefined])[] = [
  ['single', undefined],
  ['daily', () => ({ type: 0, interval: 1 })],
  ['every weekday', () => ({ type: 0, interval: 1, dayOfWeek: 62 })],
  ['weekly', (at) => ({ type: 1, interval: 1, dayOfWeek: dayOfWeek(at) })],
  ['every second week', (at) => ({ type: 1, interval: 2, dayOfWeek: dayOfWeek(at) | 9, firstDayOfWeek: 1 })],
  ['monthly', (at) => ({ type: 2, interval: 1, dayOfMonth: Math.min(28, dayOfMonth(at)) })],
  ['last of the month', () => ({ type: 2, interval: 1, dayOfMonth: 31 })],
  ['monthly, second weekday', (at) => ({ type: 3, interval: 1, weekOfMonth: 2, dayOfWeek: dayOfWeek(at) })],
  ['monthly, last workday', () => ({ type: 3, interval: 1, weekOfMonth: 5, dayOfWeek: 62 })],
  ['yearly', (at) => ({ type: 5, interval: 1, dayOfMonth: dayOfMonth(at), monthOfYear: monthOfYear(at) })],
  ['29 February', () => ({ type: 5, interval: 1, dayOfMonth: 29, monthOfYear: 2 })],
  [
    'yearly, last weekday',
    (at) => ({ type: 6, interval: 1, weekOfMonth: 5, dayOfWeek: dayOfWeek(at), monthOfYear: monthOfYear(at) }),
  ],
];
const ends = ['never', 'count', 'date'] as const;

/** An event as people think of it: what clocks on the wall show. */
interface Case {
  readonly zone: string;
  readonly allDay: boolean;
  readonly start: number;
  readonly length: number;
  readonly recurrence: Recurrence | undefined;
  readonly deleted: readonly number[];
  readonly moved: readonly { readonly original: number; readonly start: number }[];
}

function* cases(): Generator<{ name: string; about: Case }> {
  for (const zone of zones) {
    const edges = transitions(zone, Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1));
    // Also a time far from any edge.
    for (const edge of [...edges, Date.UTC(2026, 5, 10, 12)]) {
      for (const allDay of [false, true]) {
        for (const [name, pattern] of patterns) {
          for (const end of pattern ? ends : (['never'] as const)) {
            const about = caseOf(zone, edge, allDay, pattern, end);
            const when = new Date(edge).toISOString().slice(0, 10);
            yield { name: `${zone} ${when} ${allDay ? 'all day' : 'timed'} ${name} ${end}`, about };
          }
        }
      }
    }
  }
}

/** It begins a day and a bit before the edge, so that occurrences lie on both sides of it. */
function caseOf(zone: string, edge: number, allDay: boolean, pattern: Pattern | undefined, end: (typeof ends)[number]) {
  const wall = wallOfInstant(zone, edge - 26 * hour);
  const wanted = wall - (wall % (allDay ? day : hour / 2));
  // Not at a time that the clocks skip.
  const asked = allDay || wallOfInstant(zone, instantOfWall(zone, wanted)) === wanted ? wanted : wanted + 2 * hour;
  const bare = pattern?.(asked);
  const start = bare ? wallsOf(asked, bare, 1)[0]! : asked;
  const walls = bare ? wallsOf(start, bare, most) : [];
  const last = Math.min(walls.length, 9) - 1;
  const ended = { never: {}, count: { occurrences: last + 1 }, date: { until: walls[last]! } }[end];
  const shift = allDay ? 0 : 2 * hour;
  return {
    zone,
    allDay,
    start,
    length: allDay ? day : hour,
    recurrence: bare && { ...bare, ...ended },
    deleted: walls.slice(1, 2),
    moved: walls.slice(2, 3).map((original) => ({ original, start: original + shift })),
  };
}

function instant({ zone, allDay }: Case, wall: number): number {
  return allDay ? wall : instantOfWall(zone, wall);
}

interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly subject: string;
}
const byStart = (a: Occurrence, b: Occurrence) => a.start - b.start;

function expected(about: Case): Occurrence[] {
  const { start, length, recurrence, deleted, moved } = about;
  const walls = recurrence ? wallsOf(start, recurrence, most) : [start];
  return walls
    .filter((wall) => !deleted.includes(wall))
    .map((wall): Occurrence => {
      const other = moved.find(({ original }) => original === wall);
      const at = instant(about, other?.start ?? wall);
      return { start: at, end: at + length, subject: other ? 'Later' : 'Standup' };
    })
    .sort(byStart);
}

/** As a phone of this version writes it. */
function written(version: Version, about: Case): WrittenCalendar {
  const { zone, allDay, start, length, recurrence, deleted, moved } = about;
  const newest = Number(version) >= 16;
  const time = (wall: number) => compact(newest && allDay ? wall : instantOfWall(zone, wall));
  const ending = (wall: number) => (allDay ? time(wall + length) : compact(instantOfWall(zone, wall) + length));
  const name = (wall: number) => (newest ? { InstanceId: time(wall) } : { ExceptionStartTime: time(wall) });
  return {
    Timezone: newest && allDay ? undefined : formatTimeZone(timeZoneOf(zone, 2026)),
    AllDayEvent: allDay ? 1 : 0,
    StartTime: time(start),
    EndTime: ending(start),
    Subject: 'Standup',
    UID: newest ? undefined : 'uid-1',
    DtStamp: newest ? undefined : compact(now),
    BusyStatus: 3,
    Sensitivity: 2,
    Reminder: 15,
    LocationText: 'Room 1',
    // More than older phones show: it must survive their writing back what they saw.
    Location: { DisplayName: 'Room 1', City: 'Berlin', Latitude: 52.5, Longitude: 13.4 },
    Body: { Type: 2, Data: '<p>Agenda</p>' },
    Body25: 'Agenda',
    Categories: { Category: ['Work', 'Team'] },
    MeetingStatus: 1,
    Attendees: { Attendee: [{ Email: 'bob@example.test', Name: 'Bob', AttendeeType: 2 }] },
    Recurrence: recurrence && wirePattern(recurrence, time),
    Exceptions:
      deleted.length + moved.length === 0
        ? undefined
        : {
            Exception: [
              ...deleted.map((wall) => ({ Deleted: 1, ...name(wall) })),
              ...moved.map((one) => ({
                ...name(one.original),
                StartTime: time(one.start),
                EndTime: ending(one.start),
                Subject: 'Later',
              })),
            ],
          },
  };
}

function wirePattern(recurrence: Recurrence, time: (wall: number) => string): WrittenCalendar['Recurrence'] {
  const { type, interval, occurrences, until } = recurrence;
  return {
    Type: type,
    Interval: interval,
    Occurrences: occurrences,
    Until: until === undefined ? undefined : time(until),
    WeekOfMonth: recurrence.weekOfMonth,
    DayOfWeek: recurrence.dayOfWeek,
    DayOfMonth: recurrence.dayOfMonth,
    MonthOfYear: recurrence.monthOfYear,
    FirstDayOfWeek: recurrence.firstDayOfWeek,
  };
}

/** What a phone of this version shows, which knows the true zone. */
function shownBy(version: Version, wire: ReadCalendar, { zone, allDay, recurrence }: Case): Occurrence[] {
  const newest = Number(version) >= 16;
  const wall = (text: string): number => {
    const at = parseDate(text)!;
    if (!allDay) return wallOfInstant(zone, at);
    if (newest) return at;
    const date = wallOfInstant(zone, at) - (wallOfInstant(zone, at) % day);
    assert.equal(at, instantOfWall(zone, date), 'an all-day time is the beginning of a day in its zone');
    return date;
  };
  const instantAt = (text: string) => (allDay ? wall(text) : parseDate(text)!);
  const length = instantAt(wire.EndTime!) - instantAt(wire.StartTime!);
  const of = (at: number): Occurrence => ({ start: at, end: at + length, subject: wire.Subject! });
  const pattern = wire.Recurrence;
  if (!pattern?.Type && pattern?.Type !== 0) return [of(instantAt(wire.StartTime!))];
  const read: Recurrence = {
    type: pattern.Type as Recurrence['type'],
    interval: pattern.Interval ?? 1,
    ...(pattern.Occurrences !== undefined && { occurrences: pattern.Occurrences }),
    ...(pattern.Until !== undefined && { until: wall(pattern.Until) }),
    ...(pattern.WeekOfMonth !== undefined && { weekOfMonth: pattern.WeekOfMonth }),
    ...(pattern.DayOfWeek !== undefined && { dayOfWeek: pattern.DayOfWeek }),
    ...(pattern.DayOfMonth !== undefined && { dayOfMonth: pattern.DayOfMonth }),
    ...(pattern.MonthOfYear !== undefined && { monthOfYear: pattern.MonthOfYear }),
    // Phones before 14.1 have a first day of their own; the user's, say.
    firstDayOfWeek: (pattern.FirstDayOfWeek ?? recurrence?.firstDayOfWeek ?? 0) as 0,
  };
  const starts = new Map(
    wallsOf(wall(wire.StartTime!), read, most).map((at) => {
      const start = allDay ? at : instantOfWall(zone, at);
      return [start, of(start)];
    }),
  );
  for (const exception of wire.Exceptions?.Exception ?? []) {
    const name = instantAt((exception.ExceptionStartTime ?? exception.InstanceId)!);
    assert.ok(starts.has(name), 'an exception names an occurrence');
    starts.delete(name);
    if (exception.Deleted === 1) continue;
    const { StartTime, EndTime, Subject } = exception;
    const start = StartTime ? instantAt(StartTime) : name;
    const end = EndTime ? instantAt(EndTime) : start + length;
    starts.set(name, { start, end, subject: Subject ?? wire.Subject! });
  }
  return [...starts.values()].sort(byStart);
}

/** As free/busy and filters have it. */
function keptAs(event: Event): Occurrence[] {
  const length = event.end - event.start;
  const exceptions = event.exceptions ?? [];
  const special = new Set(exceptions.map(({ original }) => original));
  const usual = startsBetween(event, event.start, endOfLook(event))
    .slice(0, most)
    .filter((start) => !special.has(start))
    .map((start) => ({ start, end: start + length, subject: event.subject! }));
  const moved = exceptions
    .filter(({ deleted }) => !deleted)
    .map(({ original, start = original, end = start + length, subject }) => ({
      start,
      end,
      subject: subject ?? event.subject!,
    }));
  return [...usual, ...moved].sort(byStart);
}
function endOfLook({ start, recurrence }: Event): number {
  const years = recurrence && recurrence.type >= 5 ? 40 : 3;
  return Math.min(start + years * 366 * day, farFuture);
}

const account = { address: 'alice@example.test', displayName: 'Alice' };

function phone(version: Version, zone: string) {
  const spoken = { version, account: { ...account, timeZone: zone, firstDayOfWeek: 1 as const }, now };
  const bytes = (wire: object) => write(calendar, wire as WrittenCalendar, { version });
  // What is stored comes back as JSON.
  const stored = (fields: Fields): Fields => JSON.parse(JSON.stringify(fields)) as Fields;
  return {
    add: (wire: WrittenCalendar) => stored(calendarCodec.create(bytes(wire), spoken).fields),
    change: (before: Fields, wire: object) => stored(calendarCodec.change(before, bytes(wire), spoken).fields),
    shown: (fields: Fields) => read(calendar, calendarCodec.write(fields, spoken, [{ type: 1 }]), { version }).value,
  };
}

function check({ about }: { about: Case }, one: Version, other: Version): void {
  const { zone } = about;
  const first = phone(one, zone).add(written(one, about));
  const truth = expected(about);
  assert.deepEqual(keptAs(asEvent(first)), truth, 'as it is kept');
  const second = phone(other, zone);
  const seen = second.shown(first);
  assert.deepEqual(shownBy(other, seen, about), truth, `as ${other} shows it`);
  assertFields(seen);
  // The second phone writes back all that it saw, or from 16.0 on what it changed.
  const told = Number(other) >= 16 ? { Reminder: 30 } : { ...seen, Reminder: 30 };
  const { reminder, dtStamp: _, ...after } = asEvent(second.change(first, told));
  const { reminder: __, dtStamp: ___, ...before } = asEvent(first);
  assert.equal(reminder, 30);
  assert.deepEqual(withoutDefaults(after), withoutDefaults(before), `as ${other} wrote it back`);
}

/** Exceptions say explicitly what they inherit once a phone wrote them back: the same, in other words. */
function withoutDefaults(event: Omit<Event, 'dtStamp' | 'reminder'>): unknown {
  return JSON.parse(
    JSON.stringify({
      ...event,
      exceptions: event.exceptions?.map(({ original, deleted, start = original, end, subject }) => ({
        original,
        deleted,
        ...(!deleted && { start, end: end ?? start + event.end - event.start, subject: subject ?? event.subject }),
      })),
      recurrence: event.recurrence && { ...event.recurrence, calendarType: event.recurrence.calendarType ?? 0 },
    }),
  );
}

function assertFields(seen: ReadCalendar): void {
  assert.deepEqual([seen.Subject, seen.BusyStatus, seen.Sensitivity, seen.Reminder], ['Standup', 3, 2, 15]);
  assert.equal(seen.LocationText ?? seen.Location?.DisplayName, 'Room 1');
  assert.equal(seen.Body25 ?? seen.Body?.Data, 'Agenda');
  assert.deepEqual(seen.Categories?.Category, ['Work', 'Team']);
  assert.equal(seen.Attendees?.Attendee?.[0]?.Email, 'bob@example.test');
}

describe('round trips', () => {
  const all = [...cases()];
  test('there are cases of all kinds', () => assert.ok(all.length > 5000, `${all.length} cases`));
  for (const [at, one] of versions.entries()) {
    test(`from a phone of ${one}`, () => {
      const step = long ? 1 : 19;
      const failed: string[] = [];
      for (let n = at; n < all.length; n += step) {
        const other = versions[(at + 1 + (n % (versions.length - 1))) % versions.length]!;
        try {
          check(all[n]!, one, other);
        } catch (error) {
          failed.push(`${n} ${all[n]!.name} to ${other}: ${error instanceof Error ? error.message : error}`);
        }
      }
      assert.equal(failed.length, 0, `${failed.length} failed\n${failed.slice(0, 3).join('\n')}`);
    });
  }
});
