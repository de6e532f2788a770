// What answers of attendees do to the organizer's calendar: the attendee's status and proposal, and nothing else of it.
import type { Event, EventAttendee } from '../../domain/event.ts';
import { withoutUndefined } from '../pattern.ts';
import { type Incoming, isAmong, isReceived, nothing, type Outcome } from './attend.ts';
import { exceptionAt, occurrenceOf, withException } from './occurrence.ts';
import { occurrenceAt } from './recurrence.ts';
import { sameAddress } from './same.ts';

/** Of an attendee who was invited, from that attendee; anything else says nothing. */
export function applyReply(known: readonly Event[], { itip, from, own }: Incoming): Outcome {
  const before = known.find(({ instance }) => instance === undefined);
  if (!before || isReceived(before) || !before.attendees) return nothing;
  if (before.organizer && !isAmong(before.organizer.email, own)) return nothing;
  let to = before;
  for (const reply of itip.events) to = answered(to, reply, from, itip.method === 'COUNTER');
  const [first] = itip.events;
  const changes = to === before ? [] : [{ of: before, to }];
  if (itip.method !== 'COUNTER' || before.disallowNewTimeProposal || !first) return { changes };
  const original = first.instance === undefined ? undefined : occurrenceAt(before, first.instance);
  const event = original === undefined ? before : occurrenceOf(before, original);
  const proposed = { start: first.start, end: first.end };
  return { changes, meeting: { method: 'COUNTER', messageType: 0, event, proposed } };
}

function answered(before: Event, reply: Event, from: readonly string[], counters: boolean): Event {
  const original = reply.instance === undefined ? undefined : occurrenceAt(before, reply.instance);
  const exception = original === undefined ? undefined : exceptionAt(before, original);
  if (exception?.deleted || (reply.instance !== undefined && original === undefined)) return before;
  const { attendees = [] } = original === undefined ? before : occurrenceOf(before, original);
  const answer = reply.attendees?.find(({ email }) => isAmong(email, from));
  const listed = answer && attendees.find(({ email }) => isAmong(email, [answer.email, ...from]));
  if (!answer || !listed || isObsolete(before, listed, reply)) return before;
  const proposes = counters && !before.disallowNewTimeProposal;
  const withAnswer = (all: readonly EventAttendee[]): readonly EventAttendee[] =>
    all.map((one) => (sameAddress(one.email, listed.email) ? answerOf(one, answer, reply, proposes) : one));
  if (original !== undefined)
    return withException(before, { ...exception, original, attendees: withAnswer(attendees) });
  // An answer to the series is one to each of its occurrences.
  const exceptions = before.exceptions?.map((one) =>
    one.attendees ? { ...one, attendees: withAnswer(one.attendees) } : one,
  );
  return { ...before, attendees: withAnswer(attendees), ...(exceptions && { exceptions }) };
}

/** It answers what is no longer so, or comes behind a later answer. */
function isObsolete({ sequence = 0, revised = 0 }: Event, { replyStamp = 0 }: EventAttendee, reply: Event): boolean {
  if (reply.dtStamp < replyStamp) return true;
  return (reply.sequence ?? sequence) < sequence && reply.dtStamp < revised;
}

function answerOf(attendee: EventAttendee, answer: EventAttendee, reply: Event, proposes: boolean): EventAttendee {
  const { proposedStart: _, proposedEnd: __, ...one } = attendee;
  const status = answer.status === 5 && proposes ? 2 : (answer.status ?? 0);
  return withoutUndefined({
    ...one,
    status,
    replyStamp: reply.dtStamp,
    ...(proposes && { proposedStart: reply.start, proposedEnd: reply.end }),
  });
}
