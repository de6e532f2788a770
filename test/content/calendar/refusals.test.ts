// What a phone may not write of an event, row by row: the element that is refused, or the time that is taken instead.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { calendar, pages, type Version, type WrittenCalendar, write } from '../../../protocol/index.ts';
import { element } from '../../../protocol/wbxml/element.ts';
import { asEvent, calendarCodec } from '../../../src/content/calendar/codec.ts';
import { EasError } from '../../../src/domain/errors.ts';
import type { Event } from '../../../src/domain/event.ts';
import type { Fields } from '../../../src/domain/item.ts';

const account = { address: 'ann@example.test', displayName: 'Ann', timeZone: 'UTC' };
const hour = 3_600_000;
/** A quarter past eight. */
const now = Date.UTC(2026, 10, 23, 8, 14);
const at = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/[-:]|\.\d{3}/g, '');
const times = { StartTime: '20261201T080000Z', EndTime: '20261201T090000Z' };
const series = { ...times, Recurrence: { Type: 0, Interval: 1, Occurrences: 5 } };

const data = (value: WrittenCalendar, version: Version) => write(calendar, value, { version });
const add = (value: WrittenCalendar, version: Version = '16.1'): Event =>
  asEvent(calendarCodec.create(data(value, version), { version, account, now }).fields);
const change = (before: Event, value: WrittenCalendar, version: Version = '16.1', instanceId?: string): Event => {
  const spoken = { version, account, now, ...(instanceId !== undefined && { instanceId }) };
  return asEvent(calendarCodec.change(before as unknown as Fields, data(value, version), spoken).fields);
};
function refused(run: () => unknown, what: RegExp): void {
  assert.throws(run, (error) => error instanceof EasError && error.code === 'item-invalid' && what.test(error.message));
}

describe('parts of a pattern stand with their types alone', () => {
  const parts = { DayOfMonth: 3, DayOfWeek: 4, MonthOfYear: 6, WeekOfMonth: 2 } as const;
  const allowed: Readonly<Record<keyof typeof parts, readonly number[]>> = {
    DayOfMonth: [2, 5],
    DayOfWeek: [0, 1, 3, 6],
    MonthOfYear: [5, 6],
    WeekOfMonth: [3, 6],
  };
  const whole: Readonly<Record<number, object>> = {
    0: {},
    1: { DayOfWeek: 4 },
    2: { DayOfMonth: 3 },
    3: { DayOfWeek: 4, WeekOfMonth: 2 },
    5: { DayOfMonth: 3, MonthOfYear: 6 },
    6: { DayOfWeek: 4, WeekOfMonth: 2, MonthOfYear: 6 },
  };
  for (const [name, value] of Object.entries(parts) as [keyof typeof parts, number][]) {
    for (const Type of [0, 1, 2, 3, 5, 6]) {
      const Recurrence = { Type, Interval: 1, ...whole[Type], [name]: value };
      const fits = allowed[name].includes(Type);
      test(`${name} with Type ${Type}: ${fits ? 'taken' : 'refused'}`, () => {
        for (const version of ['14.1', '16.1'] as const) {
          if (fits) assert.equal(add({ ...times, Recurrence }, version).recurrence?.type, Type);
          else refused(() => add({ ...times, Recurrence }, version), new RegExp(name));
        }
      });
    }
  }
  test('MS-ASCAL_R53912: a part that comes twice', () => {
    const { Type, DayOfMonth, CalendarType } = pages.calendar;
    const parts = [
      [Type, '2'],
      [DayOfMonth, '1'],
      [CalendarType, '1'],
      [CalendarType, '1'],
    ] as const;
    const source = data(times, '16.1');
    const recurrence = element(
      pages.calendar.Recurrence,
      parts.map(([tag, text]) => element(tag, text)),
    );
    const twice = { ...source, children: [...source.children, recurrence] };
    refused(() => calendarCodec.create(twice, { version: '16.1', account, now }), /Recurrence/);
  });
  test('reserved calendars and a day that no week begins with', () => {
    for (const CalendarType of [13, 16, 17, 18, 19, 21, 22, 23])
      refused(() => add({ ...times, Recurrence: { Type: 2, DayOfMonth: 1, CalendarType } }), /CalendarType/);
    refused(() => add({ ...times, Recurrence: { Type: 1, DayOfWeek: 4, FirstDayOfWeek: 7 } }), /FirstDayOfWeek/);
  });
});

test('MS-ASAIRS_R1400, R1401: a body that is neither text nor HTML, from 16.0 on', () => {
  for (const Type of [3, 4]) {
    const value = { ...times, Body: { Type, Data: 'e1xydGYx' } };
    refused(() => add(value, '16.0'), /Body Type/);
    assert.equal(add(value, '14.1').body, undefined);
  }
});

describe('times that an Add leaves out', () => {
  const half = Date.UTC(2026, 10, 23, 8, 30);
  const cases: [string, WrittenCalendar, [number, number] | RegExp][] = [
    ['MS-ASCAL_R52512: both: half an hour from the half hour that comes', {}, [half, half + hour / 2]],
    ['the start, of what ends in the past', { EndTime: at(now - hour) }, /StartTime/],
    ['the start, of what ends later', { EndTime: at(now + hour) }, [half, now + hour]],
    ['the end, of what began', { StartTime: at(now - hour) }, [now - hour, half + hour / 2]],
    ['the end, of what begins later', { StartTime: at(now + hour) }, /EndTime/],
  ];
  for (const [name, value, expected] of cases) {
    test(name, () => {
      if (expected instanceof RegExp) return refused(() => add({ Subject: 'x', ...value }), expected);
      const { start, end } = add({ Subject: 'x', ...value });
      assert.deepEqual([start, end], expected);
    });
  }
  test('an end without a start in a Change up to 14.1 is refused', () => {
    refused(() => change(add(times), { EndTime: '20261201T100000Z', Subject: 'x' }, '14.1'), /StartTime/);
  });
  test('an end before the start is refused, in an Add, a Change and an occurrence', () => {
    const wrong = { StartTime: times.EndTime, EndTime: times.StartTime };
    refused(() => add(wrong), /EndTime/);
    refused(() => change(add(times), wrong), /EndTime/);
    refused(() => change(add(series), wrong, '16.1', times.StartTime), /EndTime/);
  });
  test('an event without length stands', () => {
    assert.equal(add({ ...times, EndTime: times.StartTime }).end, Date.UTC(2026, 11, 1, 8));
  });
});

describe('a meeting of someone else', () => {
  const received: Event = {
    ...add(series),
    meetingStatus: 3,
    responseType: 3,
    organizer: { email: 'bob@example.test', name: 'Bob' },
    attendees: [{ email: 'ann@example.test', name: 'Ann', status: 3, type: 1 }],
  };
  test('nobody becomes its organizer, whatever a phone writes', () => {
    for (const version of ['14.1', '16.1'] as const) {
      const taken = {
        ...series,
        OrganizerEmail: 'ann@example.test',
        OrganizerName: 'Ann',
        MeetingStatus: 1,
        UID: 'other',
      };
      const { organizer, meetingStatus, uid, attendees } = change(received, taken, version);
      assert.deepEqual([organizer, meetingStatus, uid], [received.organizer, 3, received.uid]);
      assert.deepEqual(attendees, received.attendees);
    }
  });
  test('what only repeats it is no change of it', () => {
    const Recurrence = { ...series.Recurrence, CalendarType: 0, FirstDayOfWeek: 0, IsLeapMonth: 0 };
    assert.deepEqual(change(received, { ...series, Recurrence, Reminder: 5 }).recurrence, received.recurrence);
    const occurrence = change(received, { ...times, Subject: '', Reminder: 5 }, '16.1', times.StartTime);
    assert.equal(occurrence.exceptions?.[0]?.reminder, 5);
  });
  for (const [what, value] of Object.entries({
    subject: { Subject: 'x' },
    location: { Location: { DisplayName: 'x' } },
    start: { StartTime: '20261201T070000Z' },
    recurrence: { Recurrence: { Type: 0, Interval: 2 } },
  })) {
    test(`its ${what} is not the attendee's to change from 16.0 on`, () => {
      refused(() => change(received, value), new RegExp(what));
    });
  }
  test('up to 14.1 an occurrence may be taken away, or have its own reminder; what its organizer says of it stays', () => {
    const day = 24 * hour;
    const moved = { original: received.start + 2 * day, start: received.start + 3 * day - hour, responseType: 3 };
    const before = { ...received, exceptions: [moved] } as Event;
    for (const version of ['12.1', '14.0', '14.1'] as const) {
      const told = [
        { ExceptionStartTime: at(received.start + day), Deleted: 1 },
        { ExceptionStartTime: at(moved.original), Reminder: 5, StartTime: at(moved.original + hour), Subject: 'x' },
        // Day and time of another zone.
        { ExceptionStartTime: at(received.start + 4 * day - 2 * hour), Deleted: 1 },
      ];
      const { exceptions } = change(before, { ...series, Exceptions: { Exception: told } }, version);
      assert.deepEqual(
        exceptions?.map(({ original, start, reminder, responseType, subject, deleted }) => {
          return [(original - received.start) / day, start, reminder, responseType, subject, deleted];
        }),
        [
          [1, undefined, undefined, undefined, undefined, true],
          [2, moved.start, 5, 3, undefined, undefined],
          [4, undefined, undefined, undefined, undefined, true],
        ],
      );
    }
  });
  test('nor is a time of one occurrence', () => {
    refused(() => change(received, { StartTime: '20261202T070000Z' }, '16.1', '20261202T080000Z'), /start/);
  });
  test('what a phone of 16.0 or later adds is its own', () => {
    const added = add({ ...times, MeetingStatus: 3, OrganizerEmail: 'bob@example.test', UID: 'theirs' });
    assert.deepEqual([added.meetingStatus, added.organizer?.email], [1, account.address]);
    assert.notEqual(added.uid, 'theirs');
  });
});

test('a pattern that never comes true, a date that is none and an unknown zone end at once', () => {
  refused(
    () =>
      add({
        ...times,
        Recurrence: { Type: 5, Interval: 999, DayOfMonth: 31, MonthOfYear: 2, Until: '20261130T000000Z' },
      }),
    /Recurrence/,
  );
  const Timezone = Buffer.alloc(172, 0xff).toString('base64');
  assert.equal(add({ ...times, Timezone }).zone, 'UTC');
  assert.equal(add({ ...times, Timezone: 'nothing' }).zone, 'UTC');
});
