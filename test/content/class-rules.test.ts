// The rules of contacts, tasks and notes, one row each: what is there, what a device sends, what it is shown after. Rows bear
// the requirement that they keep; those without one are Easel's own (no row decides).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  classShapes,
  type ReadContact,
  type ReadNote,
  type ReadTask,
  read,
  type Version,
  type WrittenContact,
  type WrittenNote,
  type WrittenTask,
  write,
} from '../../protocol/index.ts';
import { contactsCodec } from '../../src/content/contacts/codec.ts';
import type { FieldsCodec } from '../../src/content/fields-class.ts';
import { notesCodec } from '../../src/content/notes/codec.ts';
import { tasksCodec } from '../../src/content/tasks/codec.ts';
import { EasError } from '../../src/domain/errors.ts';
import type { Fields } from '../../src/domain/item.ts';
import type { BodyPreference } from '../../src/domain/sync-record.ts';

const now = Date.UTC(2026, 10, 1, 12);

interface Rule<Written, Read> {
  readonly name: string;
  readonly version?: Version;
  /** Shows it; default: the same version. */
  readonly to?: Version;
  readonly add: Written;
  readonly change?: Written;
  readonly supported?: readonly string[];
  readonly bodies?: readonly BodyPreference[];
  readonly zone?: string;
  /** Status 6, for this reason. */
  readonly refused?: RegExp;
  readonly shown?: { readonly [Key in keyof Read]?: unknown };
}

function check<Written, Read>(schemaOf: 'Contacts' | 'Tasks' | 'Notes', codec: FieldsCodec, rule: Rule<Written, Read>) {
  const { schema } = classShapes[schemaOf];
  const { version = '16.1', to = version, supported, zone = 'Europe/Berlin' } = rule;
  const account = { address: 'a@example.test', displayName: 'A', timeZone: zone, firstDayOfWeek: 1 as const };
  const data = (value: Written) => write(schema as never, value as never, { version });
  const spoken = { version, account, now, ...(supported && { supported: new Set(supported) }) };
  const act = (): Fields => {
    const { fields } = codec.create(data(rule.add), spoken);
    return rule.change ? codec.change(fields, data(rule.change), { ...spoken, now: now + 60_000 }).fields : fields;
  };
  if (rule.refused) {
    const { refused } = rule;
    assert.throws(act, (error: unknown) => {
      return error instanceof EasError && error.code === 'item-invalid' && refused.test(error.message);
    });
    return;
  }
  const element = codec.write(
    JSON.parse(JSON.stringify(act())) as Fields,
    { ...spoken, version: to },
    rule.bodies ?? [],
  );
  const { value, unknown } = read(schema as never, element, { version: to });
  assert.deepEqual(unknown, []);
  for (const [key, expected] of Object.entries(rule.shown ?? {}))
    assert.deepEqual((value as Record<string, unknown>)[key], expected, key);
}

const picture = 'AAAA';
const contactRules: Rule<WrittenContact, ReadContact>[] = [
  ...[
    '1980-05-04T11:59:00.000Z',
    '1980-05-04T00:00:00.000Z',
    '1980-05-04T08:00:00.000Z',
    '1980-05-04T12:00:00.000Z',
  ].map(
    (at): Rule<WrittenContact, ReadContact> => ({
      name: `MS-ASCNTC_R999: the time of a Birthday is no part of it (${at.slice(11, 16)})`,
      add: { Birthday: at },
      shown: { Birthday: '1980-05-04T00:00:00.000Z' },
    }),
  ),
  ...(['Asia/Tokyo', 'America/Los_Angeles', 'Pacific/Auckland', 'Europe/Berlin'] as const).map(
    (zone): Rule<WrittenContact, ReadContact> => ({
      name: `MS-ASCNTC_R109001: an Anniversary written as midnight of ${zone} keeps its day`,
      zone,
      add: {
        Anniversary: {
          'Asia/Tokyo': '1999-12-31T15:00:00.000Z',
          'America/Los_Angeles': '2000-01-01T08:00:00.000Z',
          'Pacific/Auckland': '1999-12-31T11:00:00.000Z',
          'Europe/Berlin': '1999-12-31T23:00:00.000Z',
        }[zone],
      },
      shown: { Anniversary: '2000-01-01T00:00:00.000Z' },
    }),
  ),
  { name: 'a Birthday that is no date', add: { Birthday: 'in May' } as never, refused: /./ },
  {
    name: 'MS-ASCNTC_R384: a Picture of 48 KB',
    add: { Picture: 'A'.repeat(48 * 1024) },
    shown: { Picture: 'A'.repeat(48 * 1024) },
  },
  { name: 'MS-ASCNTC_R384: a Picture over 48 KB', add: { Picture: 'A'.repeat(48 * 1024 + 4) }, refused: /Picture/ },
  {
    name: 'a Picture that a Change leaves out stays',
    add: { Picture: picture },
    change: { FirstName: 'A' },
    shown: { Picture: picture },
  },
  {
    name: 'a Picture that a Change leaves out stays, though Supported lists it',
    supported: ['Picture'],
    add: { Picture: picture },
    change: { FirstName: 'A' },
    shown: { Picture: picture },
  },
  {
    name: 'an empty Picture is none that was loaded',
    add: { Picture: picture },
    change: { Picture: '' },
    shown: { Picture: picture },
  },
  {
    name: 'an empty Picture of a device that lists it takes it away',
    supported: ['Picture'],
    add: { Picture: picture },
    change: { Picture: '' },
    shown: { Picture: undefined },
  },
  {
    name: 'MS-ASCNTC_R461: a Body that is left out stays',
    add: { Body: { Type: 1, Data: 'x' } },
    change: { FirstName: 'A' },
    shown: { Body: { Type: 1, EstimatedDataSize: 1, Data: 'x' } },
  },
  {
    name: 'an empty Body takes it away, and MS-ASAIRS_R105, R386 say so',
    add: { Body: { Type: 1, Data: 'x' } },
    change: { Body: { Type: 1, Data: '' } },
    bodies: [{ type: 2 }],
    shown: { Body: { Type: 2, EstimatedDataSize: 0, Data: '' } },
  },
  {
    name: 'MS-ASCNTC_R459: a Body is cut where the device asked',
    bodies: [{ type: 1, truncationSize: 3 }],
    add: { Body: { Type: 1, Data: 'abcdef' } },
    shown: { Body: { Type: 1, EstimatedDataSize: 6, Truncated: true, Data: 'abc' } },
  },
  {
    name: 'MS-ASCNTC_R460: and whole where it no longer asks',
    bodies: [{ type: 1 }],
    add: { Body: { Type: 1, Data: 'abcdef' } },
    shown: { Body: { Type: 1, EstimatedDataSize: 6, Data: 'abcdef' } },
  },
  {
    name: 'HTML survives a device that shows text',
    bodies: [{ type: 2 }],
    add: { Body: { Type: 2, Data: '<p>Hi</p>' } },
    change: { Body: { Type: 1, Data: 'Hi' } },
    shown: { Body: { Type: 2, EstimatedDataSize: 9, Data: '<p>Hi</p>' } },
  },
  {
    name: 'MS-ASCNTC_R499: what is ghosted and left out keeps its value',
    supported: ['FirstName'],
    add: { FirstName: 'A', JobTitle: 'B', HomeAddressCity: 'C', ManagerName: 'D' },
    change: { FirstName: 'E' },
    shown: { FirstName: 'E', JobTitle: 'B', HomeAddressCity: 'C', ManagerName: 'D' },
  },
  {
    name: 'MS-ASCNTC_R464: what is listed and left out goes',
    supported: ['FirstName', 'JobTitle', 'ManagerName'],
    add: { FirstName: 'A', JobTitle: 'B', ManagerName: 'D' },
    change: { FirstName: 'E' },
    shown: { JobTitle: undefined, ManagerName: undefined },
  },
  {
    name: 'an empty Supported ghosts everything',
    version: '12.1',
    supported: [],
    add: { FirstName: 'A', JobTitle: 'B', Categories: { Category: ['c'] }, Children: { Child: ['k'] } },
    change: { FirstName: 'E' },
    shown: { JobTitle: 'B', Categories: { Category: ['c'] }, Children: { Child: ['k'] } },
  },
  {
    name: 'without Supported what is left out goes',
    add: { FirstName: 'A', JobTitle: 'B', Categories: { Category: ['c'] } },
    change: { FirstName: 'E' },
    shown: { JobTitle: undefined, Categories: undefined },
  },
  {
    name: 'an empty element clears, in every version',
    version: '16.1',
    supported: [],
    add: { FirstName: 'A', JobTitle: 'B' },
    change: { JobTitle: '' },
    shown: { FirstName: 'A', JobTitle: undefined },
  },
  {
    name: 'an empty list clears',
    supported: [],
    add: { Categories: { Category: ['c'] }, Children: { Child: ['k'] } },
    change: { Categories: { Category: [] }, Children: { Child: [] } },
    shown: { Categories: undefined, Children: undefined },
  },
  {
    name: 'over 300 Categories',
    add: { Categories: { Category: Array.from({ length: 301 }, (_, at) => `${at}`) } },
    refused: /Categories/,
  },
  {
    name: 'MS-ASCNTC_R105, R415: Alias and WeightedRank are the recipient cache’s alone',
    add: { FirstName: 'A', Alias: 'x', WeightedRank: 3 },
    shown: { Alias: undefined, WeightedRank: undefined },
  },
  {
    name: 'Yomi names and all of Contacts2',
    add: {
      YomiFirstName: 'ア',
      YomiLastName: 'イ',
      YomiCompanyName: 'ウ',
      IMAddress3: 'i',
      MMS: 'm',
      GovernmentId: 'g',
      NickName: 'n',
    },
    to: '2.5',
    shown: {
      YomiFirstName: 'ア',
      YomiLastName: 'イ',
      YomiCompanyName: 'ウ',
      IMAddress3: 'i',
      MMS: 'm',
      GovernmentId: 'g',
      NickName: 'n',
    },
  },
  {
    name: '2.5: Body as text with its size',
    to: '2.5',
    add: { Body: { Type: 2, Data: '<b>ü</b>' } },
    shown: { Body25: 'ü', BodySize: 2, BodyTruncated: false },
  },
  {
    name: '2.5: what is written there reads everywhere',
    version: '2.5',
    to: '16.1',
    add: { Body25: 'x' },
    shown: { Body: { Type: 1, EstimatedDataSize: 1, Data: 'x' } },
  },
  {
    name: '2.5: CompressedRTF alone leaves the text that was there',
    version: '2.5',
    add: { Body25: 'x' },
    change: { CompressedRTF: 'AAAA' },
    shown: { Body25: 'x' },
  },
];

const start = '2026-11-02T00:00:00.000Z';
const weekly = { Start: start, Type: 1, DayOfWeek: 2 };
const base: WrittenTask = { Subject: 'a', Complete: 0 };
const pattern = (Recurrence: WrittenTask['Recurrence']): WrittenTask => ({ ...base, Recurrence });
const refusedPatterns: [string, NonNullable<WrittenTask['Recurrence']>, RegExp][] = [
  ['MS-ASTASK_R289: without Type', { Start: start, DayOfWeek: 1 }, /Type/],
  ['MS-ASTASK_R37011: without Start', { Type: 0 }, /Start/],
  ['MS-ASTASK_R132: DayOfMonth in a weekly one', { ...weekly, DayOfMonth: 1 }, /DayOfMonth/],
  ['MS-ASTASK_R532: DayOfWeek in a monthly one', { Start: start, Type: 2, DayOfMonth: 1, DayOfWeek: 1 }, /DayOfWeek/],
  [
    'MS-ASTASK_R533: DayOfWeek in a yearly one',
    { Start: start, Type: 5, DayOfMonth: 1, MonthOfYear: 1, DayOfWeek: 1 },
    /DayOfWeek/,
  ],
  ['MS-ASTASK_R320: WeekOfMonth in a daily one', { Start: start, Type: 0, WeekOfMonth: 1 }, /WeekOfMonth/],
  ['MS-ASTASK_R81: CalendarType in a weekly one', { ...weekly, CalendarType: 1 }, /CalendarType/],
  [
    'MS-ASTASK_R84: a CalendarType that does not exist',
    { Start: start, Type: 2, DayOfMonth: 1, CalendarType: 13 },
    /CalendarType/,
  ],
  ['MS-ASTASK_R171: FirstDayOfWeek 7', { ...weekly, FirstDayOfWeek: 7 }, /FirstDayOfWeek/],
  ['MS-ASTASK_R192: Interval 1000', { ...weekly, Interval: 1000 }, /Interval/],
  ['MS-ASTASK_R525: DayOfMonth 32', { Start: start, Type: 2, DayOfMonth: 32 }, /DayOfMonth/],
  ['MS-ASTASK_R210: MonthOfYear 13', { Start: start, Type: 5, DayOfMonth: 1, MonthOfYear: 13 }, /MonthOfYear/],
  ['MS-ASTASK_R4221: Regenerate 2', { ...weekly, Regenerate: 2 }, /Regenerate/],
];
const taskRules: Rule<WrittenTask, ReadTask>[] = [
  ...refusedPatterns.map(([name, recurrence, refused]) => ({ name, add: pattern(recurrence), refused })),
  { name: 'MS-ASTASK_R252: ReminderSet 2', add: { ...base, ReminderSet: 2 }, refused: /ReminderSet/ },
  { name: 'MS-ASTASK_R119: Complete 2', add: { Subject: 'a', Complete: 2 }, refused: /Complete/ },
  { name: 'Sensitivity 4', add: { ...base, Sensitivity: 4 }, refused: /Sensitivity/ },
  { name: 'an impossible date', add: { ...base, DueDate: '2026-13-45T00:00:00.000Z' } as never, refused: /./ },
  {
    name: 'MS-ASTASK_R187, R550: an Importance of its own is kept and told',
    add: { ...base, Importance: 7 },
    shown: { Importance: 7 },
  },
  {
    name: 'Importance is told when nobody said it',
    add: base,
    shown: { Importance: 1, Sensitivity: 0, ReminderSet: 0, Complete: 0 },
  },
  {
    name: 'MS-ASTASK_R369, R370: Importance and ReminderSet that are left out stay',
    add: { ...base, Importance: 2, ReminderSet: 1, ReminderTime: start },
    change: base,
    shown: { Importance: 2, ReminderSet: 1, ReminderTime: start },
  },
  {
    name: 'ReminderSet 0 ends the reminder',
    add: { ...base, ReminderSet: 1, ReminderTime: start },
    change: { ...base, ReminderSet: 0 },
    shown: { ReminderSet: 0, ReminderTime: undefined },
  },
  {
    name: 'MS-ASTASK_R124: a completed task says when',
    add: { Subject: 'a', Complete: 1 },
    shown: { Complete: 1, DateCompleted: new Date(now).toISOString() },
  },
  {
    name: 'and keeps saying it',
    add: { Subject: 'a', Complete: 1, DateCompleted: start },
    change: { Subject: 'b', Complete: 1 },
    shown: { DateCompleted: start },
  },
  {
    name: 'one that is open again does not',
    add: { Subject: 'a', Complete: 1 },
    change: base,
    shown: { Complete: 0, DateCompleted: undefined },
  },
  {
    name: 'MS-ASTASK_R436: empty Categories clear',
    add: { ...base, Categories: { Category: ['c'] } },
    change: { ...base, Categories: { Category: [] } },
    shown: { Categories: undefined },
  },
  ...([2, 3, 5, 6] as const).map((Type, at): Rule<WrittenTask, ReadTask> => {
    const parts = [
      { DayOfMonth: 3 },
      { WeekOfMonth: 1, DayOfWeek: 2 },
      { DayOfMonth: 3, MonthOfYear: 4 },
      { WeekOfMonth: 5, DayOfWeek: 2, MonthOfYear: 4 },
    ];
    const told = { Type, Start: start, Interval: 1, ...parts[at] };
    return {
      name: `MS-ASTASK_R${['82', '8211', '8212', '8213'][at]}: CalendarType is told of Type ${Type}`,
      add: pattern(told),
      shown: { Recurrence: { ...told, CalendarType: 0 } },
    };
  }),
  {
    name: 'MS-ASTASK_R167, R396: FirstDayOfWeek of a weekly one is the account’s when nobody said it',
    add: pattern({ ...weekly, Interval: 2 }),
    shown: { Recurrence: { ...weekly, Interval: 2, FirstDayOfWeek: 1 } },
  },
  {
    name: 'MS-ASTASK_R170: or what was said',
    add: pattern({ ...weekly, Interval: 2, FirstDayOfWeek: 6 }),
    shown: { Recurrence: { ...weekly, Interval: 2, FirstDayOfWeek: 6 } },
  },
  {
    name: 'Occurrences before Until',
    add: pattern({ ...weekly, Interval: 1, Occurrences: 3, Until: start }),
    to: '12.1',
    shown: { Recurrence: { ...weekly, Interval: 1, Occurrences: 3 } },
  },
  {
    name: 'Regenerate and DeadOccur',
    add: pattern({ ...weekly, Interval: 1, Regenerate: 1, DeadOccur: 1 }),
    to: '2.5',
    shown: { Recurrence: { ...weekly, Interval: 1, Regenerate: 1, DeadOccur: 1 } },
  },
  {
    name: 'an empty Recurrence ends the series',
    add: pattern(weekly),
    change: pattern({}),
    shown: { Recurrence: undefined },
  },
  {
    name: 'a wall alone gets its instant by the account’s clock',
    add: { ...base, StartDate: '2026-07-01T00:00:00.000Z', DueDate: '2026-12-01T00:00:00.000Z' },
    shown: { UtcStartDate: '2026-06-30T22:00:00.000Z', UtcDueDate: '2026-11-30T23:00:00.000Z' },
  },
  {
    name: 'an instant alone gets its wall',
    add: { ...base, UtcDueDate: '2026-11-30T23:00:00.000Z' },
    shown: { DueDate: '2026-12-01T00:00:00.000Z' },
  },
  {
    name: 'walls and instants given alike are kept',
    add: { ...base, DueDate: start, UtcDueDate: start },
    shown: { DueDate: start, UtcDueDate: start },
  },
  {
    name: 'dates that are left out go',
    add: { ...base, DueDate: start },
    change: base,
    shown: { DueDate: undefined, UtcDueDate: undefined },
  },
  {
    name: 'a Body that is left out stays',
    add: { ...base, Body: { Type: 1, Data: 'x' } },
    change: base,
    shown: { Body: { Type: 1, EstimatedDataSize: 1, Data: 'x' } },
  },
  {
    name: 'Truncated 0 is not told: Windows phones stumble',
    bodies: [{ type: 1, truncationSize: 100 }],
    add: { ...base, Body: { Type: 1, Data: 'x' } },
    shown: { Body: { Type: 1, EstimatedDataSize: 1, Data: 'x' } },
  },
  {
    name: '2.5: Body as text with its size',
    to: '2.5',
    add: { ...base, Body: { Type: 1, Data: 'x' } },
    shown: { Body25: 'x', BodySize: 1, BodyTruncated: false },
  },
];

const note: WrittenNote = {
  Subject: 'a',
  Body: { Type: 1, Data: 'x' },
  MessageClass: 'IPM.StickyNote',
  Categories: { Category: ['c'] },
};
const noteRules: Rule<WrittenNote, ReadNote>[] = [
  {
    name: 'MS-ASNOTE_R209: LastModifiedDate is the server’s',
    version: '14.0',
    add: { ...note, LastModifiedDate: '20000101T000000Z' },
    shown: { LastModifiedDate: '20261101T120000Z' },
  },
  {
    name: 'MS-ASNOTE_R125: and is told after each Change',
    add: note,
    change: note,
    shown: { LastModifiedDate: '20261101T120100Z' },
  },
  {
    name: 'MS-ASNOTE_R112: Categories that are left out go',
    add: note,
    change: { MessageClass: 'IPM.StickyNote' },
    shown: { Categories: undefined },
  },
  {
    name: 'MS-ASNOTE_R10002: and of several those that are left out',
    add: { ...note, Categories: { Category: ['c', 'd'] } },
    change: { ...note, Categories: { Category: ['d'] } },
    shown: { Categories: { Category: ['d'] } },
  },
  {
    name: 'MS-ASNOTE_R113, R10003: Body and Subject that are left out stay',
    add: note,
    change: { MessageClass: 'IPM.StickyNote' },
    shown: { Subject: 'a', Body: { Type: 1, EstimatedDataSize: 1, Data: 'x' } },
  },
  {
    name: 'MS-ASNOTE_R123: a Body has Data, if only none',
    add: { Subject: 'a', MessageClass: 'IPM.StickyNote' },
    shown: { Body: { Type: 1, EstimatedDataSize: 0, Data: '' } },
  },
  {
    name: 'MS-ASNOTE_R57: a class below IPM.StickyNote',
    add: { ...note, MessageClass: 'IPM.StickyNote.Mine' },
    shown: { MessageClass: 'IPM.StickyNote.Mine' },
  },
  { name: 'MS-ASNOTE_R119: another class', add: { ...note, MessageClass: 'IPM.Note' }, refused: /MessageClass/ },
  {
    name: 'MS-ASNOTE_R86, R119: another class in a Change',
    add: note,
    change: { MessageClass: 'IPM.StickyNotes' },
    refused: /MessageClass/,
  },
  {
    name: 'MS-ASNOTE_R39: HTML as HTML',
    bodies: [{ type: 2 }],
    add: { ...note, Body: { Type: 2, Data: '<p>x</p>' } },
    shown: { Body: { Type: 2, EstimatedDataSize: 8, Data: '<p>x</p>' } },
  },
  {
    name: 'MS-ASNOTE_R40: RTF that cannot be kept leaves the text',
    add: note,
    change: { ...note, Body: { Type: 3, Data: 'e1xydGYx' } },
    shown: { Body: { Type: 1, EstimatedDataSize: 1, Data: 'x' } },
  },
];

describe('contacts', () => {
  for (const rule of contactRules) test(rule.name, () => check('Contacts', contactsCodec, rule));
});
describe('tasks', () => {
  for (const rule of taskRules) test(rule.name, () => check('Tasks', tasksCodec, rule));
});
describe('notes', () => {
  for (const rule of noteRules) test(rule.name, () => check('Notes', notesCodec, rule));
});
