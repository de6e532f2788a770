// [MS-ASCMD] 2.2.1.19 SmartForward of events: to named people by the server (16.0 and later), or along with a message.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { ReadCalendar } from '../../protocol/index.ts';
import { composeMeetingMail } from '../../src/content/calendar/meeting-mail.ts';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import { receive } from '../../src/delivery/receive.ts';
import type { Event } from '../../src/domain/event.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { mail, openHouse, type Phone, type Request, rootOf, statusAlone } from '../support/endpoint.ts';
import { calendar, inbox, load, sent } from '../support/sync-phone.ts';

const start = Date.UTC(2031, 11, 1, 8);
const hour = 3_600_000;
const carol = { email: 'carol@outside.example', name: 'Carol' };
const frank = { Email: 'frank@outside.example', Name: 'Frank' };

describe('SmartForward of an event', async () => {
  const house = await openHouse({ after });
  let serial = 0;

  async function invited(more: Partial<Event> = {}) {
    const phone = await house.phone();
    const event: Event = {
      uid: `plan${++serial}@outside.example`,
      subject: 'Plan',
      start,
      end: start + hour,
      zone: 'UTC',
      dtStamp: 0,
      organizer: carol,
      attendees: [{ email: phone.address, name: 'User', status: 5, type: 1 }],
      ...more,
    };
    const message = { method: 'REQUEST' as const, events: [event], to: event.attendees!, subject: 'Plan' };
    const now = Date.UTC(2026, 0, 1);
    const mime = composeMeetingMail(message, { from: carol, messageId: `${serial}@outside.example`, now });
    const log = { error: assert.fail, warn: assert.fail, info: () => {}, debug: () => {} };
    await receive({ store: house.store, log }, phone.account, mime, { received: now, from: carol.email });
    const events = await FolderCopy.open<ReadCalendar>(phone, calendar!, 'Calendar');
    const [id] = [...events.items.keys()];
    return { phone, events, id: id!, event };
  }
  type Asked = Request<'SmartForward'>;
  async function forward(phone: Phone, ItemId: string, more: Partial<Asked> = {}): Promise<number | 'sent'> {
    const request: Asked = {
      ClientId: `c${++serial}`,
      Source: { FolderId: calendar, ItemId },
      SaveInSentItems: false,
      ReplaceMime: false,
      Forwardees: { Forwardee: [frank] },
      ...more,
    };
    const response = await phone.send('SmartForward', { body: phone.encode('SmartForward', request) });
    return rootOf(response) ? statusAlone(response) : 'sent';
  }
  async function taken() {
    const found = await house.store.outbox.claim('test', house.clock.now() + 60_000, 100);
    return Promise.all(
      found.map(async ({ id, recipients, mime }) => {
        const bytes = await house.store.blobs.get(mime);
        await house.store.outbox.done(id);
        const part = indexMessage(bytes).structure.parts?.find(({ type }) => type === 'text/calendar');
        const text = part
          ? Buffer.from(bytes.toString('latin1', part.bodyStart, part.bodyEnd), 'base64').toString()
          : '';
        return { recipients, ics: text.replaceAll('\r\n ', ''), mime: bytes, index: indexMessage(bytes) };
      }),
    );
  }

  test('the request goes on as it is, its organizer hears of it, and no copy is kept', async () => {
    const { phone, id, event } = await invited();
    assert.equal(await forward(phone, id, { Body: { Type: 1, Data: 'Come along' } }), 'sent');
    const [request, note, ...others] = (await taken()).sort((a) => (a.ics === '' ? 1 : -1));
    assert.deepEqual([others, request!.recipients, note!.recipients], [[], [frank.Email], [carol.email]]);
    assert.match(
      request!.ics,
      new RegExp(`^ORGANIZER;CN=Carol;SENT-BY="mailto:${phone.address}":mailto:${carol.email}\r$`, 'm'),
    );
    assert.match(request!.ics, new RegExp(`^UID:${event.uid}\r$`, 'm'));
    assert.match(request!.ics, /^DTSTAMP:20260101T000000Z\r$/m);
    assert.match(request!.index.preview, /Come along/);
    assert.match(note!.index.preview, /frank@outside\.example/);
    assert.equal(note!.index.messageClass, 'IPM.Note');
    assert.deepEqual(await phone.items(sent!), []);
  });

  test('the same request again is Status 118 and sends nothing', async () => {
    const { phone, id } = await invited();
    const ClientId = 'the same';
    assert.equal(await forward(phone, id, { ClientId }), 'sent');
    await taken();
    assert.equal(await forward(phone, id, { ClientId }), 118);
    assert.deepEqual(await taken(), []);
  });

  test('who forwards a meeting of their own invites: the guest is on the list', async () => {
    const { phone, events } = await invited();
    const { id } = await events.add({ StartTime: '20311201T080000Z', EndTime: '20311201T090000Z', Subject: 'Mine' });
    assert.equal(await forward(phone, id), 'sent');
    const [request, ...others] = await taken();
    assert.deepEqual([others.length, request!.recipients], [0, [frank.Email]]);
    assert.doesNotMatch(request!.ics, /SENT-BY/);
    await events.sync();
    const { Attendees, MeetingStatus } = events.items.get(id)!;
    assert.deepEqual([Attendees?.Attendee?.map(({ Email }) => Email), MeetingStatus], [[frank.Email], 1]);
  });

  test('one occurrence alone; 104, 146 and 150 for what is none', async () => {
    const { phone, id } = await invited({ recurrence: { type: 0, interval: 1, occurrences: 3 } });
    const source = (InstanceId: string, ItemId = id) => ({ Source: { FolderId: calendar, ItemId, InstanceId } });
    assert.equal(await forward(phone, id, source('2031-12-02T08:00:00.000Z')), 'sent');
    const request = (await taken()).find(({ ics }) => ics !== '');
    assert.match(request!.ics, /^RECURRENCE-ID:20311202T080000Z\r$/m);
    assert.doesNotMatch(request!.ics, /RRULE/);
    assert.equal(await forward(phone, id, source('20311202T080000Z')), 104);
    assert.equal(await forward(phone, id, source('2031-12-24T08:00:00.000Z')), 150);
    const single = await invited();
    assert.equal(await forward(single.phone, single.id, source('2031-12-01T08:00:00.000Z', single.id)), 146);
    assert.deepEqual(await taken(), []);
  });

  test('178 beside a message or a wish to save it, 179 of a mail or to nobody', async () => {
    const { phone, id } = await invited();
    const Mime = Buffer.from(mail({ to: 'bob@example.net' }));
    assert.equal(await forward(phone, id, { Mime }), 178);
    assert.equal(await forward(phone, id, { SaveInSentItems: true }), 178);
    assert.equal(await forward(phone, id, { ReplaceMime: true }), 178);
    const other = await phone.receive('From: a@b.test\r\nSubject: x\r\n\r\nx\r\n');
    assert.equal(await forward(phone, other, { Source: { FolderId: inbox, ItemId: other } }), 179);
    assert.equal(await forward(phone, id, { Forwardees: undefined, Body: { Type: 1, Data: 'x' } }), 179);
    assert.deepEqual(await taken(), []);
  });

  test('with a message of the phone the event goes along, a reply quotes its words (MS-ASCMD_R580)', async () => {
    const { phone, id } = await invited({
      body: { type: 1, data: 'Bring the figures.' },
      location: { DisplayName: 'Room 4' },
    });
    const Mime = Buffer.from(mail({ to: 'bob@example.net', text: 'Look' }));
    assert.equal(await forward(phone, id, { Mime, Forwardees: undefined }), 'sent');
    const [forwarded] = await taken();
    assert.match(forwarded!.ics, /^METHOD:REQUEST\r$/m);
    assert.match(forwarded!.index.preview, /Look/);
    const Source = { FolderId: calendar, ItemId: id };
    const reply = { ClientId: 'r', Source, SaveInSentItems: true, ReplaceMime: false, Mime };
    const response = await phone.send('SmartReply', { body: phone.encode('SmartReply', reply) });
    assert.equal(rootOf(response), undefined);
    const [answered] = await taken();
    assert.deepEqual([answered!.recipients, answered!.ics], [['bob@example.net'], '']);
    assert.match(answered!.mime.toString(), /Look[\s\S]*From: "Carol"[\s\S]*Where: Room 4[\s\S]*Bring the figures\./);
    const whole = { ...reply, ClientId: 'w', ReplaceMime: true };
    assert.equal(rootOf(await phone.send('SmartReply', { body: phone.encode('SmartReply', whole) })), undefined);
    assert.doesNotMatch((await taken())[0]!.mime.toString(), /figures/);
  });

  test('a reply or forward to one occurrence: 104, 146 and 150 for what is none, of a request mail too (MS-ASCMD_R578, R4919, R4930)', async () => {
    const series = await invited({ recurrence: { type: 0, interval: 1, occurrences: 3 } });
    const single = await invited();
    const Mime = Buffer.from(mail({ to: 'bob@example.net' }));
    for (const command of ['SmartReply', 'SmartForward'] as const)
      for (const ReplaceMime of [false, true])
        for (const folder of [calendar!, inbox!]) {
          const say = async ({ phone, id }: typeof series, InstanceId: string) => {
            const ItemId = folder === calendar ? id : (await phone.items(inbox!))[0]!.id;
            const Source = { FolderId: folder, ItemId, InstanceId };
            const asked = { ClientId: `o${++serial}`, Source, SaveInSentItems: false, ReplaceMime, Mime };
            const response = await phone.send(command, { body: phone.encode(command, asked) });
            return rootOf(response) ? statusAlone(response) : 'sent';
          };
          const statuses = [
            await say(series, '2031-12-02T08:00:00.000Z'),
            await say(series, '20311202T080000Z'),
            await say(series, '2031-12-24T08:00:00.000Z'),
            await say(single, '2031-12-01T08:00:00.000Z'),
          ];
          assert.deepEqual(statuses, ['sent', 104, 150, 146], `${command} ${ReplaceMime} ${folder}`);
        }
    assert.equal((await taken()).length, 8);
  });

  test('a forwarded request mail is an invitation to whom it reaches', async () => {
    const { phone, event } = await invited();
    const bob = await house.phone();
    const [request] = await phone.items(inbox!);
    const Mime = Buffer.from(mail({ to: bob.address, text: 'Look' }));
    const Source = { FolderId: inbox, ItemId: request!.id };
    assert.equal(await forward(phone, '', { Source, Mime, Forwardees: undefined }), 'sent');
    const [{ mime } = { mime: Buffer.alloc(0) }] = await taken();
    const log = { error: assert.fail, warn: assert.fail, info: () => {}, debug: () => {} };
    await receive({ store: house.store, log }, bob.account, mime, { received: house.clock.now(), from: phone.address });
    const events = await FolderCopy.open<ReadCalendar>(bob, calendar!, 'Calendar');
    const [got] = [...events.items.values()];
    assert.deepEqual([got?.UID, got?.OrganizerEmail, got?.MeetingStatus], [event.uid, carol.email, 3]);
    const toldOf = async (one: Phone) => [...(await load(one)).mails.values()][0]?.MeetingRequest?.Forwardees;
    assert.deepEqual(await toldOf(bob), { Forwardee: [{ Email: bob.address }] });
    for (const told of [bob.another('16.0'), bob.another('14.1', 'old'), phone])
      assert.equal(await toldOf(told), undefined, 'not before 16.1, and not of what its organizer sent');
  });

  test('what a phone up to 14.1 mailed is the revision that the next one follows', async () => {
    const phone = await house.phone();
    const old = phone.another('14.1');
    const events = await FolderCopy.open<ReadCalendar>(old, calendar!, 'Calendar');
    const guest = { Email: carol.email, Name: carol.name, AttendeeType: 1 };
    const { id } = await events.add({
      StartTime: '20311201T080000Z',
      EndTime: '20311201T090000Z',
      Subject: 'Mine',
      UID: 'mine',
      MeetingStatus: 1,
      Attendees: { Attendee: [guest] },
    });
    const own: Event = {
      uid: 'mine',
      subject: 'Mine',
      start,
      end: start + hour,
      zone: 'UTC',
      dtStamp: 0,
      sequence: 4,
      organizer: { email: phone.address, name: 'User' },
      attendees: [{ ...carol, status: 5, type: 1 }],
    };
    const from = { email: phone.address, name: 'User' };
    const message = { method: 'REQUEST' as const, events: [own], to: [carol], subject: 'Mine' };
    const Mime = composeMeetingMail(message, { from, messageId: 'm@example.test', now: house.clock.now() });
    const sending = { ClientId: 's', SaveInSentItems: true, Mime };
    assert.equal(rootOf(await old.send('SendMail', { body: old.encode('SendMail', sending) })), undefined);
    await taken();
    assert.equal(await events.sync(), undefined, 'nothing that the phone would show');
    const newest = await FolderCopy.open<ReadCalendar>(phone, calendar!, 'Calendar');
    assert.equal(await newest.change(id, { Subject: 'Mine too' }), 1);
    const [told] = await taken();
    assert.match(told!.ics, /^SEQUENCE:5\r$/m);
  });
});
