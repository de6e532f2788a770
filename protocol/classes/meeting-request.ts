import { calendar, composeMail, email, email2, meetingResponse } from '../pages/index.ts';
import {
  alias,
  compactDateTime,
  container,
  dateTime,
  int,
  many,
  one,
  optional,
  since,
  text,
  unsignedByte,
  until,
  type WrittenOf,
} from '../schema/index.ts';
import { location } from './air-sync-base.ts';

const recurrence = container(
  email.Recurrence,
  one(email.Type, unsignedByte),
  one(email.Interval, int),
  optional(email.Until, compactDateTime),
  optional(email.Occurrences, int),
  optional(email.WeekOfMonth, int),
  optional(email.DayOfMonth, int),
  optional(email.DayOfWeek, int),
  optional(email.MonthOfYear, int),
  since('14.0', optional(email2.CalendarType, int)),
  since('14.0', optional(email2.IsLeapMonth, unsignedByte)),
  since('14.1', optional(email2.FirstDayOfWeek, unsignedByte)),
);

/** [MS-ASCMD] 2.2.3.79 Forwardees of a meeting; the tags are Email and Name on the wire. */
export const forwardees = container(
  composeMail.Forwardees,
  many(container(composeMail.Forwardee, one(composeMail.Email, text), optional(composeMail.Name, text))),
);

/**
 * [MS-ASEMAIL] 2.2.2.48 MeetingRequest. Long dates but for Until; Reminder in seconds. `LocationText` is the
 * Location of versions before 16.0.
 */
export const meetingRequest = container(
  email.MeetingRequest,
  optional(email.AllDayEvent, unsignedByte),
  optional(email.StartTime, dateTime),
  one(email.DtStamp, dateTime),
  optional(email.EndTime, dateTime),
  optional(email.InstanceType, unsignedByte),
  until('14.1', alias('LocationText', optional(email.Location, text))),
  since('16.0', optional(location)),
  optional(email.Organizer, text),
  optional(email.RecurrenceId, dateTime),
  optional(email.Reminder, int),
  optional(email.ResponseRequested, unsignedByte),
  optional(container(email.Recurrences, many(recurrence))),
  optional(email.Sensitivity, int),
  optional(email.BusyStatus, int),
  one(email.TimeZone, text),
  until('14.1', one(email.GlobalObjId, text)),
  since('14.0', optional(email.DisallowNewTimeProposal, unsignedByte)),
  since('14.1', optional(email2.MeetingMessageType, unsignedByte)),
  since('16.0', one(calendar.UID, text)),
  since('16.1', optional(meetingResponse.ProposedStartTime, compactDateTime)),
  since('16.1', optional(meetingResponse.ProposedEndTime, compactDateTime)),
  // MS-ASCMD_R6485100817: in what is told of a meeting, not before 16.1.
  since('16.1', optional(forwardees)),
);
export type MeetingRequest = WrittenOf<typeof meetingRequest>;
