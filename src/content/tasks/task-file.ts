// Tasks of an .ics file (VTODO of RFC 5545) as they are stored, and back; what the protocol cannot say is kept as `source`.
// Invariants: one that cannot be read is named by its line and stops no other. Pure.
import { createHash } from 'node:crypto';
import ICAL from 'ical.js';
import type { Recurrence } from '../../domain/event.ts';
import { asText, type TextBody } from '../body.ts';
import { type LineError, type ParsedText, parseComponents } from '../calendar/icalendar.ts';
import { readRule } from '../calendar/read-rule.ts';
import { lastStart } from '../calendar/recurrence.ts';
import { ruleText } from '../calendar/write-icalendar.ts';
import { instantOf, wallOf } from '../calendar/zone.ts';
import { cleanText } from '../email/charset.ts';
import { addLeftover, leftoverOf, leftoverText, readLeftover } from '../leftover.ts';
import { withoutUndefined } from '../pattern.ts';
import type { Task } from './codec.ts';

export interface TaskFileOptions {
  /** Of the account: where walls hang. */
  readonly zone: string;
}

const known: ReadonlySet<string> = new Set([
  ...['uid', 'dtstamp', 'summary', 'description', 'dtstart', 'due', 'completed', 'status', 'priority', 'class'],
  'categories',
]);
const once: ReadonlySet<string> = new Set(['rrule']);
const sensitivities: Readonly<Record<string, number>> = { PRIVATE: 2, CONFIDENTIAL: 3 };
const classNames = ['PUBLIC', 'PRIVATE', 'PRIVATE', 'CONFIDENTIAL'];
/** RFC 5545, 3.8.1.9: 1 highest, 9 lowest; 5 is between. */
const priorities = [9, 5, 1];

export function readTaskFile(text: string, options: TaskFileOptions): { items: Task[]; errors: LineError[] } {
  const { roots, lineOf, ...parsed } = parseComponents(text, 'vcalendar');
  const errors = [...parsed.errors];
  const items = roots.flatMap((calendar) =>
    calendar.getAllSubcomponents('vtodo').flatMap((todo) => readTodo(todo, options, lineOf, errors)),
  );
  return { items, errors: errors.sort((a, b) => a.line - b.line) };
}

function readTodo(
  todo: ICAL.Component,
  { zone }: TaskFileOptions,
  lineOf: ParsedText['lineOf'],
  errors: LineError[],
): Task[] {
  const text = (name: string): string => String(todo.getFirstPropertyValue(name) ?? '').trim();
  const start = wallIn(todo, 'dtstart', zone);
  const due = wallIn(todo, 'due', zone);
  const isDone = text('status').toUpperCase() === 'COMPLETED' || text('completed') !== '';
  const rule = start === undefined ? undefined : ruleIn(todo, start);
  if (todo.hasProperty('rrule') && !rule) {
    errors.push({ line: lineOf(todo), reason: 'phones cannot be told this pattern: they see a single task' });
  }
  if (text('summary') === '' && text('description') === '' && due === undefined) {
    errors.push({ line: lineOf(todo), reason: 'a task that says nothing' });
    return [];
  }
  const alarm = todo.getAllSubcomponents('valarm').find((one) => reminderAt(one, start, due, zone) !== undefined);
  const rest = leftoverOf(todo, rule ? new Set([...known, 'rrule']) : known, (inner) => inner !== alarm);
  const categories = todo.getAllProperties('categories').flatMap((one) => one.getValues().map(String));
  const priority = Number(text('priority'));
  const said = createHash('sha256').update(todo.toString()).digest('hex').slice(0, 40);
  const inOrder = start === undefined || due === undefined || start <= due;
  const body: TextBody | undefined = text('description') === '' ? undefined : { type: 1, data: text('description') };
  return [
    withoutUndefined({
      subject: text('summary') || undefined,
      body,
      importance: priority >= 1 && priority <= 4 ? 2 : priority >= 6 && priority <= 9 ? 0 : 1,
      ...(inOrder && start !== undefined && { start, utcStart: instantOf(zone, start) }),
      ...(due !== undefined && { due, utcDue: instantOf(zone, due) }),
      categories: categories.length > 0 ? categories.slice(0, 300) : undefined,
      recurrence: rule && { ...rule, start: start! },
      completed: isDone ? (instantIn(todo, 'completed', zone) ?? 0) : undefined,
      sensitivity: sensitivities[text('class').toUpperCase()] ?? 0,
      reminderSet: alarm ? 1 : 0,
      reminderTime: alarm && reminderAt(alarm, start, due, zone),
      uid: text('uid') || said,
      source: rest && leftoverText([rest]),
    }) as Task,
  ];
}

/** MS-ASTASK_R213: as many as a byte counts; of more the end is told. */
const mostCounted = 255;
function ruleIn(todo: ICAL.Component, start: number): Recurrence | undefined {
  const rule = readRule(todo.getFirstPropertyValue('rrule') as never, pattern(start));
  if (!rule || (rule.occurrences ?? 0) <= mostCounted) return rule;
  const { occurrences: _, ...uncounted } = rule;
  const until = lastStart({ ...pattern(start), end: start, recurrence: rule });
  return until === undefined ? undefined : { ...uncounted, until };
}

/** Patterns of tasks are of walls. */
function pattern(start: number) {
  return { start, zone: 'UTC', allDay: true } as const;
}

function timeIn(component: ICAL.Component, name: string): { wall: number; isUtc: boolean } | undefined {
  const value = component.getFirstPropertyValue(name) as ICAL.Time | null;
  if (!value || !(value.year >= 1600 && value.year < 4500)) return undefined;
  const wall = Date.UTC(value.year, value.month - 1, value.day, value.hour, value.minute, value.second);
  return Number.isNaN(wall) ? undefined : { wall, isUtc: value.zone?.tzid === 'UTC' };
}
function wallIn(component: ICAL.Component, name: string, zone: string): number | undefined {
  const time = timeIn(component, name);
  return time && (time.isUtc ? wallOf(zone, time.wall) : time.wall);
}
function instantIn(component: ICAL.Component, name: string, zone: string): number | undefined {
  const time = timeIn(component, name);
  return time && (time.isUtc ? time.wall : instantOf(zone, time.wall));
}

/** Before the task is due, or before it starts. */
function reminderAt(alarm: ICAL.Component, start: number | undefined, due: number | undefined, zone: string) {
  const trigger = alarm.getFirstPropertyValue('trigger') as ICAL.Duration | ICAL.Time | null;
  if (trigger instanceof ICAL.Time) return instantIn(alarm, 'trigger', zone);
  const from = String(alarm.getFirstProperty('trigger')?.getFirstParameter('related') ?? '').toUpperCase();
  const wall = from === 'END' ? due : (start ?? due);
  if (!(trigger instanceof ICAL.Duration) || wall === undefined) return undefined;
  return instantOf(zone, wall) + trigger.toSeconds() * 1000;
}

/** One VCALENDAR with all of them. */
export function writeTaskFile(tasks: readonly Task[], now: number): string {
  const calendar = new ICAL.Component('vcalendar');
  calendar.addPropertyWithValue('prodid', '-//Easel//EN');
  calendar.addPropertyWithValue('version', '2.0');
  for (const task of tasks) calendar.addSubcomponent(writeTodo(task, now));
  return `${calendar.toString()}\r\n`;
}

function writeTodo(task: Task, now: number): ICAL.Component {
  const todo = new ICAL.Component('vtodo');
  const say = (name: string, value: string | undefined): void => {
    if (value) todo.addPropertyWithValue(name, cleanText(value).replace(/\r\n?/g, '\n'));
  };
  say('uid', task.uid ?? createHash('sha256').update(JSON.stringify(task)).digest('hex').slice(0, 40));
  todo.addPropertyWithValue('dtstamp', time(now, true));
  say('summary', task.subject);
  if (task.body) say('description', asText(task.body));
  if (task.start !== undefined) todo.addPropertyWithValue('dtstart', time(task.start, false));
  if (task.due !== undefined) todo.addPropertyWithValue('due', time(task.due, false));
  if (task.completed !== undefined) todo.addPropertyWithValue('completed', time(task.completed, true));
  say('status', task.completed === undefined ? 'NEEDS-ACTION' : 'COMPLETED');
  todo.addPropertyWithValue('priority', priorities[task.importance] ?? 5);
  if (task.sensitivity) say('class', classNames[task.sensitivity]);
  if (task.categories) {
    const property = new ICAL.Property('categories');
    property.setValues(task.categories.map((one) => cleanText(one)));
    todo.addProperty(property);
  }
  if (task.recurrence && task.start !== undefined) {
    const text = ruleText({ ...pattern(task.recurrence.start), recurrence: task.recurrence });
    todo.addPropertyWithValue('rrule', ICAL.Recur.fromString(text));
  }
  if (task.reminderSet && task.reminderTime !== undefined) todo.addSubcomponent(writeAlarm(task.reminderTime));
  const [rest] = readLeftover(task.source);
  if (rest) addLeftover(todo, rest, once);
  return todo;
}

function writeAlarm(at: number): ICAL.Component {
  const alarm = new ICAL.Component('valarm');
  alarm.addPropertyWithValue('action', 'DISPLAY');
  alarm.addPropertyWithValue('description', 'Reminder');
  const trigger = new ICAL.Property('trigger');
  trigger.resetType('date-time');
  trigger.setValue(time(at, true));
  alarm.addProperty(trigger);
  return alarm;
}

function time(at: number, isUtc: boolean): ICAL.Time {
  const date = new Date(at);
  const parts = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  const clock = { hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds() };
  return new ICAL.Time({ ...parts, ...clock }, isUtc ? ICAL.Timezone.utcTimezone : ICAL.Timezone.localTimezone);
}
