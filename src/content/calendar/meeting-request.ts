// The MeetingRequest of a mail, in each version's shape ([MS-ASEMAIL] 2.2.2.48 MeetingRequest).
import { formatCompactDateTime, globalObjIdOfUid, type MeetingRequest, type Version } from '../../../protocol/index.ts';
import type { Email, Meeting } from '../../domain/email.ts';
import type { Event, Recurrence } from '../../domain/event.ts';
import { parseAddressText } from '../email/address.ts';
import { shownUid } from './uid.ts';
import { locationText } from './write-event.ts';
import { instantOf, timezoneElement, wallOf } from './zone.ts';

/** Whom a version tells of which message: below 16.1 a proposal is a mail alone. */
const since: Readonly<Record<Meeting['method'], number>> = { REQUEST: 2.5, CANCEL: 2.5, COUNTER: 16.1 };
/** The schema's unsignedShort. */
const longestReminder = 65_535;
/** [MS-ASEMAIL] 2.2.2.39 InstanceType */
const kinds = { single: 0, series: 1, occurrence: 2, exception: 3, orphan: 4 } as const;

export function writeMeetingRequest(
  meeting: Meeting,
  version: Version,
  mail: Pick<Email, 'from' | 'to'>,
): MeetingRequest | undefined {
  const { event, messageType, proposed } = meeting;
  const number = Number(version);
  if (number < since[meeting.method]) return undefined;
  const time = (at: number): number => (event.allDay && number < 16 ? instantOf(event.zone, at) : at);
  const dateTime = (at: number): string => new Date(at).toISOString();
  return {
    AllDayEvent: event.allDay ? 1 : 0,
    StartTime: dateTime(time(event.start)),
    DtStamp: dateTime(event.dtStamp),
    EndTime: dateTime(time(event.end)),
    InstanceType: kinds[kindOf(meeting, number >= 16)],
    LocationText: event.location && locationText(event.location),
    Location: event.location,
    Organizer: event.organizer && mailbox(event.organizer),
    RecurrenceId: event.instance === undefined ? undefined : dateTime(time(event.instance)),
    Reminder: event.reminder === undefined ? undefined : Math.min(event.reminder * 60, longestReminder),
    ResponseRequested: event.responseRequested === false ? 0 : 1,
    Recurrences: event.recurrence && { Recurrence: [writeRecurrence(event.recurrence, time)] },
    Sensitivity: event.sensitivity ?? 0,
    BusyStatus: busyFor(event.intendedBusy ?? 2, number),
    TimeZone: timezoneElement(event.zone, event.start),
    GlobalObjId: globalObjIdOf(event),
    DisallowNewTimeProposal: event.disallowNewTimeProposal ? 1 : 0,
    MeetingMessageType: messageType,
    UID: shownUid(event),
    ProposedStartTime: proposed && formatCompactDateTime(proposed.start),
    ProposedEndTime: proposed && formatCompactDateTime(proposed.end),
    Forwardees: forwardeesOf(meeting, mail),
  };
}

/** [MS-ASCMD] 2.2.3.79 Forwardees: whom somebody else than its organizer sent the invitation on to. */
function forwardeesOf({ method, event }: Meeting, { from, to }: Pick<Email, 'from' | 'to'>) {
  const { organizer, attendees } = event;
  if (method !== 'REQUEST' || !organizer || !attendees) return undefined;
  const known = new Set([organizer, ...attendees].map(({ email }) => email.toLowerCase()));
  if (parseAddressText(from)[0]?.address.toLowerCase() === organizer.email.toLowerCase()) return undefined;
  const others = parseAddressText(to).filter(({ address }) => !known.has(address.toLowerCase()));
  if (others.length === 0) return undefined;
  return { Forwardee: others.map(({ address, name }) => ({ Email: address, ...(name && { Name: name }) })) };
}

function kindOf({ event, orphan }: Meeting, newest: boolean): keyof typeof kinds {
  if (event.instance === undefined) return event.recurrence ? 'series' : 'single';
  if (!orphan) return 'exception';
  return newest ? 'orphan' : 'occurrence';
}

function mailbox({ name, email }: NonNullable<Event['organizer']>): string {
  return name === '' || name === email ? email : `"${name.replace(/(["\\])/g, '\\$1')}" <${email}>`;
}

function busyFor(status: number, version: number): number {
  return status === 4 && version < 16 ? 0 : status;
}

function writeRecurrence(recurrence: Recurrence, time: (at: number) => number) {
  const { type, interval, until, occurrences } = recurrence;
  const hasCalendar = type === 2 || type === 3 || type === 5 || type === 6;
  return {
    Type: type,
    Interval: interval,
    Until: until === undefined || occurrences !== undefined ? undefined : formatCompactDateTime(time(until)),
    Occurrences: occurrences,
    WeekOfMonth: recurrence.weekOfMonth,
    DayOfMonth: recurrence.dayOfMonth,
    DayOfWeek: recurrence.dayOfWeek,
    MonthOfYear: recurrence.monthOfYear,
    CalendarType: hasCalendar ? (recurrence.calendarType ?? 0) : undefined,
    IsLeapMonth: recurrence.isLeapMonth ?? 0,
    FirstDayOfWeek: recurrence.firstDayOfWeek,
  };
}

const instanceAt = 16;

/** Of an occurrence it names the day. */
function globalObjIdOf({ uid, instance, allDay, zone }: Event): string {
  const whole = globalObjIdOfUid(uid);
  if (instance === undefined) return whole;
  const bytes = Buffer.from(whole, 'base64');
  const wall = new Date(allDay ? instance : wallOf(zone, instance));
  bytes.writeUInt16BE(wall.getUTCFullYear(), instanceAt);
  bytes.writeUInt8(wall.getUTCMonth() + 1, instanceAt + 2);
  bytes.writeUInt8(wall.getUTCDate(), instanceAt + 3);
  return bytes.toString('base64');
}
