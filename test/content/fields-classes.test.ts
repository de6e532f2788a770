// Contacts, tasks and notes: between versions, and what a Change takes away.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type ClassName,
  classShapes,
  contactChildren,
  type ReadContact,
  type ReadNote,
  type ReadTask,
  rank,
  read,
  type Version,
  versions,
  type WrittenContact,
  type WrittenNote,
  type WrittenTask,
  write,
} from '../../protocol/index.ts';
import { contactsCodec } from '../../src/content/contacts/codec.ts';
import type { FieldsCodec, SpokenChange } from '../../src/content/fields-class.ts';
import { notesCodec } from '../../src/content/notes/codec.ts';
import { tasksCodec } from '../../src/content/tasks/codec.ts';
import { EasError } from '../../src/domain/errors.ts';
import type { Fields } from '../../src/domain/item.ts';
import { farFuture, farPast } from '../../src/domain/position.ts';

const now = Date.UTC(2026, 10, 1, 12);
const account = { address: 'alice@example.test', displayName: 'Alice', timeZone: 'Europe/Berlin' };

/** One class as phones speak it. */
function speaker<Written extends object, Read>(name: ClassName, codec: FieldsCodec) {
  const { schema } = classShapes[name];
  const data = (value: Written, version: Version) => write(schema as never, value as never, { version });
  const spoken = (version: Version, more: Partial<SpokenChange> = {}): SpokenChange => ({
    version,
    account,
    now,
    ...more,
  });
  return {
    add: (value: Written, version: Version = '16.1') => codec.create(data(value, version), spoken(version)).fields,
    change: (before: Fields, value: Written, version: Version = '16.1', supported?: string[]) =>
      codec.change(before, data(value, version), spoken(version, supported && { supported: new Set(supported) }))
        .fields,
    shown: (fields: Fields, version: Version = '16.1') => {
      const element = codec.write(fields, spoken(version), [{ type: 1 }]);
      const { value, unknown } = read(schema as never, element, { version });
      assert.deepEqual(unknown, []);
      return value as Read;
    },
  };
}
function refuses(run: () => unknown, what: RegExp): void {
  assert.throws(
    run,
    (error: unknown) => error instanceof EasError && error.code === 'item-invalid' && what.test(error.message),
  );
}

const contacts = speaker<WrittenContact, ReadContact>('Contacts', contactsCodec);
const tasks = speaker<WrittenTask, ReadTask>('Tasks', tasksCodec);
const notes = speaker<WrittenNote, ReadNote>('Notes', notesCodec);

const special = new Set([
  'Alias',
  'WeightedRank',
  'Picture',
  'Anniversary',
  'Birthday',
  'Categories',
  'Children',
  'Body',
]);
const contactTexts = contactChildren
  .map((child) => ('key' in child ? String(child.key) : ''))
  .filter((key) => key !== '' && !special.has(key) && !/25$|^Body|^Compressed|^Native/.test(key));

describe('contacts', () => {
  test('every field arrives on every other version', () => {
    assert.ok(contactTexts.length > 50, `${contactTexts.length} fields of text`);
    const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((each) => each.trim() === each);
    const version = fc.constantFrom(...versions);
    fc.assert(
      fc.property(
        version,
        version,
        fc.array(text, { minLength: contactTexts.length, maxLength: contactTexts.length }),
        (one, other, values) => {
          const told = Object.fromEntries(contactTexts.map((key, index) => [key, values[index]!])) as WrittenContact;
          const seen = contacts.shown(contacts.add(told, one), other) as Record<string, unknown>;
          for (const key of contactTexts) assert.equal(seen[key], (told as Record<string, unknown>)[key], key);
        },
      ),
      { seed: 20261123, numRuns: 60 },
    );
  });

  test('the body, lists and a photo arrive, in the shape of each version', () => {
    for (const version of versions) {
      const told: WrittenContact = {
        LastName: 'Doe',
        Picture: 'AAAA',
        Categories: { Category: ['Work'] },
        Children: { Child: ['Ann', 'Ben'] },
        Body: { Type: 1, Data: 'About' },
        Body25: 'About',
      };
      const fields = contacts.add(told, version);
      for (const other of versions) {
        const seen = contacts.shown(fields, other);
        assert.deepEqual(
          [seen.Picture, seen.Categories?.Category, seen.Children?.Child],
          ['AAAA', ['Work'], ['Ann', 'Ben']],
        );
        assert.equal(seen.Body25 ?? seen.Body?.Data, 'About');
      }
    }
  });

  test('a birthday stays on its day, however a phone writes it', () => {
    const midnightInBerlin = '1980-05-03T22:00:00.000Z';
    for (const written of [
      midnightInBerlin,
      '1980-05-04T00:00:00.000Z',
      '1980-05-04T08:00:00.000Z',
      '1980-05-04T11:59:00.000Z',
      '1980-05-04T12:00:00.000Z',
    ]) {
      assert.equal(contacts.shown(contacts.add({ Birthday: written })).Birthday, '1980-05-04T00:00:00.000Z', written);
    }
  });

  test('what a Change leaves out goes, unless the device does not handle it', () => {
    const before = contacts.add({
      FirstName: 'Ann',
      JobTitle: 'Boss',
      Picture: 'AAAA',
      Body: { Type: 1, Data: 'About' },
    });
    const plain = contacts.shown(contacts.change(before, { FirstName: 'Anna' }));
    assert.deepEqual(
      [plain.FirstName, plain.JobTitle, plain.Picture, plain.Body?.Data],
      ['Anna', undefined, 'AAAA', 'About'],
    );
    const ghosted = contacts.shown(contacts.change(before, { FirstName: 'Anna' }, '16.1', ['FirstName']));
    assert.equal(ghosted.JobTitle, 'Boss');
    const handled = contacts.shown(contacts.change(before, { FirstName: 'Anna' }, '16.1', ['JobTitle']));
    assert.equal(handled.JobTitle, undefined);
    const none = contacts.shown(contacts.change(before, { FirstName: 'Anna' }, '14.1', []));
    assert.equal(none.JobTitle, 'Boss');
  });

  test('an empty photo takes it away only from a device that handles photos; one over 48 KB is refused', () => {
    const before = contacts.add({ FirstName: 'Ann', Picture: 'AAAA' });
    assert.equal(contacts.shown(contacts.change(before, { FirstName: 'A', Picture: '' })).Picture, 'AAAA');
    assert.equal(
      contacts.shown(contacts.change(before, { FirstName: 'A', Picture: '' }, '14.1', ['Picture'])).Picture,
      undefined,
    );
    refuses(() => contacts.add({ Picture: 'A'.repeat(48 * 1024 + 4) }), /Picture/);
  });
});

describe('tasks', () => {
  test('every field arrives on every other version', () => {
    for (const one of versions) {
      for (const other of versions) {
        const told: WrittenTask = {
          Subject: 'Pay',
          Importance: 2,
          Sensitivity: 2,
          StartDate: '2026-11-02T00:00:00.000Z',
          UtcStartDate: '2026-11-01T23:00:00.000Z',
          DueDate: '2026-11-05T00:00:00.000Z',
          UtcDueDate: '2026-11-04T23:00:00.000Z',
          ReminderSet: 1,
          ReminderTime: '2026-11-04T08:00:00.000Z',
          Complete: 0,
          Categories: { Category: ['Home'] },
          Body: { Type: 1, Data: 'Soon' },
          Body25: 'Soon',
          Recurrence: {
            Type: 1,
            Start: '2026-11-02T00:00:00.000Z',
            Interval: 1,
            DayOfWeek: 2,
            Occurrences: 4,
            Regenerate: 0,
            DeadOccur: 0,
            FirstDayOfWeek: 1,
          },
        };
        const seen = tasks.shown(tasks.add(told, one), other);
        const { Body: _, Body25: __, Recurrence, ...plain } = told;
        for (const [key, value] of Object.entries(plain)) assert.deepEqual(seen[key as keyof ReadTask], value, key);
        assert.equal(seen.Body25 ?? seen.Body?.Data, 'Soon');
        const { FirstDayOfWeek: day, ...pattern } = Recurrence!;
        for (const [key, value] of Object.entries(pattern)) assert.equal(seen.Recurrence?.[key as 'Type'], value, key);
        if (rank(one) >= rank('14.1') && rank(other) >= rank('14.1'))
          assert.equal(seen.Recurrence?.FirstDayOfWeek, day);
      }
    }
  });

  test('one date of a pair gives the other, by the account’s clock', () => {
    const seen = tasks.shown(tasks.add({ Subject: 'a', Complete: 0, DueDate: '2026-11-05T00:00:00.000Z' }));
    assert.equal(seen.UtcDueDate, '2026-11-04T23:00:00.000Z');
  });

  test('a completed task says when, and lies below what is to be done', () => {
    const open = tasks.add({ Subject: 'a', Complete: 0 });
    assert.equal(tasksCodec.sortDate(open, now), farFuture);
    const done = tasks.change(open, { Subject: 'a', Complete: 1 });
    assert.equal(tasks.shown(done).DateCompleted, new Date(now).toISOString());
    assert.equal(tasksCodec.sortDate(done, now), farPast);
    assert.equal(tasksCodec.sortDate(tasks.change(done, { Subject: 'a', Complete: 0 }), now), farFuture);
  });

  test('Importance, ReminderSet and the body stay when a Change leaves them out, the rest goes', () => {
    const before = tasks.add({
      Subject: 'a',
      Importance: 2,
      ReminderSet: 1,
      ReminderTime: '2026-11-04T08:00:00.000Z',
      DueDate: '2026-11-05T00:00:00.000Z',
      Body: { Type: 1, Data: 'x' },
    });
    const seen = tasks.shown(tasks.change(before, { Subject: 'b' }));
    assert.deepEqual([seen.Importance, seen.ReminderSet, seen.Body?.Data, seen.DueDate], [2, 1, 'x', undefined]);
  });

  const start = { Start: '2026-11-02T00:00:00.000Z' };
  const wrong: [string, WrittenTask, RegExp][] = [
    ['a pattern without Type', { Recurrence: { ...start, DayOfWeek: 1 } }, /Type/],
    ['a pattern without Start', { Recurrence: { Type: 0 } }, /Start/],
    [
      'a day of the month in a weekly pattern',
      { Recurrence: { ...start, Type: 1, DayOfWeek: 1, DayOfMonth: 1 } },
      /DayOfMonth/,
    ],
    [
      'a calendar in a weekly pattern',
      { Recurrence: { ...start, Type: 1, DayOfWeek: 1, CalendarType: 1 } },
      /CalendarType/,
    ],
    [
      'a first day of the week that is none',
      { Recurrence: { ...start, Type: 1, DayOfWeek: 1, FirstDayOfWeek: 7 } },
      /FirstDayOfWeek/,
    ],
    ['ReminderSet 2', { ReminderSet: 2 }, /ReminderSet/],
    ['due before its start', { StartDate: '2026-11-05T00:00:00.000Z', DueDate: '2026-11-02T00:00:00.000Z' }, /DueDate/],
  ];
  for (const [name, value, what] of wrong) test(`refused: ${name}`, () => refuses(() => tasks.add(value), what));
});

describe('notes', () => {
  test('what is left out of a Change: Subject and Body stay, Categories go, the server says when', () => {
    const before = notes.add({
      Subject: 'a',
      Body: { Type: 1, Data: 'x' },
      MessageClass: 'IPM.StickyNote',
      Categories: { Category: ['c'] },
      LastModifiedDate: '20000101T000000Z',
    });
    assert.equal(notes.shown(before).LastModifiedDate, '20261101T120000Z');
    const seen = notes.shown(notes.change(before, { MessageClass: 'IPM.StickyNote.Mine' }));
    assert.deepEqual(
      [seen.Subject, seen.Body?.Data, seen.Categories, seen.MessageClass],
      ['a', 'x', undefined, 'IPM.StickyNote.Mine'],
    );
  });
  test('HTML is kept, and given as text to whom wants text', () => {
    const fields = notes.add({ Body: { Type: 2, Data: '<p>One<br>Two</p>' } });
    assert.equal(notes.shown(fields).Body?.Data, 'One\r\nTwo');
  });
  test('an empty note has a body of nothing', () =>
    assert.equal(notes.shown(notes.add({ Subject: 'a' })).Body?.Data, ''));
  test('another kind of message is refused', () =>
    refuses(() => notes.add({ MessageClass: 'IPM.Note' }), /MessageClass/));
});
