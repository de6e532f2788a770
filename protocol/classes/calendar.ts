import { airSync, airSyncBase, meetingResponse, calendar as page } from '../pages/index.ts';
import {
  alias,
  boolean,
  compactDateTime,
  container,
  int,
  intOrEmpty,
  many,
  one,
  optional,
  type ReadOf,
  since,
  text,
  unsignedByte,
  until,
  type WrittenOf,
} from '../schema/index.ts';
import { attachments, body, location } from './air-sync-base.ts';

/** [MS-ASCAL] 2.2.2.37 Recurrence; empty: the series becomes a single event. What each Type demands is no matter of shape. */
export const calendarRecurrence = container(
  page.Recurrence,
  optional(page.Type, unsignedByte),
  optional(page.Occurrences, int),
  optional(page.Interval, int),
  optional(page.WeekOfMonth, unsignedByte),
  optional(page.DayOfWeek, int),
  optional(page.MonthOfYear, unsignedByte),
  optional(page.Until, compactDateTime),
  optional(page.DayOfMonth, unsignedByte),
  since('14.0', optional(page.CalendarType, unsignedByte)),
  since('14.0', optional(page.IsLeapMonth, unsignedByte)),
  since('14.1', optional(page.FirstDayOfWeek, unsignedByte)),
);
export type CalendarRecurrence = WrittenOf<typeof calendarRecurrence>;

/** [MS-ASCAL] 2.2.2.3 Attendee. Answers always have a Name: the address again when there is none. */
export const attendee = container(
  page.Attendee,
  one(page.Email, text),
  optional(page.Name, text),
  since('12.0', optional(page.AttendeeStatus, unsignedByte)),
  since('12.0', optional(page.AttendeeType, unsignedByte)),
  since('16.1', optional(meetingResponse.ProposedStartTime, compactDateTime)),
  since('16.1', optional(meetingResponse.ProposedEndTime, compactDateTime)),
);
export type Attendee = WrittenOf<typeof attendee>;

const attendees = container(page.Attendees, many(attendee));
const categories = container(page.Categories, many(page.Category, text));

/**
 * [MS-ASCAL] 2.2.2.21 Exception. What is absent is the master's, what is empty was taken away. An exception is
 * named by ExceptionStartTime, from 16.0 on by InstanceId; one without its name fails alone, not the whole item.
 */
export const calendarException = container(
  page.Exception,
  optional(page.Deleted, unsignedByte),
  until('14.1', optional(page.ExceptionStartTime, compactDateTime)),
  since('16.0', optional(airSyncBase.InstanceId, compactDateTime)),
  optional(page.Subject, text),
  optional(page.StartTime, compactDateTime),
  optional(page.EndTime, compactDateTime),
  since('12.0', optional(body)),
  until('2.5', alias('Body25', optional(page.Body, text))),
  until('14.1', alias('LocationText', optional(page.Location, text))),
  since('16.0', optional(location)),
  since('16.0', optional(attachments)),
  optional(categories),
  optional(page.Sensitivity, intOrEmpty),
  optional(page.BusyStatus, intOrEmpty),
  optional(page.AllDayEvent, unsignedByte),
  optional(page.Reminder, intOrEmpty),
  optional(page.DtStamp, compactDateTime),
  optional(page.MeetingStatus, intOrEmpty),
  since('14.0', optional(attendees)),
  since('14.0', optional(page.AppointmentReplyTime, compactDateTime)),
  since('14.0', optional(page.ResponseType, int)),
  since('14.1', optional(page.OnlineMeetingConfLink, text)),
  since('14.1', optional(page.OnlineMeetingExternalLink, text)),
);
export type CalendarException = WrittenOf<typeof calendarException>;

/**
 * [MS-ASCAL] 2.2.2 Elements: what ApplicationData (or Properties) of an event holds. Compact dates; Reminder in
 * minutes. Numbers that a client may take away are '' when they came empty. `LocationText` is the Location of
 * versions before 16.0, keys that end in `25` are the shapes of version 2.5. The order matters to phones with Android's own
 * client (CalendarSyncParser): StartTime before AllDayEvent, or behind a Timezone the day is none; Exceptions after what
 * they inherit; Attendees never first, or nothing else is taken.
 */
export const calendarChildren = [
  optional(page.Timezone, text),
  since('12.0', optional(body)),
  until('2.5', alias('Body25', optional(page.Body, text))),
  until('2.5', optional(page.BodyTruncated, boolean)),
  until('2.5', optional(page.CompressedRTF, text)),
  optional(page.BusyStatus, intOrEmpty),
  optional(page.OrganizerName, text),
  optional(page.OrganizerEmail, text),
  optional(page.DtStamp, compactDateTime),
  optional(page.EndTime, compactDateTime),
  until('14.1', alias('LocationText', optional(page.Location, text))),
  since('16.0', optional(location)),
  optional(page.Reminder, intOrEmpty),
  optional(page.Sensitivity, intOrEmpty),
  optional(page.Subject, text),
  optional(page.StartTime, compactDateTime),
  optional(page.AllDayEvent, unsignedByte),
  optional(page.UID, text),
  since('16.0', optional(page.ClientUid, text)),
  optional(page.MeetingStatus, intOrEmpty),
  optional(attendees),
  optional(categories),
  optional(calendarRecurrence),
  optional(container(page.Exceptions, many(calendarException))),
  since('14.0', optional(page.ResponseRequested, boolean)),
  since('14.0', optional(page.AppointmentReplyTime, compactDateTime)),
  since('14.0', optional(page.ResponseType, int)),
  since('14.0', optional(page.DisallowNewTimeProposal, boolean)),
  since('14.1', optional(page.OnlineMeetingConfLink, text)),
  since('14.1', optional(page.OnlineMeetingExternalLink, text)),
  since('16.0', optional(attachments)),
  since('12.0', optional(airSyncBase.NativeBodyType, unsignedByte)),
  since('16.0', optional(airSyncBase.InstanceId, compactDateTime)),
] as const;

export const calendar = container(airSync.ApplicationData, ...calendarChildren);
export type ReadCalendar = ReadOf<typeof calendar>;
export type WrittenCalendar = WrittenOf<typeof calendar>;
