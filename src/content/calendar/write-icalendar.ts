// Events as iCalendar text (RFC 5545), the one place that writes it; ical.js folds and escapes. A series comes with what
// differs in its occurrences, each zone with its rules. What is the account's own (categories, reminder) only on demand.
import ICAL from 'ical.js';
import { type ChangeDate, dayIn, isTimeZone, timeZoneOf } from '../../../protocol/index.ts';
import { type Event, type EventAttendee, isCancelled, type Recurrence } from '../../domain/event.ts';
import { asText } from '../body.ts';
import { cleanText } from '../email/charset.ts';
import { occurrenceOf } from './occurrence.ts';
import { patternOf } from './recurrence.ts';
import { locationText } from './write-event.ts';
import { wallOf } from './zone.ts';

/** RFC 5546, 1.4. */
export type Method = 'PUBLISH' | 'REQUEST' | 'REPLY' | 'COUNTER' | 'CANCEL';

export interface ICalendarOptions {
  readonly method?: Method;
  /** Milliseconds: DTSTAMP of all of it; absent: each event's own. */
  readonly stamp?: number;
  /** With what the account alone sees of it: categories and reminder. */
  readonly personal?: boolean;
  /** What the sender says to it. */
  readonly comment?: string;
  /** Who writes for the organizer. */
  readonly sentBy?: string;
}

/** One VCALENDAR. Events with `instance` stand for that occurrence alone. */
export function writeICalendar(events: readonly Event[], options: ICalendarOptions = {}): string {
  const calendar = new ICAL.Component('vcalendar');
  calendar.addPropertyWithValue('prodid', '-//Easel//EN');
  calendar.addPropertyWithValue('version', '2.0');
  if (options.method) calendar.addPropertyWithValue('method', options.method);
  const zones = new Map<string, Event>();
  for (const event of events) if (isZoned(event) && !zones.has(event.zone)) zones.set(event.zone, event);
  for (const [zone, { start }] of zones) calendar.addSubcomponent(timezoneComponent(zone, start));
  for (const event of events) for (const one of eventComponents(event, options)) calendar.addSubcomponent(one);
  return `${calendar.toString()}\r\n`;
}

function isZoned({ allDay, zone }: Event): boolean {
  return !allDay && zone !== 'UTC' && isTimeZone(zone);
}

function eventComponents(event: Event, options: ICalendarOptions): ICAL.Component[] {
  const component = eventComponent(event, options);
  if (!event.recurrence) return [component];
  component.addPropertyWithValue('rrule', ICAL.Recur.fromString(ruleText(event)));
  const others: ICAL.Component[] = [];
  for (const { original, deleted } of event.exceptions ?? []) {
    if (deleted) addTime(component, 'exdate', original, event);
    else others.push(eventComponent(occurrenceOf(event, original), options));
  }
  return [component, ...others];
}

const classes = ['PUBLIC', 'PRIVATE', 'PRIVATE', 'CONFIDENTIAL'];
const busyNames = ['FREE', 'TENTATIVE', 'BUSY', 'OOF', 'WORKINGELSEWHERE'];

function eventComponent(event: Event, options: ICalendarOptions): ICAL.Component {
  const { method, stamp, personal, comment } = options;
  const component = new ICAL.Component('vevent');
  const say = (name: string, value: string | undefined): void => {
    if (value) component.addPropertyWithValue(name, clean(value));
  };
  say('uid', event.uid);
  component.addPropertyWithValue('dtstamp', utc(stamp ?? event.dtStamp));
  if (event.instance !== undefined) addTime(component, 'recurrence-id', event.instance, event);
  addTime(component, 'dtstart', event.start, event);
  // Of an all-day event RFC 5545, 3.6.1 wants an end behind its start.
  addTime(component, 'dtend', event.allDay ? Math.max(event.end, event.start + day) : event.end, event);
  component.addPropertyWithValue('sequence', event.sequence ?? 0);
  say('summary', event.subject ?? (method ? ' ' : undefined));
  if (event.location) addLocation(component, event.location);
  if (event.body) addBody(component, event.body);
  say('comment', comment);
  if (event.sensitivity) say('class', classes[event.sensitivity]);
  const cancelled = method === 'CANCEL' || isCancelled(event);
  say('status', cancelled ? 'CANCELLED' : 'CONFIRMED');
  const busy = method ? (event.intendedBusy ?? event.busyStatus ?? 2) : (event.busyStatus ?? 2);
  say('transp', busy === 0 ? 'TRANSPARENT' : 'OPAQUE');
  say('x-microsoft-cdo-busystatus', busyNames[method === 'REQUEST' ? 1 : busy]);
  if (method === 'REQUEST') say('x-microsoft-cdo-intendedstatus', busyNames[busy]);
  if (event.disallowNewTimeProposal) say('x-microsoft-disallow-counter', 'TRUE');
  say('x-microsoft-onlinemeetingconflink', event.confLink);
  say('x-microsoft-onlinemeetingexternallink', event.externalLink);
  addPeople(component, event, options);
  if (personal) addPersonal(component, event);
  return component;
}

const day = 86_400_000;

function clean(text: string): string {
  return cleanText(text).replace(/\r\n?/g, '\n');
}

function addLocation(component: ICAL.Component, location: NonNullable<Event['location']>): void {
  const text = locationText(location);
  if (text) component.addPropertyWithValue('location', clean(text));
  const { Latitude, Longitude } = location;
  if (Latitude === undefined || Longitude === undefined) return;
  component.addPropertyWithValue('geo', [Number(Latitude), Number(Longitude)]);
}

function addBody(component: ICAL.Component, body: NonNullable<Event['body']>): void {
  component.addPropertyWithValue('description', clean(asText(body)));
  if (body.type !== 2) return;
  const html = new ICAL.Property('x-alt-desc');
  html.resetType('text');
  html.setParameter('fmttype', 'text/html');
  html.setValue(clean(body.data));
  component.addProperty(html);
}

const partStats: Readonly<Record<number, string>> = { 2: 'TENTATIVE', 3: 'ACCEPTED', 4: 'DECLINED' };
const roles: Readonly<Record<number, string>> = { 2: 'OPT-PARTICIPANT', 3: 'NON-PARTICIPANT' };

function addPeople(component: ICAL.Component, event: Event, { method, sentBy }: ICalendarOptions): void {
  const { organizer, attendees = [], responseRequested = true } = event;
  if (organizer && (attendees.length > 0 || method)) {
    const property = addPerson(component, 'organizer', organizer);
    if (sentBy) property.setParameter('sent-by', `mailto:${sentBy}`);
  }
  for (const attendee of attendees) {
    const property = addPerson(component, 'attendee', attendee);
    const { type = 1, status = 0 } = attendee;
    property.setParameter('cutype', type === 3 ? 'RESOURCE' : 'INDIVIDUAL');
    property.setParameter('role', roles[type] ?? 'REQ-PARTICIPANT');
    property.setParameter('partstat', partStats[status] ?? 'NEEDS-ACTION');
    if (method !== 'REPLY' && method !== 'CANCEL') property.setParameter('rsvp', responseRequested ? 'TRUE' : 'FALSE');
  }
}

function addPerson(
  component: ICAL.Component,
  role: string,
  { email, name }: Pick<EventAttendee, 'email' | 'name'>,
): ICAL.Property {
  const property = component.addPropertyWithValue(role, `mailto:${clean(email).replace(/\s/g, '')}`);
  // RFC 6868: a parameter has no other way to a quote, and none at all to a control character.
  const flat = clean(name).replace(/\s+/g, ' ').replace(/"/g, "'").trim();
  if (flat !== '' && flat !== email) property.setParameter('cn', flat);
  return property;
}

function addPersonal(component: ICAL.Component, { categories, reminder, subject = '' }: Event): void {
  if (categories) {
    const property = new ICAL.Property('categories');
    property.setValues(categories.map(clean));
    component.addProperty(property);
  }
  if (reminder === undefined) return;
  const alarm = new ICAL.Component('valarm');
  alarm.addPropertyWithValue('action', 'DISPLAY');
  alarm.addPropertyWithValue('trigger', ICAL.Duration.fromSeconds(-60 * reminder));
  alarm.addPropertyWithValue('description', clean(subject) || 'Reminder');
  component.addSubcomponent(alarm);
}

function wallTime(wall: number, isDate: boolean, zone = ICAL.Timezone.localTimezone): ICAL.Time {
  const at = new Date(wall);
  const parts = { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(), isDate };
  const clock = { hour: at.getUTCHours(), minute: at.getUTCMinutes(), second: at.getUTCSeconds() };
  return new ICAL.Time(isDate ? parts : { ...parts, ...clock }, zone);
}
function utc(at: number): ICAL.Time {
  return wallTime(at, false, ICAL.Timezone.utcTimezone);
}

function addTime(component: ICAL.Component, name: string, at: number, event: Event): void {
  const property = new ICAL.Property(name);
  if (event.allDay) {
    property.resetType('date');
    property.setValue(wallTime(at, true));
  } else if (isZoned(event)) {
    property.setValue(wallTime(wallOf(event.zone, at), false));
    property.setParameter('tzid', event.zone);
  } else property.setValue(utc(at));
  component.addProperty(property);
}

/** RRULE of a series; a day that the month may not have is written as the last of those that exist. */
export function ruleText({ recurrence, allDay, ...event }: Pick<Event, 'recurrence' | 'allDay' | 'start'>): string {
  const { interval, occurrences, until, firstDayOfWeek } = recurrence as Recurrence;
  const { freq, ...by } = patternOf(recurrence as Recurrence);
  const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
  // Until names a start; that of an all-day event is a date.
  const end = until === undefined ? undefined : allDay ? stamp(until).slice(0, 8) : stamp(Math.max(until, event.start));
  const parts: Record<string, string | number | undefined> = {
    FREQ: freq,
    INTERVAL: interval > 1 ? interval : undefined,
    COUNT: occurrences,
    UNTIL: occurrences === undefined ? end : undefined,
    BYMONTH: by.byMonth?.join(','),
    BYMONTHDAY: by.byMonthDay?.join(','),
    BYDAY: by.byDay?.join(','),
    BYSETPOS: by.bySetPos?.join(','),
    WKST: freq === 'WEEKLY' ? weekdays[firstDayOfWeek ?? 0] : undefined,
  };
  return Object.entries(parts)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join(';');
}
const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** The rules of a zone as they are in the year of `instant`. */
function timezoneComponent(zone: string, instant: number): ICAL.Component {
  const blob = timeZoneOf(zone, new Date(instant).getUTCFullYear());
  const component = new ICAL.Component('vtimezone');
  component.addPropertyWithValue('tzid', zone);
  const standard = -(blob.bias + blob.standardBias);
  const daylight = -(blob.bias + blob.daylightBias);
  const { standardDate, daylightDate } = blob;
  const changes = standardDate !== undefined && daylightDate !== undefined;
  component.addSubcomponent(
    changes ? observance('standard', daylight, standard, standardDate) : observance('standard', standard, standard),
  );
  if (changes) component.addSubcomponent(observance('daylight', standard, daylight, daylightDate));
  return component;
}

function observance(name: 'standard' | 'daylight', from: number, to: number, date?: ChangeDate): ICAL.Component {
  const component = new ICAL.Component(name);
  const offset = (minutes: number) => ICAL.UtcOffset.fromSeconds(minutes * 60);
  component.addPropertyWithValue('tzoffsetfrom', offset(from));
  component.addPropertyWithValue('tzoffsetto', offset(to));
  const { year = 0, month = 1, day: week = 1, dayOfWeek = 0, hour = 0, minute: past = 0 } = date ?? {};
  if (date && year !== 0) {
    component.addPropertyWithValue('dtstart', wallTime(Date.UTC(year, month - 1, week, hour, past), false));
    return component;
  }
  // Long ago, on the day that the rule has there.
  const start = date ? Date.UTC(1970, month - 1, dayIn(date, 1970)!, hour, past) : Date.UTC(1970, 0, 1);
  component.addPropertyWithValue('dtstart', wallTime(start, false));
  if (date) {
    const nth = `${week === 5 ? -1 : week}${weekdays[dayOfWeek]}`;
    component.addPropertyWithValue('rrule', ICAL.Recur.fromString(`FREQ=YEARLY;BYMONTH=${month};BYDAY=${nth}`));
  }
  return component;
}
