// The 29th, 30th and 31st. In RFC 5545, 3.3.10 a month without the day is passed over, in the protocol's pattern its last day
// stands for it: what is read from a rule has those taken out, so that every program shows the dates that the file says. Pure.
import type ICAL from 'ical.js';
import type { Event, Recurrence } from '../../domain/event.ts';
import { farFuture } from '../../domain/position.ts';
import { mostTold } from './occurrence.ts';
import { ahead, startsBetween } from './recurrence.ts';
import { wallOf } from './zone.ts';

const day = 86_400_000;
const year = 366 * day;

function passesOver(rule: ICAL.Recur, { dayOfMonth = 1 }: Recurrence): boolean {
  const { BYMONTHDAY: days = [], BYSETPOS: positions = [] } = rule.parts as Record<string, readonly unknown[]>;
  return dayOfMonth > 28 && days.length < 2 && Number(days[0]) !== -1 && positions.length === 0;
}

/** The series as its rule means it; `now`: milliseconds. Without its recurrence when no month has the day. */
export function withoutShortMonths(series: Event, rule: ICAL.Recur, now: number): Event {
  const { recurrence, ...single } = series;
  if (!recurrence || !passesOver(rule, recurrence)) return series;
  const { occurrences, ...pattern } = recurrence;
  const { start } = series;
  const period = recurrence.interval * (recurrence.type === 5 ? year : 31 * day);
  // The day is there in one of eight periods, at least.
  const counted = occurrences === undefined ? undefined : start + 8 * occurrences * period;
  const from = Math.max(start, now);
  const { until } = pattern;
  const end = counted ?? Math.min(until === undefined ? farFuture : until + 1, from + ahead);
  const starts = startsBetween({ ...series, recurrence: pattern }, start, Math.min(end, farFuture));
  const has = (at: number) =>
    new Date(series.allDay ? at : wallOf(series.zone, at)).getUTCDate() === pattern.dayOfMonth;
  const meant = starts.filter(has);
  if (meant.length === 0 && starts.length > 0) return single;
  if (meant.length < (occurrences ?? 1)) return series;
  const last = meant.slice(0, occurrences).at(-1)!;
  const slots = occurrences === undefined ? starts : starts.filter((at) => at <= last);
  const passed = slots.filter((at) => !has(at) && at < from + ahead).slice(-mostTold);
  return {
    ...series,
    recurrence: occurrences === undefined ? recurrence : { ...recurrence, occurrences: slots.length },
    ...(passed.length > 0 && { exceptions: passed.map((original) => ({ original, deleted: true as const })) }),
  };
}
