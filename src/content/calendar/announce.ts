// Whom the server tells what when an organizer's device of 16.0 or later changes a meeting; devices up to 14.1 write their mails
// themselves. Invariants: what only repeats what is stored tells nobody anything; each guest gets one message a change.
import { type Event, type EventAttendee, isCancelled } from '../../domain/event.ts';
import { farFuture } from '../../domain/position.ts';
import type { Spoken } from '../fields-class.ts';
import { withoutUndefined } from '../pattern.ts';
import { isReceived } from './attend.ts';
import { cancelSubject, type MeetingMail } from './meeting-mail.ts';
import { exceptionAt, occurrenceOf, withException } from './occurrence.ts';
import { lastStart } from './recurrence.ts';
import { isAmong, sameTimes } from './same.ts';

export interface Announced {
  /** As it is to be stored. */
  readonly event: Event | undefined;
  readonly mails: readonly MeetingMail[];
}
interface Teller {
  /** The account's addresses. */
  readonly own: readonly string[];
  /** Milliseconds. */
  readonly now: number;
  readonly firstDayOfWeek: number;
}

/** As `announce`, by a device's own words: up to 14.1 it writes the mails itself. */
export function announceFor(
  before: Event | undefined,
  after: Event | undefined,
  { version, account, now }: Pick<Spoken, 'version' | 'account' | 'now'>,
): Announced {
  if (Number(version) < 16) return { event: after, mails: [] };
  const own = [account.address, ...(account.aliases ?? [])];
  return announce(before, after, { own, now, firstDayOfWeek: account.firstDayOfWeek ?? 0 });
}

/** `before` undefined: it is new; `after`: it is deleted. */
export function announce(before: Event | undefined, after: Event | undefined, teller: Teller): Announced {
  const event = after ?? before;
  const silent = { event: after, mails: [] };
  if (!event || isReceived(event) || (before && isReceived(before))) return silent;
  if (guestsOf(before, teller).length === 0 && guestsOf(after, teller).length === 0) return silent;
  if ([before, after].every((one) => !one || isPast(one, teller.now))) return silent;
  if (!after || (isCancelled(after) && before && !isCancelled(before))) return cancelAll(before, after, teller);
  if (isCancelled(after)) return silent;
  if (!before || differs(before, after, teller)) return inviteAll(before, after, teller);
  return announceOccurrences(before, after, teller);
}

function guestsOf(event: Event | undefined, { own }: Pick<Teller, 'own'>): readonly EventAttendee[] {
  return (event?.attendees ?? []).filter(({ email }) => !isAmong(email, own));
}

function isPast(event: Event, now: number): boolean {
  const last = lastStart(event);
  if (last === farFuture) return false;
  const length = event.end - event.start;
  const moved = (event.exceptions ?? []).flatMap(({ end }) => (end === undefined ? [] : [end]));
  return Math.max((last ?? event.start) + length, ...moved) < now;
}

/** What a guest must know: when, where, what, who. */
function differs(before: Event, after: Event, teller: Teller): boolean {
  const said = ({ location, subject = '' }: Event): string => JSON.stringify([location ?? null, subject]);
  if (!sameTimes(before, after, teller.firstDayOfWeek) || said(before) !== said(after)) return true;
  return gone(before, after, teller).length > 0 || gone(after, before, teller).length > 0;
}

/** Guests of the first who are none of the other. */
function gone(from: Event | undefined, of: Event | undefined, teller: Teller): EventAttendee[] {
  const there = new Set(guestsOf(of, teller).map(({ email }) => email.trim().toLowerCase()));
  return guestsOf(from, teller).filter(({ email }) => !there.has(email.trim().toLowerCase()));
}

function inviteAll(before: Event | undefined, after: Event, teller: Teller): Announced {
  const sequence = before ? (before.sequence ?? 0) + 1 : (after.sequence ?? 0);
  const asksAgain = !before || !sameTimes(before, after, teller.firstDayOfWeek);
  const attendees = after.attendees?.map((one) => (asksAgain ? unanswered(one) : { ...one, status: one.status ?? 5 }));
  const event = { ...after, ...(attendees && { attendees }), sequence, revised: teller.now };
  const to = guestsOf(event, teller);
  const mails = [
    ...(to.length > 0 ? [request(event, to)] : []),
    ...(before ? cancellation({ ...before, sequence }, gone(before, after, teller)) : []),
  ];
  return { event, mails };
}

function unanswered({ proposedStart: _, proposedEnd: __, replyStamp: ___, ...one }: EventAttendee): EventAttendee {
  return { ...one, status: 5 };
}

function request(event: Event, to: readonly EventAttendee[]): MeetingMail {
  const { subject = '', body } = event;
  return { method: 'REQUEST', events: [event], to, subject, body };
}
/** No mail to nobody. */
function cancellation(event: Event, to: readonly EventAttendee[]): MeetingMail[] {
  if (to.length === 0) return [];
  const { recurrence: _, exceptions: __, body: ___, ...bare } = event;
  const meeting = { ...bare, attendees: to };
  return [{ method: 'CANCEL', events: [meeting], to, subject: cancelSubject(event.subject ?? '') }];
}

function cancelAll(before: Event | undefined, after: Event | undefined, teller: Teller): Announced {
  if (!before || isCancelled(before)) return { event: after, mails: [] };
  const sequence = (before.sequence ?? 0) + 1;
  const event = after && { ...after, sequence, revised: teller.now };
  return { event, mails: cancellation({ ...before, sequence }, guestsOf(before, teller)) };
}

/** The series says what it said: only occurrences may be told of. */
function announceOccurrences(before: Event, after: Event, teller: Teller): Announced {
  const sequence = (before.sequence ?? 0) + 1;
  const mails: MeetingMail[] = [];
  let event = after;
  for (const exception of after.exceptions ?? []) {
    const { original, deleted } = exception;
    const known = exceptionAt(before, original);
    if (JSON.stringify(known) === JSON.stringify(exception) || known?.deleted) continue;
    const was = occurrenceOf(before, original);
    if (deleted) {
      if (was.end >= teller.now) mails.push(...cancellation({ ...was, sequence }, guestsOf(was, teller)));
      continue;
    }
    const is = occurrenceOf(after, original);
    if (!differs(was, is, teller) || Math.max(was.end, is.end) < teller.now) continue;
    const asksAgain = !sameTimes(was, is);
    const attendees = is.attendees?.map((one) => (asksAgain ? unanswered(one) : one));
    const revision = { sequence, revised: teller.now };
    const to = guestsOf(is, teller);
    if (to.length > 0) mails.push(request(withoutUndefined({ ...is, attendees, ...revision }) as Event, to));
    mails.push(...cancellation({ ...was, sequence }, gone(was, is, teller)));
    const told = { ...exception, ...(asksAgain && attendees && { attendees }), ...revision };
    event = withException(event, told);
  }
  return mails.length === 0 ? { event: after, mails } : { event: { ...event, sequence, revised: teller.now }, mails };
}
