// Tasks and ApplicationData ([MS-ASTASK]). StartDate and DueDate are what a clock on the wall shows, kept as if it were UTC;
// their Utc twins are instants. A device that tells only one of a pair is understood by the account's zone.
import {
  formatDateTime,
  parseDate,
  type ReadTask,
  type TaskRecurrence,
  task,
  taskRecurrence,
  type WrittenTask,
  write,
} from '../../../protocol/index.ts';
import type { Element } from '../../../protocol/wbxml/element.ts';
import type { Recurrence } from '../../domain/event.ts';
import type { Fields } from '../../domain/item.ts';
import { farFuture, farPast } from '../../domain/position.ts';
import { wordsOf } from '../../domain/words.ts';
import { asText, bodyAfter, noBody, type TextBody, writeBody25, writeTextBody } from '../body.ts';
import { instantOf, wallOf } from '../calendar/zone.ts';
import type { FieldsCodec, SpokenChange } from '../fields-class.ts';
import { bounded, invalid, readPattern, withoutUndefined } from '../pattern.ts';
import { readItem } from '../read-item.ts';

interface Repeats extends Recurrence {
  readonly start: number;
  readonly regenerate?: number;
  readonly deadOccur?: number;
}

export interface Task {
  readonly subject?: string;
  readonly body?: TextBody;
  readonly importance: number;
  /** Walls and instants; milliseconds. */
  readonly start?: number;
  readonly utcStart?: number;
  readonly due?: number;
  readonly utcDue?: number;
  readonly categories?: readonly string[];
  readonly recurrence?: Repeats;
  readonly completed?: number;
  readonly sensitivity: number;
  readonly reminderSet: number;
  readonly reminderTime?: number;
  readonly ordinal?: number;
  readonly subOrdinal?: string;
  /** What an import knows it by, and what no phone can be told. */
  readonly uid?: string;
  readonly source?: string;
}

function asTask(fields: Fields): Task {
  return fields as unknown as Task;
}
function asFields(value: object): Fields {
  return withoutUndefined(value) as unknown as Fields;
}

const usual: Task = { importance: 1, sensitivity: 0, reminderSet: 0 };

export const tasksCodec: FieldsCodec = {
  create: (data, spoken) => changeTask(usual, data, spoken),
  change: (before, data, spoken) => changeTask(asTask(before), data, spoken),
  write: (fields, { version, account }, bodies) => {
    const about = asTask(fields);
    const { body = noBody, recurrence } = about;
    const told: WrittenTask = {
      Subject: about.subject,
      ...(version === '2.5'
        ? writeBody25(body, bodies)
        : { Body: writeTextBody(body, bodies), NativeBodyType: body.type }),
      Importance: about.importance,
      UtcStartDate: date(about.utcStart),
      StartDate: date(about.start),
      UtcDueDate: date(about.utcDue),
      DueDate: date(about.due),
      Categories: about.categories && { Category: about.categories },
      Recurrence: recurrence && writeRepeats(recurrence, account.firstDayOfWeek ?? 0),
      Complete: about.completed === undefined ? 0 : 1,
      DateCompleted: date(about.completed),
      Sensitivity: about.sensitivity,
      ReminderTime: date(about.reminderTime),
      ReminderSet: about.reminderSet,
      OrdinalDate: date(about.ordinal),
      SubOrdinalDate: about.subOrdinal,
    };
    return write(task, told, { version });
  },
  stub: (subject) => asFields({ ...usual, subject }),
  // A filter for what is to be done shows what lies in the far future alone.
  sortDate: (fields) => (asTask(fields).completed === undefined ? farFuture : farPast),
  words: (fields) => {
    const { subject = '', body, categories = [] } = asTask(fields);
    return wordsOf(subject, ...categories, body ? asText(body) : '');
  },
};

function date(at: number | undefined): string | undefined {
  return at === undefined ? undefined : formatDateTime(at);
}

function writeRepeats(repeats: Repeats, firstDayOfWeek: number): TaskRecurrence {
  const { type } = repeats;
  const hasCalendar = type === 2 || type === 3 || type === 5 || type === 6;
  return {
    Type: type,
    Start: date(repeats.start),
    Until: date(repeats.until),
    Occurrences: repeats.occurrences,
    Interval: repeats.interval,
    DayOfWeek: repeats.dayOfWeek,
    DayOfMonth: repeats.dayOfMonth,
    WeekOfMonth: repeats.weekOfMonth,
    MonthOfYear: repeats.monthOfYear,
    Regenerate: repeats.regenerate,
    DeadOccur: repeats.deadOccur,
    CalendarType: hasCalendar ? (repeats.calendarType ?? 0) : undefined,
    IsLeapMonth: repeats.isLeapMonth,
    FirstDayOfWeek: type === 1 ? (repeats.firstDayOfWeek ?? firstDayOfWeek) : repeats.firstDayOfWeek,
  };
}

/** Undefined for what came empty. */
function at(text: string | undefined, name: string): number | undefined {
  if (!text) return undefined;
  const found = parseDate(text);
  if (found === undefined) throw invalid(name);
  return found;
}

/** A wall and an instant, of which a device may name one. */
function pair(wall: string | undefined, utc: string | undefined, name: string, zone: string) {
  const local = at(wall, name);
  const instant = at(utc, `Utc${name}`);
  if (local === undefined) return { local: instant === undefined ? undefined : wallOf(zone, instant), instant };
  return { local, instant: instant ?? instantOf(zone, local) };
}

/** The whole task as it was told; Importance, ReminderSet and the body stay when they are left out ([MS-ASTASK] R369, R370). */
function changeTask(before: Task, data: Element, spoken: SpokenChange): { fields: Fields; exact: boolean } {
  const wire = readItem(task, data, spoken.version);
  const zone = spoken.account.timeZone ?? 'UTC';
  const start = pair(wire.StartDate, wire.UtcStartDate, 'StartDate', zone);
  const due = pair(wire.DueDate, wire.UtcDueDate, 'DueDate', zone);
  if (start.instant !== undefined && due.instant !== undefined && start.instant > due.instant) throw invalid('DueDate');
  bounded(wire.Categories?.Category?.length, 0, 300, 'Categories');
  const next = {
    subject: wire.Subject || undefined,
    body: bodyAfter(before.body, wire, spoken.bodies),
    importance: wire.Importance === undefined || wire.Importance === '' ? before.importance : wire.Importance,
    start: start.local,
    utcStart: start.instant,
    due: due.local,
    utcDue: due.instant,
    categories: wire.Categories?.Category?.length ? wire.Categories.Category : undefined,
    recurrence: wire.Recurrence && readRepeats(wire.Recurrence, before.recurrence),
    completed: completedAt(before, wire, spoken.now),
    sensitivity: bounded(wire.Sensitivity, 0, 3, 'Sensitivity') ?? 0,
    reminderSet: bounded(wire.ReminderSet, 0, 1, 'ReminderSet') ?? before.reminderSet,
    reminderTime:
      at(wire.ReminderTime, 'ReminderTime') ?? (wire.ReminderSet === undefined ? before.reminderTime : undefined),
    ordinal: at(wire.OrdinalDate, 'OrdinalDate'),
    subOrdinal: wire.SubOrdinalDate || undefined,
    uid: before.uid,
    source: before.source,
  };
  const told = wire.Complete !== 1 || wire.DateCompleted !== undefined;
  return { fields: asFields(next), exact: told };
}

function completedAt(before: Task, { Complete, DateCompleted }: ReadTask, now: number): number | undefined {
  if (bounded(Complete, 0, 1, 'Complete') !== 1) return Complete === undefined ? before.completed : undefined;
  return at(DateCompleted, 'DateCompleted') ?? before.completed ?? now;
}

/** [MS-ASTASK] R81, R289, R37011: Type and Start have to be there, a calendar only where months are counted. */
function readRepeats(wire: TaskRecurrence, before: Repeats | undefined): Repeats | undefined {
  const pattern = readPattern(taskRecurrence, wire);
  if (!pattern) return undefined;
  const counted = pattern.type === 2 || pattern.type === 3 || pattern.type === 5 || pattern.type === 6;
  if (pattern.calendarType !== undefined && !counted) throw invalid('CalendarType');
  const start = at(wire.Start, 'Start');
  if (start === undefined) throw invalid('Start');
  const until = pattern.occurrences === undefined ? at(wire.Until, 'Until') : undefined;
  // What an older phone cannot say of the pattern that it was shown stays.
  const { calendarType, isLeapMonth, firstDayOfWeek } =
    before?.type === pattern.type ? before : ({} as Partial<Repeats>);
  const unsaid = withoutUndefined({ calendarType, isLeapMonth, firstDayOfWeek });
  return withoutUndefined({
    ...unsaid,
    ...pattern,
    start,
    until,
    regenerate: bounded(wire.Regenerate, 0, 1, 'Regenerate'),
    deadOccur: bounded(wire.DeadOccur, 0, 255, 'DeadOccur'),
  }) as Repeats;
}
