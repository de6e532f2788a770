// Events from a phone of one version through Sync and the store to a phone of another, and back: every occurrence at its
// instant, every field that both know, on both phones and in the store. Each zone and pair of versions has
// an account of its own. All cases × versions (EASEL_LONG), or from each version a seventh of the zones and of their cases.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ReadCalendar, rank, type Version, versions } from '../../protocol/index.ts';
import { asEvent } from '../../src/content/calendar/codec.ts';
import type { Event } from '../../src/domain/event.ts';
import type { ServerId } from '../../src/domain/ids.ts';
import { isLivingFields } from '../../src/domain/item.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { type House, openHouse, type Phone } from '../support/endpoint.ts';
import { type Case, cases, expected, now, written } from '../support/event-cases.ts';
import { lostFields } from '../support/event-fields.ts';
import { keptAs, shownBy, withoutDefaults } from '../support/event-shown.ts';
import { calendar } from '../support/sync-phone.ts';
import { zones } from '../support/zones.ts';

const long = process.env.EASEL_LONG === '1';
/** Of the zones, and of the cases of each. */
const step = long ? 1 : 7;
interface Named {
  readonly name: string;
  readonly about: Case;
}
type Copy = FolderCopy<ReadCalendar>;

const ends: (() => Promise<void>)[] = [];
let house: House;
before(async () => {
  house = await openHouse({ after: (end) => void ends.push(end) });
  house.clock.forward(now - Date.now());
});
after(async () => {
  for (const end of ends) await end();
});

/** A fault of each case that has one. */
type Faults = Map<Named, string>;
function look(faults: Faults, one: Named, what: string, check: () => void): void {
  if (faults.has(one)) return;
  try {
    check();
  } catch (error) {
    faults.set(one, `${what}: ${error instanceof Error ? error.message : error}`);
  }
}

async function stored(phone: Phone, ids: readonly string[]): Promise<(Event | undefined)[]> {
  return phone.house.store.read(phone.account, async (reader) => {
    const items = await Promise.all(ids.map((id) => reader.item(id as ServerId)));
    return items.map((item) => (isLivingFields(item, 'Calendar') ? asEvent(item.content) : undefined));
  });
}

async function addAll(copy: Copy, list: readonly Named[]): Promise<string[]> {
  const { version } = copy.phone;
  const answer = await copy.sync(
    list.map(({ about }, index) => {
      const { Attendees, MeetingStatus, ...alone } = written(version, about);
      // Series without guests: else each is an invitation from 16.0 on.
      const event = about.recurrence ? alone : { ...alone, Attendees, MeetingStatus };
      const named = { ...event, UID: event.UID && `uid-${index}` };
      return { Add: { ClientId: `c${index}`, ApplicationData: copy.data(named) } };
    }),
  );
  const made = (answer?.Responses ?? []).flatMap((one) => ('Add' in one ? [one.Add] : []));
  return list.map((_, index) => {
    const { Status, ServerId } = made.find(({ ClientId }) => ClientId === `c${index}`)!;
    assert.equal(Status, 1);
    return ServerId!;
  });
}

/** The second phone writes back all that it saw, or from 16.0 on what it changed. */
async function writeBack(copy: Copy, ids: readonly string[]): Promise<void> {
  const told = (id: string): object => {
    if (rank(copy.phone.version) >= rank('16.0')) return { Reminder: 30 };
    const { NativeBodyType: _, ResponseType: __, ...seen } = copy.items.get(id)!;
    return { ...seen, Reminder: 30 };
  };
  const answer = await copy.sync(
    ids.map((ServerId) => ({ Change: { ServerId, ApplicationData: copy.data(told(ServerId)) } })),
  );
  assert.deepEqual(answer?.Responses ?? [], []);
}

async function goRound(list: readonly Named[], one: Version, other: Version, type: 1 | 2): Promise<Faults> {
  const faults: Faults = new Map();
  const { zone } = list[0]!.about;
  const phone = await house.phone({ version: one, timeZone: zone, firstDayOfWeek: 1 });
  const options = (version: Version) =>
    rank(version) < rank('12.0') ? {} : { Options: [{ BodyPreference: [{ Type: type }] }] };
  const open = (by: Phone): Promise<Copy> => FolderCopy.open(by, calendar, 'Calendar', options(by.version));
  const [first, second] = [await open(phone), await open(phone.another(other))];
  const ids = await addAll(first, list);
  const added = await stored(phone, ids);
  await second.sync();
  const wrote = ids.map((id) => first.items.get(id)!);
  const each = (check: (one: Named, id: string, index: number) => void) => {
    for (const [index, named] of list.entries()) check(named, ids[index]!, index);
  };
  each((named, id, index) => {
    const truth = expected(named.about);
    const seen = second.items.get(id)!;
    look(faults, named, 'as it is kept', () => assert.deepEqual(keptAs(added[index]!), truth));
    look(faults, named, `as ${other} shows it`, () => assert.deepEqual(shownBy(other, seen, named.about), truth));
    look(faults, named, `on ${other}`, () => assert.deepEqual(lostFields(wrote[index]!, one, seen, other), []));
  });
  await writeBack(second, ids);
  await first.sync();
  const changed = await stored(phone, ids);
  each((named, id, index) => {
    const { reminder, dtStamp: _, ...after } = changed[index]!;
    const { reminder: __, dtStamp: ___, ...before } = added[index]!;
    const shown = first.items.get(id)!;
    look(faults, named, `as ${other} wrote it back`, () => {
      assert.deepEqual(withoutDefaults(after), withoutDefaults(before));
      assert.equal(reminder, 30);
    });
    look(faults, named, `as ${one} shows it in the end`, () => {
      assert.deepEqual(shownBy(one, shown, named.about), expected(named.about));
      assert.deepEqual(lostFields({ ...wrote[index]!, Reminder: 30 }, one, shown, one), []);
    });
  });
  return faults;
}

function groupBy<T, Key>(all: Iterable<T>, keyOf: (one: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

describe('events go round through the store', () => {
  const byZone = groupBy(cases(), ({ about }) => about.zone);
  for (const [at, one] of versions.entries()) {
    test(`from a phone of ${one}`, async () => {
      const faults: string[] = [];
      for (const [index, zone] of zones.entries()) {
        if ((index + at) % step !== 0) continue;
        const list = byZone.get(zone)!.filter((_, n) => (n + at + index) % step === 0);
        const others = versions.length - 1;
        const groups = groupBy(list.entries(), ([n]) => (long ? n : Math.floor(index / step)) % others);
        for (const [away, group] of groups) {
          const other = versions[(at + 1 + away) % versions.length]!;
          const found = await goRound(
            group.map(([, named]) => named),
            one,
            other,
            index % 2 === 0 ? 1 : 2,
          );
          faults.push(...[...found].map(([{ name }, what]) => `${name} to ${other}: ${what}`));
        }
      }
      assert.equal(faults.length, 0, `${faults.length} failed\n${faults.slice(0, 5).join('\n')}`);
    });
  }
});
