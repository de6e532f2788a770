import { airSync, airSyncBase, email2, email as page, tasks } from '../pages/index.ts';
import {
  alias,
  boolean,
  container,
  dateTime,
  int,
  many,
  one,
  opaque,
  optional,
  type ReadOf,
  since,
  text,
  textOrBytes,
  unsignedByte,
  until,
  type WrittenOf,
} from '../schema/index.ts';
import { attachments, body, bodyPart } from './air-sync-base.ts';
import { meetingRequest } from './meeting-request.ts';
import { rightsManagementLicense } from './rights-management.ts';

/** [MS-ASEMAIL] 2.2.2.34 Flag; empty: no flag. */
export const emailFlag = container(
  page.Flag,
  optional(tasks.Subject, text),
  optional(page.Status, int),
  optional(page.FlagType, text),
  optional(tasks.DateCompleted, dateTime),
  optional(page.CompleteTime, dateTime),
  optional(tasks.StartDate, dateTime),
  optional(tasks.DueDate, dateTime),
  optional(tasks.UtcStartDate, dateTime),
  optional(tasks.UtcDueDate, dateTime),
  optional(tasks.ReminderSet, boolean),
  optional(tasks.ReminderTime, dateTime),
  optional(tasks.OrdinalDate, dateTime),
  optional(tasks.SubOrdinalDate, text),
);

const attachmentsOf25 = container(
  page.Attachments,
  many(
    container(
      page.Attachment,
      one(page.AttName, text),
      one(page.AttSize, int),
      one(page.AttMethod, unsignedByte),
      optional(page.DisplayName, text),
    ),
  ),
);

/**
 * [MS-ASEMAIL] 2.2.2 Elements: what ApplicationData (or Properties) of a mail holds. Keys that end in `25` are the shapes of
 * version 2.5, before AirSyncBase.
 */
export const emailChildren = [
  optional(page.To, text),
  optional(page.Cc, text),
  since('16.0', optional(email2.Bcc, text)),
  optional(page.From, text),
  since('14.0', optional(email2.Sender, text)),
  optional(page.Subject, text),
  optional(page.ReplyTo, text),
  optional(page.DateReceived, dateTime),
  optional(page.DisplayTo, text),
  optional(page.ThreadTopic, text),
  optional(page.Importance, unsignedByte),
  optional(page.Read, boolean),
  since('12.0', optional(attachments)),
  until('2.5', alias('Attachments25', optional(attachmentsOf25))),
  since('12.0', optional(body)),
  until('2.5', alias('Body25', optional(page.Body, text))),
  until('2.5', optional(page.BodySize, int)),
  until('2.5', optional(page.BodyTruncated, boolean)),
  until('2.5', optional(page.MIMEData, textOrBytes)),
  until('2.5', optional(page.MIMESize, int)),
  until('2.5', optional(page.MIMETruncated, boolean)),
  since('14.1', optional(bodyPart)),
  optional(page.MessageClass, text),
  optional(meetingRequest),
  optional(page.InternetCPID, text),
  since('12.0', optional(emailFlag)),
  since('12.0', optional(page.ContentClass, text)),
  since('12.0', optional(airSyncBase.NativeBodyType, unsignedByte)),
  since('14.0', optional(container(page.Categories, many(page.Category, text)))),
  since('14.0', optional(email2.ConversationId, opaque)),
  since('14.0', optional(email2.ConversationIndex, opaque)),
  since('14.0', optional(email2.LastVerbExecuted, int)),
  since('14.0', optional(email2.LastVerbExecutionTime, dateTime)),
  since('14.0', optional(email2.ReceivedAsBcc, boolean)),
  since('14.0', optional(email2.UmCallerID, text)),
  since('14.0', optional(email2.UmUserNotes, text)),
  since('14.1', optional(email2.AccountId, text)),
  since('16.0', optional(email2.IsDraft, boolean)),
  since('14.1', optional(rightsManagementLicense)),
] as const;

export const email = container(airSync.ApplicationData, ...emailChildren);
export type ReadEmail = ReadOf<typeof email>;
export type WrittenEmail = WrittenOf<typeof email>;
