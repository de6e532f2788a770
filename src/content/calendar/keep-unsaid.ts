// Up to 14.1 a Change tells the whole event, in the words of its version: what came back as it was shown has not been changed,
// and what that version cannot say stays (an HTML body shown as text, an address shown as one line, types of attendees).
import type { ReadCalendar, Version } from '../../../protocol/index.ts';
import type { Event, EventAttendee, EventException } from '../../domain/event.ts';
import type { BodyPreference } from '../../domain/sync-record.ts';
import { keepShown } from '../body.ts';
import { type Clock, readDetails, readExceptions, readRecurrence } from './read-event.ts';

/** What a phone sent, and what it had been shown. */
export interface Echo {
  readonly told: ReadCalendar;
  readonly shown: ReadCalendar;
  readonly clock: Clock;
  readonly version: Version;
  /** How it was shown bodies. */
  readonly bodies: readonly BodyPreference[];
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** `next`: `before` as the phone told it, word for word. */
export function keepUnsaid(before: Event, next: Event, { told, shown, clock, version, bodies }: Echo): Event {
  const said = readDetails(told, version);
  const showed = readDetails(shown, version);
  const echoed = Object.keys(said).filter((key) => same(said[key as 'subject'], showed[key as 'subject']));
  if (told.Recurrence && shown.Recurrence) {
    if (same(readRecurrence(told.Recurrence, clock), readRecurrence(shown.Recurrence, clock)))
      echoed.push('recurrence');
  }
  if (told.ResponseRequested === shown.ResponseRequested) echoed.push('responseRequested');
  if (told.DisallowNewTimeProposal === shown.DisallowNewTimeProposal) echoed.push('disallowNewTimeProposal');
  const kept = Object.fromEntries(echoed.map((key) => [key, before[key as keyof Event]]));
  const event = { ...next, ...kept } as Event;
  const body = keepShown(before.body, event.body, bodies);
  const attendees = event.attendees?.map((one) => withKnown(one, before.attendees));
  return { ...event, ...(body && { body }), ...(attendees && { attendees }) };
}

/** Before 12.0 a phone lists attendees by their addresses alone. */
function withKnown(attendee: EventAttendee, known: readonly EventAttendee[] = []): EventAttendee {
  const before = known.find(({ email }) => email.toLowerCase() === attendee.email.toLowerCase());
  return { ...before, ...attendee };
}

/** The same of the exceptions that a Change names; one that was not there is as it was told. */
export function keepUnsaidOfExceptions(before: Event, told: readonly EventException[], echo: Echo): EventException[] {
  const { shown, clock, version, bodies } = echo;
  const list = readExceptions(shown.Exceptions?.Exception ?? [], clock, version);
  return told.map((said) => {
    const known = before.exceptions?.find(({ original }) => original === said.original);
    const showed = list.find(({ original }) => original === said.original);
    if (!known || known.deleted || said.deleted || !showed) return said;
    const body = known.body && said.body && keepShown(known.body, said.body, bodies);
    const one = body ? { ...said, body } : said;
    const changed = Object.entries(one).filter(([key, value]) => !same(value, showed[key as 'subject']));
    const unsaid = Object.entries(known).filter(([key]) => !(key in showed) || key in one);
    return { ...Object.fromEntries([...unsaid, ...changed]), original: one.original } as EventException;
  });
}
