import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  busyStatus,
  type ClassName,
  classShapes,
  dayOfWeekBit,
  ghostableOfCalendar,
  isClassName,
  keptOfContact,
  meetingStatus,
  meetingStatusBit,
  mimeTruncationSizes,
  type Node,
  type ReadCalendar,
  rank,
  read,
  recurrenceType,
  requiredInSupportedOfCalendar,
  tagName,
  truncationSizes,
  type Version,
  type WrittenCalendar,
  write,
} from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import { documentOf } from './documents.ts';

const { calendar } = { calendar: classShapes.Calendar.schema };
const body = { Type: 1, Data: 'a' };
const event: WrittenCalendar = {
  Timezone: 'x',
  Subject: 'a',
  StartTime: '20261122T080000Z',
  EndTime: '20261122T090000Z',
  Body: body,
  Body25: 'a',
  LocationText: 'Room 1',
  Location: { DisplayName: 'Room 1', Latitude: 52.5 },
  UID: 'u',
  ClientUid: 'c',
  ResponseType: 3,
  OnlineMeetingConfLink: 'sip:a',
  Attendees: {
    Attendee: [{ Email: 'a@b', Name: 'A', AttendeeStatus: 3, AttendeeType: 1, ProposedStartTime: '20261122T080000Z' }],
  },
  Recurrence: { Type: 1, Interval: 1, DayOfWeek: 2, FirstDayOfWeek: 1 },
  Exceptions: {
    Exception: [
      {
        ExceptionStartTime: '20261129T080000Z',
        InstanceId: '20261129T080000Z',
        Subject: '',
        LocationText: 'Room 2',
        Location: { DisplayName: 'Room 2' },
      },
    ],
  },
  Attachments: { Attachment: [{ FileReference: 'f', Method: 1 }] },
};

const at = (version: Version): ReadCalendar => read(calendar, write(calendar, event, { version }), { version }).value;

test('[MS-ASCAL] 2.2.2.27 Location is text up to 14.1 and a container from 16.0 on', () => {
  for (const version of ['2.5', '12.1', '14.1'] as const) {
    assert.equal(at(version).LocationText, 'Room 1', version);
    assert.equal(at(version).Location, undefined, version);
    assert.equal(at(version).Exceptions?.Exception[0]?.LocationText, 'Room 2', version);
  }
  assert.equal(at('16.0').LocationText, undefined);
  assert.deepEqual(at('16.0').Location, { DisplayName: 'Room 1', Latitude: 52.5 });
  assert.deepEqual(at('16.1').Exceptions?.Exception[0]?.Location, { DisplayName: 'Room 2' });
});

test('[MS-ASCAL] 2.2.2.21 Exception is named by ExceptionStartTime up to 14.1 and by InstanceId from 16.0 on', () => {
  const [old] = at('14.1').Exceptions!.Exception;
  const [young] = at('16.0').Exceptions!.Exception;
  assert.deepEqual([old?.ExceptionStartTime, old?.InstanceId], ['20261129T080000Z', undefined]);
  assert.deepEqual([young?.ExceptionStartTime, young?.InstanceId], [undefined, '20261129T080000Z']);
  assert.equal(young?.Subject, '');
});

/** The keys of an event that a version has beside those of 2.5. */
const firsts: [keyof ReadCalendar, Version][] = [
  ['Body', '12.0'],
  ['ResponseType', '14.0'],
  ['OnlineMeetingConfLink', '14.1'],
  ['ClientUid', '16.0'],
  ['Attachments', '16.0'],
];
for (const [key, first] of firsts) {
  test(`${key} of an event exists from ${first} on`, () => {
    for (const version of ['2.5', '12.0', '12.1', '14.0', '14.1', '16.0', '16.1'] as const) {
      assert.equal(key in at(version), rank(version) >= rank(first), version);
    }
  });
}

test('an event of 2.5 has its own Body and no answers of attendees', () => {
  assert.equal(at('2.5').Body25, 'a');
  assert.equal('Body25' in at('12.0'), false);
  assert.deepEqual(at('2.5').Attendees?.Attendee, [{ Email: 'a@b', Name: 'A' }]);
  assert.deepEqual(Object.keys(at('12.0').Attendees!.Attendee[0]!), [
    'Email',
    'Name',
    'AttendeeStatus',
    'AttendeeType',
  ]);
  assert.equal(at('16.1').Attendees?.Attendee[0]?.ProposedStartTime, '20261122T080000Z');
  assert.equal('FirstDayOfWeek' in at('14.0').Recurrence!, false);
});

test('empty elements of an event are read: nothing there, or taken away', () => {
  const xml =
    '<ApplicationData><calendar:Reminder/><airsyncbase:Location/><calendar:Attendees/><calendar:Recurrence/><calendar:BusyStatus/><calendar:Sensitivity/><calendar:Categories/><calendar:StartTime/></ApplicationData>';
  const { value, unknown } = read(calendar, documentOf('AirSync', xml), { version: '16.1' });
  assert.deepEqual(unknown, []);
  assert.deepEqual(value, {
    Reminder: '',
    Location: {},
    Attendees: { Attendee: [] },
    Recurrence: {},
    BusyStatus: '',
    Sensitivity: '',
    Categories: { Category: [] },
    StartTime: '',
  });
});

/** An item of each class, at the versions where it is read whole. */
const items: [ClassName, Version, string][] = [
  [
    'Contacts',
    '2.5',
    '<contacts:Birthday>2001-11-09T00:00:00.000Z</contacts:Birthday><contacts:Body>a</contacts:Body><contacts:BodySize>1</contacts:BodySize><contacts:BodyTruncated>0</contacts:BodyTruncated><contacts:CompressedRTF>AA==</contacts:CompressedRTF><contacts:FileAs>a</contacts:FileAs><contacts:Picture>AAAA</contacts:Picture><contacts2:NickName>a</contacts2:NickName>',
  ],
  [
    'Contacts',
    '14.0',
    '<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>a</airsyncbase:Data></airsyncbase:Body><contacts:Email1Address>a</contacts:Email1Address><contacts:FileAs>a</contacts:FileAs><contacts:Alias>a</contacts:Alias><contacts:WeightedRank>-3</contacts:WeightedRank><contacts:Categories><contacts:Category>a</contacts:Category></contacts:Categories><contacts:Children><contacts:Child>a</contacts:Child></contacts:Children>',
  ],
  [
    'Tasks',
    '2.5',
    '<tasks:Subject>a</tasks:Subject><tasks:Body>a</tasks:Body><tasks:BodySize>1</tasks:BodySize><tasks:BodyTruncated>1</tasks:BodyTruncated><tasks:Importance>1</tasks:Importance><tasks:Complete>0</tasks:Complete>',
  ],
  [
    'Tasks',
    '14.1',
    '<tasks:Subject>a</tasks:Subject><tasks:UtcStartDate>2026-11-22T08:00:00.000Z</tasks:UtcStartDate><tasks:StartDate>2026-11-22T09:00:00.000Z</tasks:StartDate><tasks:UtcDueDate>2026-11-22T08:00:00.000Z</tasks:UtcDueDate><tasks:DueDate>2026-11-22T09:00:00.000Z</tasks:DueDate><tasks:Recurrence><tasks:Type>1</tasks:Type><tasks:Start>2026-11-22T09:00:00.000Z</tasks:Start><tasks:Interval>1</tasks:Interval><tasks:DayOfWeek>2</tasks:DayOfWeek><tasks:Regenerate>0</tasks:Regenerate><tasks:DeadOccur>0</tasks:DeadOccur><tasks:FirstDayOfWeek>1</tasks:FirstDayOfWeek></tasks:Recurrence><tasks:Complete>1</tasks:Complete><tasks:DateCompleted>2026-11-22T09:00:00.000Z</tasks:DateCompleted><tasks:Sensitivity>0</tasks:Sensitivity><tasks:ReminderTime>2026-11-22T09:00:00.000Z</tasks:ReminderTime><tasks:ReminderSet>1</tasks:ReminderSet>',
  ],
  [
    'Notes',
    '14.0',
    '<notes:Subject>a</notes:Subject><airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>a</airsyncbase:Data></airsyncbase:Body><notes:MessageClass>IPM.StickyNote</notes:MessageClass><notes:LastModifiedDate>20261122T080000Z</notes:LastModifiedDate><notes:Categories><notes:Category>a</notes:Category></notes:Categories>',
  ],
  [
    'SMS',
    '14.0',
    '<email:To>"A" [MOBILE:+1]</email:To><email:From>"B" [MOBILE:+2]</email:From><email:DateReceived>2026-11-22T08:00:00.000Z</email:DateReceived><email:Importance>1</email:Importance><email:Read>0</email:Read><airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>a</airsyncbase:Data></airsyncbase:Body><email:InternetCPID>65001</email:InternetCPID>',
  ],
  [
    'Email',
    '2.5',
    '<email:To>a</email:To><email:Subject>a</email:Subject><email:Attachments><email:Attachment><email:AttName>2:1:0</email:AttName><email:AttSize>3</email:AttSize><email:AttMethod>1</email:AttMethod><email:DisplayName>a</email:DisplayName></email:Attachment></email:Attachments><email:Body>a</email:Body><email:BodySize>1</email:BodySize><email:BodyTruncated>0</email:BodyTruncated><email:MessageClass>IPM.Note</email:MessageClass>',
  ],
];
for (const [name, version, xml] of items) {
  test(`${name} of ${version} is read whole and written in the same order`, () => {
    const schema: Node = classShapes[name].schema;
    const source = documentOf('AirSync', `<ApplicationData>${xml}</ApplicationData>`);
    const { value, unknown } = read(schema, source, { version });
    assert.deepEqual(unknown, []);
    assert.deepEqual(write(schema, value, { version }), source);
  });
}

test('a class is known by its name and by the first version that syncs it', () => {
  assert.deepEqual(
    Object.entries(classShapes).map(([name, { since }]) => `${name} ${since}`),
    ['Email 2.5', 'Contacts 2.5', 'Calendar 2.5', 'Tasks 2.5', 'Notes 14.0', 'SMS 14.0'],
  );
  assert.ok(isClassName('Notes') && !isClassName('toString') && !isClassName('notes'));
});

test('what Supported has to name and what it may leave out are the whole of an event of 14.1', () => {
  const all = new Set(
    calendar.content.kind === 'container' ? calendar.content.children.map(({ node }) => node.tag.name) : [],
  );
  for (const name of [...ghostableOfCalendar, ...requiredInSupportedOfCalendar]) assert.ok(all.has(name), name);
  assert.deepEqual(
    requiredInSupportedOfCalendar.filter((name) => ghostableOfCalendar.has(name)),
    [],
  );
  assert.ok(keptOfContact.has('Body'));
});

test('sums of bits and sizes by index are those of the documents', () => {
  const { Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday } = dayOfWeekBit;
  assert.equal(Monday | Tuesday | Wednesday | Thursday | Friday, dayOfWeekBit.Weekdays);
  assert.equal(Saturday | Sunday, dayOfWeekBit.WeekendDays);
  assert.equal(meetingStatusBit.Meeting | meetingStatusBit.Received, meetingStatus.Attendee);
  assert.equal(meetingStatusBit.Meeting | meetingStatusBit.Canceled, meetingStatus.CanceledByMe);
  assert.equal(recurrenceType.YearlyNth, 6);
  assert.equal(busyStatus.WorkingElsewhere, 4);
  assert.equal(mimeTruncationSizes[7], 102_400);
  assert.equal(mimeTruncationSizes.length, 9);
  assert.equal(truncationSizes.length, 10);
});

test('an event is written in the order that Android reads it in', () => {
  const value = {
    Timezone: 'AAAA',
    AllDayEvent: 1,
    BusyStatus: 2,
    OrganizerName: 'A',
    OrganizerEmail: 'a@b',
    EndTime: '20261123T000000Z',
    Reminder: 5,
    Subject: 'S',
    StartTime: '20261122T000000Z',
    Attendees: { Attendee: [{ Email: 'a@b' }] },
    Exceptions: { Exception: [{ Deleted: 1, ExceptionStartTime: '20261122T000000Z' }] },
  };
  const names = (write(calendar, value, { version: '14.1' }).children as Element[]).map(({ tag }) => tagName(tag));
  const at = (name: string) => names.findIndex((each) => each.endsWith(name));
  assert.equal(at('Timezone'), 0);
  assert.ok(at('StartTime') < at('AllDayEvent'));
  for (const name of names) if (!name.endsWith('Exceptions')) assert.ok(at(name) < at('Exceptions'), name);
});
