// What a phone shows of the events of event-cases.ts, and what the server keeps of them, as occurrences.
import assert from 'node:assert/strict';
import { parseDate, type ReadCalendar, type Version } from '../../protocol/index.ts';
import { startsBetween } from '../../src/content/calendar/recurrence.ts';
import type { Event, Recurrence } from '../../src/domain/event.ts';
import { farFuture } from '../../src/domain/position.ts';
import { byStart, type Case, most, type Occurrence } from './event-cases.ts';
import { day, instantOfWall, wallOfInstant, wallsOf } from './series-oracle.ts';

/** What a phone of this version shows, which knows the true zone. */
export function shownBy(version: Version, wire: ReadCalendar, { zone, allDay, recurrence }: Case): Occurrence[] {
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
export function keptAs(event: Event): Occurrence[] {
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

/** Exceptions say explicitly what they inherit once a phone wrote them back: the same, in other words. */
export function withoutDefaults(event: Omit<Event, 'dtStamp' | 'reminder'>): unknown {
  const { exceptions: _, recurrence: __, uid: ___, ...inherited } = event;
  return JSON.parse(
    JSON.stringify({
      ...event,
      exceptions: event.exceptions?.map(({ dtStamp: _, deleted, original, ...said }) => {
        const start = said.start ?? original;
        const whole = { ...inherited, start, end: start + event.end - event.start, ...said };
        return deleted ? { original, deleted } : { original, ...sorted(whole) };
      }),
      recurrence: event.recurrence && { ...event.recurrence, calendarType: event.recurrence.calendarType ?? 0 },
    }),
  );
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
