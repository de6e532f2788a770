// Free/busy of events, by the rows of [MS-ASCMD] on MergedFreeBusy.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { busyTimes, mergeFreeBusy, slot } from '../../../src/content/calendar/free-busy.ts';
import type { Event } from '../../../src/domain/event.ts';

const day = Date.UTC(2026, 1, 2);
const at = (hours: number, minutes = 0, seconds = 0) => day + ((hours * 60 + minutes) * 60 + seconds) * 1000;
const event = (start: number, end: number, more: Partial<Event> = {}): Event => ({
  uid: 'u',
  zone: 'UTC',
  dtStamp: 0,
  start,
  end,
  ...more,
});
function merged(events: Event[], from: number, to: number, zone = 'UTC'): string {
  const busy = events.flatMap((one) => busyTimes(one, from, to, zone));
  return mergeFreeBusy(busy, from, Math.ceil((to - from) / slot));
}

describe('MergedFreeBusy', () => {
  const oof = event(at(12), at(12, 5), { busyStatus: 3 });
  const windows: [string, number, string][] = [
    ['MS-ASCMD_R3334: five minutes fill their half hour', at(12), '30'],
    ['MS-ASCMD_R3335: a second of an appointment counts', at(12, 4, 59), '30'],
    ['MS-ASCMD_R3336: what ended before the window does not', at(12, 5), '00'],
  ];
  for (const [name, from, digits] of windows) test(name, () => assert.equal(merged([oof], from, at(13)), digits));

  test('MS-ASCMD_R3331: a begun half hour has a digit', () => {
    assert.equal(merged([], at(13), at(13, 30)), '0');
    assert.equal(merged([], at(12, 59, 59), at(13, 30)), '00');
  });
  test('MS-ASCMD_R3327: the higher digit wins, of events and of calendars', () => {
    const tentative = event(at(9), at(10), { busyStatus: 1 });
    const busy = event(at(9, 55), at(10, 5));
    assert.equal(merged([busy, tentative], at(9), at(11)), '1220');
  });
  test('free, cancelled and working elsewhere take no time', () => {
    const free = [{ busyStatus: 0 }, { meetingStatus: 5 }, { meetingStatus: 7, busyStatus: 2 }, { busyStatus: 4 }];
    const events = free.map((more) => event(at(9), at(10), more));
    assert.equal(merged(events, at(9), at(10)), '00');
  });
  test('a series takes the time of its occurrences, as its exceptions say', () => {
    const series = event(at(9) - 10 * 86_400_000, at(10) - 10 * 86_400_000, {
      recurrence: { type: 0, interval: 1 },
      exceptions: [
        { original: at(9), start: at(11), end: at(11, 30), busyStatus: 3 },
        { original: at(9) + 86_400_000, deleted: true },
      ],
    });
    assert.equal(merged([series], at(9), at(12)), '000030');
    assert.equal(merged([series], at(9) + 86_400_000, at(10) + 86_400_000), '00');
    assert.equal(merged([series], at(9) + 2 * 86_400_000, at(10) + 2 * 86_400_000), '22');
    // An occurrence that was moved into the window from far away.
    const away = event(at(9), at(10), {
      recurrence: { type: 1, interval: 1, dayOfWeek: 2 },
      exceptions: [{ original: at(9) + 70 * 86_400_000, start: at(9) + 86_400_000, end: at(10) + 86_400_000 }],
    });
    assert.equal(merged([away], at(9) + 86_400_000, at(10) + 86_400_000), '22');
  });
  test('an all-day event lasts from midnight to midnight where its owner lives', () => {
    const holiday = event(day, day + 86_400_000, { allDay: true, busyStatus: 3 });
    const inTokyo = merged([holiday], day - 86_400_000, day + 2 * 86_400_000, 'Asia/Tokyo');
    assert.equal(inTokyo, '0'.repeat(30) + '3'.repeat(48) + '0'.repeat(66));
    const inHonolulu = merged([holiday], day - 86_400_000, day + 2 * 86_400_000, 'Pacific/Honolulu');
    assert.equal(inHonolulu.indexOf('3'), 48 + 20);
    assert.equal(inHonolulu.lastIndexOf('3'), 48 + 20 + 47);
  });
  test('a series keeps to its zone over the change of the clocks', () => {
    const start = Date.UTC(2026, 2, 1, 8); // 9:00 in Berlin
    const series = event(start, start + slot, { zone: 'Europe/Berlin', recurrence: { type: 0, interval: 1 } });
    assert.equal(merged([series], Date.UTC(2026, 3, 1, 7), Date.UTC(2026, 3, 1, 8)), '20');
  });
});
