// The dates of a rule that no pattern of the protocol says, one by one. Never throws. Pure.
import { Temporal } from '@js-temporal/polyfill';
import type ICAL from 'ical.js';
import { RRuleTemporal } from 'rrule-temporal';
import { formatCompactDateTime } from '../../../protocol/index.ts';
import type { Event } from '../../domain/event.ts';
import { untilOf } from './read-rule.ts';
import { instantOf, wallOf } from './zone.ts';

export interface RuleDates {
  readonly dates: number[];
  /** The rule has no others. */
  readonly isWhole: boolean;
}

/** Up to `most` of them, none behind `latest`; what the library cannot follow is cut. */
export function datesOf(
  rule: ICAL.Recur,
  { start, zone, allDay }: Event,
  { most, latest = Number.POSITIVE_INFINITY }: { readonly most: number; readonly latest?: number },
): RuleDates {
  const until = rule.until ? untilOf(rule.until, zone, allDay === true) : undefined;
  const wall = formatCompactDateTime(allDay ? start : wallOf(zone, start));
  const text = rule.toString().replace(/;?UNTIL=[^;]*/g, '');
  const dates: number[] = [];
  let isWhole = true;
  try {
    const rruleString = `DTSTART:${wall}\nRRULE:${text}`;
    new RRuleTemporal({ rruleString, maxIterations: 10 * most, temporal: Temporal }).all((at) => {
      const date = allDay ? at.epochMilliseconds : instantOf(zone, at.epochMilliseconds);
      if (until !== undefined && date > until) return false;
      isWhole = date <= latest && dates.length < most;
      if (isWhole) dates.push(date);
      return isWhole;
    });
  } catch {
    isWhole = false;
  }
  // RFC 5545, 3.3.10: the start counts as the first, also where the rule does not meet it.
  if (isWhole && rule.count && dates[0] !== start) dates.pop();
  return { dates, isWhole };
}
