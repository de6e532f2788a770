// Whether two events mean the same: a phone that repeats what it was told changes nothing, and nobody is told anything.
import type { Event, Recurrence } from '../../domain/event.ts';

/** As it is compared: what is left out is what a device is told then. */
function canonical({ type, ...recurrence }: Recurrence, firstDayOfWeek: number): unknown {
  const { interval, occurrences, until, weekOfMonth, dayOfWeek, dayOfMonth, monthOfYear } = recurrence;
  const weekly = type === 1 || (type === 0 && dayOfWeek !== undefined);
  return [
    weekly ? 1 : type,
    interval,
    occurrences ?? null,
    occurrences === undefined ? (until ?? null) : null,
    ...[weekOfMonth, dayOfWeek, dayOfMonth, monthOfYear].map((value) => value ?? null),
    // A calendar of the phone's own, and whose week begins when, are told where nobody said so.
    recurrence.calendarType || 0,
    recurrence.isLeapMonth ?? 0,
    // Weeks without a pause begin when they like.
    weekly && interval > 1 ? (recurrence.firstDayOfWeek ?? firstDayOfWeek) : null,
  ];
}

export function sameRecurrence(
  one: Recurrence | undefined,
  other: Recurrence | undefined,
  firstDayOfWeek: number,
): boolean {
  if (!one || !other) return one === other;
  return JSON.stringify(canonical(one, firstDayOfWeek)) === JSON.stringify(canonical(other, firstDayOfWeek));
}

/** When it is, each time. */
export function sameTimes(one: Event, other: Event, firstDayOfWeek = 0): boolean {
  if (one.start !== other.start || one.end !== other.end || one.allDay !== other.allDay) return false;
  return sameRecurrence(one.recurrence, other.recurrence, firstDayOfWeek);
}

export function sameAddress(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

export function isAmong(address: string, all: readonly string[]): boolean {
  return all.some((one) => sameAddress(one, address));
}
/** Also by a plus-address of them (`user+tag@domain`). */
export function reaches(address: string, all: readonly string[]): boolean {
  return isAmong(address, all) || isAmong(address.replace(/\+[^@]*@/, '@'), all);
}
