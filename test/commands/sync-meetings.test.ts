// Meetings that a phone of 16.x organizes: what its guests are told by the server, and when nobody is told anything.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pages, type ReadCalendar } from '../../protocol/index.ts';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { openHouse } from '../support/endpoint.ts';
import { takenMails } from '../support/meeting-mails.ts';
import { calendar, sent } from '../support/sync-phone.ts';

const dan = { Email: 'dan@outside.example', Name: 'Dan', AttendeeType: 1 };
const eve = { Email: 'eve@outside.example', Name: 'Eve', AttendeeType: 2 };
const guests = (...Attendee: object[]) => ({ Attendees: { Attendee } });
const meeting = {
  StartTime: '20311201T080000Z',
  EndTime: '20311201T090000Z',
  Subject: 'Plan',
  Location: { DisplayName: 'Room 1' },
  ...guests(dan, eve),
};
const daily = { ...meeting, Recurrence: { Type: 0, Interval: 1, Occurrences: 5 } };
const at = (day: number, hour = 8) => `203112${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}0000Z`;
const millis = (day: number, hour = 8) => Date.UTC(2031, 11, day, hour);

describe('meetings in Sync', async () => {
  const house = await openHouse({ after });
  const told = () => takenMails(house);

  async function organizer(version: '14.1' | '16.1' = '16.1') {
    const phone = await house.phone({ version });
    const events = await FolderCopy.open<ReadCalendar>(phone, calendar!, 'Calendar');
    return { phone, events };
  }
  async function invited(value: object = meeting) {
    const opened = await organizer();
    const { id } = await opened.events.add(value);
    await told();
    return { ...opened, id };
  }
  /** Who was told what, shortly. */
  async function tidings() {
    return (await told()).map(({ itip, recipients }) => {
      const [first] = itip.events;
      return [itip.method, recipients.map((one) => one.split('@')[0]).join(' '), first!.sequence, first!.instance];
    });
  }

  test('an Add with guests invites them all, with one mail, and keeps a copy in Sent Items', async () => {
    const { phone, events } = await organizer();
    const { id } = await events.add(meeting);
    const [mail, ...others] = await told();
    assert.deepEqual(others, []);
    assert.deepEqual([mail!.from, mail!.recipients], [phone.address, [dan.Email, eve.Email]]);
    assert.deepEqual([mail!.subject, mail!.messageClass], ['Plan', 'IPM.Schedule.Meeting.Request']);
    const [event] = mail!.itip.events;
    assert.deepEqual([event!.organizer?.email, event!.sequence, event!.start], [phone.address, 0, millis(1)]);
    assert.equal((await phone.items(sent!)).length, 1);
    await events.sync();
    assert.equal(events.items.get(id)!.MeetingStatus, 1);
  });

  test('up to 14.1 the phone writes the mails: the server sends nothing', async () => {
    const { events } = await organizer('14.1');
    const { Location: _, ...old } = meeting;
    const { id } = await events.add({ ...old, MeetingStatus: 1 });
    await events.change(id, { ...old, MeetingStatus: 1, Subject: 'Plan B' });
    await events.remove(id);
    assert.deepEqual(await told(), []);
  });

  test('a guest that a phone of 2.5 adds is a required one from 12.0 on', async () => {
    const old = await house.phone({ version: '2.5' });
    const { Location: _, ...plan } = meeting;
    const added = await FolderCopy.open<ReadCalendar>(old, calendar!, 'Calendar');
    await added.add({ ...plan, ...guests({ Email: dan.Email, Name: dan.Name }) });
    const { items } = await FolderCopy.open<ReadCalendar>(old.another('14.1'), calendar!, 'Calendar');
    assert.deepEqual(
      [...items.values()].map(({ Attendees }) => Attendees!.Attendee!.map(({ AttendeeType }) => AttendeeType)),
      [[1]],
    );
  });

  test('an event without guests, or in the past, tells nobody', async () => {
    const { events } = await organizer();
    const { Attendees: _, ...alone } = meeting;
    await events.add(alone);
    const { id } = await events.add({ ...meeting, StartTime: '20200101T080000Z', EndTime: '20200101T090000Z' });
    await events.change(id, { Subject: 'Was' });
    await events.remove(id);
    assert.deepEqual(await told(), []);
  });

  for (const [what, change] of Object.entries({
    'another time': { StartTime: at(1, 7) },
    'another place': { Location: { DisplayName: 'Room 2' } },
    'no place': { Location: {} },
    'another subject': { Subject: 'Plan B' },
    'a pattern': { Recurrence: { Type: 0, Interval: 1, Occurrences: 3 } },
  })) {
    test(`${what} is told to all, as the next revision`, async () => {
      const { events, id } = await invited();
      assert.equal(await events.change(id, change), 1);
      assert.deepEqual(await tidings(), [['REQUEST', 'dan eve', 1, undefined]]);
    });
  }

  for (const [what, change] of Object.entries({
    'a reminder': { Reminder: 5 },
    categories: { Categories: { Category: ['Mine'] } },
    'another busy status': { BusyStatus: 3 },
    'another sensitivity': { Sensitivity: 2 },
    'another body': { Body: { Type: 1, Data: 'Bring cake' } },
    'the same values again': meeting,
    'the same guests in another order': guests(eve, dan),
  })) {
    test(`${what} tells nobody anything`, async () => {
      const { events, id } = await invited();
      assert.equal(await events.change(id, change), 1);
      assert.deepEqual(await told(), []);
    });
  }

  test('a guest more is told, and the others; a guest less is told that it is off', async () => {
    const { events, id } = await invited({ ...meeting, ...guests(dan) });
    await events.change(id, guests(dan, eve));
    assert.deepEqual(await tidings(), [['REQUEST', 'dan eve', 1, undefined]]);
    await events.change(id, guests(eve));
    assert.deepEqual((await tidings()).sort(), [
      ['CANCEL', 'dan', 2, undefined],
      ['REQUEST', 'eve', 2, undefined],
    ]);
    await events.change(id, { Attendees: {} });
    assert.deepEqual(await tidings(), [['CANCEL', 'eve', 3, undefined]]);
  });

  test('a deleted meeting is cancelled, one that was cancelled before is not cancelled again', async () => {
    const { events, id } = await invited();
    await events.change(id, { MeetingStatus: 5 });
    const [mail, ...others] = await told();
    assert.deepEqual([others, mail!.itip.method, mail!.subject], [[], 'CANCEL', 'Canceled: Plan']);
    await events.remove(id);
    assert.deepEqual(await told(), []);
    const other = await invited();
    await other.events.remove(other.id);
    assert.deepEqual(await tidings(), [['CANCEL', 'dan eve', 1, undefined]]);
  });

  test('one occurrence is told alone, by its name', async () => {
    const { events, id } = await invited(daily);
    assert.equal(await events.change(id, { StartTime: at(2, 10), EndTime: at(2, 11) }, at(2)), 1);
    const [mail, ...others] = await told();
    const [event, ...more] = mail!.itip.events;
    assert.deepEqual([others, more, mail!.itip.method], [[], [], 'REQUEST']);
    assert.deepEqual([event!.instance, event!.start, event!.sequence], [millis(2), millis(2, 10), 1]);
    assert.equal(await events.remove(id, at(3)), 1);
    assert.deepEqual(await tidings(), [['CANCEL', 'dan eve', 2, millis(3)]]);
    assert.equal(await events.change(id, { Reminder: 5 }, at(4)), 1);
    assert.equal(await events.change(id, { StartTime: at(2, 10), EndTime: at(2, 11) }, at(2)), 1);
    assert.deepEqual(await told(), []);
    await events.remove(id);
    assert.deepEqual(await tidings(), [['CANCEL', 'dan eve', 3, undefined]]);
  });

  test('a guest of one occurrence alone is told of that one', async () => {
    const { events, id } = await invited({ ...daily, ...guests(dan) });
    assert.equal(await events.change(id, guests(dan, eve), at(2)), 1);
    assert.deepEqual(await tidings(), [['REQUEST', 'dan eve', 1, millis(2)]]);
    assert.equal(await events.change(id, guests(dan), at(2)), 1);
    assert.deepEqual((await tidings()).sort(), [
      ['CANCEL', 'eve', 2, millis(2)],
      ['REQUEST', 'dan', 2, millis(2)],
    ]);
  });

  test('a request that comes twice sends once', async () => {
    const { phone, events } = await organizer();
    const body = (key: string) =>
      phone.encode('Sync', {
        Collections: {
          Collection: [
            {
              SyncKey: key,
              CollectionId: calendar!,
              Commands: [{ Add: { ClientId: 'same', ApplicationData: events.data(meeting) } }],
            },
          ],
        },
      });
    const key = events.key;
    const first = await phone.answer('Sync', body(key));
    const second = await phone.answer('Sync', body(key));
    const responses = (answer: typeof first) => answer!.Collections!.Collection[0]!.Responses;
    assert.deepEqual(responses(second), responses(first));
    assert.equal((await told()).length, 1);
  });

  test('guests keep their answers while the time stays, and are asked again when it moves', async () => {
    const { phone, events, id } = await invited();
    await house.store.transact(phone.account, async (tx) => {
      const item = await tx.item(id as never);
      assert.ok(item && item.died === undefined);
      const content = item.content as unknown as { attendees: { status: number }[] };
      const attendees = content.attendees.map((one) => ({ ...one, status: 3 }));
      tx.put({ ...item, content: { ...content, attendees } as never }, ['message']);
    });
    const statuses = () => events.items.get(id)!.Attendees!.Attendee!.map(({ AttendeeStatus }) => AttendeeStatus);
    await events.sync();
    await events.change(id, { ...guests(dan, eve), Subject: 'Plan B' });
    await events.sync();
    assert.deepEqual(statuses(), [3, 3]);
    await events.change(id, { StartTime: at(1, 7) });
    await events.sync();
    assert.deepEqual(statuses(), [5, 5]);
    await told();
  });

  test('the same ClientUid again is the same event', async () => {
    const { phone, events } = await organizer();
    const first = await events.add({ ...meeting, ClientUid: 'abc0.32' });
    const again = await events.add({ ...meeting, ClientUid: 'abc0.32' });
    assert.deepEqual([again.status, again.id], [1, first.id]);
    assert.equal((await told()).length, 1);
    const other = await FolderCopy.open<ReadCalendar>(phone.another(), calendar!, 'Calendar');
    assert.equal((await other.add({ ...meeting, ClientUid: 'abc0.32' })).id, first.id);
    assert.equal(other.items.size, 1);
    assert.deepEqual(await told(), []);
  });

  test('up to 14.1 an Add with the UID of what is there changes that', async () => {
    const { events } = await organizer('14.1');
    const { Location: _, Attendees: __, ...alone } = meeting;
    const first = await events.add({ ...alone, UID: 'u1' });
    const again = await events.add({ ...alone, UID: 'u1', Subject: 'Plan B' });
    assert.deepEqual([again.status, again.id], [1, first.id]);
    await events.sync();
    assert.deepEqual(
      [...events.items.values()].map(({ Subject }) => Subject),
      ['Plan B'],
    );
  });

  test('an exception that cannot be is Status 184 of its Add, and the series is there', async () => {
    const { events } = await organizer();
    const Exceptions = {
      Exception: [
        { InstanceId: at(2), Deleted: 1 },
        { InstanceId: at(24), Deleted: 1 },
      ],
    };
    const answer = await events.sync([
      { Add: { ClientId: 'c', ApplicationData: events.data({ ...daily, Exceptions }) } },
    ]);
    const [response] = answer!.Responses!;
    assert.ok('Add' in response! && response.Add.ServerId);
    assert.equal(response.Add.Status, 184);
    await told();
  });

  test('exceptions in a Change are read over; an equal pattern keeps them, another one drops them', async () => {
    const { events, id } = await invited(daily);
    await events.remove(id, at(3));
    const { Recurrence } = daily;
    await events.change(id, { Exceptions: { Exception: [{ InstanceId: at(2), Deleted: 1 }] }, Reminder: 1 });
    await events.change(id, { Recurrence: { ...Recurrence, CalendarType: 0, FirstDayOfWeek: 0 }, StartTime: at(1) });
    const fresh = await FolderCopy.open<ReadCalendar>(events.phone.another(), calendar!, 'Calendar');
    assert.deepEqual(
      fresh.items.get(id)!.Exceptions?.Exception?.map(({ InstanceId }) => InstanceId),
      [at(3)],
    );
    await events.change(id, { Recurrence: { ...Recurrence, Interval: 2 } });
    await fresh.sync();
    assert.equal(fresh.items.get(id)!.Exceptions, undefined);
    await told();
  });

  test('an empty pattern makes a series a single event', async () => {
    const { events, id } = await invited(daily);
    await events.change(id, { Recurrence: {} });
    const fresh = await FolderCopy.open<ReadCalendar>(events.phone.another(), calendar!, 'Calendar');
    assert.equal(fresh.items.get(id)!.Recurrence, undefined);
    await told();
  });

  test('files lie with an event: added, named, fetched, taken away', async () => {
    const { phone, events } = await organizer();
    const { Attendees: _, ...alone } = meeting;
    const file = (ClientId: string, text: string) => ({
      ClientId,
      Content: Buffer.from(text),
      Method: 1,
      DisplayName: `${ClientId}.txt`,
      ContentType: 'text/plain',
    });
    const { id, data } = await events.add({ ...alone, Attachments: { Add: [file('a', 'first')] } });
    const [named] = events.shown(data!).Attachments!.Attachment!;
    assert.equal(named!.ClientId, 'a');
    const fetch = async (FileReference: string) => {
      const { Response } = await phone.ask('ItemOperations', [{ Fetch: { Store: 'Mailbox', FileReference } }]);
      return Response!.Fetch![0]!;
    };
    const fetched = await fetch(named!.FileReference);
    assert.equal(fetched.Status, 1);
    const Data = fetched.Properties!.children.find(({ tag }) => tag === pages.itemOperations.Data.code)!.value;
    assert.equal(Buffer.from(String(Data), 'base64').toString(), 'first');
    const answer = await events.sync([
      { Change: { ServerId: id, ApplicationData: events.data({ Attachments: { Add: [file('b', 'second')] } }) } },
    ]);
    const [response] = answer!.Responses!;
    assert.ok('Change' in response! && response.Change.Status === 1);
    assert.equal(events.shown(response.Change.ApplicationData!).Attachments!.Attachment![0]!.ClientId, 'b');
    const fresh = await FolderCopy.open<ReadCalendar>(phone.another(), calendar!, 'Calendar');
    const names = () => fresh.items.get(id)!.Attachments?.Attachment?.map(({ DisplayName }) => DisplayName);
    assert.deepEqual(names(), ['a.txt', 'b.txt']);
    await events.change(id, { Attachments: { Delete: [{ FileReference: named!.FileReference }] } });
    await fresh.sync();
    assert.deepEqual(names(), ['b.txt']);
    assert.equal((await fetch(named!.FileReference)).Status, 15);
    const wrong = { Attachments: { Delete: [{ FileReference: '8:1/abcdef' }] } };
    assert.equal(await events.change(id, wrong), 6);
    assert.equal(await events.change(id, { Attachments: { Add: [{ ...file('c', 'x'), Method: 5 }] } }), 6);
  });

  test('files go along with an invitation; one for which there is no room is refused alone', async () => {
    const file = (size: number) => ({
      ClientId: 'f',
      Content: Buffer.alloc(size, 1),
      Method: 1,
      DisplayName: 'plan.bin',
    });
    const { events } = await organizer();
    assert.equal((await events.add({ ...meeting, Attachments: { Add: [file(1000)] } })).status, 1);
    const [mail] = await told();
    const [attachment] = indexMessage(mail!.mime).attachments.filter(({ name }) => name === 'plan.bin');
    assert.equal(attachment?.size, 1000);
    const small = await house.phone({ version: '16.1', quota: 100_000 });
    const few = await FolderCopy.open<ReadCalendar>(small, calendar!, 'Calendar');
    assert.equal((await few.add({ ...meeting, Attachments: { Add: [file(200_000)] } })).status, 9);
    assert.deepEqual([await told(), few.items.size], [[], 0]);
  });

  test('5,000 guests are told with one mail, a list that cannot be delivered to with none', async () => {
    const { events } = await organizer();
    const many = Array.from({ length: 5000 }, (_, n) => ({ Email: `a${n}@outside.example`, Name: `A ${n}` }));
    assert.equal((await events.add({ ...meeting, ...guests(...many) })).status, 1);
    const [mail, ...others] = await told();
    assert.deepEqual([others.length, mail!.recipients.length], [0, 5000]);
    assert.equal((await events.add({ ...meeting, ...guests({ Email: 'nobody', Name: 'Nobody' }) })).status, 1);
    assert.deepEqual(await told(), []);
  });
});
