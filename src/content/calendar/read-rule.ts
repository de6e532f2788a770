// RRULE (RFC 5545, 3.3.10) as a pattern of the protocol. Undefined for what it cannot say.
import type ICAL from 'ical.js';
import type { DayOfWeek, Event, Recurrence } from '../../domain/event.ts';
import { withoutUndefined } from '../pattern.ts';
import { instantOf, wallOf } from './zone.ts';

const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

type Parts = Readonly<Record<string, readonly (string | number)[] | undefined>>;

export function readRule(
  rule: ICAL.Recur | null,
  { start, zone, allDay }: Pick<Event, 'start' | 'zone' | 'allDay'>,
): Recurrence | undefined {
  if (!rule || typeof rule.freq !== 'string') return undefined;
  const parts = (rule.parts ?? {}) as Parts;
  const strange = ['BYHOUR', 'BYMINUTE', 'BYSECOND', 'BYYEARDAY', 'BYWEEKNO'].some((name) => parts[name]?.length);
  const wall = new Date(allDay ? start : wallOf(zone, start));
  const pattern = strange ? undefined : patternOf(rule.freq, parts, wall);
  if (!pattern) return undefined;
  const interval = rule.interval >= 1 && rule.interval <= 999 ? rule.interval : 1;
  const first = Number(rule.wkst) - 1;
  return withoutUndefined({
    ...pattern,
    interval,
    occurrences: rule.count && rule.count >= 1 ? Math.min(rule.count, most) : undefined,
    until: rule.count || !rule.until ? undefined : untilOf(rule.until, zone, allDay === true),
    firstDayOfWeek: pattern.type === 1 && first >= 0 && first <= 6 ? (first as DayOfWeek) : undefined,
  }) as Recurrence;
}
const most = 10_000;

/** The instant of UNTIL, of an all-day event its date. */
export function untilOf(until: ICAL.Time, zone: string, allDay: boolean): number | undefined {
  const { year, month, day, hour, minute, second, isDate } = until;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  if (Number.isNaN(wall)) return undefined;
  if (allDay) return Date.UTC(year, month - 1, day);
  if (isDate) return instantOf(zone, wall + 86_399_000);
  return until.zone?.tzid === 'UTC' ? wall : instantOf(zone, wall);
}

type Pattern = Omit<Recurrence, 'interval'>;

function patternOf(freq: string, parts: Parts, wall: Date): Pattern | undefined {
  const days = (parts.BYDAY ?? []).map((text) => /^([+-]?\d+)?(SU|MO|TU|WE|TH|FR|SA)$/.exec(String(text)));
  if (days.some((match) => !match)) return undefined;
  const mask = days.reduce((sum, match) => sum | (1 << weekdays.indexOf(match![2]!)), 0);
  const ordinals = new Set(days.map((match) => match![1]).filter((text) => text !== undefined));
  const positions = (parts.BYSETPOS ?? []).map(Number);
  const months = (parts.BYMONTH ?? []).map(Number);
  const monthDays = (parts.BYMONTHDAY ?? []).map(Number);
  switch (freq) {
    case 'DAILY':
      if (months.length || monthDays.length) return undefined;
      return mask ? { type: 1, dayOfWeek: mask } : { type: 0 };
    case 'WEEKLY':
      if (months.length || positions.length) return undefined;
      return { type: 1, dayOfWeek: mask || 1 << wall.getUTCDay() };
    case 'MONTHLY':
    case 'YEARLY': {
      const yearly = freq === 'YEARLY';
      if (months.length > 1 || (!yearly && months.length > 0)) return undefined;
      const month = yearly ? { monthOfYear: months[0] ?? wall.getUTCMonth() + 1 } : {};
      if (mask === 0) {
        const dayOfMonth = monthDayOf(monthDays, positions, wall);
        return dayOfMonth === undefined ? undefined : { type: yearly ? 5 : 2, dayOfMonth, ...month };
      }
      const week = weekOf(ordinals, positions);
      if (week === undefined || monthDays.length > 0) return undefined;
      return { type: yearly ? 6 : 3, dayOfWeek: mask, weekOfMonth: week, ...month };
    }
    default:
      return undefined;
  }
}

/** Alone, the last one, or the last that exists of several up to the end of a month. */
function monthDayOf(days: readonly number[], positions: readonly number[], wall: Date): number | undefined {
  if (days.length === 0) return positions.length === 0 ? wall.getUTCDate() : undefined;
  if (days.length === 1) return days[0] === -1 ? 31 : days[0]! > 0 ? days[0] : undefined;
  const upTo = Math.max(...days);
  const tail = days.length === upTo - 27 && Math.min(...days) === 28;
  return tail && positions.length === 1 && positions[0] === -1 ? upTo : undefined;
}

function weekOf(ordinals: ReadonlySet<string>, positions: readonly number[]): number | undefined {
  const all = [...ordinals].map(Number).concat(positions);
  if (all.length !== 1) return undefined;
  const [week = 0] = all;
  return week === -1 ? 5 : week >= 1 && week <= 5 ? week : undefined;
}
