// A phone of every class: contacts, events, tasks and notes go both ways between a phone of each version and one of 16.1, over
// a line that loses answers; what was done once is there once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  commandShapes,
  decode,
  encodeToBuffer,
  formatTimeZone,
  type ReadCalendar,
  type ReadContact,
  type ReadNote,
  type ReadTask,
  rank,
  read,
  timeZoneOf,
  type Version,
  versions,
  write,
} from '../../protocol/index.ts';
import { seeded } from '../../scripts/make-mailbox.ts';
import { FolderCopy } from '../support/class-phone.ts';
import type { Phone } from '../support/phone.ts';
import type { Speaker } from '../support/sync-phone.ts';
import { makeWorld, phoneOf } from './world.ts';

/** Sync through a phone on a real line, which repeats what was lost. */
function speakerOf(phone: Phone): Speaker {
  const { version } = phone;
  const shapes = commandShapes as unknown as Record<string, { request: never; response: never }>;
  return {
    version,
    encode: (command, request) => encodeToBuffer(write(shapes[command]!.request, request as never, { version })),
    answer: async (command, body) => {
      const root = await phone.post(command, decode(body).root);
      return root && (read(shapes[command]!.response, root, { version }).value as never);
    },
  };
}

interface Kind {
  readonly class: 'Contacts' | 'Calendar' | 'Tasks' | 'Notes';
  readonly folder: string;
  readonly since: Version;
  readonly first: (version: Version) => object;
  readonly second: (version: Version) => object;
  /** What tells one item from another, the same in every version. */
  readonly tell: (shown: never) => unknown;
}
const Timezone = formatTimeZone(timeZoneOf('Europe/Berlin', 2026));
const event = (version: Version, Subject: string) => ({
  Timezone,
  Subject,
  StartTime: '20261201T080000Z',
  EndTime: '20261201T090000Z',
  Reminder: 15,
  Recurrence: { Type: 1, Interval: 1, DayOfWeek: 4, Occurrences: 5 },
  ...(rank(version) < rank('16.0') && { UID: `uid-${version}-${Subject}`, DtStamp: '20261101T000000Z' }),
});
const kinds: readonly Kind[] = [
  {
    class: 'Contacts',
    folder: '9',
    since: '2.5',
    first: () => ({ FirstName: 'Ann', LastName: 'Doe', Birthday: '1980-05-04T00:00:00.000Z', IMAddress: 'ann' }),
    second: () => ({ FirstName: 'Anna', LastName: 'Doe', Birthday: '1980-05-04T00:00:00.000Z', IMAddress: 'ann' }),
    tell: ({ FirstName, LastName, Birthday, IMAddress }: ReadContact) => [FirstName, LastName, Birthday, IMAddress],
  },
  {
    class: 'Calendar',
    folder: '8',
    since: '2.5',
    first: (version) => event(version, 'Standup'),
    second: (version) => event(version, 'Sit down'),
    tell: ({ Subject, StartTime, EndTime, Reminder, Recurrence }: ReadCalendar) => {
      return [Subject, StartTime, EndTime, Reminder, Recurrence?.Occurrences];
    },
  },
  {
    class: 'Tasks',
    folder: '7',
    since: '2.5',
    first: () => ({ Subject: 'Pay', Complete: 0, DueDate: '2026-12-01T00:00:00.000Z', Importance: 2 }),
    second: () => ({ Subject: 'Pay', Complete: 1, DateCompleted: '2026-11-30T00:00:00.000Z', Importance: 2 }),
    tell: ({ Subject, Complete, DueDate, DateCompleted, Importance }: ReadTask) => {
      return [Subject, Complete, DueDate, DateCompleted, Importance];
    },
  },
  {
    class: 'Notes',
    folder: '10',
    since: '14.0',
    first: () => ({ Subject: 'Milk', Body: { Type: 1, Data: 'two' }, MessageClass: 'IPM.StickyNote' }),
    second: () => ({ Subject: 'Milk', Body: { Type: 1, Data: 'three' }, MessageClass: 'IPM.StickyNote' }),
    tell: ({ Subject, Body }: ReadNote) => [Subject, Body?.Data],
  },
];

test('every class, between every version and 16.1, over a line that loses answers', { timeout: 300_000 }, async (t) => {
  const world = await makeWorld(t, 0, { EASEL_QUIET_DELAY: '1' });
  const newest = phoneOf(world, world.alice, { version: '16.1', patience: 10_000, deviceId: 'NEWEST' });
  t.after(() => newest.hangUp());
  await newest.setUp();
  const { versions: served } = await newest.options();
  const random = seeded(7);
  const lossy = (phone: Phone) => {
    phone.network = (command, attempt) =>
      command === 'Sync' && attempt <= 2 && random() < 0.4 ? { answer: Math.floor(random() ** 2 * 500) } : undefined;
  };
  lossy(newest);
  let lost = 0;
  for (const version of versions) {
    const skip = served.includes(version) ? false : 'the server does not serve this version';
    await t.test(version, { skip }, async () => {
      const phone = phoneOf(world, world.alice, {
        version,
        patience: 10_000,
        deviceId: `V${version.replace('.', '')}`,
      });
      if (rank(version) >= rank('14.0')) await phone.setUp();
      else await phone.folderSync();
      lossy(phone);
      for (const kind of kinds.filter(({ since }) => rank(since) <= rank(version))) {
        await bothWays(kind, phone, newest);
      }
      lost += phone.repeats;
      phone.hangUp();
    });
  }
  t.diagnostic(`${lost + newest.repeats} answers were lost`);
  assert.ok(lost + newest.repeats > 10);
});

async function bothWays(kind: Kind, old: Phone, newest: Phone): Promise<void> {
  const open = (phone: Phone) => FolderCopy.open<never, Speaker>(speakerOf(phone), kind.folder, kind.class);
  const [one, other] = [await open(old), await open(newest)];
  const told = (copy: FolderCopy<never, Speaker>, id: string) => kind.tell(copy.items.get(id)!);
  const as = (phone: Phone, value: (version: Version) => object) => kind.tell(value(phone.version) as never);

  const { status, id } = await one.add(kind.first(old.version));
  assert.equal(status, 1, `${kind.class}: an Add`);
  await other.sync();
  assert.deepEqual(told(other, id), as(old, kind.first), `${kind.class}: as it was added`);
  // From 16.0 on a phone sends of an event what it changes, before it sends all.
  const change = kind.second(newest.version);
  assert.equal(await other.change(id, kind.class === 'Calendar' ? { Subject: 'Sit down' } : change), 1);
  await one.sync();
  assert.deepEqual(told(one, id), as(newest, kind.second), `${kind.class}: as it was changed`);
  assert.equal(await one.change(id, kind.first(old.version)), 1);
  await other.sync();
  assert.deepEqual(told(other, id), as(old, kind.first), `${kind.class}: as it was changed back`);
  if (kind.class === 'Calendar') await withoutOne(one as never, other as never, id);

  const { id: second } = await other.add(kind.second(newest.version));
  await one.sync();
  assert.deepEqual(told(one, second), as(newest, kind.second), `${kind.class}: as the other added it`);
  assert.equal(one.items.size, 2);
  assert.equal(await one.remove(id), 1);
  await other.sync();
  assert.deepEqual([...other.items.keys()], [second]);
  assert.equal(await other.remove(second), 1);
  await one.sync();
  assert.equal(one.items.size, 0);
}

/** One occurrence is taken away and another renamed by the new phone; the old one sees it, changes the series, and keeps it. */
async function withoutOne(
  one: FolderCopy<ReadCalendar, Speaker>,
  other: FolderCopy<ReadCalendar, Speaker>,
  id: string,
): Promise<void> {
  assert.equal(await other.remove(id, '20261208T080000Z'), 1);
  assert.equal(await other.change(id, { Subject: 'Only today' }, '20261215T080000Z'), 1);
  await one.sync();
  const seen = one.items.get(id)!;
  const exceptions = (item: ReadCalendar) =>
    item.Exceptions?.Exception?.map((each) => [
      each.ExceptionStartTime ?? each.InstanceId,
      each.Deleted ?? 0,
      each.Deleted ? undefined : each.Subject,
    ]);
  const expected = [
    ['20261208T080000Z', 1, undefined],
    ['20261215T080000Z', 0, 'Only today'],
  ];
  assert.deepEqual(exceptions(seen), expected);
  const { Exceptions: _, ...series } = seen;
  const whole = {
    ...series,
    Reminder: 20,
    NativeBodyType: undefined,
    OrganizerName: undefined,
    OrganizerEmail: undefined,
  };
  assert.equal(await one.change(id, whole), 1);
  await other.sync();
  assert.deepEqual(exceptions(other.items.get(id)!), expected);
  assert.equal(other.items.get(id)!.Reminder, 20);
}
