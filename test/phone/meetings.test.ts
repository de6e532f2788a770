// A meeting's life between two phones of different versions and a guest at another server: after each step every calendar is
// right, and each party got the one mail that the step is worth.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ReadCalendar, Version } from '../../protocol/index.ts';
import { formatTimeZone, timeZoneOf } from '../../protocol/index.ts';
import { readItip } from '../../src/content/calendar/itip.ts';
import { composeMeetingMail, type MeetingMail } from '../../src/content/calendar/meeting-mail.ts';
import { calendarText } from '../../src/content/email/calendar-part.ts';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import type { Event } from '../../src/domain/event.ts';
import { relay } from '../delivery/mail-world.ts';
import { CalendarPhone } from './calendar-phone.ts';
import { noOutsideClient, sendFromOutside } from './outside-smtp.ts';
import { calendar, inbox } from './walker.ts';
import { elsewhere, makeWorld, type World } from './world.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(new Date().getUTCFullYear() + 2, 2, 2, 8);
const compact = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
const carol = { email: 'carol@outside.example', name: 'Carol' };
const second = start + day;

interface Guest {
  readonly method: string;
  readonly event: Event;
}

class Party {
  readonly alice: CalendarPhone;
  readonly bob: CalendarPhone;
  /** What carol's server got about meetings. */
  readonly carol: () => Promise<Guest[]>;
  readonly #world: World;
  readonly #expected = new Map<string, number>();
  #serial = 0;

  private constructor(world: World, phones: { alice: CalendarPhone; bob: CalendarPhone }, got: Guests) {
    this.#world = world;
    this.alice = phones.alice;
    this.bob = phones.bob;
    this.carol = () => Promise.all(got.map(({ mime }) => readGuest(mime)));
  }
  static async start(t: TestContext, versions: readonly [Version, Version]): Promise<Party> {
    const outside = await relay(t, () => undefined);
    const world = await makeWorld(t, 0, { EASEL_SMARTHOST: `127.0.0.1:${outside.port}`, EASEL_QUIET_DELAY: '0' });
    const alice = new CalendarPhone(world, world.alice, { version: versions[0], deviceId: 'ALICE' });
    const bob = new CalendarPhone(world, world.bob, { version: versions[1], deviceId: 'BOB' });
    t.after(() => [alice, bob].forEach((phone) => void phone.hangUp()));
    await alice.setUp();
    await bob.setUp();
    return new Party(world, { alice, bob }, outside.got);
  }

  /** From carol's program, through a client that no one here wrote. */
  async carolSays(mail: MeetingMail): Promise<void> {
    const now = Date.now();
    const mime = composeMeetingMail(mail, { from: carol, messageId: `${++this.#serial}@outside.example`, now });
    for (const { email } of mail.to) await sendFromOutside(this.#world.smtp, carol.email, email, mime);
  }

  /** Waits for exactly so many more mails to each, and takes the calendars over. */
  async told(more: { readonly alice?: number; readonly bob?: number; readonly carol?: number }): Promise<void> {
    const counts = async () => {
      await this.alice.sync();
      await this.bob.sync();
      return { alice: this.alice.mails.length, bob: this.bob.mails.length, carol: (await this.carol()).length };
    };
    const names = ['alice', 'bob', 'carol'] as const;
    const expected = names.map((name) => (this.#expected.get(name) ?? 0) + (more[name] ?? 0));
    for (const [at, name] of names.entries()) this.#expected.set(name, expected[at]!);
    let seen: number[] = [];
    for (let n = 0; n < 400; n++) {
      const now = await counts();
      seen = names.map((name) => now[name]);
      if (seen.every((count, at) => count >= expected[at]!)) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await this.alice.sync();
    await this.bob.sync();
    assert.deepEqual(seen, expected, 'mails to alice, bob and carol');
  }
  /** The mail that came last to a phone. */
  last(phone: CalendarPhone) {
    return phone.phone.items(inbox).get(phone.mails.at(-1)!)!;
  }
}
type Guests = Awaited<ReturnType<typeof relay>>['got'];

async function readGuest(mime: Buffer): Promise<Guest> {
  const index = indexMessage(mime);
  const part = await calendarText(index, async ({ from, to }) => mime.subarray(from, to));
  const itip = part && readItip(part.text, undefined, { zone: 'UTC', now: 0 });
  assert.ok(itip, `about a meeting: ${index.subject}`);
  return { method: itip.method, event: itip.events[0]! };
}

const status = ({ Attendees }: Pick<ReadCalendar, 'Attendees'>, email: string) =>
  Attendees?.Attendee?.find(({ Email }) => Email === email)?.AttendeeStatus;
const exceptionAt = (event: ReadCalendar, at: number) =>
  event.Exceptions?.Exception?.find((one) => (one.InstanceId ?? one.ExceptionStartTime) === compact(at));
const long = (at: number) => new Date(at).toISOString();

for (const versions of [
  ['14.1', '16.1'],
  ['16.1', '14.1'],
  ['14.1', '14.0'],
  ['16.1', '16.0'],
] satisfies [Version, Version][]) {
  const skip = elsewhere ? 'another server' : (noOutsideClient ?? false);
  test(`alice at ${versions[0]} invites bob at ${versions[1]} and carol outside`, {
    skip,
    timeout: 120_000,
  }, async (t) => {
    const party = await Party.start(t, versions);
    const { alice, bob } = party;
    const guests = [
      { email: bob.address, name: 'Bob', status: 5, type: 1 },
      { ...carol, status: 5, type: 1 },
    ];
    const plan: Event = {
      uid: `plan.${versions.join('.')}@example.test`,
      subject: 'Plan',
      location: { DisplayName: 'Room 1' },
      start,
      end: start + hour,
      zone: 'Europe/Berlin',
      dtStamp: 0,
      meetingStatus: 1,
      organizer: { email: alice.address, name: 'Alice' },
      attendees: guests,
      recurrence: { type: 0, interval: 1, occurrences: 5 },
    };
    const asTold = {
      Timezone: formatTimeZone(timeZoneOf('Europe/Berlin', new Date(start).getUTCFullYear())),
      StartTime: compact(start),
      EndTime: compact(start + hour),
      Subject: 'Plan',
      LocationText: 'Room 1',
      Location: { DisplayName: 'Room 1' },
      MeetingStatus: 1,
      Attendees: { Attendee: guests.map(({ email, name }) => ({ Email: email, Name: name, AttendeeType: 1 })) },
      Recurrence: { Type: 0, Interval: 1, Occurrences: 5 },
    };
    /** What a phone up to 14.1 would mail. */
    const say = (method: MeetingMail['method'], event: Event, to = guests): MeetingMail => ({
      method,
      events: [event],
      to,
      subject: `${method} Plan`,
    });
    const answer = (from: string, partStat: number, uid: string, more: Partial<Event> = {}): MeetingMail => {
      const { recurrence: _, ...single } = plan;
      const event = { ...single, uid, attendees: [{ email: from, name: from, status: partStat }], ...more };
      return { method: 'REPLY', events: [event], to: [plan.organizer!], subject: 'An answer' };
    };
    let uid = plan.uid;
    let id = '';

    await t.test('invite', async () => {
      id = await alice.add({ ...asTold, ...(alice.writesMails && { UID: plan.uid }) });
      if (alice.writesMails) await alice.mail(say('REQUEST', plan));
      await party.told({ bob: 1, carol: 1 });
      const [, hers] = alice.only;
      const [, his] = bob.only;
      uid = his.UID!;
      assert.deepEqual([his.MeetingStatus, his.ResponseType, his.BusyStatus, his.Subject], [3, 5, 1, 'Plan']);
      assert.deepEqual([his.StartTime, his.EndTime], [compact(start), compact(start + hour)]);
      assert.equal(his.OrganizerEmail, alice.address);
      assert.deepEqual([his.Recurrence?.Type, his.Recurrence?.Occurrences], [0, 5]);
      assert.ok(!alice.writesMails || hers.UID === plan.uid);
      const { MessageClass, MeetingRequest } = party.last(bob);
      assert.equal(MessageClass, 'IPM.Schedule.Meeting.Request');
      assert.equal(MeetingRequest?.MeetingMessageType, bob.phone.version === '14.0' ? undefined : 1);
      const [guest] = await party.carol();
      assert.deepEqual([guest!.method, guest!.event.uid, guest!.event.start], ['REQUEST', uid, start]);
      assert.equal(guest!.event.recurrence?.occurrences, 5);
    });

    await t.test('accept', async () => {
      const mail = bob.mails.at(-1)!;
      await bob.respond(1, { folder: inbox, id: mail }, answer(bob.address, 3, uid));
      await party.told({ alice: 1 });
      assert.equal(bob.phone.items(inbox).has(mail), false, 'the request lies in Deleted Items');
      assert.equal(party.last(alice).MessageClass, 'IPM.Schedule.Meeting.Resp.Pos');
      assert.deepEqual([bob.only[1].ResponseType, bob.only[1].BusyStatus], [3, 2]);
      assert.equal(status(alice.only[1], bob.address), 3);
      await party.carolSays(answer(carol.email, 2, uid));
      await party.told({ alice: 1 });
      assert.deepEqual([status(alice.only[1], bob.address), status(alice.only[1], carol.email)], [3, 2]);
      assert.equal(alice.only[1].MeetingStatus, 1);
    });

    const moved = { StartTime: compact(second + hour), EndTime: compact(second + 2 * hour) };
    await t.test('move one occurrence', async () => {
      if (alice.writesMails) {
        const { Location: _, ...old } = asTold;
        const Exceptions = { Exception: [{ ExceptionStartTime: compact(second), ...moved }] };
        await alice.change(id, { ...old, UID: uid, Exceptions });
        const { recurrence: __, ...single } = plan;
        const times = { instance: second, start: second + hour, end: second + 2 * hour, sequence: 1 };
        await alice.mail(say('REQUEST', { ...single, uid, ...times }));
      } else await alice.change(id, moved, compact(second));
      await party.told({ bob: 1, carol: 1 });
      for (const { only } of [alice, bob]) {
        const exception = exceptionAt(only[1], second);
        assert.deepEqual([exception?.StartTime, exception?.EndTime], [moved.StartTime, moved.EndTime]);
        assert.equal(only[1].Exceptions?.Exception?.length, 1);
        assert.equal(only[1].StartTime, compact(start));
      }
      assert.deepEqual([bob.only[1].ResponseType, exceptionAt(bob.only[1], second)?.ResponseType], [3, 5]);
      const { method, event } = (await party.carol()).at(-1)!;
      assert.deepEqual([method, event.instance, event.start], ['REQUEST', second, second + hour]);
    });

    await t.test('decline it', async () => {
      const instance = { instance: second, start: second + hour, end: second + 2 * hour, sequence: 1 };
      const item = { folder: calendar, id: bob.only[0], instance: long(second) };
      if (bob.phone.version === '14.0')
        await bob.respond(3, { folder: inbox, id: bob.mails.at(-1)! }, answer(bob.address, 4, uid, instance));
      else await bob.respond(3, item, answer(bob.address, 4, uid, instance));
      await party.told({ alice: 1 });
      assert.equal(exceptionAt(bob.only[1], second)?.Deleted, 1);
      assert.equal(bob.only[1].ResponseType, 3);
      const [, hers] = alice.only;
      assert.deepEqual([status(hers, bob.address), status(exceptionAt(hers, second)!, bob.address)], [3, 4]);
      assert.equal(status(exceptionAt(hers, second)!, carol.email), alice.writesMails ? 2 : 5);
      await party.carolSays(answer(carol.email, 4, uid, instance));
      await party.told({ alice: 1 });
      assert.equal(status(exceptionAt(alice.only[1], second)!, carol.email), 4);
    });

    await t.test('cancel the series', async () => {
      if (alice.writesMails) await alice.mail(say('CANCEL', { ...plan, uid, sequence: 2 }));
      await alice.remove(id);
      await party.told({ bob: 1, carol: 1 });
      assert.equal(alice.events.size, 0);
      const [, his] = bob.only;
      assert.deepEqual([his.MeetingStatus, his.Subject, his.BusyStatus], [7, 'Canceled: Plan', 0]);
      assert.equal(exceptionAt(his, second)?.Deleted, 1);
      assert.equal(party.last(bob).MessageClass, 'IPM.Schedule.Meeting.Canceled');
      const { method, event } = (await party.carol()).at(-1)!;
      assert.deepEqual([method, event.instance, event.uid], ['CANCEL', undefined, uid]);
      await bob.remove(bob.only[0]);
      await party.told({});
      assert.equal(bob.events.size, 0);
    });
  });
}

test('carol outside invites alice at 14.1 and bob at 16.1', {
  skip: elsewhere ? 'another server' : (noOutsideClient ?? false),
  timeout: 120_000,
}, async (t) => {
  const party = await Party.start(t, ['14.1', '16.1']);
  const { alice, bob } = party;
  const guests = [alice, bob].map(({ address }) => ({ email: address, name: address, status: 5, type: 1 }));
  const plan: Event = {
    uid: 'series@outside.example',
    subject: 'Plan',
    start,
    end: start + hour,
    zone: 'America/New_York',
    dtStamp: 0,
    organizer: carol,
    attendees: guests,
    recurrence: { type: 1, interval: 1, dayOfWeek: 127, occurrences: 5 },
  };
  const { recurrence: _, ...single } = plan;
  const times = { instance: second, start: second + hour, end: second + 2 * hour, sequence: 1 };
  const say = (method: MeetingMail['method'], event: Event): MeetingMail => ({
    method,
    events: [event],
    to: guests,
    subject: 'Plan',
  });
  const reply = (from: string, partStat: number, more: Partial<Event> = {}): MeetingMail => ({
    method: 'REPLY',
    events: [{ ...single, attendees: [{ email: from, name: from, status: partStat }], ...more }],
    to: [carol],
    subject: 'An answer',
  });

  await t.test('invite', async () => {
    await party.carolSays(say('REQUEST', plan));
    await party.told({ alice: 1, bob: 1 });
    for (const { only } of [alice, bob]) assert.deepEqual([only[1].MeetingStatus, only[1].ResponseType], [3, 5]);
  });
  await t.test('accept', async () => {
    await alice.respond(1, { folder: calendar, id: alice.only[0] }, reply(alice.address, 3));
    await bob.respond(2, { folder: inbox, id: bob.mails.at(-1)! }, reply(bob.address, 2));
    await party.told({ carol: 2 });
    const answers = (await party.carol()).map(({ method, event }) => [
      method,
      event.attendees?.map((one) => [one.email, one.status]),
    ]);
    assert.deepEqual(answers.sort(), [
      ['REPLY', [[alice.address, 3]]],
      ['REPLY', [[bob.address, 2]]],
    ]);
    assert.deepEqual([alice.only[1].ResponseType, bob.only[1].ResponseType], [3, 2]);
    assert.deepEqual([alice.phone.items(inbox).size, bob.phone.items(inbox).size], [0, 0]);
  });
  await t.test('move one occurrence', async () => {
    await party.carolSays(say('REQUEST', { ...single, ...times }));
    await party.told({ alice: 1, bob: 1 });
    for (const { only } of [alice, bob]) {
      const exception = exceptionAt(only[1], second);
      assert.deepEqual([exception?.StartTime, exception?.ResponseType], [compact(second + hour), 5]);
    }
  });
  await t.test('decline it', async () => {
    const instance = long(second);
    await alice.respond(3, { folder: calendar, id: alice.only[0], instance }, reply(alice.address, 4, times));
    await bob.respond(3, { folder: calendar, id: bob.only[0], instance }, reply(bob.address, 4, times));
    await party.told({ carol: 2 });
    for (const { only } of [alice, bob]) assert.equal(exceptionAt(only[1], second)?.Deleted, 1);
    for (const { event } of (await party.carol()).slice(-2))
      assert.deepEqual([event.instance, event.attendees![0]!.status], [second, 4]);
  });
  await t.test('cancel the series', async () => {
    await party.carolSays(say('CANCEL', { ...plan, sequence: 2 }));
    await party.told({ alice: 1, bob: 1 });
    for (const { only } of [alice, bob]) assert.equal(only[1].MeetingStatus, 7);
    for (const phone of [alice, bob]) await phone.remove(phone.only[0]);
    await party.told({});
  });
});
