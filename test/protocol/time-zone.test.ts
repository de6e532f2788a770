import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ChangeDate,
  formatTimeZone,
  isTimeZone,
  offsetAt,
  parseTimeZone,
  type TimeZoneBlob,
  timeZoneOf,
  windowsZones,
  yearRules,
  zoneOfBlob,
  zoneYear,
} from '../../protocol/index.ts';
import { inexactYears } from './time-zone-exceptions.ts';

const long = process.env.EASEL_LONG === '1';
const day = 86_400_000;
const all = Intl.supportedValuesOf('timeZone');
const sample = [
  ...['Africa/Cairo', 'Africa/Casablanca', 'Africa/Johannesburg', 'Africa/Monrovia', 'Africa/Windhoek'],
  ...['America/Asuncion', 'America/Caracas', 'America/Chicago', 'America/Havana', 'America/Indiana/Winamac'],
  ...['America/Los_Angeles', 'America/Managua', 'America/Mexico_City', 'America/New_York', 'America/Sao_Paulo'],
  ...['America/Santiago', 'America/St_Johns', 'America/Argentina/San_Luis', 'Antarctica/Casey', 'Antarctica/Troll'],
  ...['Asia/Amman', 'Asia/Dhaka', 'Asia/Gaza', 'Asia/Hebron', 'Asia/Jerusalem', 'Asia/Kathmandu', 'Asia/Pyongyang'],
  ...['Asia/Tehran', 'Asia/Tokyo', 'Australia/Lord_Howe', 'Australia/Sydney', 'Europe/Berlin', 'Europe/Dublin'],
  ...[
    'Europe/Istanbul',
    'Europe/London',
    'Europe/Moscow',
    'Pacific/Apia',
    'Pacific/Chatham',
    'Pacific/Kiritimati',
    'UTC',
  ],
];
const zones = long ? all : sample;
const years = Array.from({ length: 51 }, (_, index) => 1990 + index);

const inexact = new Map<string, number>(
  inexactYears.flatMap(([names, byYear]) =>
    names
      .split(' ')
      .flatMap((zone) => Object.entries(byYear).map(([year, hours]) => [`${zone} ${year}`, hours] as const)),
  ),
);

const clocks = new Map<string, Intl.DateTimeFormat>();
/** Minutes east of UTC by what the clocks show: another way than the one under test. */
function shown(zone: string, instant: number): number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    const digits = {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    } as const;
    clock = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...digits });
    clocks.set(zone, clock);
  }
  const [month, date, year, hour, minute, second] = clock.format(instant).match(/\d+/g)!.map(Number);
  return (Date.UTC(year!, month! - 1, date!, hour!, minute!, second!) - instant) / 60_000;
}

/** Clock time of a rule in a year, by going through the days of its month. */
function dateOf(rule: ChangeDate, year: number): number {
  const days: number[] = [];
  for (let at = Date.UTC(year, rule.month - 1, 1); new Date(at).getUTCMonth() === rule.month - 1; at += day) {
    if (new Date(at).getUTCDay() === rule.dayOfWeek) days.push(at);
  }
  const date = rule.day === 5 ? days.at(-1)! : days[rule.day - 1]!;
  return date + ((rule.hour * 60 + rule.minute) * 60 + rule.second) * 1000;
}

/** What a reader of the blob takes for the offset of an instant in a year. */
function readOffset(blob: TimeZoneBlob, year: number): (instant: number) => number {
  const standard = -blob.bias - blob.standardBias;
  const daylight = -blob.bias - blob.daylightBias;
  if (blob.standardDate === undefined || blob.daylightDate === undefined) return () => standard;
  const instantOf = (rule: ChangeDate, before: number) => {
    const wall = dateOf(rule, year);
    return wall === Date.UTC(year, 0, 1) ? Number.NEGATIVE_INFINITY : wall - before * 60_000;
  };
  const toStandard = instantOf(blob.standardDate, daylight);
  const toDaylight = instantOf(blob.daylightDate, standard);
  return (instant) =>
    toDaylight < toStandard
      ? instant >= toDaylight && instant < toStandard
        ? daylight
        : standard
      : instant >= toStandard && instant < toDaylight
        ? standard
        : daylight;
}

/** Every fifth day of the zone's year, and both sides of each change. */
function instantsOf(zone: string, year: number): number[] {
  const { start, end, changes } = zoneYear(zone, year);
  const instants = [start, end - 1000, ...changes.flatMap(({ at }) => [at - 1000, at])];
  for (let at = start + day; at < end; at += 5 * day) instants.push(at);
  return instants;
}

test(`[MS-ASCAL] 2.2.2.44 Timezone: the blob of a year has its offsets, ${zones.length} zones × ${years.length} years`, () => {
  const wrong: string[] = [];
  for (const zone of zones) {
    for (const year of years) {
      if (inexact.has(`${zone} ${year}`)) continue;
      const blob = parseTimeZone(formatTimeZone(timeZoneOf(zone, year)))!;
      const offset = readOffset(blob, year);
      if (instantsOf(zone, year).some((at) => offset(at) !== shown(zone, at))) wrong.push(`${zone} ${year}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('years that no blob can say are those of the table', () => {
  const found = new Map<string, number>();
  for (const zone of zones) {
    for (const year of years) {
      const { wrong } = yearRules(zone, year);
      if (wrong > 0) found.set(`${zone} ${year}`, Math.round(wrong / 3_600_000));
    }
  }
  const expected = [...inexact].filter(([name]) => zones.includes(name.split(' ')[0]!));
  if (process.versions.tz === '2025c') assert.deepEqual([...found].sort(), expected.sort());
  // Other databases may know more of the future, not of the past.
  else
    assert.deepEqual(
      [...found.keys()].filter((name) => !inexact.has(name) && Number(name.slice(-4)) < 2025),
      [],
    );
});

test('the zone that is found for a blob has the same offsets in that year', () => {
  const wrong: string[] = [];
  // Without a hint all zones are looked through: a few years tell.
  const few = new Set(long ? [1990, 1995, 2000, 2007, 2011, 2014, 2020, 2026, 2040] : [1996, 2010, 2026]);
  for (const year of years) {
    for (const zone of zones) {
      const blob = { ...timeZoneOf(zone, year), standardName: '', daylightName: '' };
      const preferred = zoneOfBlob(blob, { year, preferred: zone });
      if (preferred.zone !== zone || !preferred.exact) wrong.push(`${zone} ${year} preferred`);
      if (!few.has(year) || inexact.has(`${zone} ${year}`)) continue;
      const found = zoneOfBlob(blob, { year });
      const same =
        found.zone === zone || instantsOf(zone, year).every((at) => offsetAt(found.zone, at) === offsetAt(zone, at));
      if (!found.exact || !same) wrong.push(`${zone} ${year} → ${found.zone}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('the blob of Berlin is the one that Windows makes', () => {
  const windows =
    'xP///1cALgAgAEUAdQByAG8AcABlACAAUwB0AGEAbgBkAGEAcgBkACAAVABpAG0AZQAAAAAAAAAAAAAAAAAAAAAAAAAAAAoAAAAFAAMAAAAAAAAAAAAAAFcALgAgAEUAdQByAG8AcABlACAARABhAHkAbABpAGcAaAB0ACAAVABpAG0AZQAAAAAAAAAAAAAAAAAAAAAAAAAAAAMAAAAFAAIAAAAAAAAAxP///w==';
  assert.equal(formatTimeZone(timeZoneOf('Europe/Berlin', 2026)), windows);
  assert.equal(Buffer.from(windows, 'base64').length, 172);
  assert.deepEqual(zoneOfBlob(parseTimeZone(windows)!, { year: 2026 }), { zone: 'Europe/Berlin', exact: true });
});

const rules: [zone: string, year: number, bias: number, standard: string, daylight: string][] = [
  ['America/Los_Angeles', 2026, 480, '11 Su 1 2:00', '3 Su 2 2:00'],
  ['America/Los_Angeles', 2006, 480, '10 Su 5 2:00', '4 Su 1 2:00'],
  ['Australia/Sydney', 2026, -600, '4 Su 1 3:00', '10 Su 1 2:00'],
  ['Europe/London', 2022, 0, '10 Su 5 2:00', '3 Su 5 1:00'],
  ['America/Sao_Paulo', 2011, 180, '2 Su 3 0:00', '10 Su 3 0:00'],
  ['Europe/Moscow', 2014, -180, '10 Su 5 2:00', '1 We 1 0:00'],
  ['Europe/Moscow', 2011, -180, '1 Sa 1 0:00', '3 Su 5 2:00'],
  ['Asia/Tokyo', 2026, -540, '', ''],
];
for (const [zone, year, bias, standard, daylight] of rules) {
  test(`${zone} in ${year}`, () => {
    const weekdays = ['Su', 'Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa'];
    const named = (date: ChangeDate | undefined) =>
      date === undefined
        ? ''
        : `${date.month} ${weekdays[date.dayOfWeek]} ${date.day} ${date.hour}:${String(date.minute).padStart(2, '0')}`;
    const blob = timeZoneOf(zone, year);
    assert.deepEqual([blob.bias, named(blob.standardDate), named(blob.daylightDate)], [bias, standard, daylight]);
  });
}

test('of zones with equal rules the preferred is taken, then the named, then the best known', () => {
  const blob = { ...timeZoneOf('Europe/Madrid', 2026), standardName: '', daylightName: '' };
  const zone = (named: string, preferred?: string) =>
    zoneOfBlob({ ...blob, standardName: named }, { year: 2026, ...(preferred !== undefined && { preferred }) }).zone;
  assert.equal(zone('', 'Africa/Ceuta'), 'Africa/Ceuta');
  assert.equal(zone('Romance Standard Time', 'Europe/Vienna'), 'Europe/Vienna');
  assert.equal(zone('Romance Standard Time', 'Asia/Tokyo'), 'Europe/Paris');
  assert.equal(zone('Europe/Rome'), 'Europe/Rome');
  assert.equal(zone('Tokyo Standard Time'), 'Europe/Berlin');
  assert.equal(zone('constructor'), 'Europe/Berlin');
});

test('a rule with a year counts in that year alone', () => {
  const time = { dayOfWeek: 0, minute: 0, second: 0, millisecond: 0 };
  const blob: TimeZoneBlob = {
    bias: -180,
    standardName: '',
    standardDate: { year: 2014, month: 10, day: 26, hour: 2, ...time },
    standardBias: 0,
    daylightName: '',
    daylightDate: { year: 2014, month: 1, day: 1, hour: 0, ...time },
    daylightBias: -60,
  };
  assert.deepEqual(parseTimeZone(formatTimeZone(blob)), blob);
  assert.deepEqual(zoneOfBlob(blob, { year: 2014, preferred: 'Europe/Moscow' }), {
    zone: 'Europe/Moscow',
    exact: true,
  });
  assert.deepEqual(zoneOfBlob(blob, { year: 2016, preferred: 'Europe/Moscow' }), {
    zone: 'Europe/Moscow',
    exact: true,
  });
});

test('rules that no zone has lead to the zone that comes nearest', () => {
  const blob = timeZoneOf('America/New_York', 2006);
  const { zone, exact } = zoneOfBlob({ ...blob, standardName: 'x' }, { year: 2026 });
  assert.equal(exact, false);
  assert.equal(offsetAt(zone, Date.UTC(2026, 0, 15)), -300);
  assert.equal(offsetAt(zone, Date.UTC(2026, 6, 15)), -240);
});

test('two offsets without dates are those of the zone that is named', () => {
  const undated = (zone: string) => ({
    ...timeZoneOf(zone, 2026),
    standardDate: undefined,
    daylightDate: undefined,
    daylightBias: -60,
  });
  const zone = (blob: TimeZoneBlob, preferred?: string) =>
    zoneOfBlob(blob, { year: 2026, ...(preferred !== undefined && { preferred }) }).zone;
  // As EAS-4-TbSync 4.17 in Thunderbird 140 makes them, whose zones have no rule that it can read.
  const sent =
    'xP///1cALgAgAEUAdQByAG8AcABlACAAUwB0AGEAbgBkAGEAcgBkACAAVABpAG0AZQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFcALgAgAEUAdQByAG8AcABlACAAUwB0AGEAbgBkAGEAcgBkACAAVABpAG0AZQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAxP///w==';
  assert.equal(zone(parseTimeZone(sent)!), 'Europe/Berlin');
  assert.equal(zone(parseTimeZone(sent)!, 'Europe/Vienna'), 'Europe/Vienna');
  assert.equal(zone(parseTimeZone(sent)!, 'America/New_York'), 'Europe/Berlin');
  for (const each of ['America/New_York', 'Australia/Sydney', 'Europe/London']) assert.equal(zone(undated(each)), each);
  assert.equal(zone({ ...undated('Europe/Berlin'), standardName: 'Europe/Rome' }), 'Europe/Rome');
  // What has no daylight time, or not under this name, stays without.
  assert.equal(zone(undated('Africa/Lagos')), 'Africa/Lagos');
  assert.equal(zone({ ...undated('Europe/Berlin'), daylightBias: 0 }), 'Africa/Lagos');
  assert.equal(zone({ ...undated('Europe/Berlin'), standardName: '' }), 'Africa/Lagos');
  assert.equal(zone({ ...undated('Europe/Berlin'), standardName: 'constructor' }), 'Africa/Lagos');
});

test('what is no blob is none', () => {
  const bytes = (change: (blob: Buffer) => void) => {
    const blob = Buffer.from(formatTimeZone(timeZoneOf('Europe/Berlin', 2026)), 'base64');
    change(blob);
    return blob.toString('base64');
  };
  assert.equal(parseTimeZone(''), undefined);
  assert.equal(parseTimeZone('AAAA'), undefined);
  assert.equal(parseTimeZone(bytes((blob) => blob.writeUInt16LE(13, 70))), undefined);
  assert.equal(parseTimeZone(bytes((blob) => blob.writeUInt16LE(6, 74))), undefined);
  assert.equal(parseTimeZone(bytes((blob) => blob.writeInt32LE(100_000, 0))), undefined);
  assert.deepEqual(zoneOfBlob(parseTimeZone(Buffer.alloc(172).toString('base64'))!, { year: 2026 }), {
    zone: 'UTC',
    exact: true,
  });
});

test('every name of Windows stands for a zone that the platform knows', () => {
  assert.deepEqual(
    Object.values(windowsZones).filter((zone) => !isTimeZone(zone)),
    [],
  );
  assert.throws(() => timeZoneOf('Nowhere/Else', 2026), RangeError);
});

const seed = Number(process.env.EASEL_SEED ?? Math.floor(Math.random() * 0x7fffffff));
test(`any bytes are a blob or none, and no blob is without a zone (seed ${seed})`, () => {
  const few = fc.integer({ min: 0, max: 12 });
  const date = fc.tuple(fc.constantFrom(0, 0, 2026), few, fc.nat(6), fc.integer({ min: 1, max: 5 }), fc.nat(23));
  fc.assert(
    fc.property(
      fc.integer({ min: -900, max: 900 }),
      date,
      date,
      fc.integer({ min: -120, max: 120 }),
      (bias, one, other, more) => {
        const bytes = Buffer.alloc(172);
        bytes.writeInt32LE(bias, 0);
        bytes.writeInt32LE(more, 168);
        one.forEach((value, index) => void bytes.writeUInt16LE(value, 68 + index * 2));
        other.forEach((value, index) => void bytes.writeUInt16LE(value, 152 + index * 2));
        const blob = parseTimeZone(bytes.toString('base64'))!;
        assert.deepEqual(parseTimeZone(formatTimeZone(blob)), blob);
        assert.ok(isTimeZone(zoneOfBlob(blob, { year: 2026 }).zone));
      },
    ),
    { seed, numRuns: 20 },
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => void parseTimeZone(Buffer.from(bytes).toString('base64')),
    ),
    { seed },
  );
});
