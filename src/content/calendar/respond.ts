// An attendee's answer to a meeting, as the attendee's own calendar has it, and as its organizer is told of it.
import { type Event, type EventAttendee, type EventException, isCancelled } from '../../domain/event.ts';
import { withoutUndefined } from '../pattern.ts';
import { exceptionAt, occurrenceOf, withException } from './occurrence.ts';
import { reaches } from './same.ts';

/** [MS-ASCMD] 2.2.3.194 UserResponse */
export type UserResponse = 1 | 2 | 3;
/** [MS-ASCAL] 2.2.2.40 ResponseType, and what an attendee's status is then. */
export const responseTypes = { 1: 3, 2: 2, 3: 4 } as const satisfies Record<UserResponse, number>;

interface Answer {
  readonly response: UserResponse;
  /** The occurrence that is meant, by its original start; absent: all of it. */
  readonly original?: number | undefined;
  /** The account's addresses. */
  readonly own: readonly string[];
  /** Milliseconds. */
  readonly now: number;
}

/** Undefined: it is declined and no longer in the calendar. */
export function respond(event: Event, { response, original, own, now }: Answer): Event | undefined {
  const answer = (attendees: Event['attendees']) => ({
    responseType: responseTypes[response],
    replyTime: now,
    busyStatus: response === 1 ? (event.intendedBusy ?? 2) : 1,
    ...(attendees && { attendees: attendees.map((one) => withStatus(one, own, responseTypes[response])) }),
  });
  if (original === undefined) {
    if (response === 3) return undefined;
    const exceptions = event.exceptions?.map((exception) => withoutAnswer(exception, own, responseTypes[response]));
    return { ...event, ...answer(event.attendees), ...(exceptions && { exceptions }) };
  }
  if (response === 3) return withException(event, { original, deleted: true, dtStamp: now });
  const known = exceptionAt(event, original);
  const { attendees } = occurrenceOf(event, original);
  return withException(event, { ...known, original, ...answer(attendees) });
}

function withStatus(attendee: EventAttendee, own: readonly string[], status: number): EventAttendee {
  return reaches(attendee.email, own) ? { ...attendee, status } : attendee;
}

/** The answer to the series is the one to each of its occurrences; a cancelled one stays free. */
function withoutAnswer(exception: EventException, own: readonly string[], status: number): EventException {
  if (exception.deleted || isCancelled(exception)) return exception;
  const { responseType: _, replyTime: __, busyStatus: ___, attendees, ...rest } = exception;
  return { ...rest, ...(attendees && { attendees: attendees.map((one) => withStatus(one, own, status)) }) };
}

/** What the account has answered already; a declined occurrence is not there any more. */
export function answerOf(event: Event | undefined, original: number | undefined): number | undefined {
  if (!event) return responseTypes[3];
  if (original === undefined) return event.responseType;
  return exceptionAt(event, original)?.deleted ? responseTypes[3] : occurrenceOf(event, original).responseType;
}

/** The event of a REPLY or COUNTER: the answering attendee alone. */
export function replyOf(
  event: Event,
  { response, original, own }: Answer,
  proposed?: { readonly start: number; readonly end: number },
): Event {
  const {
    recurrence: _,
    exceptions: __,
    body: ___,
    ...meeting
  } = original === undefined ? event : occurrenceOf(event, original);
  const listed = event.attendees?.find(({ email }) => reaches(email, own)) ?? { email: own[0]!, name: own[0]! };
  const attendees = [{ ...listed, status: responseTypes[response] }];
  return withoutUndefined({ ...meeting, attendees, ...proposed }) as Event;
}
