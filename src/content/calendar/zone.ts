// Clocks: what a wall shows in a zone ⇄ the instant. A wall time is counted in milliseconds as if it were UTC.
import {
  formatTimeZone,
  isTimeZone,
  offsetAt,
  parseTimeZone,
  timeZoneOf,
  zoneOfBlob,
} from '../../../protocol/index.ts';

const minute = 60_000;

export function wallOf(zone: string, instant: number): number {
  return instant + offsetAt(zone, instant) * minute;
}

/** A time that the clock skips is the one as long behind the jump; of a time that it shows twice the first (RFC 5545, 3.3.5). */
export function instantOf(zone: string, wall: number): number {
  const before = offsetAt(zone, wall - 24 * 60 * minute);
  const guess = wall - before * minute;
  if (wallOf(zone, guess) === wall) return guess;
  const after = offsetAt(zone, wall + 24 * 60 * minute);
  const other = wall - after * minute;
  return wallOf(zone, other) === wall ? other : guess;
}

const known = new Map<string, string | undefined>();

/**
 * The zone that a Timezone element means in the year of `instant`; `preferred`, the account's own, where it fits. Undefined
 * for no blob at all and for one that says nothing: all of it zero ([MS-ASCAL] 2.2.2.44 Timezone).
 */
export function zoneOf(base64: string | undefined, instant: number, preferred: string): string | undefined {
  if (!base64) return undefined;
  const year = new Date(instant).getUTCFullYear();
  const key = `${preferred} ${year} ${base64}`;
  if (known.has(key)) return known.get(key);
  const blob = parseTimeZone(base64);
  const zone = blob && zoneOfBlob(blob, { year, preferred: isTimeZone(preferred) ? preferred : 'UTC' }).zone;
  if (known.size > 1000) known.clear();
  known.set(key, zone);
  return zone;
}

const blobs = new Map<string, string>();

/** The Timezone element of a zone, as its rules are in the year of `instant`. */
export function timezoneElement(zone: string, instant: number): string {
  const year = new Date(instant).getUTCFullYear();
  const key = `${zone} ${year}`;
  let text = blobs.get(key);
  if (text === undefined) {
    text = formatTimeZone(timeZoneOf(isTimeZone(zone) ? zone : 'UTC', year));
    if (blobs.size > 1000) blobs.clear();
    blobs.set(key, text);
  }
  return text;
}
