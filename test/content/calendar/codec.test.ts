// Events between versions: what one phone writes another one reads, at the same instants; and the rules of Changes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  calendar,
  formatCompactDateTime,
  formatTimeZone,
  parseDate,
  type ReadCalendar,
  read,
  timeZoneOf,
  type Version,
  versions,
  type WrittenCalendar,
  write,
} from '../../../protocol/index.ts';
import { asEvent, calendarCodec } from '../../../src/content/calendar/codec.ts';
import { instantOf } from '../../../src/content/calendar/zone.ts';
import type { SpokenChange } from '../../../src/content/fields-class.ts';
import { EasError } from '../../../src/domain/errors.ts';
import type { Fields } from '../../../src/domain/item.ts';
import { zones } from '../../support/zones.ts';

const day = 86_400_000;
const hour = 3_600_000;
const now = Date.UTC(2026, 10, 1);
const account = { address: 'alice@example.test', displayName: 'Alice', timeZone: 'Europe/Berlin' };

function speaking(version: Version, more: Partial<SpokenChange> = {}): SpokenChange {
  return { version, account, now, ...more };
}
function add(version: Version, event: WrittenCalendar): Fields {
  return calendarCodec.create(write(calendar, event, { version }), speaking(version)).fields;
}
function change(before: Fields, version: Version, event: WrittenCalendar, more: Partial<SpokenChange> = {}): Fields {
  return calendarCodec.change(before, write(calendar, event, { version }), speaking(version, more)).fields;
}
function shown(fields: Fields, version: Version): ReadCalendar {
  return read(calendar, calendarCodec.write(fields, speaking(version), []), { version }).value;
}
const compact = formatCompactDateTime;
function refuses(run: () => unknown, what: RegExp): void {
  assert.throws(
    run,
    (error: unknown) => error instanceof EasError && error.code === 'item-invalid' && what.test(error.message),
  );
}

/** As a phone of this version writes an event of local days or times. */
function written(
  version: Version,
  zone: string,
  local: { start: number; end: number; allDay: boolean },
): WrittenCalendar {
  const newest = Number(version) >= 16;
  const time = (wall: number) => compact(newest && local.allDay ? wall : instantOf(zone, wall));
  const start = instantOf(zone, local.start);
  return {
    Timezone: newest && local.allDay ? undefined : formatTimeZone(timeZoneOf(zone, new Date(start).getUTCFullYear())),
    AllDayEvent: local.allDay ? 1 : 0,
    StartTime: time(local.start),
    EndTime: time(local.end),
    Subject: 'Standup',
    UID: newest ? undefined : 'uid-1',
    DtStamp: newest ? undefined : compact(now),
  };
}

const spoken = fc.constantFrom(...versions);

describe('between versions', () => {
  test('an event lies at the same instants, an all-day one on the same days, whatever the zones and versions', () => {
    const days = fc.integer({ min: 0, max: 4000 }).map((count) => Date.UTC(2020, 0, 1) + count * day);
    fc.assert(
      fc.property(
        spoken,
        spoken,
        fc.constantFrom(...zones),
        days,
        fc.nat(23),
        fc.boolean(),
        (one, other, zone, date, hours, allDay) => {
          const start = allDay ? date : date + hours * hour;
          const local = { start, end: start + (allDay ? 2 * day : hour), allDay };
          const event = add(one, written(one, zone, local));
          const seen = shown(event, other);
          // The second phone writes what it saw, and nothing has moved.
          const again = asEvent(change(event, other, seen as WrittenCalendar));
          assert.deepEqual([again.start, again.end], [asEvent(event).start, asEvent(event).end]);
          const expected = allDay ? local : { start: instantOf(zone, local.start), end: instantOf(zone, local.end) };
          assert.deepEqual([again.start, again.end], [expected.start, expected.end]);
          if (Number(other) >= 16 || !allDay) assert.equal(parseDate(seen.StartTime!), expected.start);
        },
      ),
      { seed: 20261123, numRuns: 1500 },
    );
  });

  test('every field that both versions know arrives', () => {
    for (const one of versions) {
      for (const other of versions) {
        const told: WrittenCalendar = {
          ...written(one, 'Europe/Berlin', {
            start: Date.UTC(2026, 6, 1, 9),
            end: Date.UTC(2026, 6, 1, 10),
            allDay: false,
          }),
          BusyStatus: 3,
          Reminder: 15,
          Sensitivity: 2,
          MeetingStatus: 1,
          Location: { DisplayName: 'Room 1' },
          LocationText: 'Room 1',
          Body: { Type: 1, Data: 'Agenda' },
          Body25: 'Agenda',
          Categories: { Category: ['Work', 'Team'] },
          Attendees: { Attendee: [{ Email: 'bob@example.test', Name: 'Bob', AttendeeType: 2 }] },
          Recurrence: { Type: 1, Interval: 2, DayOfWeek: 8, Occurrences: 5, FirstDayOfWeek: 1 },
          ResponseRequested: true,
        };
        const seen = shown(add(one, told), other);
        assert.equal(seen.Subject, 'Standup');
        assert.deepEqual([seen.BusyStatus, seen.Reminder, seen.Sensitivity, seen.MeetingStatus], [3, 15, 2, 1]);
        assert.equal(seen.LocationText ?? seen.Location?.DisplayName, 'Room 1');
        assert.equal(seen.Body25 ?? seen.Body?.Data, 'Agenda');
        assert.deepEqual(seen.Categories?.Category, ['Work', 'Team']);
        assert.equal(seen.Attendees?.Attendee?.[0]?.Email, 'bob@example.test');
        assert.deepEqual(
          [seen.Recurrence?.Interval, seen.Recurrence?.Occurrences, seen.Recurrence?.DayOfWeek],
          [2, 5, 8],
        );
        assert.equal(seen.OrganizerEmail, 'alice@example.test');
        if (Number(one) >= 14.1 && Number(other) >= 14.1) assert.equal(seen.Recurrence?.FirstDayOfWeek, 1);
        if (Number(one) >= 12 && Number(other) >= 12) assert.equal(seen.Attendees?.Attendee?.[0]?.AttendeeType, 2);
      }
    }
  });

  test('moved and deleted occurrences keep their place in their series', () => {
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata']) {
      for (const allDay of [false, true]) {
        for (const other of versions) {
          const start = Date.UTC(2026, 2, 2, allDay ? 0 : 9);
          const length = allDay ? day : hour;
          const series = {
            ...written('14.1', zone, { start, end: start + length, allDay }),
            Recurrence: { Type: 0, Interval: 1, Occurrences: 60 },
          };
          const at = (wall: number) => compact(instantOf(zone, wall));
          const event = add('14.1', {
            ...series,
            Exceptions: {
              Exception: [
                { ExceptionStartTime: at(start + 30 * day), Deleted: 1 },
                {
                  ExceptionStartTime: at(start + 31 * day),
                  StartTime: at(start + 33 * day + (allDay ? 0 : hour)),
                  EndTime: at(start + 34 * day),
                  Subject: 'Later',
                },
              ],
            },
          });
          const seen = shown(event, other).Exceptions?.Exception ?? [];
          assert.equal(seen.length, 2);
          const name = (wall: number) => (Number(other) >= 16 && allDay ? compact(wall) : at(wall));
          assert.equal(seen[0]!.ExceptionStartTime ?? seen[0]!.InstanceId, name(start + 30 * day));
          assert.equal(seen[0]!.Deleted, 1);
          assert.equal(seen[1]!.ExceptionStartTime ?? seen[1]!.InstanceId, name(start + 31 * day));
          assert.equal(seen[1]!.StartTime, name(start + 33 * day + (allDay ? 0 : hour)));
          assert.equal(seen[1]!.Subject, 'Later');
        }
      }
    }
  });
});

const timed = written('16.1', 'Europe/Berlin', {
  start: Date.UTC(2026, 10, 2, 9),
  end: Date.UTC(2026, 10, 2, 10),
  allDay: false,
});
const daily = { ...timed, Recurrence: { Type: 0, Interval: 1, Occurrences: 10 } };
const second = compact(instantOf('Europe/Berlin', Date.UTC(2026, 10, 3, 9)));

describe('changes from 16.0 on', () => {
  test('what is absent stays, what is empty goes', () => {
    const before = add('16.1', {
      ...timed,
      Reminder: 15,
      Location: { DisplayName: 'Here' },
      Body: { Type: 1, Data: 'Text' },
    });
    const kept = shown(change(before, '16.1', { Subject: 'New' }), '16.1');
    assert.deepEqual(
      [kept.Subject, kept.Reminder, kept.Location?.DisplayName, kept.Body?.Data],
      ['New', 15, 'Here', 'Text'],
    );
    const gone = shown(change(before, '16.1', { Reminder: '', Location: {}, Body: { Type: 1, Data: '' } }), '16.1');
    assert.deepEqual(
      [gone.Subject, gone.Reminder, gone.Location, gone.Body?.Data],
      ['Standup', undefined, undefined, ''],
    );
  });
  test('one occurrence is changed and deleted by its InstanceId; the series stays', () => {
    const series = add('16.1', daily);
    const moved = change(
      series,
      '16.1',
      { Subject: 'Only today', StartTime: second.replace('T08', 'T12'), EndTime: second.replace('T08', 'T13') },
      { instanceId: second },
    );
    const [exception] = shown(moved, '16.1').Exceptions!.Exception!;
    assert.deepEqual(
      [exception!.InstanceId, exception!.Subject, exception!.StartTime],
      [second, 'Only today', second.replace('T08', 'T12')],
    );
    assert.equal(shown(moved, '16.1').Subject, 'Standup');
    const removed = calendarCodec.removeInstance!(moved, second, speaking('16.1')).fields;
    assert.deepEqual(
      shown(removed, '16.1').Exceptions!.Exception!.map(({ Deleted }) => Deleted),
      [1],
    );
    refuses(() => change(removed, '16.1', { Subject: 'x' }, { instanceId: second }), /InstanceId/);
    refuses(() => change(series, '16.1', { Subject: 'x' }, { instanceId: '20300101T000000Z' }), /InstanceId/);
    refuses(() => change(series, '16.1', { Timezone: timed.Timezone }, { instanceId: second }), /Timezone/);
  });
  test('MS-ASCAL_R539, R2185: an occurrence without the reminder of its series says so from 14.1 on', () => {
    const series = add('16.1', { ...daily, Reminder: 15 });
    const silent = change(series, '16.1', { Reminder: '' }, { instanceId: second });
    const told = (version: Version) => shown(silent, version).Exceptions!.Exception![0]!.Reminder;
    assert.deepEqual([told('16.1'), told('14.1'), told('14.0'), told('2.5')], ['', '', undefined, undefined]);
    const [exception] = shown(silent, '14.0').Exceptions!.Exception!;
    const again = change(silent, '14.0', {
      ...shown(silent, '14.0'),
      Exceptions: { Exception: [exception!] },
    } as never);
    assert.equal(asEvent(again).exceptions![0]!.reminder, null);
  });
  test('another pattern or time takes the exceptions away, equal values do not', () => {
    const series = calendarCodec.removeInstance!(add('16.1', daily), second, speaking('16.1')).fields;
    assert.equal(shown(change(series, '16.1', daily), '16.1').Exceptions?.Exception?.length, 1);
    assert.equal(
      shown(change(series, '16.1', { ...daily, Recurrence: { Type: 0, Interval: 2 } }), '16.1').Exceptions,
      undefined,
    );
    const single = shown(change(series, '16.1', { Recurrence: {} }), '16.1');
    assert.deepEqual([single.Recurrence, single.Exceptions], [undefined, undefined]);
  });
  test('MS-ASCAL_R463: of a long UID 300 characters are told', () => {
    const stored = { ...asEvent(add('16.1', timed)), uid: 'u'.repeat(400) };
    assert.equal(shown(stored as unknown as Fields, '16.1').UID, 'u'.repeat(300));
  });
  test('the UID is the server’s, the organizer the account', () => {
    const event = add('16.1', { ...timed, UID: 'theirs', OrganizerEmail: 'mallory@example.test' });
    assert.notEqual(asEvent(event).uid, 'theirs');
    assert.equal(asEvent(event).organizer?.email, 'alice@example.test');
  });
});

describe('changes up to 14.1', () => {
  const old = written('14.1', 'Europe/Berlin', {
    start: Date.UTC(2026, 10, 2, 9),
    end: Date.UTC(2026, 10, 2, 10),
    allDay: false,
  });
  test('the whole event is told: what is left out goes, but for what a phone may not handle', () => {
    const before = add('14.1', { ...old, Reminder: 15, LocationText: 'Here', Body: { Type: 1, Data: 'Text' } });
    const after = shown(change(before, '14.1', { ...old, Subject: 'New' }), '14.1');
    assert.deepEqual(
      [after.Subject, after.Reminder, after.LocationText, after.Body?.Data],
      ['New', undefined, undefined, 'Text'],
    );
    const bodiless = shown(change(before, '14.1', old, { supported: new Set(['Body']) }), '14.1');
    assert.deepEqual(bodiless.Body, { Type: 1, EstimatedDataSize: 0, Data: '' });
  });
  test('MS-ASCAL_R541, R54111: exceptions stay when the times change, on the days that the series still has', () => {
    const at = (date: number) => compact(instantOf('Europe/Berlin', Date.UTC(2026, 10, date, 9)));
    const series = { ...old, Recurrence: { Type: 0, Interval: 1, Occurrences: 5 } };
    const Exceptions = { Exception: [3, 4].map((date) => ({ ExceptionStartTime: at(date), Deleted: 1 })) };
    const before = add('14.1', { ...series, Exceptions });
    const days = (event: WrittenCalendar) =>
      shown(change(before, '14.1', event), '14.1').Exceptions?.Exception?.map((one) => one.ExceptionStartTime);
    const hourLater = (text: string) => compact(parseDate(text)! + hour);
    assert.deepEqual(days({ ...series, EndTime: hourLater(series.EndTime!) }), [at(3), at(4)]);
    const later = { StartTime: hourLater(series.StartTime!), EndTime: hourLater(series.EndTime!) };
    assert.deepEqual(days({ ...series, ...later }), [hourLater(at(3)), hourLater(at(4))]);
    assert.deepEqual(days({ ...series, Recurrence: { Type: 0, Interval: 2, Occurrences: 5 } }), [at(4)]);
    assert.equal(days(old), undefined);
  });
  test('MS-ASCAL_R24311: of more than 256 exceptions the latest are told, and the others stay when the device writes it back', () => {
    const dayAt = (index: number) => instantOf('Europe/Berlin', Date.UTC(2026, 11, 1 + index, 9));
    const start = dayAt(0);
    const more = Array.from({ length: 300 }, (_, index) => ({ original: dayAt(index), deleted: true }));
    const Recurrence = { Type: 0, Interval: 1, Occurrences: 400 };
    const whole = { ...timed, StartTime: compact(start), EndTime: compact(start + hour), Recurrence };
    const before = { ...add('14.1', whole), exceptions: more } as unknown as Fields;
    const told = shown(before, '14.1').Exceptions!.Exception!;
    assert.deepEqual([told.length, told[0]!.ExceptionStartTime], [256, compact(dayAt(44))]);
    const after = change(before, '14.1', { ...whole, Subject: 'Other', Exceptions: { Exception: told as never } });
    assert.equal(asEvent(after).exceptions?.length, 300);
  });
  test('exceptions that a Change does not name stay', () => {
    const at = (date: number) => compact(instantOf('Europe/Berlin', Date.UTC(2026, 10, date, 9)));
    const series = { ...old, Recurrence: { Type: 0, Interval: 1, Occurrences: 10 } };
    const before = add('14.1', { ...series, Exceptions: { Exception: [{ ExceptionStartTime: at(3), Deleted: 1 }] } });
    const after = change(before, '14.1', {
      ...series,
      Exceptions: { Exception: [{ ExceptionStartTime: at(4), Deleted: 1 }] },
    });
    assert.deepEqual(
      shown(after, '14.1').Exceptions?.Exception?.map(({ ExceptionStartTime }) => ExceptionStartTime),
      [at(3), at(4)],
    );
  });
});

describe('another’s meeting', () => {
  const received = { ...add('14.1', { ...timed, UID: 'u', OrganizerEmail: 'bob@example.test' }), meetingStatus: 3 };
  test('keeps its organizer, its times and its kind', () => {
    refuses(() => change(received, '16.1', { StartTime: second }), /start|end/);
    const moved = calendarCodec.change(
      received,
      write(calendar, { ...timed, StartTime: second, EndTime: second, MeetingStatus: 1 }, { version: '14.1' }),
      speaking('14.1'),
    );
    assert.deepEqual([asEvent(moved.fields).start, asEvent(moved.fields).meetingStatus], [asEvent(received).start, 3]);
    assert.equal(moved.exact, false);
  });
  test('its reminder, categories and status are the attendee’s', () => {
    const after = asEvent(change(received, '16.1', { Reminder: 5, BusyStatus: 1, Categories: { Category: ['Mine'] } }));
    assert.deepEqual([after.reminder, after.busyStatus, after.categories], [5, 1, ['Mine']]);
  });
});

describe('what cannot be', () => {
  const cases: [string, WrittenCalendar, RegExp][] = [
    ['an end before the start', { ...timed, EndTime: '20200101T000000Z' }, /EndTime/],
    ['a pattern without its parts', { ...timed, Recurrence: { Type: 1 } }, /DayOfWeek/],
    ['parts of another pattern', { ...timed, Recurrence: { Type: 2, DayOfMonth: 1, DayOfWeek: 1 } }, /DayOfWeek/],
    ['an unknown pattern', { ...timed, Recurrence: { Type: 4 } }, /Type/],
    ['a reserved calendar', { ...timed, Recurrence: { Type: 2, DayOfMonth: 1, CalendarType: 13 } }, /CalendarType/],
    ['too many occurrences', { ...timed, Recurrence: { Type: 0, Occurrences: 1000 } }, /Occurrences/],
    ['a pattern that never comes true', { ...timed, Recurrence: { Type: 0, Until: '20200101T000000Z' } }, /Recurrence/],
    ['a sensitivity that does not exist', { ...timed, Sensitivity: 9 }, /Sensitivity/],
  ];
  for (const [name, event, what] of cases) test(name, () => refuses(() => add('16.1', event), what));
});

test('[MS-ASCMD] R7474, R7475: an exception that cannot be leaves its series there, and is told', () => {
  const at = (date: number) => compact(instantOf('Europe/Berlin', Date.UTC(2026, 10, date, 9)));
  const wrong = [
    { InstanceId: '20400101T000000Z', Deleted: 1 },
    { InstanceId: at(2), EndTime: '20200101T000000Z' },
    // MS-ASCAL_R2009
    { InstanceId: at(2), AllDayEvent: 1 },
  ];
  for (const exception of wrong) {
    const Exceptions = { Exception: [{ InstanceId: at(3), Deleted: 1 }, exception] };
    const data = write(calendar, { ...daily, Exceptions }, { version: '16.1' });
    const { fields, exact, partly } = calendarCodec.create(data, speaking('16.1'));
    assert.deepEqual([exact, partly, asEvent(fields).exceptions?.length], [false, 'exceptions-failed', 1]);
  }
});
