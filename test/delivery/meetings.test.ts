// Messages about meetings that come in: what the calendar holds after each, and what the mail tells (RFC 5546).
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { asEvent } from '../../src/content/calendar/codec.ts';
import { type ICalendarOptions, writeICalendar } from '../../src/content/calendar/write-icalendar.ts';
import { receive } from '../../src/delivery/receive.ts';
import { specialFolderId } from '../../src/domain/collection.ts';
import type { Event } from '../../src/domain/event.ts';
import { inbox, log, type MailWorld, mailWorld } from './mail-world.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 11, 1, 8);
const stamp = Date.UTC(2026, 10, 1);
const carol = 'carol@outside.example';

const meeting: Event = {
  uid: 'plan@outside.example',
  subject: 'Plan',
  location: { DisplayName: 'Room 1' },
  start,
  end: start + hour,
  zone: 'Europe/Berlin',
  dtStamp: stamp,
  sequence: 0,
  busyStatus: 2,
  meetingStatus: 1,
  organizer: { email: carol, name: 'Carol' },
  attendees: [
    { email: 'alice@example.test', name: 'Alice', status: 5, type: 1 },
    { email: 'dan@outside.example', name: 'Dan', status: 5, type: 2 },
  ],
};
const series: Event = { ...meeting, recurrence: { type: 0, interval: 1, occurrences: 5 } };

function message(from: string, text: string, method = /METHOD:(\w+)/.exec(text)?.[1] ?? ''): Buffer {
  return Buffer.from(
    [
      `From: Someone <${from}>`,
      'To: alice@example.test',
      'Subject: About a meeting',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'words',
      '--b',
      `Content-Type: text/calendar; charset=utf-8; method=${method}`,
      '',
      text.replaceAll('\r\n', '\n'),
      '--b--',
      '',
    ].join('\n'),
  );
}

async function world(t: TestContext) {
  const mails = await mailWorld(t);
  const { store, alice } = mails;
  const send = (event: Event | readonly Event[], options: ICalendarOptions, from = carol) =>
    come(mails, message(from, writeICalendar([event].flat() as Event[], options)), from);
  const events = async () => {
    const range = { order: 'oldest', limit: 100 } as const;
    const items = await store.read(alice, (reader) => reader.range(specialFolderId(8), range));
    return items.map(({ content }) => asEvent(content as never));
  };
  const told = async () => (await inbox(store, alice)).map(({ content }) => content.meeting?.messageType);
  return { mails, send, events, told };
}
async function come({ store, alice }: MailWorld, mime: Buffer, from: string): Promise<void> {
  await receive({ store, log }, alice, mime, { received: Date.now(), from });
}

const own = ({ meetingStatus, responseType, busyStatus }: Event) => [meetingStatus, responseType, busyStatus];

test('an invitation stands in the calendar, tentatively and not answered, and the mail tells of it', async (t) => {
  const { mails, send, events, told } = await world(t);
  await send(meeting, { method: 'REQUEST' });
  const [event, ...others] = await events();
  assert.deepEqual(others, []);
  assert.deepEqual(own(event!), [3, 5, 1]);
  assert.deepEqual([event!.subject, event!.start, event!.end, event!.uid], ['Plan', start, start + hour, meeting.uid]);
  assert.deepEqual([event!.organizer, event!.intendedBusy], [meeting.organizer, 2]);
  assert.equal(event!.attendees?.length, 2);
  assert.deepEqual(await told(), [1]);
  const [mail] = await inbox(mails.store, mails.alice);
  assert.equal(mail!.content.messageClass, 'IPM.Schedule.Meeting.Request');
});

test('the same invitation again changes nothing, an older revision changes nothing and is outdated', async (t) => {
  const { send, events, told } = await world(t);
  const second = { ...meeting, sequence: 2, dtStamp: stamp + hour, subject: 'Plan B' };
  await send(second, { method: 'REQUEST' });
  const before = await events();
  await send(second, { method: 'REQUEST' });
  await send({ ...meeting, sequence: 1, dtStamp: stamp + 2 * hour }, { method: 'REQUEST' });
  await send({ ...meeting, sequence: 2 }, { method: 'REQUEST' });
  assert.deepEqual(await events(), before);
  assert.deepEqual(await told(), [1, 1, 4, 4]);
});

test('an update that leaves the time keeps the answer, one that moves it asks again', async (t) => {
  const { mails, send, events, told } = await world(t);
  await send(meeting, { method: 'REQUEST' });
  await accept(mails, { reminder: 5, categories: ['Mine'] });
  await send({ ...meeting, sequence: 1, subject: 'Plan B' }, { method: 'REQUEST' });
  assert.deepEqual(own((await events())[0]!), [3, 3, 2]);
  await send({ ...meeting, sequence: 2, subject: 'Plan B', start: start + hour }, { method: 'REQUEST' });
  const [event] = await events();
  assert.deepEqual(own(event!), [3, 5, 1]);
  assert.deepEqual([event!.subject, event!.start], ['Plan B', start + hour]);
  assert.deepEqual([event!.reminder, event!.categories], [5, ['Mine']]);
  assert.deepEqual(await told(), [1, 3, 2]);
});

async function accept({ store, alice }: MailWorld, more: Partial<Event> = {}): Promise<void> {
  await store.transact(alice, async (tx) => {
    const [item] = await tx.range(specialFolderId(8), { order: 'oldest', limit: 1 });
    const content = { ...(item!.content as object), responseType: 3, busyStatus: 2, ...more };
    tx.put({ ...item!, content: content as never }, ['message']);
  });
}

test('an answer stays with the event that another program marked as received (11, which is 3)', async (t) => {
  const { mails, send, events } = await world(t);
  await send(meeting, { method: 'REQUEST' });
  await accept(mails, { meetingStatus: 11 });
  await send({ ...meeting, sequence: 1, subject: 'Plan B' }, { method: 'REQUEST' });
  assert.deepEqual(own((await events())[0]!), [3, 3, 2]);
});

test('one occurrence is moved, the others stay', async (t) => {
  const { mails, send, events, told } = await world(t);
  await send(series, { method: 'REQUEST' });
  await accept(mails);
  const { recurrence: _, ...single } = series;
  const instance = start + 2 * day;
  await send(
    { ...single, instance, start: instance + hour, end: instance + 2 * hour },
    { method: 'REQUEST', stamp: stamp + 1000 },
  );
  const [event, ...others] = await events();
  assert.deepEqual([others, own(event!)], [[], [3, 3, 2]]);
  const [exception] = event!.exceptions!;
  assert.deepEqual([exception!.original, exception!.start, exception!.responseType], [instance, instance + hour, 5]);
  assert.deepEqual(await told(), [1, 2]);
});

test('an invitation to one occurrence alone is an event of its own, until its series comes', async (t) => {
  const { mails, send, events } = await world(t);
  const { recurrence: _, ...single } = series;
  const instance = start + day;
  const alone = { ...single, instance, start: instance + hour, end: instance + 2 * hour };
  await send(alone, { method: 'REQUEST' });
  assert.deepEqual(
    (await events()).map((event) => event.instance),
    [instance],
  );
  assert.equal((await inbox(mails.store, mails.alice))[0]!.content.meeting?.orphan, true);
  await send(series, { method: 'REQUEST', stamp: stamp + 1000 });
  const [event, ...others] = await events();
  assert.deepEqual([others, event!.instance], [[], undefined]);
  assert.deepEqual(
    event!.exceptions?.map(({ original, start: at }) => [original, at]),
    [[instance, instance + hour]],
  );
});

test('a cancelled meeting stays, marked and free; a cancelled occurrence alone', async (t) => {
  const { send, events } = await world(t);
  await send(series, { method: 'REQUEST' });
  const { recurrence: _, ...single } = series;
  const instance = start + day;
  await send({ ...single, instance, start: instance, end: instance + hour }, { method: 'CANCEL', stamp: stamp + 1000 });
  const [one] = await events();
  assert.deepEqual([own(one!), one!.subject], [[3, 5, 1], 'Plan']);
  const [exception] = one!.exceptions!;
  assert.deepEqual(
    [exception!.original, exception!.meetingStatus, exception!.subject],
    [instance, 7, 'Canceled: Plan'],
  );
  await send({ ...series, sequence: 1 }, { method: 'CANCEL', stamp: stamp + 2000 });
  const [all] = await events();
  assert.deepEqual([all!.meetingStatus, all!.busyStatus, all!.subject], [7, 0, 'Canceled: Plan']);
});

test('a stranger cannot change or cancel a meeting, nor take it over, nor write into one of ones own', async (t) => {
  const { mails, send, events } = await world(t);
  await send(meeting, { method: 'REQUEST' });
  const before = await events();
  const eve = 'eve@evil.example';
  await send({ ...meeting, sequence: 9, subject: 'Evil' }, { method: 'REQUEST' }, eve);
  await send({ ...meeting, sequence: 9, organizer: { email: eve, name: 'Eve' } }, { method: 'REQUEST' }, eve);
  await send({ ...meeting, sequence: 9 }, { method: 'CANCEL' }, eve);
  assert.deepEqual(await events(), before);
  await mine(mails);
  const with2 = await events();
  await send({ ...ownMeeting, sequence: 9, organizer: { email: eve, name: 'Eve' } }, { method: 'REQUEST' }, eve);
  await send({ ...ownMeeting, sequence: 9 }, { method: 'REQUEST' }, 'alice@example.test');
  await send({ ...ownMeeting, sequence: 9 }, { method: 'CANCEL' }, 'alice@example.test');
  assert.deepEqual(await events(), with2);
});

const ownMeeting: Event = {
  ...meeting,
  uid: 'own@example.test',
  organizer: { email: 'alice@example.test', name: 'Alice' },
  attendees: [
    { email: carol, name: 'Carol', status: 5, type: 1 },
    { email: 'dan@outside.example', name: 'Dan', status: 5, type: 2 },
  ],
};
/** Alice invites. */
async function mine({ store, alice }: MailWorld, more: Partial<Event> = {}): Promise<void> {
  const { calendarCodec, eventItem } = await import('../../src/content/calendar/codec.ts');
  assert.ok(calendarCodec);
  const content = { ...ownMeeting, ...more } as never;
  await store.transact(alice, async (tx) => tx.create(eventItem(specialFolderId(8), content, Date.now())));
}
const answer = (status: number, more: Partial<Event> = {}): Event => ({
  ...ownMeeting,
  attendees: [{ email: carol, name: 'Carol', status, type: 1 }],
  ...more,
});
const statuses = ({ attendees }: { readonly attendees?: Event['attendees'] | null }) =>
  attendees?.map(({ status }) => status);

test('an answer is the status of its attendee and nothing else; a later one counts, an older one does not', async (t) => {
  const { mails, send, events } = await world(t);
  await mine(mails);
  const [before] = await events();
  await send(answer(3), { method: 'REPLY', stamp: stamp + 1000 });
  const [accepted] = await events();
  assert.deepEqual(statuses(accepted!), [3, 5]);
  assert.deepEqual({ ...accepted, attendees: before!.attendees }, before);
  await send(answer(4), { method: 'REPLY', stamp: stamp + 3000 });
  await send(answer(2), { method: 'REPLY', stamp: stamp + 2000 });
  assert.deepEqual(statuses((await events())[0]!), [4, 5]);
  const [mail] = await inbox(mails.store, mails.alice);
  assert.deepEqual([mail!.content.messageClass, mail!.content.meeting], ['IPM.Schedule.Meeting.Resp.Pos', undefined]);
});

test('nobody answers for another, and who was not invited is not put on the list', async (t) => {
  const { mails, send, events } = await world(t);
  await mine(mails);
  await send(answer(3), { method: 'REPLY' }, 'eve@evil.example');
  await send(
    answer(3, { attendees: [{ email: 'eve@evil.example', name: 'Eve', status: 3 }] }),
    { method: 'REPLY' },
    'eve@evil.example',
  );
  assert.deepEqual(statuses((await events())[0]!), [5, 5]);
});

test('one of a group that was invited answers for themselves; a plus-address is its account', async (t) => {
  const { mails, send, events } = await world(t);
  await mails.store.directory.putGroup({
    address: 'team@example.test',
    displayName: 'Team',
    members: ['bob@example.test'],
  });
  const team = { email: 'team@example.test', name: 'Team', status: 5, type: 1 };
  await mine(mails, { attendees: [team, { email: 'bob+x@example.test', name: 'Bob', status: 5, type: 1 }] });
  const bob = (email: string) => ({ attendees: [{ email, name: 'Bob', status: 3 }] });
  await send(answer(3, bob('bob+x@example.test')), { method: 'REPLY', stamp: stamp + 1000 }, 'bob@example.test');
  assert.deepEqual(statuses((await events())[0]!), [5, 3]);
  await mine(mails, { uid: 'other', attendees: [team] });
  await send(answer(3, { uid: 'other', ...bob('bob@example.test') }), { method: 'REPLY' }, 'bob@example.test');
  const other = (await events()).find(({ uid }) => uid === 'other');
  assert.deepEqual(
    other!.attendees!.map(({ email, status }) => [email, status]),
    [
      ['team@example.test', 5],
      ['bob@example.test', 3],
    ],
  );
});

test('an answer to what is no longer so does not count', async (t) => {
  const { mails, send, events } = await world(t);
  await mine(mails, { sequence: 2, revised: stamp + day });
  await send(answer(3, { sequence: 1 }), { method: 'REPLY', stamp: stamp + hour });
  assert.deepEqual(statuses((await events())[0]!), [5, 5]);
});

test('an answer to one occurrence is of that one alone', async (t) => {
  const { mails, send, events } = await world(t);
  await mine(mails, { recurrence: { type: 0, interval: 1, occurrences: 5 } });
  const instance = start + day;
  await send(answer(4, { instance, start: instance, end: instance + hour }), { method: 'REPLY', stamp: stamp + 1000 });
  const [event] = await events();
  assert.deepEqual(statuses(event!), [5, 5]);
  assert.deepEqual(
    event!.exceptions?.map((one) => [one.original, statuses(one)]),
    [[instance, [4, 5]]],
  );
  await send(answer(3), { method: 'REPLY', stamp: stamp + 2000 });
  const [again] = await events();
  assert.deepEqual(
    [statuses(again!), statuses(again!.exceptions![0]!)],
    [
      [3, 5],
      [3, 5],
    ],
  );
});

test('a proposal of another time stands at the attendee and in the mail; where none are wanted it is a "perhaps"', async (t) => {
  const { mails, send, events } = await world(t);
  await mine(mails);
  const at = { start: start + 3 * hour, end: start + 4 * hour };
  await send(answer(2, at), { method: 'COUNTER', stamp: stamp + 1000 });
  const [event] = await events();
  assert.equal(event!.start, start);
  const [first] = event!.attendees!;
  assert.deepEqual([first!.status, first!.proposedStart, first!.proposedEnd], [2, at.start, at.end]);
  const [mail] = await inbox(mails.store, mails.alice);
  assert.deepEqual([mail!.content.meeting?.method, mail!.content.meeting?.proposed], ['COUNTER', at]);
  assert.equal(mail!.content.meeting?.event.start, start);
  await send(answer(3), { method: 'REPLY', stamp: stamp + 2000 });
  assert.equal((await events())[0]!.attendees![0]!.proposedStart, undefined);
});
test('proposals that the organizer does not want are answers without a time', async (t) => {
  const { mails, send, events } = await world(t);
  await mine(mails, { disallowNewTimeProposal: true });
  await send(answer(2, { start: start + 3 * hour, end: start + 4 * hour }), { method: 'COUNTER' });
  const [first] = (await events())[0]!.attendees!;
  assert.deepEqual([first!.status, first!.proposedStart], [2, undefined]);
});

test('whatever the calendar part says, the mail is delivered', async (t) => {
  const { mails, events } = await world(t);
  const texts = [
    '',
    'BEGIN:VCALENDAR',
    'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:99999999T999999Z\r\nEND:VEVENT',
    'BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nRECURRENCE-ID:soon\r\nEND:VEVENT\r\nEND:VCALENDAR',
    `BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:y\r\nDTSTART:20261201T080000Z\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31\r\nEND:VEVENT\r\nEND:VCALENDAR`,
  ];
  for (const text of texts) await come(mails, message(carol, text, 'REQUEST'), carol);
  assert.equal((await inbox(mails.store, mails.alice)).length, texts.length);
  assert.deepEqual(
    (await events()).map(({ uid }) => uid),
    ['y'],
  );
});

test('invitations that come at once make one meeting', async (t) => {
  const { send, events } = await world(t);
  await Promise.all([0, 1, 2, 3].map((sequence) => send({ ...meeting, sequence }, { method: 'REQUEST' })));
  const all = await events();
  assert.deepEqual([all.length, all[0]!.sequence], [1, 3]);
});

test('5,000 attendees and 10,000 occurrences are taken as they come', async (t) => {
  const { mails, send, events } = await world(t);
  const attendees = Array.from({ length: 5000 }, (_, n) => ({
    email: `a${n}@x.test`,
    name: `A ${n}`,
    status: 5,
    type: 1,
  }));
  await send(
    { ...meeting, zone: 'UTC', attendees, recurrence: { type: 0, interval: 1, occurrences: 10_000 } },
    { method: 'REQUEST' },
  );
  const [event] = await events();
  assert.equal(event!.attendees?.length, 5000);
  assert.equal(event!.recurrence?.until, start + 9999 * day);
  const [mail] = await inbox(mails.store, mails.alice);
  assert.equal(mail!.content.meeting?.event.attendees, undefined);
});

test('files that come with an invitation lie with the event, stay through an update without them, and are replaced by new ones', async (t) => {
  const { mails, events } = await world(t);
  const withFile = (event: Event, content?: string) => {
    const invitation = message(carol, writeICalendar([event], { method: 'REQUEST' })).toString();
    const head = invitation.slice(0, invitation.indexOf('Content-Type'));
    const inner = invitation.slice(head.length);
    const parts = [
      inner,
      'Content-Type: application/ics; name="invite.ics"\nContent-Disposition: attachment; filename="invite.ics"\n\nBEGIN:VCALENDAR',
      ...(content === undefined
        ? []
        : [
            `Content-Type: text/plain; name="agenda.txt"\nContent-Disposition: attachment; filename="agenda.txt"\n\n${content}`,
          ]),
    ];
    const mixed = `Content-Type: multipart/mixed; boundary=m\n\n${parts.map((part) => `--m\n${part}\n`).join('')}--m--\n`;
    return Buffer.from(head + mixed);
  };
  const files = async () => {
    const [event] = await events();
    return Promise.all(
      (event!.attachments ?? []).map(async ({ name, type, blob }) => [
        name,
        type,
        (await mails.store.blobs.get(blob)).toString(),
      ]),
    );
  };
  await come(mails, withFile(meeting, 'one'), carol);
  assert.deepEqual(await files(), [['agenda.txt', 'text/plain', 'one']]);
  await come(mails, withFile({ ...meeting, sequence: 1, subject: 'Plan B' }), carol);
  assert.equal((await events())[0]!.subject, 'Plan B');
  assert.deepEqual(await files(), [['agenda.txt', 'text/plain', 'one']]);
  await come(mails, withFile({ ...meeting, sequence: 2 }, 'two'), carol);
  assert.deepEqual(await files(), [['agenda.txt', 'text/plain', 'two']]);
  const [mail] = await inbox(mails.store, mails.alice);
  assert.equal(mail!.content.meeting?.event.attachments, undefined);
});
