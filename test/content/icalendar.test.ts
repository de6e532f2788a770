import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCalendar } from '../../src/content/calendar/icalendar.ts';

const lines = (...content: string[]): string => content.map((line) => `${line}\r\n`).join('');

test('components and properties are read, folded lines as one', () => {
  const { calendar, errors } = parseCalendar(
    lines(
      ...['BEGIN:VCALENDAR', 'METHOD:REQUEST', 'begin:vevent', 'UID:one', 'SUMMARY:A long', '  summary'],
      ...['DTSTART;TZID=Europe/Berlin:20261123T100000', 'END:VEVENT', 'END:VCALENDAR'],
    ),
  );
  assert.deepEqual(errors, []);
  const event = calendar?.getFirstSubcomponent('vevent');
  assert.equal(event?.getFirstPropertyValue('summary'), 'A long summary');
  assert.equal(String(event?.getFirstPropertyValue('dtstart')), '2026-11-23T10:00:00');
  assert.equal(event?.getFirstProperty('dtstart')?.getFirstParameter('tzid'), 'Europe/Berlin');
});

test('a line that says nothing sound is left out and named, the others stand', () => {
  const { calendar, errors } = parseCalendar(
    lines(
      ...['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:one', 'no property', 'DTSTART:soon', 'RRULE:FREQ=OFTEN'],
      ...['END:VALARM', 'SUMMARY:Still here'],
    ),
  );
  assert.deepEqual(
    errors.map(({ line }) => line),
    [4, 5, 6, 7, 8],
  );
  const event = calendar?.getFirstSubcomponent('vevent');
  assert.deepEqual(
    event?.getAllProperties().map(({ name }) => name),
    ['uid', 'summary'],
  );
});

test('what is no calendar is none', () => {
  for (const text of ['', 'Hello.', lines('BEGIN:VCARD', 'FN:Ann', 'END:VCARD')]) {
    assert.equal(parseCalendar(text).calendar, undefined);
  }
});

test('no text makes it throw', () => {
  const word = fc.constantFrom(
    ...[
      'BEGIN:VCALENDAR',
      'BEGIN:VEVENT',
      'END:VEVENT',
      'DTSTART',
      'RRULE',
      'FREQ=DAILY',
      'TZID=',
      'X-A',
      'DURATION:PT',
      '20261123T1',
    ],
    ...[
      '\r\n',
      '\n ',
      ':',
      ';',
      ',',
      '=',
      '"',
      '\\',
      '\0',
      'ATTENDEE;PARTSTAT=',
      'mailto:',
      'GEO:',
      'EXDATE;VALUE=DATE:',
      'TRIGGER:-',
    ],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 60 }), (words) => {
      const { calendar } = parseCalendar(`BEGIN:VCALENDAR\r\n${words.join('')}`);
      for (const property of calendar?.getAllProperties() ?? []) property.getValues();
    }),
    { numRuns: 500 },
  );
});
