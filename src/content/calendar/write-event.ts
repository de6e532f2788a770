// An event as a version's ApplicationData. Up to 14.1 an all-day event lasts from midnight to midnight in its zone, told in
// UTC; from 16.0 on its times are dates and it has no zone ([MS-ASCAL] 2.2.2.1 AllDayEvent).
import {
  type CalendarException,
  type CalendarRecurrence,
  formatCompactDateTime,
  type Version,
  type WrittenCalendar,
} from '../../../protocol/index.ts';
import type { Event, EventAttendee, EventDetails, EventException, EventFile, Recurrence } from '../../domain/event.ts';
import type { ServerId } from '../../domain/ids.ts';
import type { BodyPreference } from '../../domain/sync-record.ts';
import { noBody, writeBody25, writeTextBody } from '../body.ts';
import { fileReference } from '../email/file-reference.ts';
import { mostTold } from './occurrence.ts';
import { shownUid } from './uid.ts';
import { instantOf, timezoneElement } from './zone.ts';

export interface Asked {
  readonly version: Version;
  readonly bodies: readonly BodyPreference[];
  /** Milliseconds. */
  readonly now: number;
  /** The account's, for series whose device named no first weekday. */
  readonly firstDayOfWeek: number;
  /** Of the item: files are named by it. */
  readonly id?: ServerId;
}

function stamp(at: number | null | undefined): string | undefined {
  return at ? formatCompactDateTime(at) : undefined;
}

function timeWriter({ allDay, zone }: Event, version: Version): (at: number) => string {
  const floats = !allDay || Number(version) >= 16;
  return (at) => formatCompactDateTime(floats ? at : instantOf(zone, at));
}

export function writeEvent(event: Event, asked: Asked): WrittenCalendar {
  const { version, now } = asked;
  const time = timeWriter(event, version);
  const newest = Number(version) >= 16;
  const { body, ...details } = event;
  // A series is told with the rules of its zone as they are today.
  const rulesAt = event.recurrence ? Math.max(event.start, now) : event.start;
  return {
    Timezone: newest && event.allDay ? undefined : timezoneElement(event.zone, rulesAt),
    AllDayEvent: event.allDay ? 1 : 0,
    ...writeDetails(details, asked),
    ...writeEventBody(body, asked),
    BusyStatus: busyStatusFor(event.busyStatus ?? 2, version),
    OrganizerName: event.organizer?.name,
    OrganizerEmail: event.organizer?.email,
    DtStamp: formatCompactDateTime(event.dtStamp),
    EndTime: time(event.end),
    Sensitivity: event.sensitivity ?? 0,
    StartTime: time(event.start),
    UID: shownUid(event),
    MeetingStatus: event.meetingStatus ?? 0,
    Recurrence: event.recurrence && writeRecurrence(event.recurrence, time, asked),
    Exceptions: event.exceptions?.length
      ? {
          // Of more the latest; those that a Change does not name stay.
          Exception: event.exceptions
            .slice(-mostTold)
            .map((exception) => writeException(exception, event, time, asked)),
        }
      : undefined,
    ResponseRequested: event.responseRequested,
    DisallowNewTimeProposal: event.disallowNewTimeProposal ?? false,
    ResponseType: event.responseType,
    NativeBodyType: body?.type,
    InstanceId: event.instance === undefined ? undefined : time(event.instance),
  };
}

/** "Working elsewhere" came with 16.0. */
function busyStatusFor(status: number, version: Version): number {
  return status === 4 && Number(version) < 16 ? 0 : status;
}

type Given = { readonly [Key in keyof EventDetails]?: EventDetails[Key] | null };

/** What is null is written empty: taken away. */
function writeDetails(details: Given, asked: Asked): Partial<CalendarException> {
  const { version } = asked;
  const { location, body, categories, reminder, attendees, replyTime, responseType } = details;
  return {
    Subject: details.subject === null ? '' : details.subject,
    Location: location === null ? {} : location,
    LocationText: location === null ? '' : location && locationText(location),
    ...writeBody(body, asked),
    Categories: categories === null ? {} : categories && { Category: categories },
    Reminder: reminder === null ? noReminder(version) : reminder,
    Attendees: attendees === null ? {} : attendees && { Attendee: attendees.map((one) => writeAttendee(one, version)) },
    AppointmentReplyTime: stamp(replyTime),
    ResponseType: responseType ?? undefined,
    OnlineMeetingConfLink: details.confLink ?? undefined,
    OnlineMeetingExternalLink: details.externalLink ?? undefined,
    Attachments: writeFiles(details.attachments ?? [], asked.id),
  };
}

/** MS-ASCAL_R2185: below 14.1 an exception cannot say that it has none. */
function noReminder(version: Version): '' | undefined {
  return Number(version) < 14.1 ? undefined : '';
}

function writeFiles(files: readonly EventFile[], id: ServerId | undefined): CalendarException['Attachments'] {
  if (files.length === 0 || id === undefined) return undefined;
  return {
    Attachment: files.map(({ key, name, size, contentId, contentLocation, inline }) => ({
      DisplayName: name,
      FileReference: fileReference(id, key),
      Method: 1,
      EstimatedDataSize: size,
      ContentId: contentId,
      ContentLocation: contentLocation,
      IsInline: inline,
    })),
  };
}

function writeBody(body: EventDetails['body'] | null, { version, bodies }: Asked): Partial<CalendarException> {
  if (body === undefined) return {};
  if (version === '2.5') return { Body25: body ? writeBody25(body, bodies).Body25 : '' };
  return { Body: writeTextBody(body ?? noBody, bodies) };
}

/** Only the event itself can say that its text was cut. */
function writeEventBody(body: Event['body'], asked: Asked): Pick<WrittenCalendar, 'Body' | 'Body25' | 'BodyTruncated'> {
  if (asked.version !== '2.5' || !body) return writeBody(body ?? null, asked);
  const { Body25, BodyTruncated } = writeBody25(body, asked.bodies);
  return { Body25, BodyTruncated: BodyTruncated || undefined };
}

/** The one line that versions before 16.0 have for a place. */
export function locationText(location: NonNullable<EventDetails['location']>): string {
  const { DisplayName, Street, City, State, Country, PostalCode, LocationUri } = location;
  if (DisplayName) return String(DisplayName);
  const address = [Street, City, State, PostalCode, Country].filter(Boolean).join(', ');
  return address || String(LocationUri ?? '');
}

function writeAttendee(attendee: EventAttendee, version: Version) {
  const { email, name, status, type, proposedStart, proposedEnd } = attendee;
  const knows = Number(version) >= 12;
  return {
    Email: email,
    Name: name || email,
    AttendeeStatus: knows ? status : undefined,
    // A guest that came from 2.5 has none; clients take one without for a resource.
    AttendeeType: knows ? (type ?? 1) : undefined,
    ProposedStartTime: stamp(proposedStart),
    ProposedEndTime: stamp(proposedEnd),
  };
}

function writeRecurrence(recurrence: Recurrence, time: (at: number) => string, asked: Asked): CalendarRecurrence {
  const { type, until, firstDayOfWeek } = recurrence;
  const hasCalendar = type === 2 || type === 3 || type === 5 || type === 6;
  return {
    Type: type,
    Occurrences: recurrence.occurrences,
    Interval: recurrence.interval,
    WeekOfMonth: recurrence.weekOfMonth,
    DayOfWeek: recurrence.dayOfWeek,
    MonthOfYear: recurrence.monthOfYear,
    Until: until === undefined ? undefined : time(until),
    DayOfMonth: recurrence.dayOfMonth,
    CalendarType: hasCalendar ? (recurrence.calendarType ?? 0) : undefined,
    IsLeapMonth: recurrence.isLeapMonth,
    FirstDayOfWeek: type === 1 ? (firstDayOfWeek ?? asked.firstDayOfWeek) : firstDayOfWeek,
  };
}

function writeException(
  exception: EventException,
  event: Event,
  time: (at: number) => string,
  asked: Asked,
): CalendarException {
  const { original, deleted, start, end, dtStamp } = exception;
  const name = Number(asked.version) >= 16 ? { InstanceId: time(original) } : { ExceptionStartTime: time(original) };
  if (deleted) return { Deleted: 1, ...name };
  const length = event.end - event.start;
  return {
    ...name,
    ...writeDetails(exception, asked),
    StartTime: time(start ?? original),
    EndTime: time(end ?? (start ?? original) + length),
    AllDayEvent: event.allDay ? 1 : 0,
    DtStamp: stamp(dtStamp),
    BusyStatus:
      exception.busyStatus === undefined ? undefined : busyStatusFor(exception.busyStatus ?? 0, asked.version),
    Sensitivity: exception.sensitivity ?? undefined,
    MeetingStatus: exception.meetingStatus ?? undefined,
  };
}
