// What a message about a meeting does to the calendar of an attendee. Invariants: only its organizer changes a meeting; what
// is the account's own (reminder, categories, its answer) stays until the time changes; an older message changes nothing.
import type { Meeting } from '../../domain/email.ts';
import { type Event, type EventException, isCancelled } from '../../domain/event.ts';
import { withoutUndefined } from '../pattern.ts';
import type { Itip } from './itip.ts';
import { exceptionAt, exceptionOf, occurrenceOf, withException } from './occurrence.ts';
import { occurrenceAt } from './recurrence.ts';
import { isAmong, sameAddress, sameTimes } from './same.ts';

/** An event of the calendar and what becomes of it; without `of` a new one, without `to` none any more. */
export interface EventChange {
  readonly of?: Event;
  readonly to?: Event;
}
export interface Outcome {
  readonly changes: readonly EventChange[];
  /** What the mail is to the device; absent: a mail like any other. */
  readonly meeting?: Meeting;
}
export interface Incoming {
  readonly itip: Itip;
  /** Every address of who wrote it. */
  readonly from: readonly string[];
  /** The account's addresses. */
  readonly own: readonly string[];
  /** Groups here that who wrote it belongs to: they may have been invited in its stead. */
  readonly groups?: readonly string[];
}
export const nothing: Outcome = { changes: [] };

export function isReceived({ meetingStatus = 0 }: Pick<Event, 'meetingStatus'>): boolean {
  return (meetingStatus & 2) !== 0;
}

/** RFC 5546, 2.1.5: the higher revision, among equal ones the later. */
function isOlder(message: Event, known: Pick<Event, 'sequence' | 'revised'>): boolean {
  const [sequence, seen] = [message.sequence ?? 0, known.sequence ?? 0];
  return sequence < seen || (sequence === seen && message.dtStamp < (known.revised ?? 0));
}
function isRepeated(message: Event, { sequence = 0, revised }: Pick<Event, 'sequence' | 'revised'>): boolean {
  return (message.sequence ?? 0) === sequence && message.dtStamp === revised;
}

function mayChange({ organizer }: Event, message: Event, from: readonly string[]): boolean {
  if (!organizer || !isAmong(organizer.email, from)) return false;
  return !message.organizer || sameAddress(organizer.email, message.organizer.email);
}

/** `known`: all events with its UID. */
export function applyRequest(known: readonly Event[], incoming: Incoming): Outcome {
  const changes: EventChange[] = [];
  let meeting: Outcome['meeting'];
  let now = [...known];
  for (const message of incoming.itip.events) {
    const outcome = invite(now, message, incoming);
    changes.push(...outcome.changes);
    meeting ??= outcome.meeting;
    now = now.filter((event) => !outcome.changes.some(({ of }) => of === event));
    now.push(...outcome.changes.flatMap(({ to }) => (to ? [to] : [])));
  }
  return { changes, ...(meeting && { meeting }) };
}

function invite(known: readonly Event[], message: Event, { from, own }: Incoming): Outcome {
  const organizer = message.organizer ?? (from[0] === undefined ? undefined : { email: from[0], name: from[0] });
  if (!organizer || isAmong(organizer.email, own)) return nothing;
  const request = { ...message, organizer };
  const as = (messageType: Meeting['messageType'], orphan = false) => ({
    method: 'REQUEST' as const,
    messageType,
    event: invited(request),
    ...(orphan && { orphan: true as const }),
  });
  const series = known.find(({ instance }) => instance === undefined);
  const before = message.instance === undefined ? series : (withInstance(known, message) ?? series);
  if (!before) return { changes: arrived(known, invited(request)), meeting: as(1, message.instance !== undefined) };
  if (!isReceived(before) || !mayChange(before, request, from)) return nothing;
  const alone = message.instance !== undefined && before.instance === undefined;
  const original = alone ? occurrenceAt(before, message.instance!) : undefined;
  if (alone && original === undefined) return nothing;
  const revision = original === undefined ? before : { ...before, ...exceptionAt(before, original) };
  if (isOlder(message, revision)) return { changes: [], meeting: as(4) };
  if (isRepeated(message, revision)) return { changes: [], meeting: as(1) };
  const to = original === undefined ? revised(before, request) : withRevised(before, original, request);
  const seen = original === undefined ? before : occurrenceOf(before, original);
  const moved = !sameTimes(seen, original === undefined ? request : { ...request, instance: original });
  return { changes: [{ of: before, to }], meeting: as(moved ? 2 : 3) };
}

/** A series takes in those of its occurrences that came before it. */
function arrived(known: readonly Event[], event: Event): EventChange[] {
  if (!event.recurrence) return [{ to: event }];
  let series = event;
  const taken: EventChange[] = [];
  for (const orphan of known) {
    const original = orphan.instance === undefined ? undefined : occurrenceAt(event, orphan.instance);
    if (original === undefined || !isReceived(orphan)) continue;
    series = withException(series, exceptionOf(series, { ...orphan, instance: original }));
    taken.push({ of: orphan });
  }
  return [{ to: series }, ...taken];
}

function withInstance(known: readonly Event[], { instance }: Event): Event | undefined {
  return known.find((event) => event.instance !== undefined && event.instance === instance);
}

const quarter = 15;
const eighteenHours = 18 * 60;

/** As it stands in the calendar before the account has answered: taken tentatively. */
export function invited(request: Event): Event {
  const { reminder, categories: _, busyStatus, exceptions, ...event } = request;
  const series = exceptions && { exceptions: exceptions.map(asAnnounced) };
  return {
    ...event,
    ...series,
    ...intended(request),
    busyStatus: 1,
    reminder: reminder ?? (event.allDay ? eighteenHours : quarter),
    meetingStatus: 3,
    responseType: 5,
    responseRequested: event.responseRequested ?? true,
    revised: event.dtStamp,
    sequence: event.sequence ?? 0,
  };
}

/** What the organizer wants it to count as; their own "tentative" only says that nobody has answered. */
function intended({ intendedBusy, busyStatus }: Event): Pick<Event, 'intendedBusy'> {
  const meant = intendedBusy ?? (busyStatus === 1 ? undefined : busyStatus);
  return meant === undefined ? {} : { intendedBusy: meant };
}

/** Of an occurrence only what its organizer says of it. */
function asAnnounced(exception: EventException): EventException {
  const { busyStatus: _, categories: __, reminder: ___, ...said } = exception;
  return said;
}

/** What stays the account's own when the organizer changes the meeting; the answer only while the time is the same. */
function revised(before: Event, request: Event): Event {
  const next = invited(request);
  const { categories, reminder, sensitivity, clientUid, instance, replyTime, responseType, busyStatus } = before;
  // Not every program sends the files again.
  const attachments = next.attachments ?? before.attachments;
  const same = sameTimes(before, request) && !isCancelled(before);
  const answer = same ? { replyTime, responseType, busyStatus } : {};
  return withoutUndefined({
    ...next,
    ...{ categories, reminder, sensitivity: sensitivity ?? next.sensitivity, clientUid, instance, attachments },
    ...answer,
    exceptions: same ? mergedExceptions(before, next) : next.exceptions,
  }) as Event;
}

/** Occurrences that the account took out stay out; of the others what is its own stays. */
function mergedExceptions(before: Event, next: Event): Event['exceptions'] {
  const merged = new Map((before.exceptions ?? []).map((exception) => [exception.original, exception]));
  for (const exception of next.exceptions ?? []) {
    const known = merged.get(exception.original);
    if (known?.deleted) continue;
    const own = known && !exception.deleted ? ownOf(known) : {};
    merged.set(exception.original, { ...own, ...exception });
  }
  const all = [...merged.values()].sort((a, b) => a.original - b.original);
  return all.length === 0 ? undefined : all;
}
function ownOf({ busyStatus, categories, reminder, responseType, replyTime }: EventException) {
  return withoutUndefined({ busyStatus, categories, reminder, responseType, replyTime });
}

/** The organizer speaks of one occurrence: it is as they say, also when the account had taken it out. */
function withRevised(series: Event, original: number, request: Event): Event {
  const seen = occurrenceOf(series, original);
  const told = revised(seen, { ...request, instance: original });
  const { dtStamp: revisedAt, sequence } = request;
  const exception = { ...exceptionOf(series, told), revised: revisedAt, ...(sequence !== undefined && { sequence }) };
  return withException(series, exception);
}

const cancelled = 'Canceled: ';

export function applyCancel(known: readonly Event[], { itip, from }: Incoming): Outcome {
  const changes: EventChange[] = [];
  let meeting: Outcome['meeting'];
  const current = new Map(known.map((event) => [event, event]));
  for (const message of itip.events) {
    for (const event of known) {
      const before = current.get(event)!;
      if (!isReceived(before) || !mayChange(before, message, from)) continue;
      const to = cancel(before, message);
      meeting ??= {
        method: 'CANCEL',
        messageType: to === 'older' ? 4 : 0,
        event: { ...invited(message), ...titled(before, message) },
      };
      if (typeof to === 'object') current.set(event, to);
    }
  }
  for (const [of, to] of current) if (of !== to) changes.push({ of, to });
  return { changes, ...(meeting && { meeting }) };
}

/** A cancellation need not repeat what it cancels. */
function titled({ subject, organizer }: Event, message: Event): Partial<Event> {
  const named = message.subject ?? subject;
  return withoutUndefined({ subject: named, organizer: message.organizer ?? organizer }) as Partial<Event>;
}

function cancel(before: Event, message: Event): Event | 'older' | 'other' {
  const over = ({ subject = '' }: Event) => ({
    subject: subject.startsWith(cancelled) ? subject : `${cancelled}${subject}`,
    meetingStatus: 7,
    busyStatus: 0,
  });
  const revision = { revised: message.dtStamp, sequence: message.sequence ?? before.sequence ?? 0 };
  if (message.instance === undefined || before.instance === message.instance) {
    if (isCancelled(before)) return 'other';
    return isOlder(message, before) ? 'older' : { ...before, ...over(before), ...revision, dtStamp: message.dtStamp };
  }
  if (before.instance !== undefined) return 'other';
  const original = occurrenceAt(before, message.instance);
  if (original === undefined) return 'other';
  const known = exceptionAt(before, original);
  if (known && (known.deleted || isCancelled(known))) return 'other';
  if (isOlder(message, { ...before, ...known })) return 'older';
  const exception = {
    ...known,
    original,
    ...over(occurrenceOf(before, original)),
    ...revision,
    dtStamp: message.dtStamp,
  };
  return withException(before, exception);
}
