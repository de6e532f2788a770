// The occurrences of a series. The arithmetic of patterns is rrule-temporal's; it is given what clocks on the wall show, so
// that an occurrence keeps its time of day when the offset changes. Nothing is expanded beyond `most` occurrences.
import { Temporal } from '@js-temporal/polyfill';
import { RRuleTemporal } from 'rrule-temporal';
import type { Event, Recurrence } from '../../domain/event.ts';
import { farFuture } from '../../domain/position.ts';
import { instantOf, wallOf } from './zone.ts';

export type Series = Pick<Event, 'start' | 'end' | 'zone' | 'allDay' | 'recurrence'>;

const day = 86_400_000;
/** Milliseconds: as far as calendars are looked at. */
export const ahead = 20 * 366 * day;
/** A pattern that meets nothing is looked for so many periods long. */
const most = 10_000;
const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

function weekdaysOf(mask: number): string[] {
  return weekdays.filter((_, index) => mask & (1 << index));
}

/** A day that the month may not have is its last one: of the days up to it the last that exists. */
function monthDays(dayOfMonth: number): { byMonthDay: number[]; bySetPos?: number[] } {
  if (dayOfMonth <= 28) return { byMonthDay: [dayOfMonth] };
  return { byMonthDay: Array.from({ length: dayOfMonth - 27 }, (_, index) => 28 + index), bySetPos: [-1] };
}

function nthDay({ weekOfMonth = 1, dayOfWeek = 127 }: Recurrence): { byDay: string[]; bySetPos: number[] } {
  return { byDay: weekdaysOf(dayOfWeek), bySetPos: [weekOfMonth === 5 ? -1 : weekOfMonth] };
}

export type Pattern = {
  readonly freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly byDay?: string[];
  readonly byMonth?: number[];
  readonly byMonthDay?: number[];
  readonly bySetPos?: number[];
};

/** [MS-ASCAL] 2.2.2.45 Type (Recurrence): what each type repeats. */
const patterns: Readonly<Record<Recurrence['type'], (recurrence: Recurrence) => Pattern>> = {
  // Daily on given weekdays is weekly.
  0: ({ dayOfWeek }) => (dayOfWeek ? { freq: 'WEEKLY', byDay: weekdaysOf(dayOfWeek) } : { freq: 'DAILY' }),
  1: ({ dayOfWeek = 127 }) => ({ freq: 'WEEKLY', byDay: weekdaysOf(dayOfWeek) }),
  2: ({ dayOfMonth = 1 }) => ({ freq: 'MONTHLY', ...monthDays(dayOfMonth) }),
  3: (recurrence) => ({ freq: 'MONTHLY', ...nthDay(recurrence) }),
  5: ({ dayOfMonth = 1, monthOfYear = 1 }) => ({ freq: 'YEARLY', byMonth: [monthOfYear], ...monthDays(dayOfMonth) }),
  6: (recurrence) => ({ freq: 'YEARLY', byMonth: [recurrence.monthOfYear ?? 1], ...nthDay(recurrence) }),
};

/** In the words of RFC 5545, without its interval and end. */
export function patternOf(recurrence: Recurrence): Pattern {
  return patterns[recurrence.type](recurrence);
}

function onWall({ zone, allDay }: Series, instant: number): number {
  return allDay ? instant : wallOf(zone, instant);
}
function offWall({ zone, allDay }: Series, wall: number): number {
  return allDay ? wall : instantOf(zone, wall);
}
function zoned(wall: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO('UTC');
}

function ruleOf(series: Series, recurrence: Recurrence): RRuleTemporal {
  const { interval, occurrences, until, firstDayOfWeek = 0 } = recurrence;
  return new RRuleTemporal({
    ...patternOf(recurrence),
    interval: Math.max(1, interval),
    wkst: weekdays[firstDayOfWeek],
    ...(occurrences !== undefined && { count: occurrences }),
    ...(occurrences === undefined && until !== undefined && { until: zoned(onWall(series, until)) }),
    dtstart: zoned(onWall(series, series.start)),
    tzid: 'UTC',
    maxIterations: most,
    cache: false,
  });
}

/** The library throws when it has looked for too long: there is no further occurrence then. */
function within<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

/**
 * The starts of a series as the pattern has them, from ≤ start < to, exceptions not looked at; at most 10,000. Of a single
 * event its start.
 */
export function startsBetween(series: Series, from: number, to: number): number[] {
  const { recurrence, start } = series;
  if (!recurrence) return start >= from && start < to ? [start] : [];
  const rule = ruleOf(series, recurrence);
  // Walls and instants differ in order by less than the few hours added.
  const latest = farFuture - day;
  const [low, high] = [from, to].map((at) => onWall(series, Math.min(Math.max(at, start), latest))) as [number, number];
  return within(() => rule.between(new Date(low - day / 8), new Date(high + day / 8), true), [])
    .map((at) => offWall(series, at.epochMilliseconds))
    .filter((at) => at >= from && at < to)
    .slice(0, most);
}

/** The start that a device means by an InstanceId or ExceptionStartTime: that instant, else the occurrence of its day. */
export function occurrenceAt(series: Series, named: number): number | undefined {
  const wall = onWall(series, named);
  const midnight = wall - (((wall % day) + day) % day);
  const ofDay = startsBetween(series, offWall(series, midnight), offWall(series, midnight + day));
  return ofDay.includes(named) ? named : ofDay[0];
}

/** Where the last occurrence starts; `farFuture` for a series without end, undefined for one without occurrences. */
export function lastStart(series: Series): number | undefined {
  const { recurrence } = series;
  if (!recurrence) return series.start;
  if (recurrence.occurrences === undefined && recurrence.until === undefined) {
    const first = within(() => ruleOf(series, recurrence).next(new Date(onWall(series, series.start)), true), null);
    return first ? farFuture : undefined;
  }
  const rule = ruleOf(series, recurrence);
  if (recurrence.occurrences === undefined) {
    const last = within(() => rule.previous(new Date(onWall(series, recurrence.until!)), true), null);
    return last ? offWall(series, last.epochMilliseconds) : undefined;
  }
  let last: number | undefined;
  within(
    () =>
      rule.all((at) => {
        last = at.epochMilliseconds;
        return true;
      }),
    [],
  );
  return last === undefined ? undefined : offWall(series, last);
}

/**
 * [MS-ASCAL] 2.2.2.47 Until is a date and time, and most phones write the start of the last occurrence. @NOTE Android's own client
 * writes the last day with no time (T000000Z), others its midnight where they are: what starts on that day belongs to the
 * series, unless Until is itself the start of an occurrence.
 */
export function withLastDay<One extends Series>(series: One): One {
  const { recurrence, zone, allDay } = series;
  if (allDay || recurrence?.until === undefined) return series;
  const { until, ...endless } = recurrence;
  const midnight = [until, wallOf(zone, until)].find((at) => at % day === 0);
  if (midnight === undefined) return series;
  const [from, to] = [instantOf(zone, midnight), instantOf(zone, midnight + day)];
  const starts = startsBetween({ ...series, recurrence: endless }, Math.min(until, from), to);
  const last = starts.filter((at) => at >= from).at(-1);
  if (last === undefined || starts.includes(until)) return series;
  return { ...series, recurrence: { ...recurrence, until: last } };
}

/** The days that an event takes when it is one of whole days from now on; the midnights there, when it is none any more. */
export function onClock(
  { start, end, zone, allDay, recurrence }: Series,
  clock: { readonly allDay: boolean; readonly zone: string },
): { readonly start: number; readonly end: number; readonly recurrence: Recurrence | undefined } {
  if ((allDay === true) === clock.allDay) return { start, end, recurrence };
  const dayOf = (at: number): number => Math.floor(wallOf(zone, at) / day) * day;
  const moved = (at: number): number => (clock.allDay ? dayOf(at) : instantOf(clock.zone, at));
  const { until } = recurrence ?? {};
  const ended = clock.allDay ? dayOf(Math.max(end - 1, start)) + day : moved(end);
  const series = recurrence && until !== undefined ? { ...recurrence, until: moved(until) } : recurrence;
  return { start: moved(start), end: ended, recurrence: series };
}
