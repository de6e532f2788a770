// Dates of a calendar file that no pattern of the protocol says: RDATE, and rules such as by the hour. A rule counts when several
// patterns say it, or when it ends within `most` dates. Never throws. Pure.
import { Temporal } from '@js-temporal/polyfill';
import type ICAL from 'ical.js';
import { RRuleTemporal } from 'rrule-temporal';
import { formatCompactDateTime } from '../../../protocol/index.ts';
import type { Event } from '../../domain/event.ts';
import { instantsIn, type ZoneOf } from './read-icalendar.ts';
import { untilOf } from './read-rule.ts';
import { startsBetween } from './recurrence.ts';
import { splitSeries } from './split-rule.ts';
import { instantOf, wallOf } from './zone.ts';

const most = 1000;

export interface Expanded {
  /** In place of the event and of those in `used`. */
  readonly events: readonly Event[];
  readonly used: ReadonlySet<Event>;
}

/** What other components say of single occurrences. */
export interface Others {
  readonly told: readonly Event[];
  /** Instants. */
  readonly cancelled: readonly number[];
}

/** What the component of an event says beyond one pattern. Undefined: nothing, or too much. */
export function expand(
  component: ICAL.Component,
  event: Event,
  { told: all, cancelled }: Others,
  zoneOf: ZoneOf,
  now: number,
): Expanded | undefined {
  const rule = component.getFirstPropertyValue('rrule') as ICAL.Recur | null;
  const added = instantsIn(component, 'rdate', event.zone, zoneOf);
  const excluded = [...instantsIn(component, 'exdate', event.zone, zoneOf), ...cancelled];
  const gone = all.filter(({ instance = Number.NaN }) => cancelled.includes(instance));
  const told = all.filter((one) => !gone.includes(one));
  const split = added.length === 0 ? splitSeries(rule, event, { excluded, told, now }) : undefined;
  if (split) {
    const has = ({ instance = Number.NaN }: Event) =>
      split.some((one) => one.exceptions?.some(({ original }) => original === instance));
    return { events: split, used: new Set([...gone, ...told.filter(has)]) };
  }
  const byRule = rule && !event.recurrence ? datesOf(rule, event) : [];
  if (!byRule || byRule.length + added.length === 0) return undefined;
  const isOwn = (at: number) => event.recurrence !== undefined && startsBetween(event, at, at + 1).length > 0;
  const dates = [...(event.recurrence ? [] : [event.start]), ...byRule, ...added];
  const starts = [...new Set(dates)].filter((at) => !excluded.includes(at) && !isOwn(at)).sort((a, b) => a - b);
  if (starts.length > most || (starts.length === 0 && !event.recurrence)) return undefined;
  const meant = told.filter(({ instance = Number.NaN }) => starts.includes(instance));
  const series = event.recurrence ? [event] : [];
  return { events: [...eventsAt(event, starts, meant), ...series], used: new Set([...gone, ...meant]) };
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
  // RFC 5545, 3.3.10: the start counts as the first, also where the rule does not meet it.
  if (rule.count && dates[0] !== start) dates.pop();
  return dates.length > most ? undefined : dates;
}

/** The event at each of these starts; what a component says of one alone is among `told`. The first keeps the UID. */
function eventsAt(event: Event, starts: readonly number[], told: readonly Event[]): Event[] {
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
