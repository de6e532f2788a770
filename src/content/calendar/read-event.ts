// What a device writes of an event, in any version, as changes of the stored one. Undefined in a change: taken away; a key that
// is absent: not spoken of. Throws EasError 'item-invalid' naming the element.
import {
  type Attendee,
  type CalendarException,
  type CalendarRecurrence,
  calendar,
  calendarRecurrence,
  parseDate,
  type ReadCalendar,
  type Version,
} from '../../../protocol/index.ts';
import type { Element } from '../../../protocol/wbxml/element.ts';
import type { DayOfWeek, EventAttendee, EventDetails, EventException, Recurrence } from '../../domain/event.ts';
import { readTextBody } from '../body.ts';
import { bounded, invalid, readPattern } from '../pattern.ts';
import { readItem } from '../read-item.ts';
import { wallOf, zoneOf } from './zone.ts';

const day = 86_400_000;

/** ApplicationData of an event. */
export function readCalendar(data: Element, version: Version): ReadCalendar {
  return readItem(calendar, data, version);
}

/** How the times of a request are meant. */
export interface Clock {
  readonly allDay: boolean;
  /** 16.0 and later: dates of all-day events float. */
  readonly floating: boolean;
  readonly zone: string;
  /** The account's. */
  readonly firstDayOfWeek?: DayOfWeek | undefined;
}

/** A time as the device wrote it. Of an all-day event before 16.0 a midnight in UTC is a date, any other one of the zone. */
export function readTime(text: string, { allDay, floating, zone }: Clock, name: string): number {
  const at = parseDate(text);
  if (at === undefined) throw invalid(name);
  if (!allDay) return at;
  if (floating || at % day === 0) return at - (((at % day) + day) % day);
  // What the wall shows there, to the nearest day: phones and servers disagree about an hour at the edges of summer time.
  return Math.round(wallOf(zone, at) / day) * day;
}

/** The zone that a request names, or the one that is known already. */
export function clockOf(
  data: Pick<ReadCalendar, 'Timezone' | 'StartTime' | 'AllDayEvent'>,
  version: Version,
  known: { readonly zone: string; readonly allDay: boolean; readonly start: number },
  firstDayOfWeek?: DayOfWeek,
): Clock {
  const allDay = data.AllDayEvent === undefined ? known.allDay : data.AllDayEvent === 1;
  const at = parseDate(data.StartTime ?? '') ?? known.start;
  const zone = zoneOf(data.Timezone, at, known.zone) ?? known.zone;
  return { allDay, floating: Number(version) >= 16, zone, firstDayOfWeek };
}

type Details = { -readonly [Key in keyof EventDetails]?: EventDetails[Key] | undefined };

/** What an event and an exception have in common; keys of what was there, undefined of what came empty. */
export function readDetails(data: CalendarException | ReadCalendar, version: Version): Details {
  const details: Details = {};
  if (data.Subject !== undefined) details.subject = data.Subject || undefined;
  const location = readLocation(data);
  if (location !== undefined) details.location = location === 'none' ? undefined : location;
  if (data.Body !== undefined) {
    // MS-ASAIRS_R1400, R1401: of events it is text or HTML.
    if (Number(version) >= 16 && data.Body.Type !== 1 && data.Body.Type !== 2) throw invalid('Body Type');
    const body = readTextBody(data.Body);
    if (body !== undefined) details.body = body === 'none' ? undefined : body;
  }
  if (data.Body25 !== undefined) details.body = data.Body25 === '' ? undefined : { type: 1, data: data.Body25 };
  if (data.Categories !== undefined) details.categories = readCategories(data.Categories.Category);
  if (data.Sensitivity !== undefined) details.sensitivity = bounded(data.Sensitivity, 0, 3, 'Sensitivity');
  if (data.BusyStatus !== undefined) details.busyStatus = bounded(data.BusyStatus, 0, 4, 'BusyStatus');
  if (data.Reminder !== undefined) details.reminder = bounded(data.Reminder, 0, 0x7fffffff, 'Reminder');
  if (data.MeetingStatus !== undefined) details.meetingStatus = bounded(data.MeetingStatus, 0, 15, 'MeetingStatus');
  if (data.Attendees !== undefined) details.attendees = readAttendees(data.Attendees.Attendee, version);
  if (data.AppointmentReplyTime) details.replyTime = parseDate(data.AppointmentReplyTime);
  return details;
}

function readCategories(names: readonly string[] | undefined): readonly string[] | undefined {
  if (!names || names.length === 0) return undefined;
  if (names.length > 300) throw invalid('Categories');
  return names;
}

function readLocation(data: CalendarException | ReadCalendar): EventDetails['location'] | 'none' {
  if (data.LocationText !== undefined) return data.LocationText === '' ? 'none' : { DisplayName: data.LocationText };
  if (data.Location === undefined) return undefined;
  const given = Object.entries(data.Location).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0 ? 'none' : (Object.fromEntries(given) as EventDetails['location']);
}

type WireAttendee = { [Key in keyof Attendee]: Attendee[Key] | undefined } & Pick<Attendee, 'Email'>;

/** From 16.0 on, who has answered what is the server's to say. */
function readAttendees(
  attendees: readonly Readonly<WireAttendee>[] | undefined,
  version: Version,
): readonly EventAttendee[] | undefined {
  const listed = (attendees ?? []).map(({ Email, Name, AttendeeStatus, AttendeeType }): EventAttendee => {
    if (AttendeeType !== undefined && (AttendeeType < 1 || AttendeeType > 3)) throw invalid('AttendeeType');
    const status = Number(version) >= 16 ? undefined : AttendeeStatus;
    return {
      email: Email,
      name: Name || Email,
      ...(status !== undefined && { status }),
      ...(AttendeeType !== undefined && { type: AttendeeType }),
    };
  });
  return listed.length === 0 ? undefined : listed;
}

/** Where weeks begin decides which ones are skipped; a phone that cannot say it (before 14.1) means the account's. */
function withFirstDay<Pattern extends Omit<Recurrence, 'until'>>(
  pattern: Pattern,
  firstDayOfWeek: DayOfWeek | undefined,
) {
  const isWeekly = pattern.type === 1 || (pattern.type === 0 && pattern.dayOfWeek !== undefined);
  return isWeekly && firstDayOfWeek !== undefined ? { firstDayOfWeek, ...pattern } : pattern;
}

/** Undefined: empty, no series any more. */
export function readRecurrence(wire: CalendarRecurrence, clock: Clock): Recurrence | undefined {
  const told = readPattern(calendarRecurrence, wire);
  const pattern = told && withFirstDay(told, clock.firstDayOfWeek);
  if (!pattern || pattern.occurrences !== undefined || !wire.Until) return pattern;
  return { ...pattern, until: readTime(wire.Until, clock, 'Until') };
}

const mostExceptions = 1000;

/** Exceptions as they stand in a request; `original` still as the device named it. One that has no name is left out. */
export function readExceptions(list: readonly CalendarException[], clock: Clock, version: Version): EventException[] {
  if (list.length > mostExceptions) throw invalid('Exceptions');
  return list.flatMap((wire) => {
    const named = wire.ExceptionStartTime ?? wire.InstanceId;
    if (!named) return [];
    const original = readTime(named, clock, 'ExceptionStartTime');
    return [wire.Deleted === 1 ? { original, deleted: true } : readException(wire, original, clock, version)];
  });
}

/** One occurrence; what came empty is null: taken away from this one alone. */
export function readException(
  wire: CalendarException | ReadCalendar,
  original: number,
  clock: Clock,
  version: Version,
): EventException {
  const details = Object.entries(readDetails(wire, version)).map(([key, value]) => [key, value ?? null]);
  const { StartTime, EndTime, DtStamp } = wire;
  return {
    original,
    ...(StartTime && { start: readTime(StartTime, clock, 'StartTime') }),
    ...(EndTime && { end: readTime(EndTime, clock, 'EndTime') }),
    ...(DtStamp && Number(version) < 16 && { dtStamp: parseDate(DtStamp)! }),
    ...Object.fromEntries(details),
  };
}
