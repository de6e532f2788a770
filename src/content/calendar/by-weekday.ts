// An invitation has one UID, so what it says in a rule that no pattern is (the 1st and 3rd Monday, single dates) stays one series:
// all weeks of its weekdays, with what the rule does not have taken out. Pure.
import type ICAL from 'ical.js';
import type { Event, Recurrence } from '../../domain/event.ts';
import { mostTold } from './occurrence.ts';
import { ahead, startsBetween } from './recurrence.ts';
import { datesOf } from './rule-dates.ts';
import { wallOf } from './zone.ts';

const day = 86_400_000;
const most = 1000;
/** Some of those that a device is told are left to what is said of single occurrences. */
const mostTaken = mostTold - 16;

/** `added`: instants beside the rule; `now`: milliseconds. The event as it is when that says nothing more. */
export function byWeekday(event: Event, rule: ICAL.Recur | null, added: readonly number[], now: number): Event {
  const { start, zone, allDay } = event;
  const latest = Math.max(start, now) + ahead;
  const ruled = rule ? datesOf(rule, event, { most, latest }).dates : [];
  const wall = (at: number): number => (allDay ? at : wallOf(zone, at));
  const timeOfDay = (at: number): number => ((wall(at) % day) + day) % day;
  const fits = (at: number): boolean => at > start && at <= latest && timeOfDay(at) === timeOfDay(start);
  const dates = new Set([start, ...[...ruled, ...added].filter(fits)]);
  const dayOfWeek = [...dates].reduce((mask, at) => mask | (1 << new Date(wall(at)).getUTCDay()), 0);
  const pattern: Recurrence = { type: 1, interval: 1, dayOfWeek };
  const taken: number[] = [];
  let until = start;
  for (const at of startsBetween({ ...event, recurrence: pattern }, start, Math.max(...dates) + 1)) {
    if (dates.has(at)) until = at;
    else if (taken.push(at) > mostTaken) break;
  }
  if (until === start) return event;
  const exceptions = taken.filter((at) => at < until).map((original) => ({ original, deleted: true as const }));
  return { ...event, recurrence: { ...pattern, until }, ...(exceptions.length > 0 && { exceptions }) };
}
