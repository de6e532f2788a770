import { airSync, airSyncBase, tasks as page } from '../pages/index.ts';
import {
  alias,
  boolean,
  container,
  dateTime,
  int,
  intOrEmpty,
  many,
  optional,
  type ReadOf,
  since,
  text,
  unsignedByte,
  until,
  type WrittenOf,
} from '../schema/index.ts';
import { body } from './air-sync-base.ts';

/** [MS-ASTASK] 2.2.2.20 Recurence, as its title is spelt; empty: the task is no series any more. */
export const taskRecurrence = container(
  page.Recurrence,
  optional(page.Type, unsignedByte),
  optional(page.Start, dateTime),
  optional(page.Until, dateTime),
  optional(page.Occurrences, int),
  optional(page.Interval, int),
  optional(page.DayOfWeek, int),
  optional(page.DayOfMonth, unsignedByte),
  optional(page.WeekOfMonth, unsignedByte),
  optional(page.MonthOfYear, unsignedByte),
  optional(page.Regenerate, unsignedByte),
  optional(page.DeadOccur, unsignedByte),
  since('14.0', optional(page.CalendarType, unsignedByte)),
  since('14.0', optional(page.IsLeapMonth, unsignedByte)),
  since('14.1', optional(page.FirstDayOfWeek, unsignedByte)),
);
export type TaskRecurrence = WrittenOf<typeof taskRecurrence>;

/**
 * [MS-ASTASK] 2.2.2 Elements: what ApplicationData (or Properties) of a task holds. StartDate and DueDate are local
 * times written with Z, the Utc ones are true. ReminderSet stays a number: what is neither 0 nor 1 is refused by the
 * command. Keys that end in `25` are the shapes of version 2.5.
 */
export const taskChildren = [
  optional(page.Subject, text),
  since('12.0', optional(body)),
  until('2.5', alias('Body25', optional(page.Body, text))),
  until('2.5', optional(page.BodySize, int)),
  until('2.5', optional(page.BodyTruncated, boolean)),
  until('2.5', optional(page.CompressedRTF, text)),
  optional(page.Importance, intOrEmpty),
  optional(page.UtcStartDate, dateTime),
  optional(page.StartDate, dateTime),
  optional(page.UtcDueDate, dateTime),
  optional(page.DueDate, dateTime),
  optional(container(page.Categories, many(page.Category, text))),
  optional(taskRecurrence),
  optional(page.Complete, unsignedByte),
  optional(page.DateCompleted, dateTime),
  optional(page.Sensitivity, intOrEmpty),
  optional(page.ReminderTime, dateTime),
  optional(page.ReminderSet, unsignedByte),
  since('12.0', optional(airSyncBase.NativeBodyType, unsignedByte)),
  since('12.0', optional(page.OrdinalDate, dateTime)),
  since('12.0', optional(page.SubOrdinalDate, text)),
] as const;

export const task = container(airSync.ApplicationData, ...taskChildren);
export type ReadTask = ReadOf<typeof task>;
export type WrittenTask = WrittenOf<typeof task>;
