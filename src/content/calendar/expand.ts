// Dates of a calendar file that no pattern of the protocol says: RDATE, and rules such as by the hour or on two days of a month. A
// rule counts when it ends within `most` dates. Never throws. Pure.
import { Temporal } from '@js-temporal/polyfill';
import type ICAL from 'ical.js';
import { RRuleTemporal } from 'rrule-temporal';
import { formatCompactDateTime } from '../../../protocol/index.ts';
import type { Event } from '../../domain/event.ts';
import { instantsIn, type ZoneOf } from './read-icalendar.ts';
import { untilOf } from './read-rule.ts';
import { startsBetween } from './recurrence.ts';
import { instantOf, wallOf } from './zone.ts';

const most = 1000;

/**
 * Starts in order: of a series those that its pattern lacks, of a single event all that it has, its own among them. Undefined
 * when there are none beside its own, or a rule has too many.
 */
export function expandedStarts(component: ICAL.Component, event: Event, zoneOf: ZoneOf): number[] | undefined {
  const rule = component.getFirstPropertyValue('rrule') as ICAL.Recur | null;
  const byRule = rule && !event.recurrence ? datesOf(rule, event) : [];
  if (!byRule) return undefined;
  const excluded = new Set(instantsIn(component, 'exdate', event.zone, zoneOf));
  const told = [
    ...(event.recurrence ? [] : [event.start]),
    ...byRule,
    ...instantsIn(component, 'rdate', event.zone, zoneOf),
  ];
  const starts = [...new Set(told)]
    .filter((at) => !excluded.has(at) && !(event.recurrence && startsBetween(event, at, at + 1).length > 0))
    .sort((a, b) => a - b);
  const none = event.recurrence ? 0 : 1;
  return starts.length > none && starts.length <= most ? starts : undefined;
}

/** Undefined for a rule without a near end, and for one that the library cannot follow. */
function datesOf(rule: ICAL.Recur, { start, zone, allDay }: Event): number[] | undefined {
  const until = rule.until ? untilOf(rule.until, zone, allDay === true) : undefined;
  if (!rule.count && until === undefined) return undefined;
  const wall = formatCompactDateTime(allDay ? start : wallOf(zone, start));
  const text = rule.toString().replace(/;?UNTIL=[^;]*/g, '');
  const dates: number[] = [];
  try {
    const rruleString = `DTSTART:${wall}\nRRULE:${text}`;
    new RRuleTemporal({ rruleString, maxIterations: 10 * most, temporal: Temporal }).all((at) => {
      const date = allDay ? at.epochMilliseconds : instantOf(zone, at.epochMilliseconds);
      if (until !== undefined && date > until) return false;
      return dates.push(date) <= most;
    });
  } catch {
    return undefined;
  }
  return dates.length > most ? undefined : dates;
}

/** The event at each of these starts; what a component says of one alone is among `told`. The first keeps the UID. */
export function eventsAt(event: Event, starts: readonly number[], told: readonly Event[]): Event[] {
  const { recurrence, exceptions: _, ...single } = event;
  const length = event.end - event.start;
  return starts.map((start, index) => {
    const { instance: __, ...one } = told.find(({ instance }) => instance === start) ?? {
      ...single,
      start,
      end: start + length,
    };
    const isFirst = index === 0 && recurrence === undefined;
    return { ...one, uid: isFirst ? event.uid : `${event.uid}-${formatCompactDateTime(start)}` };
  });
}
