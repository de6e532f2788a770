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

/** What only the organizer or an answer says of an occurrence. */
const notTheirs = [
  ...['subject', 'location', 'start', 'end', 'attendees', 'meetingStatus', 'attachments', 'replyTime', 'responseType'],
  ...['sequence', 'revised', 'confLink', 'externalLink', 'dtStamp'],
] as const;

/** The same up to 14.1, where a Change tells exceptions among the rest: an occurrence may be taken away, its organizer's words stay. */
export function keepOrganizersOfAll(
  before: Event,
  told: readonly EventException[],
): { readonly told: readonly EventException[]; readonly exact: boolean } {
  const known = new Map((before.exceptions ?? []).map((one) => [one.original as number, one]));
  const kept = told.map((said): EventException => {
    if (said.deleted) return said;
    const was: Readonly<Record<string, unknown>> = { ...known.get(said.original) };
    const own = Object.entries(said).filter(([key]) => !(notTheirs as readonly string[]).includes(key));
    const others = notTheirs.flatMap((key) => (was[key] === undefined ? [] : [[key, was[key]] as const]));
    return { ...Object.fromEntries([...own, ...others]), original: said.original } as EventException;
  });
  const exact = !kept.some((one, index) => notTheirs.some((key) => differs(at(one, key), at(told[index]!, key))));
  return { told: kept, exact };
}
function at(exception: EventException, key: string): unknown {
  return (exception as unknown as Record<string, unknown>)[key];
}
