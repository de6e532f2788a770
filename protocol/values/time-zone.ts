/**
 * Zones of the world ⇄ Timezone blobs. A blob says two offsets and two changes a year, so it is made for one year and
 * read for one year. Week rules express every day of a given year; of those that do, the one is taken that also fits
 * the years beside it. Years with more changes than two, or with three offsets, get the blob that is wrong for the
 * shortest time. Zones are found by what a blob does in the year, names only choose between equals.
 */
import { type ChangeDate, type TimeZoneBlob, wallTimeIn } from './time-zone-blob.ts';
import { windowsZones } from './windows-zones.ts';
import {
  isTimeZone,
  type OffsetChange,
  offsetAt,
  offsetIn,
  platformName,
  type ZoneYear,
  zoneYear,
} from './zone-years.ts';

const minute = 60_000;

/** What a blob can say of a year: at most two changes, and not more than two offsets. */
export interface YearRules {
  readonly initial: number;
  readonly changes: readonly OffsetChange[];
  /** Milliseconds of the year in which the zone has another offset than these rules. */
  readonly wrong: number;
}

/** The rules of a zone in a year as far as a blob can say them. Throws RangeError for an unknown zone. */
export function yearRules(zone: string, year: number): YearRules {
  const about = zoneYear(zone, year);
  const { initial, changes } = about;
  const [first, second] = changes;
  const exact = changes.length < 2 || (changes.length === 2 && second!.offset === initial);
  if (exact) return { initial, changes, wrong: 0 };
  const candidates: YearRules[] = [];
  const offsets = [initial, ...changes.map((change) => change.offset)];
  const instants = changes.map((change) => change.at);
  for (const one of new Set(offsets)) {
    for (const other of new Set(offsets)) {
      if (one === other) continue;
      instants.forEach((at, index) => {
        candidates.push(judged(about, one, [{ at, offset: other }]));
        for (const back of instants.slice(index + 1)) {
          candidates.push(
            judged(about, one, [
              { at, offset: other },
              { at: back, offset: one },
            ]),
          );
        }
      });
    }
  }
  return candidates.reduce((best, each) => (each.wrong < best.wrong ? each : best), judged(about, initial, [first!]));
}

/**
 * The blob of a zone for a year, with the name that Windows gives the zone, else the zone's own. Throws RangeError for
 * an unknown zone.
 */
export function timeZoneOf(zone: string, year: number): TimeZoneBlob {
  const { initial, changes } = yearRules(zone, year);
  const standardName = windowsNames().get(platformName(zone)) ?? zone;
  const names = { standardName, daylightName: standardName.replace('Standard', 'Daylight') };
  const [first, second] = changes;
  if (first === undefined) {
    const none = { standardDate: undefined, standardBias: 0, daylightDate: undefined, daylightBias: 0 };
    return { bias: -initial, ...none, ...names };
  }
  const standard = Math.min(initial, first.offset);
  const daylight = Math.max(initial, first.offset);
  const there = changeDate(zone, year, first.at, initial);
  // One change: the other offset begins with the year.
  const back = second === undefined ? newYear(year) : changeDate(zone, year, second.at, first.offset);
  const [daylightDate, standardDate] = first.offset === daylight ? [there, back] : [back, there];
  return {
    bias: standard === 0 ? 0 : -standard,
    standardDate,
    standardBias: 0,
    daylightDate,
    daylightBias: standard - daylight,
    ...names,
  };
}

/** What a blob says of a year. A change at the first midnight of the year holds from its first moment. */
export function rulesOfBlob(blob: TimeZoneBlob, year: number): Pick<YearRules, 'initial' | 'changes'> {
  const { standardDate, daylightDate } = blob;
  const standard = -(blob.bias + blob.standardBias) + 0;
  const daylight = -(blob.bias + blob.daylightBias) + 0;
  if (standardDate === undefined || daylightDate === undefined) return { initial: standard, changes: [] };
  const dated = [
    { wall: wallTimeIn(standardDate, year), date: standardDate, offset: standard, before: daylight },
    { wall: wallTimeIn(daylightDate, year), date: daylightDate, offset: daylight, before: standard },
  ];
  const newYearWall = Date.UTC(year, 0, 1);
  const changes = dated
    .filter(({ wall }) => wall !== undefined && wall !== newYearWall)
    .map(({ wall, offset, before }) => ({ at: wall! - before * minute, offset }))
    .sort((a, b) => a.at - b.at);
  const begins = dated.find(({ wall }) => wall === newYearWall);
  const past = dated
    .filter(({ date }) => date.year !== 0 && date.year < year)
    .sort((a, b) => b.date.year - a.date.year);
  const first = changes[0];
  const last = past[0]?.offset ?? standard;
  const initial = begins?.offset ?? (first === undefined ? last : first.offset === standard ? daylight : standard);
  return {
    initial,
    changes: changes.filter(({ offset }, index) => offset !== (changes[index - 1]?.offset ?? initial)),
  };
}

export interface FoundZone {
  readonly zone: string;
  /** False: no zone does in the year what the blob says, and this one comes nearest. */
  readonly exact: boolean;
}

/**
 * The zone that does in `year` what the blob says. Of several the preferred one is taken, then the one that the blob
 * names, then those of `windowsZones` in their order, then any. Two offsets without dates are those of the zone that it names.
 */
export function zoneOfBlob(
  blob: TimeZoneBlob,
  options: { readonly year: number; readonly preferred?: string },
): FoundZone {
  const { year, preferred } = options;
  const wanted = rulesOfBlob(blob, year);
  const hints = [preferred, windowsZones[blob.standardName], blob.standardName].filter(
    (zone): zone is string =>
      zone !== undefined && (platformZones().has(zone) || (zone === preferred && isTimeZone(zone))),
  );
  const named = namedAlone(blob, year);
  const meant = named === undefined ? wanted : yearRules(named, year);
  const fits = (zone: string) => same(yearRules(zone, year), meant);
  const zones = platformZones();
  for (const zone of hints) if (fits(zone)) return { zone, exact: true };
  for (const zone of zones) if (mayFit(zone, year, wanted) && fits(zone)) return { zone, exact: true };
  return { zone: nearest([...hints, ...zones], year, wanted), exact: false };
}

/**
 * The zone that a blob names whose two offsets it has, though it says no dates for them: some clients know no rules. Zones
 * without daylight time have a second offset too, as Windows makes them, under their own names.
 */
function namedAlone(blob: TimeZoneBlob, year: number): string | undefined {
  const { standardDate, daylightDate, standardName, bias, standardBias, daylightBias } = blob;
  const zone = Object.hasOwn(windowsZones, standardName) ? windowsZones[standardName] : standardName;
  if (standardDate || daylightDate || zone === undefined || !platformZones().has(zone)) return undefined;
  const { initial, changes } = yearRules(zone, year);
  const offsets = [initial, ...changes.map(({ offset }) => offset)];
  const isIt =
    Math.min(...offsets) === -(bias + standardBias) + 0 && Math.max(...offsets) === -(bias + daylightBias) + 0;
  return isIt && changes.length > 0 ? zone : undefined;
}

let names: ReadonlyMap<string, string> | undefined;
function windowsNames(): ReadonlyMap<string, string> {
  names ??= new Map(common().map(([name, zone]) => [platformName(zone), name]));
  return names;
}

let platform: ReadonlySet<string> | undefined;
/** In the order of preference. */
function platformZones(): ReadonlySet<string> {
  platform ??= new Set([...common().map(([, zone]) => zone), ...Intl.supportedValuesOf('timeZone')]);
  return platform;
}

function common(): [string, string][] {
  return Object.entries(windowsZones).filter(([, zone]) => isTimeZone(zone));
}

/** Two looks are cheap, and tell most zones apart. */
function mayFit(zone: string, year: number, wanted: Pick<YearRules, 'initial' | 'changes'>): boolean {
  return [Date.UTC(year, 0, 15), Date.UTC(year, 6, 15)].every((at) => offsetAt(zone, at) === offsetIn(wanted, at));
}

function same(one: Pick<YearRules, 'initial' | 'changes'>, other: Pick<YearRules, 'initial' | 'changes'>): boolean {
  return (
    one.initial === other.initial &&
    one.changes.length === other.changes.length &&
    one.changes.every(({ at, offset }, index) => {
      const match = other.changes[index]!;
      return match.at === at && match.offset === offset;
    })
  );
}

/** The candidate that is right in the most months; the first of equals. */
function nearest(candidates: readonly string[], year: number, wanted: Pick<YearRules, 'initial' | 'changes'>): string {
  const months = Array.from({ length: 12 }, (_, month) => Date.UTC(year, month, 15));
  let best = { zone: 'UTC', right: -1, off: Number.POSITIVE_INFINITY };
  for (const zone of candidates) {
    const gaps = months.map((at) => Math.abs(offsetAt(zone, at) - offsetIn(wanted, at)));
    const right = gaps.filter((gap) => gap === 0).length;
    const off = gaps.reduce((sum, gap) => sum + gap, 0);
    if (right > best.right || (right === best.right && off < best.off)) best = { zone, right, off };
  }
  return best.zone;
}

/** Rules for a year, and for how long they are wrong in it. */
function judged(about: ZoneYear, initial: number, changes: readonly OffsetChange[]): YearRules {
  const cuts = [about.start, ...about.changes.map(({ at }) => at), about.end];
  let wrong = 0;
  // Every change of the rules is one of the zone's, so that nothing happens between two cuts.
  cuts.slice(0, -1).forEach((at, index) => {
    if (offsetIn(about, at) !== offsetIn({ initial, changes }, at)) wrong += cuts[index + 1]! - at;
  });
  return { initial, changes, wrong };
}

function newYear(year: number): ChangeDate {
  return weekRules(Date.UTC(year, 0, 1))[0]!;
}

/** The week rule for a change; of two that fit, the one that is also right in more of the years beside it. */
function changeDate(zone: string, year: number, at: number, before: number): ChangeDate {
  const rules = weekRules(at + before * minute);
  if (rules.length === 1) return rules[0]!;
  const right = (rule: ChangeDate) =>
    [year - 1, year + 1, year + 2].filter((each) => {
      const expected = wallTimeIn(rule, each)! - before * minute;
      return zoneYear(zone, each).changes.some((change) => change.at === expected);
    }).length;
  return rules.reduce((best, each) => (right(each) > right(best) ? each : best));
}

/** The rules that give this wall time in its year: the last such weekday of the month first, if it is that. */
function weekRules(wall: number): ChangeDate[] {
  const date = new Date(wall);
  const day = date.getUTCDate();
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const weeks = [...(day + 7 > days ? [5] : []), ...(day <= 28 ? [Math.ceil(day / 7)] : [])];
  return weeks.map((week) => ({
    year: 0,
    month: date.getUTCMonth() + 1,
    dayOfWeek: date.getUTCDay(),
    day: week,
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: 0,
  }));
}
