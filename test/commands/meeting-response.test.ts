// [MS-ASCMD] 2.2.1.11 MeetingResponse.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { buildLongId, type ReadCalendar, type ReadEmail } from '../../protocol/index.ts';
import { composeMeetingMail } from '../../src/content/calendar/meeting-mail.ts';
import { receive } from '../../src/delivery/receive.ts';
import type { Event } from '../../src/domain/event.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { openHouse, type Phone, type Request } from '../support/endpoint.ts';
import { takenMails } from '../support/meeting-mails.ts';
import { calendar, inbox, trash } from '../support/sync-phone.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2031, 11, 1, 8);
const carol = { email: 'carol@outside.example', name: 'Carol' };
const noon = '2031-12-01T08:00:00.000Z';

describe('MeetingResponse', async () => {
  const house = await openHouse({ after });
  let stamps = 0;

  async function invited(version: '14.1' | '16.1' = '16.1', more: Partial<Event> = {}) {
    const phone = await house.phone({ version });
    const event: Event = {
      uid: `meeting${++stamps}@outside.example`,
      subject: 'Plan',
      start,
      end: start + hour,
      zone: 'Europe/Berlin',
      dtStamp: 0,
      meetingStatus: 1,
      organizer: carol,
      attendees: [{ email: phone.address, name: 'User', status: 5, type: 1 }],
      ...more,
    };
    await send(phone, event, 'REQUEST');
    const mails = await FolderCopy.open<ReadEmail>(phone, inbox!, 'Email');
    const events = await FolderCopy.open<ReadCalendar>(phone, calendar!, 'Calendar');
    const [request] = [...mails.items.keys()];
    const [id] = [...events.items.keys()];
    return { phone, event, mails, events, request: request!, id: id! };
  }
  async function send(phone: Phone, event: Event, method: 'REQUEST' | 'CANCEL' | 'COUNTER'): Promise<void> {
    const now = Date.UTC(2026, 0, 1) + ++stamps * 1000;
    const mail = { method, events: [event], to: event.attendees!, subject: 'Plan' };
    const mime = composeMeetingMail(mail, { from: carol, messageId: `${stamps}@outside.example`, now });
    await receive({ store: house.store, log: silent }, phone.account, mime, { received: now, from: carol.email });
  }
  const silent = { error: assert.fail, warn: assert.fail, info: () => {}, debug: () => {} };

  type Asked = NonNullable<Request<'MeetingResponse'>['Request']>[number];
  async function answer(phone: Phone, asked: Asked) {
    const { Result } = await phone.ask('MeetingResponse', { Request: [asked] });
    const [result] = Result ?? [];
    assert.ok(result);
    return result;
  }
  const byMail = (RequestId: string, UserResponse: number, more: Partial<Asked> = {}): Asked => ({
    UserResponse,
    CollectionId: inbox,
    RequestId,
    ...more,
  });
  const byEvent = (RequestId: string, UserResponse: number, more: Partial<Asked> = {}): Asked => ({
    ...byMail(RequestId, UserResponse, more),
    CollectionId: calendar,
  });
  const SendResponse = {};

  const told = () => takenMails(house);

  test('MS-ASEMAIL_R470: a request may be flagged without a FlagType', async () => {
    const { phone, mails, request } = await invited();
    assert.equal(await mails.change(request, { Flag: { Status: 2 } }), 1);
    assert.equal((await phone.item(request))?.content.flag?.status, 2);
  });

  for (const version of ['14.1', '16.1'] as const) {
    test(`${version}: a request is accepted: the event is busy, the request lies in Deleted Items`, async () => {
      const { phone, mails, events, request, id } = await invited(version);
      const bin = await FolderCopy.open<ReadEmail>(phone, trash!, 'Email');
      assert.deepEqual(await answer(phone, byMail(request, 1)), { RequestId: request, Status: 1, CalendarId: id });
      for (const copy of [mails, events, bin]) await copy.sync();
      const { MeetingStatus, BusyStatus, ResponseType, AppointmentReplyTime } = events.items.get(id)!;
      assert.deepEqual([MeetingStatus, BusyStatus, ResponseType], [3, 2, 3]);
      assert.ok(AppointmentReplyTime);
      assert.deepEqual([mails.items.size, bin.items.size], [0, 1]);
      assert.deepEqual(await told(), []);
    });
  }

  test('more than 100 answers at once are refused: 103, before 14.0 HTTP 400 (MS-ASCMD_R5650)', async () => {
    const one = { UserResponse: 1, CollectionId: inbox!, RequestId: 'none' };
    const many = (length: number) => ({ Request: Array.from({ length }, () => one) });
    const phone = await house.phone();
    assert.equal(await phone.status('MeetingResponse', many(101)), 103);
    assert.equal((await phone.ask('MeetingResponse', many(100))).Result?.length, 100);
    const old = await house.phone({ version: '12.1' });
    assert.equal((await old.send('MeetingResponse', { body: old.encode('MeetingResponse', many(101)) })).status, 400);
  });

  test('"perhaps" is tentative, "no" takes the event away and has no CalendarId', async () => {
    const { phone, events, id } = await invited('14.1');
    assert.equal((await answer(phone, byEvent(id, 2))).CalendarId, id);
    await events.sync();
    assert.deepEqual([events.items.get(id)!.BusyStatus, events.items.get(id)!.ResponseType], [1, 2]);
    assert.deepEqual(await answer(phone, byEvent(id, 3)), { RequestId: id, Status: 1 });
    await events.sync();
    assert.equal(events.items.size, 0);
  });

  test('an answer to the event moves its request to Deleted Items too', async () => {
    const { phone, mails, id } = await invited('16.1');
    await answer(phone, byEvent(id, 1));
    await mails.sync();
    assert.equal(mails.items.size, 0);
  });

  test('by LongId, which the answer does not repeat (MS-ASCMD_R2509, R3232)', async () => {
    const { phone, request, id } = await invited();
    const LongId = buildLongId(inbox!, request);
    assert.deepEqual(await answer(phone, { UserResponse: 1, LongId }), { Status: 1, CalendarId: id });
  });

  test('the organizer is told when SendResponse asks for it, once, with the words of the answer', async () => {
    const { phone, request, event } = await invited();
    const asked = byMail(request, 1, { SendResponse: { Body: { Type: 1, Data: 'Gladly' } } });
    await answer(phone, asked);
    await answer(phone, asked);
    const [mail, ...others] = await told();
    assert.deepEqual(others, []);
    assert.deepEqual([mail!.recipients, mail!.subject], [[carol.email], 'Accepted: Plan']);
    assert.match(mail!.text, /Gladly/);
    const { method, uid, events } = mail!.itip;
    assert.deepEqual([method, uid, events.length], ['REPLY', event.uid, 1]);
    assert.deepEqual(
      events[0]!.attendees?.map(({ email, status }) => [email, status]),
      [[phone.address, 3]],
    );
    assert.equal(mail!.messageClass, 'IPM.Schedule.Meeting.Resp.Pos');
  });

  test('the same answer again is the same answer: nothing changes, a declined meeting stays away', async () => {
    const { phone, events, request, id } = await invited();
    const no = byMail(request, 3, { SendResponse });
    for (let n = 0; n < 3; n++) assert.deepEqual(await answer(phone, no), { RequestId: request, Status: 1 });
    assert.deepEqual(await answer(phone, byEvent(id, 3)), { RequestId: id, Status: 1 });
    await events.sync();
    assert.equal(events.items.size, 0);
    assert.equal((await told()).length, 1);
    assert.equal((await answer(phone, byEvent(id, 1))).Status, 2);
  });

  test('who changed their mind accepts the request in Deleted Items, and the meeting is there again', async () => {
    const { phone, events, request } = await invited();
    await answer(phone, byMail(request, 3));
    const bin = await FolderCopy.open<ReadEmail>(phone, trash!, 'Email');
    const [again] = [...bin.items.keys()];
    const { CalendarId, Status } = await answer(phone, { UserResponse: 1, CollectionId: trash, RequestId: again });
    assert.equal(Status, 1);
    await events.sync();
    assert.deepEqual([...events.items.keys()], [CalendarId]);
    assert.equal(events.items.get(CalendarId!)!.ResponseType, 3);
  });

  const daily = { recurrence: { type: 0, interval: 1, occurrences: 5 } } as const;

  test('one occurrence is declined or accepted, the others are as they were', async () => {
    const { phone, events, id } = await invited('16.1', daily);
    const InstanceId = '2031-12-02T08:00:00.000Z';
    assert.deepEqual(await answer(phone, byEvent(id, 3, { InstanceId, SendResponse })), {
      RequestId: id,
      Status: 1,
      InstanceId,
    });
    await answer(phone, byEvent(id, 1, { InstanceId: '2031-12-03T08:00:00.000Z' }));
    await events.sync();
    const { Exceptions, ResponseType } = events.items.get(id)!;
    assert.equal(ResponseType, 5);
    assert.deepEqual(
      Exceptions!.Exception!.map((one) => [one.InstanceId, one.Deleted, one.ResponseType]),
      [
        ['20311202T080000Z', 1, undefined],
        ['20311203T080000Z', undefined, 3],
      ],
    );
    const [mail, ...others] = await told();
    assert.deepEqual([others.length, mail!.itip.events[0]!.instance], [0, start + day]);
    assert.deepEqual((await answer(phone, byEvent(id, 3, { InstanceId, SendResponse }))).Status, 1);
    assert.deepEqual(await told(), []);
  });

  test('an answer to all of it is one to each occurrence', async () => {
    const { phone, events, id } = await invited('16.1', daily);
    await answer(phone, byEvent(id, 2, { InstanceId: '2031-12-03T08:00:00.000Z' }));
    await answer(phone, byEvent(id, 1));
    await events.sync();
    const { Exceptions, ResponseType } = events.items.get(id)!;
    assert.equal(ResponseType, 3);
    assert.deepEqual(
      Exceptions?.Exception?.map((one) => one.ResponseType ?? 'inherited'),
      ['inherited'],
    );
  });

  test('InstanceId: 104 in another form, 146 of a single meeting, 2 on a request or on no occurrence', async () => {
    const one = await invited();
    const wrong = ['20311201T080000Z', '20090907T07:00:00.000Z', '2031-12-01T08:00:00Z'];
    for (const InstanceId of wrong)
      assert.equal((await answer(one.phone, byEvent(one.id, 1, { InstanceId }))).Status, 104);
    assert.equal((await answer(one.phone, byEvent(one.id, 1, { InstanceId: noon }))).Status, 146);
    assert.equal((await answer(one.phone, byMail(one.request, 1, { InstanceId: noon }))).Status, 2);
    const many = await invited('14.1', daily);
    const InstanceId = '2031-12-24T08:00:00.000Z';
    assert.equal((await answer(many.phone, byEvent(many.id, 1, { InstanceId }))).Status, 2);
  });

  test('what is no request is Status 2: a mail, nothing at all, an answer that there is not, a meeting of ones own', async () => {
    const { phone, id, events } = await invited();
    const mail = await phone.receive('From: a@b.test\r\nSubject: x\r\n\r\nx\r\n');
    assert.equal((await answer(phone, byMail(mail, 1))).Status, 2);
    assert.equal((await answer(phone, byMail('2:99', 1))).Status, 2);
    assert.equal((await answer(phone, byEvent(id, 7))).Status, 2);
    assert.equal((await answer(phone, byMail(id, 1))).Status, 2);
    const own = await events.add({
      StartTime: '20311201T080000Z',
      EndTime: '20311201T090000Z',
      Subject: 'Mine',
      Attendees: { Attendee: [{ Email: 'dan@outside.example', Name: 'Dan' }] },
    });
    assert.equal(own.status, 1);
    assert.equal((await answer(phone, byEvent(own.id, 1))).Status, 2);
    await told();
  });

  test('a cancelled meeting is not accepted, only taken away', async () => {
    const { phone, event, request, id, events } = await invited();
    await send(phone, { ...event, sequence: 1 }, 'CANCEL');
    assert.equal((await answer(phone, byMail(request, 1))).Status, 2);
    assert.equal((await answer(phone, byEvent(id, 3))).Status, 1);
    await events.sync();
    assert.equal(events.items.size, 0);
  });

  test('another time is proposed with "perhaps" or "no", by both times, where the organizer allows it', async () => {
    const times = { ProposedStartTime: '20311201T120000Z', ProposedEndTime: '20311201T130000Z' };
    const { phone, request, id } = await invited();
    for (const half of [{ ProposedStartTime: times.ProposedStartTime }, { ProposedEndTime: times.ProposedEndTime }])
      assert.equal((await answer(phone, byMail(request, 2, { SendResponse: half }))).Status, 2);
    assert.equal((await answer(phone, byMail(request, 1, { SendResponse: times }))).Status, 2);
    assert.deepEqual(await told(), []);
    assert.equal((await answer(phone, byMail(request, 2, { SendResponse: times }))).CalendarId, id);
    const [mail] = await told();
    const [proposal] = mail!.itip.events;
    assert.deepEqual([mail!.itip.method, mail!.subject], ['COUNTER', 'New Time Proposed: Plan']);
    assert.deepEqual([proposal!.start, proposal!.end], [start + 4 * hour, start + 5 * hour]);
    const closed = await invited('16.1', { disallowNewTimeProposal: true });
    assert.equal((await answer(closed.phone, byMail(closed.request, 2, { SendResponse: times }))).Status, 2);
  });

  test('who asked for no answers gets none', async () => {
    const { phone, request } = await invited('16.1', { responseRequested: false });
    assert.equal((await answer(phone, byMail(request, 1, { SendResponse }))).Status, 1);
    assert.deepEqual(await told(), []);
  });

  test('the request says what it is, in the words of each version', async () => {
    const { phone, mails, request, event } = await invited('16.1', daily);
    const newest = mails.items.get(request)!;
    assert.equal(newest.MessageClass, 'IPM.Schedule.Meeting.Request');
    assert.equal(newest.Attachments, undefined);
    const { UID, GlobalObjId, MeetingMessageType, InstanceType, StartTime, Organizer, Recurrences } =
      newest.MeetingRequest!;
    assert.deepEqual([UID, GlobalObjId, MeetingMessageType], [event.uid, undefined, 1]);
    assert.deepEqual([InstanceType, StartTime, Organizer], [1, noon, `"Carol" <${carol.email}>`]);
    assert.deepEqual([Recurrences?.Recurrence?.[0]?.Type, Recurrences?.Recurrence?.[0]?.Occurrences], [0, 5]);
    const old = await FolderCopy.open<ReadEmail>(phone.another('14.1'), inbox!, 'Email');
    const { UID: none, GlobalObjId: named } = old.items.get(request)!.MeetingRequest!;
    assert.equal(none, undefined);
    assert.match(Buffer.from(named!, 'base64').toString('latin1'), new RegExp(`vCal-Uid\x01\0\0\0${event.uid}\0$`));
  });

  test('14.0: the event is answered too, an occurrence cannot be named', async () => {
    const { phone, id } = await invited('14.0' as never, daily);
    assert.equal((await answer(phone, byEvent(id, 1, { InstanceId: noon }))).Status, 2);
    assert.deepEqual(await answer(phone, byEvent(id, 1)), { RequestId: id, Status: 1, CalendarId: id });
  });

  test('a proposal that comes is told at 16.1, with the mail and with the guest; below it is the mail alone', async () => {
    const { phone, events } = await invited();
    const Attendee = [{ Email: carol.email, Name: 'Carol', AttendeeType: 1 }];
    const times = { StartTime: '20311201T080000Z', EndTime: '20311201T090000Z' };
    const { id } = await events.add({ ...times, Subject: 'Mine', Attendees: { Attendee } });
    await told();
    await events.sync();
    const mine: Event = {
      uid: events.items.get(id)!.UID!,
      start: start + 4 * hour,
      end: start + 5 * hour,
      zone: 'UTC',
      dtStamp: 0,
      organizer: { email: phone.address, name: 'User' },
      attendees: [{ ...carol, status: 2 }],
    };
    await send(phone, mine, 'COUNTER');
    const counter = (copy: FolderCopy<ReadEmail>) =>
      [...copy.items.values()].find(({ MessageClass }) => MessageClass === 'IPM.Schedule.Meeting.Resp.Tent')!;
    const asked = counter(await FolderCopy.open<ReadEmail>(phone.another('16.1', 'counter16'), inbox!, 'Email'));
    const { StartTime, ProposedStartTime, ProposedEndTime } = asked.MeetingRequest!;
    assert.deepEqual([StartTime, ProposedStartTime, ProposedEndTime], [noon, '20311201T120000Z', '20311201T130000Z']);
    await events.sync();
    const [guest] = events.items.get(id)!.Attendees!.Attendee!;
    assert.deepEqual([guest!.AttendeeStatus, guest!.ProposedStartTime], [2, '20311201T120000Z']);
    const old = counter(await FolderCopy.open<ReadEmail>(phone.another('14.1', 'counter14'), inbox!, 'Email'));
    assert.equal(old.MeetingRequest, undefined);
  });

  test('an all-day invitation is the same day in each version', async () => {
    const date = Date.UTC(2031, 11, 24);
    const { phone, mails, events, request, id } = await invited('16.1', { allDay: true, start: date, end: date + day });
    const { AllDayEvent, StartTime } = mails.items.get(request)!.MeetingRequest!;
    assert.deepEqual([AllDayEvent, StartTime], [1, '2031-12-24T00:00:00.000Z']);
    assert.equal(events.items.get(id)!.StartTime, '20311224T000000Z');
    const old = await FolderCopy.open<ReadEmail>(phone.another('14.1'), inbox!, 'Email');
    assert.equal(old.items.get(request)!.MeetingRequest!.StartTime, '2031-12-24T00:00:00.000Z');
  });

  test('several answers in one request are each answered', async () => {
    const { phone, request, id } = await invited();
    const { Result } = await phone.ask('MeetingResponse', { Request: [byMail('2:1', 1), byMail(request, 1)] });
    assert.deepEqual(
      Result?.map(({ Status, CalendarId }) => [Status, CalendarId]),
      [
        [2, undefined],
        [1, id],
      ],
    );
  });
});
