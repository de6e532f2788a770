// Dates of a calendar file that no pattern of the protocol says: RDATE, and rules such as by the hour. A rule counts when several
// patterns say it, or when it ends within `most` dates. Never throws. Pure.
import type ICAL from 'ical.js';
import { formatCompactDateTime } from '../../../protocol/index.ts';
import type { Event } from '../../domain/event.ts';
import { instantsIn, type ZoneOf } from './read-icalendar.ts';
import { startsBetween } from './recurrence.ts';
import { datesOf } from './rule-dates.ts';
import { splitSeries } from './split-rule.ts';

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
  const byRule = rule && !event.recurrence ? nearDatesOf(rule, event) : [];
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
function nearDatesOf(rule: ICAL.Recur, event: Event): number[] | undefined {
  if (!rule.count && !rule.until) return undefined;
  const { dates, isWhole } = datesOf(rule, event, { most });
  return isWhole ? dates : undefined;
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
