// Events and ApplicationData: what an Add makes, what a Change changes, what a device is told. Pure.
// Invariants: a device never takes another's meeting over (its organizer and its kind stay), and never names the UID of an
// event that has one; up to 14.1 a Change tells the whole event, from 16.0 on only what it names differs.
import { randomUUID } from 'node:crypto';
import {
  calendar,
  ghostableOfCalendar,
  pages,
  parseDate,
  type ReadCalendar,
  type Version,
  write,
} from '../../../protocol/index.ts';
import { type Element, element } from '../../../protocol/wbxml/element.ts';
import type { Event, EventAttendee, EventDetails, EventException, EventFile } from '../../domain/event.ts';
import type { CollectionId } from '../../domain/ids.ts';
import type { Fields, NewItem } from '../../domain/item.ts';
import { farFuture, farPast } from '../../domain/position.ts';
import type { BodyPreference } from '../../domain/sync-record.ts';
import { keepShown } from '../body.ts';
import type { FieldsCodec, Spoken, SpokenChange } from '../fields-class.ts';
import { invalid, withoutUndefined } from '../pattern.ts';
import { isReceived } from './attend.ts';
import { keepOrganizers, keepOrganizersOf, keepOrganizersOfAll } from './attendee-change.ts';
import { type Echo, keepUnsaid, keepUnsaidOfExceptions } from './keep-unsaid.ts';
import { changedObjects, occurrenceOf } from './occurrence.ts';
import {
  type Clock,
  clockOf,
  readCalendar,
  readDetails,
  readException,
  readExceptions,
  readRecurrence,
  readTime,
} from './read-event.ts';
import { lastStart, occurrenceAt, onClock, withLastDay } from './recurrence.ts';
import { sameTimes } from './same.ts';
import { wordsOfEvent } from './words.ts';
import { writeEvent } from './write-event.ts';

const minute = 60_000;
const halfHour = 30 * minute;

export function asEvent(fields: Fields): Event {
  return fields as unknown as Event;
}
export function asFields(event: Event): Fields {
  return withoutUndefined(event) as unknown as Fields;
}

export const calendarCodec: FieldsCodec = {
  create: (data, spoken) => {
    const wire = readCalendar(data, spoken.version);
    const { event, failed } = createEvent(wire, spoken);
    const asTold = wire.StartTime !== undefined && (event.meetingStatus ?? 0) === (wire.MeetingStatus || 0);
    const exact = asTold && !failed;
    return { fields: asFields(event), exact, ...(failed && { partly: 'exceptions-failed' as const }) };
  },
  change: (before, data, spoken) => {
    const wire = readCalendar(data, spoken.version);
    const event = asEvent(before);
    const stored =
      spoken.instanceId === undefined ? changeEvent(event, wire, spoken) : changeInstance(event, wire, spoken);
    return { fields: asFields(stored.event), exact: stored.exact };
  },
  removeInstance: (before, instanceId, spoken) => {
    const event = asEvent(before);
    const original = originalOf(event, instanceId, spoken);
    return { fields: asFields(withException(event, { original, deleted: true }, spoken.now)), exact: true };
  },
  changedObjects: (before, after) => changedObjects(asEvent(before), asEvent(after)),
  write: (fields, spoken, bodies) => elementOf(asEvent(fields), spoken, bodies),
  added: (fields, version) =>
    Number(version) >= 16
      ? element(pages.airSync.ApplicationData, [element(pages.calendar.UID, asEvent(fields).uid)])
      : undefined,
  stub: (subject, now) =>
    asFields({ subject, uid: 'unreadable', start: now, end: now + halfHour, zone: 'UTC', dtStamp: now }),
  sortDate: (fields) => sortDateOf(asEvent(fields)),
  words: (fields) => wordsOfEvent(asEvent(fields)),
  blobs: (fields) => filesOf(asEvent(fields)).map(({ blob }) => blob),
};

/** The item of an event. */
export function eventItem(collection: CollectionId, content: Fields, now: number): NewItem<'Calendar'> {
  const { sortDate, words } = calendarCodec;
  const blobs = filesOf(asEvent(content)).map(({ blob }) => blob);
  return {
    collection,
    class: 'Calendar',
    content,
    sortDate: sortDate(content, now),
    blobs,
    words: words(content),
  };
}

function elementOf(event: Event, { version, now, account, id }: Spoken, bodies: readonly BodyPreference[]): Element {
  const asked = { version, bodies, now, firstDayOfWeek: account.firstDayOfWeek ?? 0, ...(id && { id }) };
  return write(calendar, writeEvent(event, asked), { version });
}

/** The end of the last occurrence, or of an exception that was moved behind it. */
function sortDateOf(event: Event): number {
  const last = lastStart(event);
  if (last === farFuture) return farFuture;
  const length = event.end - event.start;
  const ends = (event.exceptions ?? []).flatMap(({ original, start, end, deleted }) =>
    deleted ? [] : [end ?? (start ?? original) + length],
  );
  return Math.max(last === undefined ? farPast : last + length, ...ends);
}

export function filesOf({ attachments = [], exceptions = [] }: Event): EventFile[] {
  const all = [...attachments, ...exceptions.flatMap((exception) => exception.attachments ?? [])];
  return [...new Map(all.map((file) => [file.key, file])).values()];
}

/** [MS-ASAIRS] 2.2.2.8 Attachments: those that a device took away are gone, those that it brought stand behind the others. */
function filesAfter(before: EventDetails['attachments'] = [], { files }: Spoken): Partial<EventDetails> {
  if (!files) return {};
  const gone = new Set([...files.removed, ...files.added.map(({ key }) => key)]);
  return { attachments: [...before.filter(({ key }) => !gone.has(key)), ...files.added] };
}

/** The guests as a device of 16.0 or later lists them, with what is known of each. */
function withKnownAnswers(
  attendees: readonly EventAttendee[],
  known: readonly EventAttendee[] = [],
): readonly EventAttendee[] {
  const byAddress = new Map(known.map((one) => [one.email.toLowerCase(), one]));
  return attendees.map((one) => ({ ...byAddress.get(one.email.toLowerCase()), ...one }));
}

/** Up to 14.1 the phone names the UID. */
export function namesUid(version: Version): boolean {
  return Number(version) < 16;
}

function zoneOfAccount({ account }: Spoken): string {
  return account.timeZone ?? 'UTC';
}

/** The times that a device may leave out of an Add. */
function timesOf(wire: ReadCalendar, clock: Clock, now: number): Pick<Event, 'start' | 'end'> {
  const start = wire.StartTime ? readTime(wire.StartTime, clock, 'StartTime') : undefined;
  const end = wire.EndTime ? readTime(wire.EndTime, clock, 'EndTime') : undefined;
  // [MS-ASCAL] R52512: at 18:03 it is 18:30.
  const rounded = Math.ceil(now / halfHour) * halfHour;
  if (start !== undefined && end !== undefined) return checked(start, end, clock);
  if (start === undefined && end === undefined) {
    const soon = onClock({ start: rounded, end: rounded + halfHour, zone: clock.zone }, clock);
    return { start: soon.start, end: soon.end };
  }
  if (end !== undefined) {
    if (end < now || rounded > end) throw invalid('StartTime');
    return { start: rounded, end };
  }
  if (start! > now) throw invalid('EndTime');
  return checked(start!, rounded + halfHour, clock);
}

/** A whole day lasts one, at least. */
function checked(start: number, end: number, { allDay }: Clock): Pick<Event, 'start' | 'end'> {
  if (end < start) throw invalid('EndTime');
  return { start, end: allDay && end === start ? start + 48 * halfHour : end };
}

function createEvent(wire: ReadCalendar, spoken: Spoken): Made {
  const { version, now, account } = spoken;
  const newest = Number(version) >= 16;
  const known = { zone: zoneOfAccount(spoken), allDay: false, start: now };
  const clock = clockOf(wire, version, known, account.firstDayOfWeek);
  const details = withoutUndefined({ ...readDetails(wire, version), ...filesAfter(undefined, spoken) }) as EventDetails;
  const named =
    !newest && wire.OrganizerEmail
      ? { email: wire.OrganizerEmail, name: wire.OrganizerName || wire.OrganizerEmail }
      : undefined;
  // From 16.0 on what a device adds is the account's own.
  const status = newest ? (details.meetingStatus ?? 0) & ~2 : (details.meetingStatus ?? 0);
  const meeting = { meetingStatus: status === 0 && details.attendees !== undefined ? 1 : status };
  const event: Event = {
    ...details,
    ...meeting,
    uid: (newest ? undefined : wire.UID) || randomUUID(),
    ...(wire.ClientUid && { clientUid: wire.ClientUid }),
    ...(clock.allDay && { allDay: true }),
    ...timesOf(wire, clock, now),
    zone: clock.zone,
    dtStamp: (newest ? undefined : parseDate(wire.DtStamp ?? '')) ?? now,
    organizer: named ?? { email: account.address, name: account.displayName },
    ...flagsOf(wire),
  };
  const recurrence = wire.Recurrence && readRecurrence(wire.Recurrence, clock);
  const series = requireOccurrence(recurrence ? withLastDay({ ...event, recurrence }) : event);
  const told = wire.Exceptions?.Exception ?? [];
  // MS-ASCAL_R2009: from 16.0 on an occurrence is as long a day as its series.
  const fitting = told.filter(
    ({ AllDayEvent }) => !newest || AllDayEvent === undefined || (AllDayEvent === 1) === clock.allDay,
  );
  const made = withExceptions(series, readExceptions(fitting, clock, version), spoken);
  return { ...made, failed: made.failed || fitting.length < told.length };
}

function flagsOf({ ResponseRequested, DisallowNewTimeProposal }: ReadCalendar): Partial<Event> {
  return {
    ...(ResponseRequested !== undefined && { responseRequested: ResponseRequested }),
    ...(DisallowNewTimeProposal !== undefined && { disallowNewTimeProposal: DisallowNewTimeProposal }),
  };
}

/** A pattern that never comes true would be an event that nobody sees. */
function requireOccurrence(event: Event): Event {
  if (event.recurrence && lastStart(event) === undefined) throw invalid('Recurrence');
  return event;
}

/** [MS-ASCMD] R7474, R7475: from 16.0 on one that cannot be is told, and the series stays; before, phones name days by wrong times. */
function withExceptions(event: Event, told: readonly EventException[], { version, now }: Spoken): Made {
  if (!event.recurrence) return { event, failed: told.length > 0 && Number(version) >= 16 };
  let failed = false;
  const series = told.reduce((before, exception) => {
    const original = occurrenceAt(before, exception.original);
    if (original === undefined) {
      failed ||= Number(version) >= 16;
      return before;
    }
    try {
      return withException(before, { ...exception, original }, now);
    } catch (error) {
      if (Number(version) < 16) throw error;
      failed = true;
      return before;
    }
  }, event);
  return { event: series, failed };
}

interface Made {
  readonly event: Event;
  /** An exception could not be made. */
  readonly failed: boolean;
}

function withException(event: Event, exception: EventException, now: number): Event {
  const { start, end, original } = exception;
  const from = start ?? original;
  if (!exception.deleted && end !== undefined && end < from) throw invalid('EndTime');
  const others = (event.exceptions ?? []).filter((other) => other.original !== original);
  const stamped = exception.dtStamp === undefined ? { ...exception, dtStamp: now } : exception;
  const exceptions = [...others, stamped].sort((a, b) => a.original - b.original);
  if (exceptions.length > mostExceptions) throw invalid('Exceptions');
  return { ...event, exceptions };
}
const mostExceptions = 1000;

interface Changed {
  readonly event: Event;
  readonly exact: boolean;
}

function changeEvent(before: Event, wire: ReadCalendar, spoken: SpokenChange): Changed {
  const { version, now } = spoken;
  const newest = Number(version) >= 16;
  const known = { zone: before.zone, allDay: before.allDay === true, start: before.start };
  const clock = clockOf(wire, version, known, spoken.account.firstDayOfWeek);
  const spokenOf = { ...readDetails(wire, version), ...filesAfter(before.attachments, spoken) };
  if (newest && spokenOf.attendees) spokenOf.attendees = withKnownAnswers(spokenOf.attendees, before.attendees);
  if (newest && 'body' in spokenOf) spokenOf.body = keepShown(before.body, spokenOf.body, spoken.bodies);
  const details = newest ? spokenOf : { ...leftOut(before, spoken), ...spokenOf };
  const named = withoutUndefined({
    ...before,
    ...details,
    ...flagsOf(wire),
    allDay: clock.allDay || undefined,
    zone: clock.zone,
    ...changedTimes(before, wire, clock),
    recurrence: changedRecurrence(before, wire, clock, newest),
    dtStamp: (newest ? undefined : parseDate(wire.DtStamp ?? '')) ?? now,
  }) as Event;
  const told = wire.Recurrence ? withLastDay(named) : named;
  const { bodies = [{ type: 1 }] } = spoken;
  const echo = newest ? undefined : { told: wire, shown: shownTo(before, spoken, bodies), clock, version, bodies };
  const next = echo ? keepUnsaid(before, told, echo) : told;
  const firstDayOfWeek = spoken.account.firstDayOfWeek ?? 0;
  if (isReceived(before)) {
    const kept = keepOrganizers(before, next, { refuses: newest, firstDayOfWeek });
    return echo ? withOwnExceptions(before, kept, echo, spoken) : kept;
  }
  const kept = { ...next, meetingStatus: meetingStatusOf(before, next) };
  const moved = !sameTimes(before, next, firstDayOfWeek);
  const { exceptions, ...bare } = kept;
  const series = { ...requireOccurrence(bare), ...exceptionsAfter(exceptions, bare, { moved, newest }) };
  return { event: echo ? withToldExceptions(before, series, echo, spoken) : series, exact: true };
}

/**
 * [MS-ASCAL] R2114: from 16.0 on exceptions belong to the pattern that they are exceptions of; R541: before, those stay that a Change does not
 * name, where the series still has that day.
 */
function exceptionsAfter(
  exceptions: Event['exceptions'],
  series: Event,
  { moved, newest }: { readonly moved: boolean; readonly newest: boolean },
): Pick<Event, 'exceptions'> {
  if (!exceptions || !moved) return exceptions ? { exceptions } : {};
  if (newest || !series.recurrence) return {};
  const found = exceptions.flatMap((exception) => {
    const original = occurrenceAt(series, exception.original);
    return original === undefined ? [] : [{ ...exception, original }];
  });
  return found.length > 0 ? { exceptions: found } : {};
}

function shownTo(event: Event, spoken: Spoken, bodies: readonly BodyPreference[]): ReadCalendar {
  return readCalendar(elementOf(event, spoken, bodies), spoken.version);
}

function toldExceptions(before: Event, echo: Echo): readonly EventException[] {
  const told = readExceptions(echo.told.Exceptions?.Exception ?? [], echo.clock, echo.version);
  return keepUnsaidOfExceptions(before, told, echo);
}
function withToldExceptions(before: Event, series: Event, echo: Echo, spoken: Spoken): Event {
  return withExceptions(series, toldExceptions(before, echo), spoken).event;
}
/** Of another's meeting. */
function withOwnExceptions(before: Event, { event, exact }: Changed, echo: Echo, spoken: Spoken): Changed {
  const named = toldExceptions(before, echo).map((one) => {
    return { ...one, original: occurrenceAt(before, one.original) ?? one.original };
  });
  const own = keepOrganizersOfAll(before, named);
  return { event: withExceptions(event, own.told, spoken).event, exact: exact && own.exact };
}

/** [MS-ASCMD] 2.2.3.179 Supported: what a whole event of a Change up to 14.1 takes away by not naming it. */
function leftOut(before: Event, { supported }: SpokenChange): Partial<Record<keyof EventDetails, undefined>> {
  const always = ['subject', 'location', 'categories', 'reminder', 'sensitivity', 'busyStatus'] as const;
  const ghosts = { Body: 'body', Attendees: 'attendees' } as const;
  const named = Object.entries(ghosts).filter(([tag]) => ghostableOfCalendar.has(tag) && supported?.has(tag));
  const gone = [...always, ...named.map(([, key]) => key)].filter((key) => before[key] !== undefined);
  return Object.fromEntries(gone.map((key) => [key, undefined]));
}

function changedTimes(before: Event, wire: ReadCalendar, clock: Clock): Pick<Event, 'start' | 'end'> {
  if (wire.StartTime === undefined && wire.EndTime !== undefined && wire.EndTime !== '' && !clock.floating)
    throw invalid('StartTime');
  const known = onClock(before, clock);
  const start = wire.StartTime ? readTime(wire.StartTime, clock, 'StartTime') : known.start;
  const end = wire.EndTime ? readTime(wire.EndTime, clock, 'EndTime') : start + known.end - known.start;
  return checked(start, end, clock);
}

function changedRecurrence(before: Event, wire: ReadCalendar, clock: Clock, newest: boolean): Event['recurrence'] {
  if (wire.Recurrence) return readRecurrence(wire.Recurrence, clock);
  return newest ? onClock(before, clock).recurrence : undefined;
}

/** An appointment becomes a meeting by its attendees, a meeting is cancelled; nothing becomes another's. */
function meetingStatusOf(before: Event, next: Event): number {
  const asked = next.meetingStatus ?? 0;
  const own = (asked & 2) === 0 ? asked : (before.meetingStatus ?? 0);
  return own === 0 && next.attendees !== undefined ? 1 : own;
}

/** Throws for what is no occurrence. */
function originalOf(event: Event, instanceId: string, { version }: Spoken): number {
  const clock = { allDay: event.allDay === true, floating: Number(version) >= 16, zone: event.zone };
  const original = event.recurrence && occurrenceAt(event, readTime(instanceId, clock, 'InstanceId'));
  if (original === undefined) throw invalid('InstanceId');
  return original;
}

/** A Change of one occurrence (16.0 and later): what it does not name is as before. */
function changeInstance(before: Event, wire: ReadCalendar, spoken: SpokenChange): Changed {
  if (wire.Timezone) throw invalid('Timezone');
  const allDay = before.allDay === true;
  if (wire.AllDayEvent !== undefined && (wire.AllDayEvent === 1) !== allDay) throw invalid('AllDayEvent');
  const original = originalOf(before, spoken.instanceId!, spoken);
  const known = before.exceptions?.find((exception) => exception.original === original);
  if (known?.deleted) throw invalid('InstanceId');
  const clock = { allDay, floating: true, zone: before.zone };
  const seen = occurrenceOf(before, original);
  const said = { ...readException(wire, original, clock, spoken.version), ...filesAfter(seen.attachments, spoken) };
  const answers = said.attendees ? { attendees: withKnownAnswers(said.attendees, seen.attendees) } : {};
  const body = said.body && { body: keepShown(seen.body, said.body, spoken.bodies) };
  const { dtStamp: _, ...told } = { ...known, ...said, ...answers, ...body };
  const exception = isReceived(before) ? keepOrganizersOf(before, told, known) : told;
  return { event: withException(before, exception, spoken.now), exact: true };
}
