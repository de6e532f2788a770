// Events of an .ics file and back: one stored event for each UID, with what the protocol cannot say of it kept as `source`.
// Invariants: one that cannot be read is named by its line and stops no other; what was read is written again. Pure.
import { createHash } from 'node:crypto';
import ICAL from 'ical.js';
import type { Event } from '../../domain/event.ts';
import { addLeftover, leftoverOf, leftoverText, readLeftover } from '../leftover.ts';
import { expand } from './expand.ts';
import { type LineError, type ParsedText, parseComponents } from './icalendar.ts';
import { isCancelled, readEvents } from './read-icalendar.ts';
import { vtimezoneReader } from './vtimezone.ts';
import { writeICalendar } from './write-icalendar.ts';

export interface FileOptions {
  readonly zone: string;
  readonly now: number;
  /** Lower case: who is the organizer of their own meetings. */
  readonly own: ReadonlySet<string>;
}
export interface ReadFile<Item> {
  readonly items: readonly Item[];
  readonly errors: readonly LineError[];
}

/** Properties that a stored event says itself. */
const known: ReadonlySet<string> = new Set([
  ...['uid', 'dtstamp', 'dtstart', 'dtend', 'duration', 'sequence', 'summary', 'location', 'geo', 'description'],
  ...['x-alt-desc', 'class', 'status', 'transp', 'organizer', 'attendee', 'categories', 'exdate', 'recurrence-id'],
  ...['x-microsoft-cdo-busystatus', 'x-microsoft-cdo-intendedstatus', 'x-microsoft-disallow-counter'],
  ...['x-microsoft-onlinemeetingconflink', 'x-microsoft-onlinemeetingexternallink'],
]);
const once: ReadonlySet<string> = new Set(['rrule', 'recurrence-id']);
const atOnce = 500;

export function readEventFile(text: string, options: FileOptions): ReadFile<Event> {
  const items: Event[] = [];
  const { roots, lineOf, ...parsed } = parseComponents(text, 'vcalendar');
  const errors = [...parsed.errors];
  for (const calendar of roots) {
    const groups = [...byUid(calendar).values()];
    for (let at = 0; at < groups.length; at += atOnce) {
      const read = readGroups(calendar, lineOf, groups.slice(at, at + atOnce), options);
      items.push(...read.items);
      errors.push(...read.errors);
    }
  }
  return { items, errors: errors.sort((a, b) => a.line - b.line) };
}

/** One without a UID is known by what it says. */
function byUid(calendar: ICAL.Component): Map<string, ICAL.Component[]> {
  const groups = new Map<string, ICAL.Component[]>();
  for (const component of calendar.getAllSubcomponents('vevent')) {
    const told = String(component.getFirstPropertyValue('uid') ?? '').trim();
    const uid = told || createHash('sha256').update(component.toString()).digest('hex').slice(0, 40);
    if (told === '') component.updatePropertyWithValue('uid', uid);
    groups.set(uid, [...(groups.get(uid) ?? []), component]);
  }
  return groups;
}

function readGroups(
  calendar: ICAL.Component,
  lineOf: ParsedText['lineOf'],
  groups: readonly ICAL.Component[][],
  options: FileOptions,
): ReadFile<Event> {
  const lines = new Map(groups.flat().map((component) => [component, lineOf(component)]));
  const some = withZonesOf(calendar, groups.flat());
  const zoneOf = vtimezoneReader(some, options.zone);
  const events = new Map<string, Event[]>();
  for (const event of readEvents(some, options)) events.set(event.uid, [...(events.get(event.uid) ?? []), event]);
  const items: Event[] = [];
  const errors: LineError[] = [];
  for (const group of groups) {
    const [first] = group as [ICAL.Component];
    const uid = String(first.getFirstPropertyValue('uid')).trim();
    const found = events.get(uid) ?? [];
    const line = lines.get(first) ?? 0;
    if (found.length === 0) errors.push({ line, reason: 'an event without a start that could be read' });
    const master = group.find((one) => !one.hasProperty('recurrence-id'));
    const series = found.find(({ instance }) => instance === undefined);
    const cancelled = group.filter(isCancelled).flatMap((one) => instanceOf(one, some, options.zone) ?? []);
    const expanded = master && series && expand(master, series, { told: found, cancelled }, zoneOf, options.now);
    for (const event of expanded?.events ?? []) {
      items.push(completed(event, event.recurrence ? group : [master!], some, { ...options, said: dated }));
    }
    for (const event of found) {
      if (expanded && (event === series || expanded.used.has(event))) continue;
      const unsaid = group.some((one) => one.hasProperty('rrule')) && event.recurrence === undefined;
      const reason = 'phones cannot be told this pattern: they see its first occurrence';
      if (unsaid) errors.push({ line, reason, uid: event.uid });
      items.push(completed(event, group, some, { ...options, said: event.recurrence ? ['rrule'] : [] }));
    }
  }
  return { items, errors };
}

/** A calendar of these components, which leave the one they were in. */
function withZonesOf(calendar: ICAL.Component, components: readonly ICAL.Component[]): ICAL.Component {
  const some = new ICAL.Component('vcalendar');
  for (const zone of calendar.getAllSubcomponents('vtimezone')) some.addSubcomponent(copyOf(zone));
  for (const component of components) some.addSubcomponent(component);
  return some;
}
function copyOf(component: ICAL.Component): ICAL.Component {
  return new ICAL.Component(structuredClone(component.toJSON()) as never);
}

/** Which occurrence a component stands for, in milliseconds; undefined: the series. */
function instanceOf(component: ICAL.Component, calendar: ICAL.Component, zone: string): number | undefined {
  if (!component.hasProperty('recurrence-id')) return undefined;
  const [event] = readEvents(withZonesOf(calendar, [copyOf(component)]), { zone, now: 0 });
  return event?.instance;
}
const original = 'x-easel-original';
const dated = ['rrule', 'rdate'];

/** `said`: properties of a series that what is stored says. */
function completed(
  event: Event,
  group: readonly ICAL.Component[],
  some: ICAL.Component,
  options: FileOptions & { readonly said: readonly string[] },
): Event {
  const rests = group.flatMap((component) => {
    let alarms = 0;
    const keeps = (inner: ICAL.Component) => inner.name !== 'valarm' || !isRelative(inner) || alarms++ > 0;
    const rest = leftoverOf(component, new Set([...known, ...options.said]), keeps);
    const at = rest && instanceOf(component, some, options.zone);
    if (at !== undefined) rest!.addPropertyWithValue(original, String(at));
    return rest ? [rest] : [];
  });
  const source = leftoverText(rests);
  return { ...event, ...meetingOf(event, options.own), ...(source !== undefined && { source }) };
}

function isRelative(alarm: ICAL.Component): boolean {
  const trigger = alarm.getFirstPropertyValue('trigger') as ICAL.Duration | null;
  return typeof trigger?.toSeconds === 'function' && trigger.toSeconds() <= 0;
}

const responses: Readonly<Record<number, number>> = { 2: 2, 3: 3, 4: 4 };

/** [MS-ASCAL] 2.2.2.28 MeetingStatus: the account's own meeting, or one that it was asked to. */
function meetingOf({ organizer, attendees = [], busyStatus }: Event, own: ReadonlySet<string>): Partial<Event> {
  if (attendees.length === 0) return {};
  if (!organizer || own.has(organizer.email.toLowerCase())) return { meetingStatus: 1, responseType: 1 };
  const self = attendees.find(({ email }) => own.has(email.toLowerCase()));
  const responseType = responses[self?.status ?? 0] ?? 5;
  // What was not accepted counts as tentative, what was declined not at all.
  return { meetingStatus: 3, responseType, busyStatus: busyStatus ?? { 3: 2, 4: 0 }[responseType] ?? 1 };
}

/** One VCALENDAR with all of them. */
export function writeEventFile(events: readonly Event[]): string {
  const text = writeICalendar(events, { personal: true });
  const sources = new Map(events.flatMap(({ uid, source }) => (source === undefined ? [] : [[uid, source] as const])));
  if (sources.size === 0) return text;
  const calendar = ICAL.Component.fromString(text);
  for (const component of calendar.getAllSubcomponents('vevent')) {
    const rests = readLeftover(sources.get(String(component.getFirstPropertyValue('uid'))));
    if (rests.length === 0) continue;
    const at = instanceOf(component, calendar, 'UTC');
    const rest = rests.find((one) => one.getFirstPropertyValue(original) === (at === undefined ? null : String(at)));
    rest?.removeAllProperties(original);
    if (rest) addLeftover(component, rest, once);
  }
  return `${calendar.toString()}\r\n`;
}
