// iCalendar events (RFC 5545) as they are stored. Invariants: never throws; what cannot be said in the protocol's patterns
// becomes the first occurrence alone; a component without UID or a sound start is left out. Pure.
import type ICAL from 'ical.js';
import { isTimeZone } from '../../../protocol/index.ts';
import type { Event, EventAttendee } from '../../domain/event.ts';
import { withoutUndefined } from '../pattern.ts';
import { byWeekday } from './by-weekday.ts';
import { exceptionOf, withException } from './occurrence.ts';
import { readRule } from './read-rule.ts';
import { lastStart, occurrenceAt, startsBetween } from './recurrence.ts';
import { withoutShortMonths } from './short-months.ts';
import { vtimezoneReader } from './vtimezone.ts';
import { instantOf } from './zone.ts';

export interface ReadOptions {
  /** For times that name no zone, or one that nobody knows. */
  readonly zone: string;
  /** Milliseconds: DTSTAMP where there is none. */
  readonly now: number;
  /** What no pattern says stays one series, by its weekdays; else it is its first occurrence. */
  readonly whole?: true;
  /** Of this one alone. */
  readonly uid?: string;
}

const day = 86_400_000;
const latest = Date.UTC(4500, 0);
const most = 10_000;

/** Series with what differs in their occurrences; occurrences whose series is not there have `instance`. */
export function readEvents(calendar: ICAL.Component, options: ReadOptions): Event[] {
  const zoneOf = vtimezoneReader(calendar, options.zone);
  const single = lastOfEach(calendar.getAllSubcomponents('vevent'), options.uid).flatMap((component) => {
    const event = readEvent(component, zoneOf, options);
    return event ? [{ component, event }] : [];
  });
  const masters = single.filter(({ event }) => event.instance === undefined);
  const others = single
    .filter(({ event }) => event.instance !== undefined)
    .sort((a, b) => a.event.instance! - b.event.instance!)
    .slice(-mostExceptions);
  const byUid = new Map(masters.map(({ event, component }) => [event.uid, withDeleted(event, component, zoneOf)]));
  const added = new Map(
    masters.map(({ event, component }) => [event.uid, new Set(instantsIn(component, 'rdate', event.zone, zoneOf))]),
  );
  const orphans: Event[] = [];
  for (const { event, component } of others) {
    const series = byUid.get(event.uid);
    const isAdded =
      added.get(event.uid)?.has(event.instance!) &&
      startsBetween(series!, event.instance!, event.instance! + 1).length === 0;
    if (!series?.recurrence || isAdded) orphans.push(event);
    else byUid.set(event.uid, withOccurrence(series, event, isCancelled(component)));
  }
  return [...byUid.values(), ...orphans];
}

/**
 * A series is said once; of several the last one that has a start counts. A rule may have 10,000 occurrences to look through, and a
 * message many series.
 */
function lastOfEach(components: readonly ICAL.Component[], wanted: string | undefined): ICAL.Component[] {
  const series = new Map<string, ICAL.Component>();
  const others: ICAL.Component[] = [];
  for (const component of components.slice(0, most)) {
    const uid = textOf(component, 'uid');
    if (uid === undefined || (wanted !== undefined && uid !== wanted)) continue;
    if (component.hasProperty('recurrence-id')) others.push(component);
    else if (component.hasProperty('dtstart')) series.set(uid, component);
  }
  return [...series.values(), ...others];
}

function withOccurrence(series: Event, event: Event, cancelled: boolean): Event {
  const original = occurrenceAt(series, event.instance!);
  if (original === undefined) return series;
  const exception = cancelled
    ? { original, deleted: true as const }
    : exceptionOf(series, { ...event, instance: original });
  return withException(series, exception);
}

export type ZoneOf = (tzid: string, at: number) => string;

/** Instants that the properties of this name list (EXDATE, RDATE; of a period its start). */
export function instantsIn(component: ICAL.Component, name: string, zone: string, zoneOf: ZoneOf): number[] {
  return component.getAllProperties(name).flatMap((property) =>
    property.getValues().flatMap((value) => {
      const { start = value as ICAL.Time } = value as { readonly start?: ICAL.Time };
      return instantIn(start, property, zone, zoneOf) ?? [];
    }),
  );
}

function withDeleted(event: Event, component: ICAL.Component, zoneOf: ZoneOf): Event {
  if (!event.recurrence) return event;
  const named = instantsIn(component, 'exdate', event.zone, zoneOf);
  // Of more than the protocol has room for, the first are the longest past.
  const originals = new Set([
    ...(event.exceptions ?? []).map(({ original }) => original),
    ...named
      .sort((a, b) => a - b)
      .slice(-mostExceptions)
      .map((at) => occurrenceAt(event, at)),
  ]);
  const exceptions = [...originals]
    .slice(-mostExceptions)
    .flatMap((original) => (original === undefined ? [] : [{ original, deleted: true as const }]));
  return exceptions.length === 0 ? event : { ...event, exceptions };
}
const mostExceptions = 1000;

export function isCancelled(component: ICAL.Component): boolean {
  return textOf(component, 'status')?.toUpperCase() === 'CANCELLED';
}

function textOf(component: ICAL.Component, name: string): string | undefined {
  const value = component.getFirstPropertyValue(name);
  return value === null || value === undefined ? undefined : String(value).trim() || undefined;
}

/** Undefined: no date that the protocol could say. */
function instantIn(value: ICAL.Time, property: ICAL.Property, fallback: string, zoneOf: ZoneOf): number | undefined {
  if (!(value?.year >= 1600)) return undefined; // Date.UTC has meanings of its own for the first century
  const wall = Date.UTC(value.year, value.month - 1, value.day, value.hour, value.minute, value.second);
  if (!(wall <= latest)) return undefined;
  if (value.isDate) return wall - (((wall % day) + day) % day);
  return instantOf(zoneIn(value, property, fallback, zoneOf, wall), wall);
}

function zoneIn(value: ICAL.Time, property: ICAL.Property, fallback: string, zoneOf: ZoneOf, wall: number): string {
  if (value.zone?.tzid === 'UTC') return 'UTC';
  const tzid = property.getFirstParameter('tzid');
  return tzid ? zoneOf(tzid, wall) : fallback;
}

function timeOf(component: ICAL.Component, name: string, fallback: string, zoneOf: ZoneOf) {
  const property = component.getFirstProperty(name);
  const value = property?.getFirstValue() as ICAL.Time | undefined;
  const at = property && value ? instantIn(value, property, fallback, zoneOf) : undefined;
  if (!property || !value || at === undefined) return undefined;
  return { at, isDate: value.isDate, zone: value.isDate ? fallback : zoneIn(value, property, fallback, zoneOf, at) };
}

function readEvent(component: ICAL.Component, zoneOf: ZoneOf, options: ReadOptions): Event | undefined {
  const zone = isTimeZone(options.zone) ? options.zone : 'UTC';
  const uid = textOf(component, 'uid');
  const from = timeOf(component, 'dtstart', zone, zoneOf);
  if (!uid || uid.length > 1000 || !from) return undefined;
  const allDay = from.isDate;
  const event = withoutUndefined({
    uid,
    ...readDetails(component),
    allDay: allDay || undefined,
    start: from.at,
    end: endOf(component, from, zoneOf),
    zone: from.zone,
    dtStamp: timeOf(component, 'dtstamp', 'UTC', zoneOf)?.at ?? options.now,
    ...readPeople(component),
    sequence: numberOf(component, 'sequence'),
    instance: timeOf(component, 'recurrence-id', from.zone, zoneOf)?.at,
  }) as Event;
  if (event.instance !== undefined) return event;
  const rule = component.getFirstPropertyValue('rrule') as ICAL.Recur | null;
  const read = readRule(rule, event);
  const series = read && rule ? withoutShortMonths({ ...event, recurrence: read }, rule, options.now) : event;
  const { recurrence } = series;
  if (!recurrence) {
    const added = instantsIn(component, 'rdate', event.zone, zoneOf);
    return options.whole && (rule || added.length > 0) ? byWeekday(event, rule, added, options.now) : event;
  }
  const last = recurrence.occurrences === undefined ? 0 : lastStart(series);
  if (last === undefined) return event;
  // The protocol counts up to 999.
  const { occurrences = 0, ...pattern } = recurrence;
  return { ...series, recurrence: occurrences > 999 ? { ...pattern, until: last } : recurrence };
}

function numberOf(component: ICAL.Component, name: string): number | undefined {
  const value = Number(textOf(component, name));
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function endOf(component: ICAL.Component, from: { at: number; isDate: boolean; zone: string }, zoneOf: ZoneOf): number {
  const least = from.at + (from.isDate ? day : 0);
  const end = timeOf(component, 'dtend', from.zone, zoneOf)?.at;
  if (end !== undefined) return Math.max(end, least);
  const duration = component.getFirstPropertyValue('duration') as ICAL.Duration | null;
  const seconds = typeof duration?.toSeconds === 'function' ? duration.toSeconds() : 0;
  return Number.isFinite(seconds) ? Math.min(Math.max(from.at + seconds * 1000, least), latest) : least;
}

const classes: Readonly<Record<string, number>> = { PRIVATE: 2, CONFIDENTIAL: 3 };
const busyNames: Readonly<Record<string, number>> = { FREE: 0, TENTATIVE: 1, BUSY: 2, OOF: 3, WORKINGELSEWHERE: 4 };

function readDetails(component: ICAL.Component): Partial<Event> {
  const upper = (name: string): string => textOf(component, name)?.toUpperCase() ?? '';
  const categories = component.getAllProperties('categories').flatMap((property) => property.getValues().map(String));
  const busy = busyNames[upper('x-microsoft-cdo-busystatus')];
  const intended = busyNames[upper('x-microsoft-cdo-intendedstatus')];
  return withoutUndefined({
    subject: textOf(component, 'summary'),
    location: locationOf(component),
    body: bodyOf(component),
    categories: categories.length > 0 ? categories.slice(0, 300) : undefined,
    sensitivity: classes[upper('class')],
    busyStatus: busy ?? (upper('transp') === 'TRANSPARENT' ? 0 : undefined),
    intendedBusy: intended,
    reminder: reminderOf(component),
    disallowNewTimeProposal: upper('x-microsoft-disallow-counter') === 'TRUE' ? true : undefined,
    confLink: textOf(component, 'x-microsoft-onlinemeetingconflink'),
    externalLink: textOf(component, 'x-microsoft-onlinemeetingexternallink'),
  }) as Partial<Event>;
}

function locationOf(component: ICAL.Component): Event['location'] {
  const text = textOf(component, 'location');
  const geo = component.getFirstPropertyValue('geo') as unknown as readonly number[] | null;
  const [Latitude, Longitude] = Array.isArray(geo) ? geo.map(Number) : [];
  const place =
    Number.isFinite(Latitude) && Number.isFinite(Longitude) ? { Latitude: Latitude!, Longitude: Longitude! } : {};
  return text || 'Latitude' in place ? { ...(text && { DisplayName: text }), ...place } : undefined;
}

function bodyOf(component: ICAL.Component): Event['body'] {
  const html = component.getFirstProperty('x-alt-desc');
  if (html && String(html.getFirstParameter('fmttype')).toLowerCase() === 'text/html') {
    const data = String(html.getFirstValue() ?? '');
    // Programs escape it or do not.
    const plain = /\\[nN,;\\]/.test(data) ? data.replace(/\\([nN,;\\])/g, (_, c) => (/n/i.test(c) ? '\n' : c)) : data;
    if (plain.trim() !== '') return { type: 2, data: plain };
  }
  const text = textOf(component, 'description');
  return text === undefined ? undefined : { type: 1, data: text };
}

/** Minutes before the start, of the first alarm that says so. */
function reminderOf(component: ICAL.Component): number | undefined {
  for (const alarm of component.getAllSubcomponents('valarm')) {
    const trigger = alarm.getFirstPropertyValue('trigger') as ICAL.Duration | null;
    const seconds = typeof trigger?.toSeconds === 'function' ? trigger.toSeconds() : 1;
    if (seconds <= 0 && seconds > -0x7fffffff) return Math.round(-seconds / 60);
  }
  return undefined;
}

const partStats: Readonly<Record<string, number>> = { TENTATIVE: 2, ACCEPTED: 3, DECLINED: 4, 'NEEDS-ACTION': 5 };

/** `mailto:` in any case; undefined for what names no mailbox. */
export function mailboxOf(property: ICAL.Property | null): Pick<EventAttendee, 'email' | 'name'> | undefined {
  if (!property) return undefined;
  const value = String(property.getFirstValue() ?? '').trim();
  const named = /^mailto:(.+)$/i.exec(value)?.[1] ?? property.getFirstParameter('email');
  const email = decoded(String(named ?? value)).trim();
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) return undefined;
  return { email, name: String(property.getFirstParameter('cn') ?? '').trim() || email };
}
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readPeople(component: ICAL.Component): Partial<Event> {
  const organizer = mailboxOf(component.getFirstProperty('organizer'));
  const lines = component.getAllProperties('attendee').slice(0, most);
  const attendees = lines.flatMap((property): EventAttendee[] => {
    const mailbox = mailboxOf(property);
    if (!mailbox) return [];
    const say = (name: string): string => String(property.getFirstParameter(name) ?? '').toUpperCase();
    const resource = say('cutype') === 'RESOURCE' || say('cutype') === 'ROOM';
    const optional = say('role') === 'OPT-PARTICIPANT' || say('role') === 'NON-PARTICIPANT';
    return [{ ...mailbox, status: partStats[say('partstat')] ?? 5, type: resource ? 3 : optional ? 2 : 1 }];
  });
  const silent = lines.length > 0 && lines.every((line) => /^false$/i.test(String(line.getFirstParameter('rsvp'))));
  return withoutUndefined({
    organizer,
    attendees: attendees.length > 0 ? attendees : undefined,
    responseRequested: silent ? false : undefined,
  }) as Partial<Event>;
}
