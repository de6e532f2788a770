// What other programs say of series and zones: occurrences by ical.js, and by counting days where that library errs
// (days that a month may not have, the nth of several weekdays); instants of walls by the Temporal polyfill. Nothing here is what src/content/calendar computes with.
import { Temporal } from '@js-temporal/polyfill';
import ICAL from 'ical.js';
import type { Recurrence } from '../../src/domain/event.ts';

export const day = 86_400_000;
const names = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** The instant at which a clock in the zone shows this; a time it skips is as long behind the jump. */
export function instantOfWall(zone: string, wall: number): number {
  const text = new Date(wall).toISOString().slice(0, -1);
  return Temporal.PlainDateTime.from(text).toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}
export function wallOfInstant(zone: string, instant: number): number {
  const shown = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  return instant + shown.offsetNanoseconds / 1e6;
}
/** Instants at which the zone's offset changes, from ≤ t < to. */
export function transitions(zone: string, from: number, to: number): number[] {
  const found: number[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (!next || next.epochMilliseconds >= to) return found;
    found.push(next.epochMilliseconds);
    at = next;
  }
}

/** Walls of the first `most` occurrences; `until` as a wall. */
export function wallsOf(start: number, recurrence: Recurrence, most: number): number[] {
  const { dayOfMonth = 0, dayOfWeek = 0, type, occurrences = most, until = Number.POSITIVE_INFINITY } = recurrence;
  const count = Math.min(occurrences, most);
  const isPlain = (type === 2 || type === 5) && dayOfMonth <= 28;
  const isOneDay = names.some((_, index) => dayOfWeek === 1 << index);
  const source = type < 2 || isPlain || (type !== 2 && type !== 5 && isOneDay) ? listed : counted;
  const walls: number[] = [];
  for (const wall of source(start, recurrence)) {
    if (walls.length >= count || wall > until) break;
    walls.push(wall);
  }
  return walls;
}

function ruleText({ type, interval, dayOfWeek = 0, weekOfMonth = 1, dayOfMonth, monthOfYear, ...rest }: Recurrence) {
  const days = names.filter((_, index) => dayOfWeek & (1 << index)).join(',');
  const nth = `BYDAY=${weekOfMonth === 5 ? -1 : weekOfMonth}${days}`;
  const parts: Record<Recurrence['type'], string> = {
    0: dayOfWeek ? `FREQ=WEEKLY;BYDAY=${days}` : 'FREQ=DAILY',
    1: `FREQ=WEEKLY;BYDAY=${days}`,
    2: `FREQ=MONTHLY;BYMONTHDAY=${dayOfMonth}`,
    3: `FREQ=MONTHLY;${nth}`,
    5: `FREQ=YEARLY;BYMONTH=${monthOfYear};BYMONTHDAY=${dayOfMonth}`,
    6: `FREQ=YEARLY;BYMONTH=${monthOfYear};${nth}`,
  };
  return `${parts[type]};INTERVAL=${interval};WKST=${names[rest.firstDayOfWeek ?? 0]}`;
}

function* listed(start: number, recurrence: Recurrence): Generator<number> {
  const from = ICAL.Time.fromDateTimeString(new Date(start).toISOString().slice(0, 19));
  const iterator = ICAL.Recur.fromString(ruleText(recurrence)).iterator(from);
  for (let at = iterator.next(); at; at = iterator.next()) {
    const { year, month, day: date, hour, minute, second } = at;
    yield Date.UTC(year, month - 1, date, hour, minute, second);
  }
}

/** Month by month (or year by year): a day that it lacks is its last one; the nth is counted through the days that are meant. */
function* counted(start: number, recurrence: Recurrence): Generator<number> {
  const { type, interval, dayOfMonth = 1, monthOfYear = 1, weekOfMonth = 1, dayOfWeek = 127 } = recurrence;
  const first = new Date(start);
  const year = first.getUTCFullYear();
  const time = start - Date.UTC(year, first.getUTCMonth(), first.getUTCDate());
  const isMonthly = type === 2 || type === 3;
  for (let at = isMonthly ? first.getUTCMonth() : monthOfYear - 1; ; at += (isMonthly ? 1 : 12) * interval) {
    const last = new Date(Date.UTC(year, at + 1, 0)).getUTCDate();
    const days = Array.from({ length: last }, (_, index) => Date.UTC(year, at, index + 1));
    const meant = days.filter((date) => dayOfWeek & (1 << new Date(date).getUTCDay()));
    const nth = meant[weekOfMonth === 5 ? meant.length - 1 : weekOfMonth - 1]!;
    const wall = (type === 2 || type === 5 ? days[Math.min(dayOfMonth, last) - 1]! : nth) + time;
    if (wall >= start) yield wall;
  }
}
