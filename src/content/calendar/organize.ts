// What answers of attendees do to the organizer's calendar: the attendee's status and proposal, and nothing else of it.
import type { Event, EventAttendee } from '../../domain/event.ts';
import { withoutUndefined } from '../pattern.ts';
import { type Incoming, isReceived, nothing, type Outcome } from './attend.ts';
import { exceptionAt, occurrenceOf, withException } from './occurrence.ts';
import { occurrenceAt } from './recurrence.ts';
import { isAmong, reaches, sameAddress } from './same.ts';

/** Of an attendee who was invited, from that attendee; anything else says nothing. */
export function applyReply(known: readonly Event[], incoming: Incoming): Outcome {
  const { itip, own } = incoming;
  const before = known.find(({ instance }) => instance === undefined);
  if (!before || isReceived(before) || !before.attendees) return nothing;
  if (before.organizer && !isAmong(before.organizer.email, own)) return nothing;
  let to = before;
  for (const reply of itip.events) to = answered(to, reply, incoming);
  const [first] = itip.events;
  const changes = to === before ? [] : [{ of: before, to }];
  if (itip.method !== 'COUNTER' || before.disallowNewTimeProposal || !first) return { changes };
  const original = first.instance === undefined ? undefined : occurrenceAt(before, first.instance);
  const event = original === undefined ? before : occurrenceOf(before, original);
  const proposed = { start: first.start, end: first.end };
  return { changes, meeting: { method: 'COUNTER', messageType: 0, event, proposed } };
}

function answered(before: Event, reply: Event, { itip, from, groups = [] }: Incoming): Event {
  const original = reply.instance === undefined ? undefined : occurrenceAt(before, reply.instance);
  const exception = original === undefined ? undefined : exceptionAt(before, original);
  if (exception?.deleted || (reply.instance !== undefined && original === undefined)) return before;
  const { attendees: guests = [] } = original === undefined ? before : occurrenceOf(before, original);
  const answer = reply.attendees?.find(({ email }) => reaches(email, from));
  const attendees = answer ? withMember(guests, answer, from, groups) : guests;
  const listed = answer && attendees.find(({ email }) => reaches(email, [answer.email, ...from]));
  if (!answer || !listed || isObsolete(before, listed, reply)) return before;
  const proposes = itip.method === 'COUNTER' && !before.disallowNewTimeProposal;
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

/** Who was invited as one of a group stands behind it with an answer of their own. */
function withMember(
  guests: readonly EventAttendee[],
  { email, name }: EventAttendee,
  from: readonly string[],
  groups: readonly string[],
): readonly EventAttendee[] {
  if (guests.some((guest) => reaches(guest.email, [email, ...from]))) return guests;
  const through = guests.find((guest) => isAmong(guest.email, groups));
  return through ? [...guests, { email, name, type: through.type ?? 1 }] : guests;
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
