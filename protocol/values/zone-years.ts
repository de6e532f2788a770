/**
 * What a time zone of the platform does in one year, learnt from Intl alone: the offset at its beginning and the
 * changes inside it. A year is the year of the zone's own clocks. Offsets are minutes east of UTC, instants are
 * milliseconds since 1970. Answers are kept, as the same few are asked again and again.
 */

export interface OffsetChange {
  /** The first instant of the new offset. */
  readonly at: number;
  readonly offset: number;
}

export interface ZoneYear {
  /** The year lasts from `start` until before `end`. */
  readonly start: number;
  readonly end: number;
  readonly initial: number;
  readonly changes: readonly OffsetChange[];
}

const minute = 60_000;
/** Finer than the shortest time that any zone kept an offset since 1970. */
const step = 4 * 24 * 60 * minute;
const keptYears = 4096;

const formatters = new Map<string, Intl.DateTimeFormat>();
const years = new Map<string, ZoneYear>();

/** Whether the platform knows the zone, by any of its names. */
export function isTimeZone(zone: string): boolean {
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** The name that the platform prefers for the zone. Throws RangeError for an unknown one. */
export function platformName(zone: string): string {
  return formatterOf(zone).resolvedOptions().timeZone;
}

/** Minutes east of UTC (seconds, of times before 1972, are cut off). Throws RangeError for an unknown zone. */
export function offsetAt(zone: string, instant: number): number {
  const [, sign, hours = '0', minutes = '0'] =
    /GMT(?:([+-])(\d\d):(\d\d))?/.exec(formatterOf(zone).format(instant)) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Throws RangeError for an unknown zone. */
export function zoneYear(zone: string, year: number): ZoneYear {
  const key = `${zone} ${year}`;
  const known = years.get(key);
  if (known !== undefined) return known;
  if (years.size >= keptYears) years.clear();
  const found = learn(zone, year);
  years.set(key, found);
  return found;
}

/** The offset that rules of a year give to an instant inside it. */
export function offsetIn({ initial, changes }: Pick<ZoneYear, 'initial' | 'changes'>, instant: number): number {
  let { length } = changes;
  while (length > 0 && changes[length - 1]!.at > instant) length -= 1;
  return length === 0 ? initial : changes[length - 1]!.offset;
}

function learn(zone: string, year: number): ZoneYear {
  const from = Date.UTC(year, 0, 1) - 2 * 24 * 60 * minute;
  const until = Date.UTC(year + 1, 0, 1) + 2 * 24 * 60 * minute;
  const first = offsetAt(zone, from);
  const all: OffsetChange[] = [];
  let before = first;
  for (let at = from; at < until; at += step) {
    const next = Math.min(at + step, until);
    const after = offsetAt(zone, next);
    if (after !== before) all.push({ at: bisect(zone, at, next, before), offset: after });
    before = after;
  }
  const timeline = { initial: first, changes: all };
  const start = beginning(timeline, year);
  const end = beginning(timeline, year + 1);
  return {
    start,
    end,
    initial: offsetIn(timeline, start),
    changes: all.filter(({ at }) => at > start && at < end),
  };
}

/** When the clocks first strike the new year, even where that moment sets them back. */
function beginning(timeline: Pick<ZoneYear, 'initial' | 'changes'>, year: number): number {
  const midnight = Date.UTC(year, 0, 1);
  const candidates = [timeline.initial, ...timeline.changes.map((change) => change.offset)]
    .map((offset) => midnight - offset * minute)
    .concat(timeline.changes.map((change) => change.at))
    .sort((a, b) => a - b);
  const strikes = (at: number) =>
    at + Math.max(offsetIn(timeline, at - 1), offsetIn(timeline, at)) * minute >= midnight;
  return candidates.find(strikes)!;
}

/** The first instant after `low` whose offset is not `before`, to the second. */
function bisect(zone: string, low: number, high: number, before: number): number {
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset', hour: 'numeric' });
  formatters.set(zone, made);
  return made;
}
