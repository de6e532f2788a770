// What a device of an attendee may change of another's meeting: what is the account's own, and nothing that its organizer says.
import type { Event, EventException } from '../../domain/event.ts';
import { invalid, withoutUndefined } from '../pattern.ts';
import { occurrenceOf } from './occurrence.ts';
import { sameRecurrence } from './same.ts';

/** Stays as it was. */
const organizers = [
  'subject',
  'location',
  'attendees',
  'meetingStatus',
  'start',
  'end',
  'allDay',
  'zone',
  'recurrence',
  'attachments',
  'responseRequested',
  'disallowNewTimeProposal',
] as const satisfies readonly (keyof Event)[];
/** Another value is refused by 16.0 and later; what else differs is what the device was not told, or tells in its own words. */
const refused: ReadonlySet<string> = new Set([
  'subject',
  'location',
  'start',
  'end',
  'allDay',
  'recurrence',
  'attachments',
]);

function differs(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

/** What the attendee may not change is told to the device again, and from 16.0 on refused. */
export function keepOrganizers(
  before: Event,
  next: Event,
  { refuses, firstDayOfWeek }: { readonly refuses: boolean; readonly firstDayOfWeek: number },
): { readonly event: Event; readonly exact: boolean } {
  const touched = organizers.filter((key) => {
    if (key === 'meetingStatus') return false;
    if (key === 'recurrence') return !sameRecurrence(before.recurrence, next.recurrence, firstDayOfWeek);
    return differs(before[key], next[key]);
  });
  const wrong = touched.find((key) => refused.has(key));
  if (refuses && wrong) throw invalid(wrong);
  const kept = Object.fromEntries(organizers.map((key) => [key, before[key]]));
  return { event: withoutUndefined({ ...next, ...kept }) as Event, exact: touched.length === 0 };
}

/** The same of one occurrence. Repeating what it says already is no change. */
export function keepOrganizersOf(
  series: Event,
  told: EventException,
  known: EventException | undefined,
): EventException {
  const seen = occurrenceOf(series, told.original);
  const kept: Record<string, unknown> = { ...told };
  for (const key of ['subject', 'location', 'start', 'end', 'attendees', 'meetingStatus', 'attachments'] as const) {
    if (told[key] === undefined || !differs(told[key], known?.[key])) continue;
    if (refused.has(key) && differs(told[key] ?? undefined, seen[key])) throw invalid(key);
    if (known?.[key] === undefined) delete kept[key];
    else kept[key] = known[key];
  }
  return kept as EventException;
}
