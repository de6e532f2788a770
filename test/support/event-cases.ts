// Events to send round: forty zones × edges of summer time × timed or all-day × single or a series of each pattern, with deleted and
// moved occurrences; how a phone of a version writes one, and when it is.
import {
  formatCompactDateTime as compact,
  formatTimeZone,
  timeZoneOf,
  type Version,
  type WrittenCalendar,
} from '../../protocol/index.ts';
import type { Recurrence } from '../../src/domain/event.ts';
import { day, instantOfWall, transitions, wallOfInstant, wallsOf } from './series-oracle.ts';
import { zones } from './zones.ts';

export const hour = 3_600_000;
export const now = Date.UTC(2026, 0, 1);
/** Occurrences compared. */
export const most = 24;

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
export interface Case {
  readonly zone: string;
  readonly allDay: boolean;
  readonly start: number;
  readonly length: number;
  readonly recurrence: Recurrence | undefined;
  readonly deleted: readonly number[];
  readonly moved: readonly { readonly original: number; readonly start: number }[];
}

export function* cases(): Generator<{ name: string; about: Case }> {
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

export interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly subject: string;
}
export const byStart = (a: Occurrence, b: Occurrence) => a.start - b.start;

export function expected(about: Case): Occurrence[] {
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
export function written(version: Version, about: Case): WrittenCalendar {
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
    ResponseRequested: true,
    DisallowNewTimeProposal: true,
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
                BusyStatus: 1,
                Reminder: 5,
                LocationText: 'Room 2',
                Location: { DisplayName: 'Room 2', City: 'Bonn' },
                Body: { Type: 2, Data: '<p>Only <b>today</b></p>' },
                Body25: 'Only today',
                Categories: { Category: ['Once'] },
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
