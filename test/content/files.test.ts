// Files of events, contacts and tasks: what is read is written again, what the protocol cannot say with it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readEventFile, writeEventFile } from '../../src/content/calendar/event-file.ts';
import { parseCalendar } from '../../src/content/calendar/icalendar.ts';
import { textFields } from '../../src/content/contacts/card-fields.ts';
import { readCardFile } from '../../src/content/contacts/card-file.ts';
import { writeCardFile } from '../../src/content/contacts/write-card.ts';
import { readTaskFile, writeTaskFile } from '../../src/content/tasks/task-file.ts';
import type { Fields } from '../../src/domain/item.ts';

const now = Date.UTC(2026, 10, 1);
const options = { zone: 'Europe/Berlin', now, own: new Set(['alice@example.test']) };
const lines = (...text: string[]) => `${text.join('\r\n')}\r\n`;
const calendarOf = (...text: string[]) => lines('BEGIN:VCALENDAR', 'VERSION:2.0', ...text, 'END:VCALENDAR');

describe('events', () => {
  const zone = lines(
    'BEGIN:VTIMEZONE',
    'TZID:Custom/Berlin',
    'BEGIN:DAYLIGHT',
    'DTSTART:19810329T020000',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0200',
    'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
    'END:DAYLIGHT',
    'BEGIN:STANDARD',
    'DTSTART:19961027T030000',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
    'END:STANDARD',
    'END:VTIMEZONE',
  ).trimEnd();
  const text = calendarOf(
    zone,
    'BEGIN:VEVENT',
    'UID:one',
    'DTSTAMP:20260101T000000Z',
    'DTSTART;TZID=Custom/Berlin:20260302T090000',
    'DTEND;TZID=Custom/Berlin:20260302T100000',
    'SUMMARY:Standup\\, daily',
    'RRULE:FREQ=DAILY;COUNT=5',
    'EXDATE;TZID=Custom/Berlin:20260303T090000',
    'URL:https://example.test/room',
    'X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:-PT10M',
    'DESCRIPTION:x',
    'END:VALARM',
    'BEGIN:VALARM',
    'ACTION:AUDIO',
    'TRIGGER:-PT1H',
    'END:VALARM',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:one',
    'RECURRENCE-ID;TZID=Custom/Berlin:20260304T090000',
    'DTSTART;TZID=Custom/Berlin:20260304T110000',
    'DTEND;TZID=Custom/Berlin:20260304T120000',
    'SUMMARY:Later',
    'X-COLOR:red',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:strange',
    'DTSTART:20260302T090000Z',
    'SUMMARY:By the hour',
    'RRULE:FREQ=HOURLY',
    'END:VEVENT',
  );

  test('come with their series, and keep what cannot be said', () => {
    const { items, errors } = readEventFile(text, options);
    assert.deepEqual(
      items.map(({ uid, subject, reminder, zone: where, exceptions }) => [
        uid,
        subject,
        reminder,
        where,
        exceptions?.length,
      ]),
      [
        ['one', 'Standup, daily', 10, 'Europe/Berlin', 2],
        ['strange', 'By the hour', undefined, 'UTC', undefined],
      ],
    );
    assert.deepEqual(
      errors.map(({ line }) => line),
      [46],
    );
    const written = writeEventFile(items);
    for (const kept of [
      'URL:https://example.test/room',
      'X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC',
      'TRIGGER:-PT1H',
      'X-COLOR:red',
      'RRULE:FREQ=HOURLY',
    ])
      assert.ok(written.includes(kept), kept);
    assert.deepEqual(parseCalendar(written).errors, []);
    // Once more: nothing is lost, nothing is added.
    const again = readEventFile(written, options).items;
    assert.deepEqual(again.map(withoutStamps), items.map(withoutStamps));
    assert.equal(writeEventFile(again).length, written.length);
  });

  function withoutStamps({ dtStamp: _, ...event }: ReturnType<typeof readEventFile>['items'][number]) {
    const exceptions = event.exceptions?.map(({ dtStamp: __, ...one }) => one);
    return { ...event, exceptions, responseRequested: undefined, sequence: 0, busyStatus: event.busyStatus ?? 2 };
  }

  const datesOf = (...more: string[]) => {
    const { items, errors } = readEventFile(calendarOf('BEGIN:VEVENT', 'UID:d', 'SUMMARY:Dates', ...more), options);
    const at = (ms: number) => new Date(ms).toISOString().slice(0, 16);
    return { items, errors, starts: items.map(({ uid, start }) => [uid, at(start)]) };
  };
  const end = 'END:VEVENT';

  test('with dates that no pattern says are an event for each date', () => {
    const first = [
      'DTSTART;TZID=Europe/Berlin:20260327T090000',
      'DTEND;TZID=Europe/Berlin:20260327T100000',
      'URL:https://x.test/',
    ];
    const cases: readonly [string[], string[]][] = [
      [['RRULE:FREQ=HOURLY;INTERVAL=2;COUNT=3'], ['03-27T08:00', '03-27T10:00', '03-27T12:00']],
      [['RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=4'], ['03-27T08:00', '04-01T07:00', '04-15T07:00', '05-01T07:00']],
      [['RDATE;TZID=Europe/Berlin:20260330T090000,20260401T120000'], ['03-27T08:00', '03-30T07:00', '04-01T10:00']],
      [['RDATE;VALUE=PERIOD:20260330T090000Z/PT3H'], ['03-27T08:00', '03-30T09:00']],
      [
        ['RRULE:FREQ=HOURLY;COUNT=3', 'EXDATE:20260327T090000Z'],
        ['03-27T08:00', '03-27T10:00'],
      ],
      [
        ['RRULE:FREQ=HOURLY;COUNT=2', 'EXDATE:20260327T080000Z', 'RDATE:20260328T080000Z'],
        ['03-27T09:00', '03-28T08:00'],
      ],
    ];
    for (const [rule, expected] of cases) {
      const { items, errors, starts } = datesOf(...first, ...rule, end);
      assert.deepEqual(errors, []);
      assert.deepEqual(
        starts.map(([, start]) => start!.slice(5)),
        expected,
        rule[0],
      );
      assert.equal(starts[0]![0], 'd');
      assert.equal(new Set(starts.map(([uid]) => uid)).size, starts.length);
      assert.ok(
        items.every(
          (one) => one.end - one.start === 3_600_000 && one.recurrence === undefined && one.source?.includes('URL'),
        ),
      );
      // What goes out comes back as the same events.
      const again = readEventFile(writeEventFile(items), options);
      assert.deepEqual(again.items.map(withoutStamps), items.map(withoutStamps));
      assert.deepEqual(again.errors, []);
    }
  });

  test('of a pattern with dates beside it are a series and those dates; each may be told differently', () => {
    const { items, errors } = datesOf(
      ...[
        'DTSTART:20260302T090000Z',
        'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3',
        'RDATE:20260309T150000Z,20260309T090000Z',
        end,
      ],
      ...['BEGIN:VEVENT', 'UID:d', 'RECURRENCE-ID:20260309T150000Z', 'DTSTART:20260309T160000Z', 'SUMMARY:Later', end],
      ...['BEGIN:VEVENT', 'UID:d', 'RECURRENCE-ID:20260316T090000Z', 'DTSTART:20260316T100000Z', 'SUMMARY:Moved', end],
    );
    assert.deepEqual(errors, []);
    const told = items.map(({ uid, start, subject, exceptions }) => [uid, start, subject, exceptions?.length]);
    assert.deepEqual(told, [
      ['d-20260309T150000Z', Date.UTC(2026, 2, 9, 16), 'Later', undefined],
      ['d', Date.UTC(2026, 2, 2, 9), 'Dates', 1],
    ]);
    assert.equal(items[1]!.recurrence?.occurrences, 3);
    assert.deepEqual(readEventFile(writeEventFile(items), options).items.map(withoutStamps), items.map(withoutStamps));
  });

  test('an occurrence that was cancelled is none of the dates', () => {
    const cancelled = [
      'BEGIN:VEVENT',
      'UID:d',
      'STATUS:CANCELLED',
      'RECURRENCE-ID:20260302T100000Z',
      'DTSTART:20260302T100000Z',
      end,
    ];
    const hourly = datesOf('DTSTART:20260302T090000Z', 'RRULE:FREQ=HOURLY;COUNT=2', end, ...cancelled);
    assert.deepEqual(hourly.starts, [['d', '2026-03-02T09:00']]);
    assert.deepEqual(hourly.errors, []);
    const monthly = datesOf('DTSTART:20260302T100000Z', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=2,15', end, ...cancelled);
    assert.deepEqual(
      monthly.items.map(({ exceptions }) => exceptions?.map(({ deleted }) => deleted)),
      [[true], undefined],
    );
  });

  test('on several days or months are a series for each, with what is said of single occurrences', () => {
    const rules: readonly [string, readonly string[]][] = [
      ['FREQ=MONTHLY;BYMONTHDAY=2,15', ['2026-03-02', '2026-03-15']],
      ['FREQ=MONTHLY;BYDAY=1MO,3MO;UNTIL=20270101T000000Z', ['2026-03-02', '2026-03-16']],
      ['FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=2', ['2026-03-02', '2026-09-02']],
      ['FREQ=YEARLY;INTERVAL=2;BYMONTH=3,6;BYDAY=1MO', ['2026-03-02', '2026-06-01']],
      ['FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1,-1', ['2026-03-02', '2026-03-30']],
    ];
    const said = (second: string) => [
      ...['BEGIN:VEVENT', 'UID:d', `RECURRENCE-ID:${second.replace(/-/g, '')}T090000Z`],
      ...[`DTSTART:${second.replace(/-/g, '')}T160000Z`, 'SUMMARY:Later', end],
    ];
    for (const [rule, expected] of rules) {
      const exdate = `EXDATE:${expected[0]!.replace(/-/g, '')}T090000Z`;
      const { items, errors, starts } = datesOf(
        ...['DTSTART:20260302T090000Z', `RRULE:${rule}`, exdate, end, ...said(expected[1]!)],
      );
      assert.deepEqual(errors, []);
      assert.deepEqual(
        starts.map(([, start]) => start!.slice(0, 10)),
        expected,
        rule,
      );
      assert.ok(items.every(({ recurrence }) => recurrence));
      assert.deepEqual(
        items.map(({ exceptions }) => exceptions?.map(({ deleted, subject }) => deleted ?? subject)),
        [[true], ['Later']],
      );
      assert.deepEqual(
        readEventFile(writeEventFile(items), options).items.map(withoutStamps),
        items.map(withoutStamps),
      );
    }
  });

  test('without end, or too many, that no pattern says are their first one, and told by line', () => {
    for (const rule of [
      'FREQ=HOURLY',
      'FREQ=SECONDLY;COUNT=100000',
      'FREQ=SECONDLY;UNTIL=20300101T000000Z',
      'FREQ=MONTHLY;BYMONTHDAY=1,15',
    ]) {
      const { items, errors, starts } = datesOf('DTSTART:20260302T090000Z', `RRULE:${rule}`, end);
      assert.deepEqual(starts, [['d', '2026-03-02T09:00']], rule);
      assert.deepEqual(
        errors.map(({ uid }) => uid),
        ['d'],
      );
      assert.ok(writeEventFile(items).includes(`RRULE:${rule.split(';')[0]}`));
    }
  });

  test('of others are received ones, answered as the file says', () => {
    const meeting = (organizer: string, answer = 'ACCEPTED') =>
      calendarOf(
        'BEGIN:VEVENT',
        'UID:m',
        'DTSTART:20260302T090000Z',
        `ORGANIZER:mailto:${organizer}`,
        `ATTENDEE;PARTSTAT=${answer}:mailto:alice@example.test`,
        'END:VEVENT',
      );
    const read = (organizer: string, answer?: string) => readEventFile(meeting(organizer, answer), options).items[0]!;
    const busy = (answer: string) => [read('bob@x.test', answer).responseType, read('bob@x.test', answer).busyStatus];
    assert.deepEqual(['ACCEPTED', 'TENTATIVE', 'NEEDS-ACTION', 'DECLINED'].map(busy), [
      [3, 2],
      [2, 1],
      [5, 1],
      [4, 0],
    ]);
    assert.deepEqual([read('bob@x.test').meetingStatus, read('bob@x.test').responseType], [3, 3]);
    assert.equal(read('alice@example.test').meetingStatus, 1);
  });

  test('that are broken are named by their line, the others come; one without UID is known by what it says', () => {
    const broken = calendarOf(
      'BEGIN:VEVENT',
      'SUMMARY:No UID',
      'DTSTART:20260302T090000Z',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'UID:x',
      'DTSTART:not a date',
      'SUMMARY:Broken',
      'END:VEVENT',
      'what is this',
    );
    const { items, errors } = readEventFile(broken + broken, options);
    assert.equal(items.length, 2);
    assert.equal(items[0]!.uid, items[1]!.uid);
    assert.match(items[0]!.uid, /^[0-9a-f]{40}$/);
    const at = [...new Set(errors.map(({ line }) => line))];
    assert.deepEqual(
      at,
      [7, 9, 12, 20, 22, 25].filter((line) => at.includes(line)),
    );
    assert.ok(at.includes(12) && at.includes(7));
  });
});

describe('contacts', () => {
  const isLine = /Number$|Phone$|WebPage|^IMAddress/;
  test('every field of a contact survives a file', () => {
    const contact: Fields = {
      ...Object.fromEntries(
        textFields.map((field, at) => [field, `${field}, ${at}; "ü"${isLine.test(field) ? '' : '\n2'}`]),
      ),
      Birthday: Date.UTC(1980, 4, 4),
      Anniversary: Date.UTC(2001, 1, 3),
      Categories: ['Work; x', 'Friends, old'],
      Children: ['Ann', 'Ben'],
      Picture: 'AAAA',
      Body: { type: 1, data: 'One\nTwo; three, four' },
      uid: 'u1',
    };
    const { items, errors } = readCardFile(writeCardFile([contact]));
    assert.deepEqual(errors, []);
    assert.deepEqual(sorted(items[0]!), sorted(contact));
  });
  function sorted(fields: Fields) {
    return Object.fromEntries(Object.entries(fields).sort());
  }

  test('vCard 3 and 4 of other programs come, with what has no place kept', () => {
    const text = lines(
      'BEGIN:VCARD',
      'VERSION:3.0',
      'N:Doe;Ann;;;',
      'FN:Ann Doe',
      ...['a', 'b', 'c', 'd'].map((name) => `EMAIL;TYPE=INTERNET:${name}@example.test`),
      'TEL;TYPE=CELL,VOICE:1',
      'item1.TEL;TYPE=WORK:2',
      'PHOTO;ENCODING=b;TYPE=JPEG:AAAA',
      'X-SOCIALPROFILE:https://example.test/ann',
      'END:VCARD',
      'BEGIN:VCARD',
      'VERSION:4.0',
      'FN:Bob Roe',
      'N:Roe;Bob;;;',
      'BDAY:--0504',
      'TEL;VALUE=uri;TYPE="home,voice":tel:3',
      'PHOTO:data:image/png;base64,BBBB',
      'GENDER:M',
      'END:VCARD',
      'BEGIN:VCARD',
      'VERSION:2.1',
      'N:Old',
      'END:VCARD',
      'BEGIN:VCARD',
      'VERSION:3.0',
      'FN:Big',
      `PHOTO;ENCODING=b:${'A'.repeat(50_000)}`,
      'not a line',
      'END:VCARD',
    );
    const { items, errors } = readCardFile(text);
    assert.deepEqual(
      items.map(({ FileAs, Picture, HomePhoneNumber, MobilePhoneNumber, BusinessPhoneNumber }) => [
        FileAs,
        Picture,
        HomePhoneNumber,
        MobilePhoneNumber,
        BusinessPhoneNumber,
      ]),
      [
        ['Ann Doe', 'AAAA', undefined, '1', '2'],
        ['Bob Roe', 'BBBB', '3', undefined, undefined],
        ['Old', undefined, undefined, undefined, undefined],
        ['Big', undefined, undefined, undefined, undefined],
      ],
    );
    assert.deepEqual(
      errors.map(({ line }) => line),
      [14, 27, 31],
    );
    const written = writeCardFile(items).replace(/\r\n /g, '');
    for (const kept of [
      'EMAIL:d@example.test',
      'X-SOCIALPROFILE:https://example.test/ann',
      'GENDER:M',
      'A'.repeat(50_000),
    ])
      assert.ok(
        written.includes(kept) || written.includes(kept.replace('EMAIL:', 'EMAIL;TYPE=INTERNET:')),
        kept.slice(0, 40),
      );
  });
});

describe('cards of version 2.1', () => {
  test('have types without a name, quoted-printable in a charset of its own, and lines that go on', () => {
    const text = lines(
      'BEGIN:VCARD',
      'VERSION:2.1',
      'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;Dr.;',
      'FN;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:J=F6rg M=FCller',
      'TEL;CELL;VOICE:+49 1',
      'TEL;WORK;FAX:+49 2',
      'TEL;TYPE=HOME:+49 3',
      'EMAIL;PREF;INTERNET:joerg@example.test',
      'ORG:Acme, Ltd.;Sales',
      'ADR;HOME;ENCODING=QUOTED-PRINTABLE:;;Hauptstra=C3=9Fe 1=0D=0AHinterhaus;Berlin;;10115;Germany',
      'NOTE;ENCODING=QUOTED-PRINTABLE:One=0D=0Atwo and =',
      'three, four; five \\ six',
      'BDAY:19800504',
      'PHOTO;JPEG;ENCODING=BASE64:',
      ' AAAA',
      ' BBBB',
      '',
      'X-CUSTOM;FOO=bar:kept',
      'not a line',
      'END:VCARD',
      'BEGIN:VCARD',
      'VERSION:3.0',
      'FN:Of the newer kind\\, with a comma',
      'END:VCARD',
    );
    const { items, errors } = readCardFile(text);
    const [{ source, uid: _, ...old }, newer] = items as [Fields, Fields];
    assert.deepEqual(old, {
      ...{ LastName: 'Müller', FirstName: 'Jörg', Title: 'Dr.', FileAs: 'Jörg Müller' },
      ...{ MobilePhoneNumber: '+49 1', BusinessFaxNumber: '+49 2', HomePhoneNumber: '+49 3' },
      ...{ Email1Address: 'joerg@example.test', CompanyName: 'Acme, Ltd.', Department: 'Sales' },
      ...{ HomeAddressStreet: 'Hauptstraße 1\nHinterhaus', HomeAddressCity: 'Berlin' },
      ...{ HomeAddressPostalCode: '10115', HomeAddressCountry: 'Germany', Birthday: Date.UTC(1980, 4, 4) },
      Body: { type: 1, data: 'One\ntwo and three, four; five \\ six' },
      Picture: 'AAAABBBB',
    });
    assert.match(String(source), /X-CUSTOM;FOO=bar:kept/);
    assert.equal(newer.FileAs, 'Of the newer kind, with a comma');
    assert.deepEqual(
      errors.map(({ line }) => line),
      [19],
    );
    assert.deepEqual(sortedFields(readCardFile(writeCardFile([old])).items[0]!, 'uid'), sortedFields(old));
  });
  function sortedFields(fields: Fields, without = '') {
    return Object.entries(fields)
      .filter(([key]) => key !== without)
      .sort();
  }

  test('whatever they hold, nothing is thrown and nothing else is touched', () => {
    for (const text of [
      'BEGIN:VCARD\nVERSION:2.1\nFN;QUOTED-PRINTABLE:a=',
      'BEGIN:VCARD\nVERSION:2.1',
      'VERSION:2.1\n;:=\n:',
    ])
      assert.ok(Array.isArray(readCardFile(text).items), text);
  });
});

describe('tasks', () => {
  const text = calendarOf(
    'BEGIN:VTODO',
    'UID:t1',
    'SUMMARY:Pay',
    'DESCRIPTION:The rent',
    'DTSTART;VALUE=DATE:20261102',
    'DUE;VALUE=DATE:20261105',
    'PRIORITY:1',
    'CLASS:PRIVATE',
    'CATEGORIES:Home,Money',
    'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4',
    'PERCENT-COMPLETE:40',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER;RELATED=END:-PT2H',
    'END:VALARM',
    'END:VTODO',
    'BEGIN:VTODO',
    'SUMMARY:Done',
    'STATUS:COMPLETED',
    'COMPLETED:20261001T120000Z',
    'END:VTODO',
    'BEGIN:VTODO',
    'UID:empty',
    'END:VTODO',
  );
  test('come with their dates on the wall, and go again', () => {
    const { items, errors } = readTaskFile(text, { zone: 'Europe/Berlin' });
    assert.deepEqual(
      errors.map(({ line }) => line),
      [24],
    );
    const [pay, done] = items;
    assert.deepEqual(
      [pay!.subject, pay!.importance, pay!.sensitivity, pay!.start, pay!.utcDue, pay!.reminderTime],
      ['Pay', 2, 2, Date.UTC(2026, 10, 2), Date.UTC(2026, 10, 4, 23), Date.UTC(2026, 10, 4, 21)],
    );
    assert.deepEqual([pay!.recurrence?.type, pay!.recurrence?.occurrences], [1, 4]);
    assert.equal(done!.completed, Date.UTC(2026, 9, 1, 12));
    const written = writeTaskFile(items, now);
    assert.ok(written.includes('PERCENT-COMPLETE:40'));
    assert.deepEqual(readTaskFile(written, { zone: 'Europe/Berlin' }).items, items);
  });
  test('MS-ASTASK_R213: more occurrences than a byte counts are told by their end', () => {
    const of = (count: number) => readTaskFile(text.replace('COUNT=4', `COUNT=${count}`), { zone: 'UTC' }).items[0]!;
    assert.equal(of(255).recurrence?.occurrences, 255);
    const { occurrences, until } = of(256).recurrence!;
    assert.deepEqual([occurrences, until], [undefined, Date.UTC(2026, 10, 2) + 255 * 7 * 86_400_000]);
  });
});
