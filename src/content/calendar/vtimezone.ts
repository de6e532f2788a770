// The zone that a TZID means: by its name, by the name that Windows has for it, by the rules that the calendar gives with it.
import type ICAL from 'ical.js';
import { type ChangeDate, isTimeZone, type TimeZoneBlob, windowsZones, zoneOfBlob } from '../../../protocol/index.ts';

/** Never throws; `fallback` for a zone that says nothing. */
export function vtimezoneReader(calendar: ICAL.Component, fallback: string): (tzid: string, at: number) => string {
  const known = new Map<string, string>();
  const fits = isTimeZone(fallback) ? fallback : 'UTC';
  return (tzid, at) => {
    const year = new Date(at).getUTCFullYear();
    const key = `${year} ${tzid}`;
    let zone = known.get(key);
    if (zone === undefined) {
      zone = named(tzid) ?? byRules(calendar, tzid, year, fits) ?? fits;
      known.set(key, zone);
    }
    return zone;
  };
}

function named(tzid: string): string | undefined {
  const bare = tzid.replace(/^["(]|[")]$/g, '');
  const tail = bare.split('/').slice(-2).join('/');
  return [bare, windowsZones[bare], tail].find(
    (zone) => zone !== undefined && /[A-Za-z]/.test(zone) && isTimeZone(zone),
  );
}

function byRules(calendar: ICAL.Component, tzid: string, year: number, preferred: string): string | undefined {
  const found = calendar
    .getAllSubcomponents('vtimezone')
    .find((component) => String(component.getFirstPropertyValue('tzid')) === tzid);
  const blob = found && blobOf(found);
  try {
    return blob && zoneOfBlob(blob, { year, preferred }).zone;
  } catch {
    return undefined;
  }
}

function blobOf(component: ICAL.Component): TimeZoneBlob | undefined {
  const newest = (name: string): ICAL.Component | undefined =>
    component
      .getAllSubcomponents(name)
      .sort((a, b) => String(startOf(a)).localeCompare(String(startOf(b))))
      .at(-1);
  const standard = newest('standard') ?? newest('daylight');
  const daylight = newest('daylight');
  const offset = standard && minutesOf(standard);
  if (standard === undefined || offset === undefined) return undefined;
  const summer = daylight && minutesOf(daylight);
  const standardDate = changeOf(standard);
  const daylightDate = daylight && changeOf(daylight);
  const names = { standardName: '', daylightName: '' };
  if (summer === undefined || !standardDate || !daylightDate || daylight === standard)
    return {
      bias: -offset,
      standardBias: 0,
      daylightBias: 0,
      standardDate: undefined,
      daylightDate: undefined,
      ...names,
    };
  return { bias: -offset, standardBias: 0, daylightBias: offset - summer, standardDate, daylightDate, ...names };
}

function startOf(component: ICAL.Component): ICAL.Time | null {
  return component.getFirstPropertyValue('dtstart') as ICAL.Time | null;
}

function minutesOf(component: ICAL.Component): number | undefined {
  const offset = component.getFirstPropertyValue('tzoffsetto') as ICAL.UtcOffset | null;
  const seconds = typeof offset?.toSeconds === 'function' ? offset.toSeconds() : Number.NaN;
  return Number.isFinite(seconds) ? Math.round(seconds / 60) : undefined;
}

const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

function changeOf(component: ICAL.Component): ChangeDate | undefined {
  const start = startOf(component);
  const rule = component.getFirstPropertyValue('rrule') as ICAL.Recur | null;
  const parts = (rule?.parts ?? {}) as Readonly<Record<string, readonly (string | number)[] | undefined>>;
  const [, nth, name] = /^([+-]?\d)(\w\w)$/.exec(String(parts.BYDAY?.[0] ?? '')) ?? [];
  if (!start || !rule || nth === undefined || !weekdays.includes(name!)) return undefined;
  const { hour, minute, second } = start;
  const month = Number(parts.BYMONTH?.[0] ?? start.month);
  const week = Number(nth) < 0 ? 5 : Number(nth);
  return { year: 0, month, dayOfWeek: weekdays.indexOf(name!), day: week, hour, minute, second, millisecond: 0 };
}
