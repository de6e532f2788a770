// An event that a phone of one version wrote is the same event on phones of all others, and still is when one of them wrote it
// back: every occurrence at its instant, every field that both versions know. All zones, edges of summer time, kinds, patterns,
// ends and versions are gone through (EASEL_LONG), or each nineteenth of these cases. Through the codecs alone;
// property/event-round-trips goes through the store.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  calendar,
  type ReadCalendar,
  read,
  type Version,
  versions,
  type WrittenCalendar,
  write,
} from '../../../protocol/index.ts';
import { asEvent, calendarCodec } from '../../../src/content/calendar/codec.ts';
import type { Fields } from '../../../src/domain/item.ts';
import { type Case, cases, expected, now, written } from '../../support/event-cases.ts';
import { keptAs, shownBy, withoutDefaults } from '../../support/event-shown.ts';

const long = process.env.EASEL_LONG === '1';

const account = { address: 'alice@example.test', displayName: 'Alice' };

function phone(version: Version, zone: string) {
  const spoken = { version, account: { ...account, timeZone: zone, firstDayOfWeek: 1 as const }, now };
  const bytes = (wire: object) => write(calendar, wire as WrittenCalendar, { version });
  // What is stored comes back as JSON.
  const stored = (fields: Fields): Fields => JSON.parse(JSON.stringify(fields)) as Fields;
  return {
    add: (wire: WrittenCalendar) => stored(calendarCodec.create(bytes(wire), spoken).fields),
    change: (before: Fields, wire: object) => stored(calendarCodec.change(before, bytes(wire), spoken).fields),
    shown: (fields: Fields) => read(calendar, calendarCodec.write(fields, spoken, [{ type: 1 }]), { version }).value,
  };
}

function check({ about }: { about: Case }, one: Version, other: Version): void {
  const { zone } = about;
  const first = phone(one, zone).add(written(one, about));
  const truth = expected(about);
  assert.deepEqual(keptAs(asEvent(first)), truth, 'as it is kept');
  const second = phone(other, zone);
  const seen = second.shown(first);
  assert.deepEqual(shownBy(other, seen, about), truth, `as ${other} shows it`);
  assertFields(seen);
  // The second phone writes back all that it saw, or from 16.0 on what it changed.
  const told = Number(other) >= 16 ? { Reminder: 30 } : { ...seen, Reminder: 30 };
  const { reminder, dtStamp: _, ...after } = asEvent(second.change(first, told));
  const { reminder: __, dtStamp: ___, ...before } = asEvent(first);
  assert.equal(reminder, 30);
  assert.deepEqual(withoutDefaults(after), withoutDefaults(before), `as ${other} wrote it back`);
}

function assertFields(seen: ReadCalendar): void {
  assert.deepEqual([seen.Subject, seen.BusyStatus, seen.Sensitivity, seen.Reminder], ['Standup', 3, 2, 15]);
  assert.equal(seen.LocationText ?? seen.Location?.DisplayName, 'Room 1');
  assert.equal(seen.Body25 ?? seen.Body?.Data, 'Agenda');
  assert.deepEqual(seen.Categories?.Category, ['Work', 'Team']);
  assert.equal(seen.Attendees?.Attendee?.[0]?.Email, 'bob@example.test');
}

describe('round trips', () => {
  const all = [...cases()];
  test('there are cases of all kinds', () => assert.ok(all.length > 5000, `${all.length} cases`));
  for (const [at, one] of versions.entries()) {
    test(`from a phone of ${one}`, () => {
      const step = long ? 1 : 19;
      const failed: string[] = [];
      for (let n = at; n < all.length; n += step) {
        const other = versions[(at + 1 + (n % (versions.length - 1))) % versions.length]!;
        try {
          check(all[n]!, one, other);
        } catch (error) {
          failed.push(`${n} ${all[n]!.name} to ${other}: ${error instanceof Error ? error.message : error}`);
        }
      }
      assert.equal(failed.length, 0, `${failed.length} failed\n${failed.slice(0, 3).join('\n')}`);
    });
  }
});
