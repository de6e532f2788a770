// Folders of contacts, events, tasks and notes with the commands that are no Sync: moves between two of them, estimates and
// filters, Search and Find.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  classShapes,
  formatCompactDateTime,
  mailboxQuery,
  pages,
  read,
  type Version,
  write,
} from '../../protocol/index.ts';
import { retagged } from '../../protocol/wbxml/element.ts';
import { EasError } from '../../src/domain/errors.ts';
import type { Store } from '../../src/store/port.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { openHouse, type Phone } from '../support/endpoint.ts';
import { calendar, contacts, inbox, notes, prime, syncOne } from '../support/sync-phone.ts';
import { tempStore } from '../support/temp-store.ts';

const tasks = '7';
const day = 86_400_000;
type Named = { readonly Subject?: string; readonly FileAs?: string };
const nameOf = ({ Subject, FileAs }: Named) => Subject ?? FileAs;
const at = (days: number, hours = 0) =>
  formatCompactDateTime(Math.floor(Date.now() / day) * day + days * day + hours * 3_600_000);

/** [MS-ASCMD] 2.2.3.186.2 Type (FolderCreate): 13 calendar, 14 contacts, 15 tasks, 17 notes. */
const classes = [
  { name: 'Contacts', folder: contacts, type: 14, item: { FirstName: 'Ann', FileAs: 'Ann' } },
  {
    name: 'Calendar',
    folder: calendar,
    type: 13,
    item: { Subject: 'Ann', StartTime: at(2), EndTime: at(2, 1), UID: 'u1' },
  },
  { name: 'Tasks', folder: tasks, type: 15, item: { Subject: 'Ann', Complete: 0 } },
  { name: 'Notes', folder: notes, type: 17, item: { Subject: 'Ann', Body: { Type: 1, Data: 'milk' } } },
] as const;

describe('MoveItems between two folders of a class', async () => {
  const house = await openHouse({ after });

  async function folder(phone: Phone, Type: number): Promise<string> {
    const first = await phone.ask('FolderSync', { SyncKey: '0' });
    const asked = { SyncKey: first.SyncKey!, ParentId: '0', DisplayName: `Second ${Type}`, Type };
    const { Status, ServerId } = await phone.ask('FolderCreate', asked);
    assert.equal(Status, 1);
    return ServerId!;
  }

  for (const { name, folder: from, type, item } of classes) {
    test(`${name}: silent for who moved, told to others, once though the answer was lost`, async () => {
      const phone = await house.phone();
      const other = phone.another('14.1');
      const to = await folder(phone, type);
      const open = (by: Phone, id: string) => FolderCopy.open<Named>(by, id, name);
      const [theirs, theirSecond] = [await open(other, from), await open(other, to)];
      const { id, status } = await theirs.add(item);
      assert.equal(status, 1);
      const [mine, second] = [await open(phone, from), await open(phone, to)];
      assert.deepEqual([...mine.items.keys()], [id]);
      const move = () => phone.ask('MoveItems', { Move: [{ SrcMsgId: id, SrcFldId: from, DstFldId: to }] });
      const lost = await move();
      const { Response } = await move();
      assert.deepEqual(Response, lost.Response);
      assert.equal(Response[0]?.Status, 3);
      for (const copy of [theirs, theirSecond]) await copy.sync();
      assert.equal(theirs.items.size, 0);
      assert.deepEqual(
        [...theirSecond.items].map(([key, one]) => [key, nameOf(one)]),
        [[Response[0]?.DstMsgId, 'Ann']],
      );
      assert.equal(await syncOne(phone, { SyncKey: mine.key, CollectionId: from }), undefined);
      assert.equal(await syncOne(phone, { SyncKey: second.key, CollectionId: to }), undefined);
      const stays = await phone.ask('MoveItems', {
        Move: [{ SrcMsgId: Response[0]!.DstMsgId!, SrcFldId: to, DstFldId: inbox }],
      });
      assert.equal(stays.Response[0]?.Status, 2, 'a folder of another class');
    });
  }
});

/** Events by how many days ago they end, and one that goes on. */
const events: Readonly<Record<string, object>> = {
  'ten days ago': { StartTime: at(-10), EndTime: at(-10, 1) },
  'three weeks ago': { StartTime: at(-21), EndTime: at(-21, 1) },
  'two months ago': { StartTime: at(-60), EndTime: at(-60, 1) },
  'five months ago': { StartTime: at(-150), EndTime: at(-150, 1) },
  'last year': { StartTime: at(-300), EndTime: at(-300, 1) },
  'last year, for ever': { StartTime: at(-300), EndTime: at(-300, 1), Recurrence: { Type: 0, Interval: 1 } },
  'last year, until tomorrow': {
    ...{ StartTime: at(-300), EndTime: at(-300, 1) },
    Recurrence: { Type: 0, Interval: 1, Until: at(1) },
  },
  'last year, five times': {
    ...{ StartTime: at(-300), EndTime: at(-300, 1) },
    Recurrence: { Type: 0, Interval: 1, Occurrences: 5 },
  },
  'next year': { StartTime: at(300), EndTime: at(300, 1) },
};
const always = ['last year, for ever', 'last year, until tomorrow', 'next year'];
const within: Readonly<Record<number, readonly string[]>> = {
  4: ['ten days ago', ...always],
  5: ['ten days ago', 'three weeks ago', ...always],
  6: ['ten days ago', 'three weeks ago', 'two months ago', ...always],
  7: ['ten days ago', 'three weeks ago', 'two months ago', 'five months ago', ...always],
  0: Object.keys(events),
};

describe('filters of events and tasks', async () => {
  const house = await openHouse({ after });

  async function estimate(phone: Phone, CollectionId: string, SyncKey: string, FilterType: number) {
    const { Status, Response } = await phone.ask('GetItemEstimate', {
      Collections: {
        Collection: [{ SyncKey, CollectionId, Options: [{ FilterType, BodyPreference: [] }] }],
      },
    });
    return Status ?? [Response[0]?.Status, Response[0]?.Collection?.Estimate];
  }

  for (const version of ['14.0', '14.1', '16.1'] as const satisfies readonly Version[]) {
    test(`${version}: what ended before the window stays away, series that go on do not (MS-ASCMD_R2971, R5877)`, async () => {
      const phone = await house.phone({ version: '16.1' });
      const all = await FolderCopy.open<Named>(phone, calendar, 'Calendar');
      for (const [Subject, times] of Object.entries(events))
        assert.equal((await all.add({ Subject, ...times })).status, 1);
      const other = phone.another(version);
      for (const [code, names] of Object.entries(within)) {
        const FilterType = Number(code);
        const key = await prime(other, calendar, { Options: [{ FilterType }] });
        assert.deepEqual(await estimate(other, calendar, key, FilterType), [1, names.length]);
        const shown = await FolderCopy.open<Named>(other, calendar, 'Calendar', { Options: [{ FilterType }] });
        assert.deepEqual([...shown.items.values()].map(nameOf).sort(), [...names].sort(), code);
      }
    });

    test(`${version}: of tasks those that are to be done; other filters are 110 of an estimate, 103 above 8 (MS-ASCMD_R2984)`, async () => {
      const phone = await house.phone({ version: '16.1' });
      const all = await FolderCopy.open<Named>(phone, tasks, 'Tasks');
      const DateCompleted = '2026-11-01T00:00:00.000Z';
      for (const Subject of ['a', 'b', 'c']) await all.add({ Subject, Complete: 0 });
      await all.add({ Subject: 'done', Complete: 1, DateCompleted });
      const other = phone.another(version);
      const key = await prime(other, tasks, { Options: [{ FilterType: 8 }] });
      assert.deepEqual(await estimate(other, tasks, key, 8), [1, 3]);
      const everything = await prime(phone.another(version, 'all'), tasks);
      assert.deepEqual(await estimate(phone.another(version, 'all'), tasks, everything, 0), [1, 4]);
      for (const wrong of [1, 4, 7]) assert.equal(await estimate(other, tasks, key, wrong), 110);
      for (const wrong of [1, 2, 3, 8]) assert.equal(await estimate(other, calendar, key, wrong), 110);
      assert.equal(await estimate(other, tasks, key, 9), 103);
    });
  }
});

describe('Search and Find of events, contacts, tasks and notes', async () => {
  const house = await openHouse({ after });
  const none = {
    Class: [],
    CollectionId: [],
    FreeText: [],
    ConversationId: [],
    GreaterThan: [],
    LessThan: [],
    And: [],
    Or: [],
  };

  async function filled(): Promise<Phone> {
    const phone = await house.phone();
    const put = async (name: (typeof classes)[number]['name'], folder: string, item: object) =>
      assert.equal((await (await FolderCopy.open(phone, folder, name)).add(item)).status, 1);
    const times = { StartTime: at(2), EndTime: at(2, 1) };
    await put('Contacts', contacts, {
      ...{ FirstName: 'Zoë', LastName: 'Müller', CompanyName: 'Quarterly Inc', Email1Address: 'zoe@fish.test' },
      ...{ Body: { Type: 1, Data: 'met at the harbour' }, NickName: 'Zed' },
    });
    await put('Calendar', calendar, {
      ...{ ...times, Subject: 'Quarterly review', Location: { DisplayName: 'Room 7' } },
      Body: { Type: 2, Data: '<p>Bring the <b>figures</b></p>' },
    });
    await put('Calendar', calendar, {
      ...{ ...times, Subject: 'Lunch', Recurrence: { Type: 0, Interval: 1, Occurrences: 3 } },
      Exceptions: { Exception: [{ InstanceId: at(3), Subject: 'Banquet' }] },
    });
    await put('Tasks', tasks, { Subject: 'Write the quarterly figures', Complete: 0 });
    await put('Notes', notes, { Subject: 'Quarterly', Body: { Type: 1, Data: 'milk' } });
    return phone;
  }
  async function search(phone: Phone, FreeText: string, Class: readonly string[], more: object = {}) {
    const { version } = phone;
    const And = [{ ...none, FreeText: [FreeText], Class: [...Class], ...more }];
    const Query = write(mailboxQuery, { ...none, And }, { version });
    const Options = {
      RebuildResults: true,
      DeepTraversal: false,
      BodyPreference: [{ Type: 1 as const }],
      BodyPartPreference: [],
    };
    const { Response } = await phone.ask('Search', { Store: { Name: 'Mailbox', Query, Options } });
    return Response!.Store;
  }

  test('each is found by its words, among its class or all of them', async () => {
    const phone = await filled();
    const cases: readonly [string, readonly string[], readonly string[]][] = [
      ['quarterly', ['Contacts'], ['Contacts']],
      ['quarterly', ['Calendar'], ['Calendar']],
      ['quarterly', ['Tasks'], ['Tasks']],
      ['quarterly', ['Notes'], ['Notes']],
      ['quarterly', [], ['Calendar', 'Contacts', 'Notes', 'Tasks']],
      ['figures', ['Calendar', 'Tasks'], ['Calendar', 'Tasks']],
      ['muller', [], ['Contacts']],
      ['zed', [], ['Contacts']],
      ['harbour', [], ['Contacts']],
      ['fish.test', [], ['Contacts']],
      ['room 7', [], ['Calendar']],
      ['banquet', [], ['Calendar']],
      ['milk', [], ['Notes']],
      ['uarterly', [], []],
    ];
    for (const [text, Class, expected] of cases) {
      const { Result, Total } = await search(phone, text, Class);
      const found = Result.flatMap((one) => one.Class ?? []);
      assert.deepEqual(found.sort(), expected, text);
      assert.equal(Total, expected.length);
    }
  });

  test('a hit has its folder and its properties as Sync has them, and is fetched by its LongId', async () => {
    const phone = await filled();
    for (const [Class, folder, key] of [
      ['Calendar', calendar, 'Subject'],
      ['Contacts', contacts, 'CompanyName'],
      ['Tasks', tasks, 'Subject'],
      ['Notes', notes, 'Subject'],
    ] as const) {
      const [hit] = (await search(phone, 'quarterly', [Class], { CollectionId: [folder] })).Result;
      assert.deepEqual([hit?.Class, hit?.CollectionId], [Class, folder]);
      const shape = classShapes[Class].schema as never;
      const shown = (of: Parameters<typeof retagged>[0]) =>
        read(shape, retagged(of, pages.airSync.ApplicationData), { version: '16.1' });
      const { value, unknown } = shown(hit!.Properties!);
      assert.deepEqual(unknown, []);
      assert.match(String((value as Record<string, unknown>)[key]), /quarterly/i);
      const answer = await phone.ask('ItemOperations', [
        { Fetch: { Store: 'Mailbox', LongId: hit!.LongId!, Options: { BodyPreference: [{ Type: 1 }] } } },
      ]);
      const [fetched] = answer.Response!.Fetch;
      assert.deepEqual([fetched?.Status, fetched?.Class], [1, Class]);
      assert.deepEqual(shown(fetched!.Properties!), shown(hit!.Properties!));
    }
  });

  test('in a folder of another class there is nothing; Find is of mail alone (MS-ASCMD_R901100613)', async () => {
    const phone = await filled();
    assert.equal((await search(phone, 'quarterly', ['Contacts'], { CollectionId: [calendar] })).Total, 0);
    const find = (Class: string) =>
      phone.ask('Find', {
        SearchId: 'A',
        ExecuteSearch: { MailBoxSearchCriterion: { Query: { Class, FreeText: 'quarterly' } } },
      });
    for (const Class of ['Calendar', 'Contacts', 'Tasks', 'Notes']) assert.equal((await find(Class)).Status, 2);
    assert.deepEqual((await find('Email')).Response?.Total, 0);
  });
});

test('free/busy that cannot be read for the moment is Status 162 (MS-ASCMD_R4295)', async (t) => {
  const temp = await tempStore();
  let busy: string | undefined;
  const store: Store = Object.create(temp.store, {
    read: {
      value: (account: string, run: never) =>
        account === busy ? Promise.reject(new EasError('busy')) : temp.store.read(account as never, run),
    },
  });
  const house = await openHouse(t, {
    on: { ...temp, store, [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose]() },
  });
  const [phone, colleague] = [await house.phone(), await house.phone()];
  const available = async () => {
    const { Response } = await phone.ask('ResolveRecipients', {
      To: [colleague.address],
      Options: { Availability: { StartTime: '2026-02-01T08:00:00.000Z', EndTime: '2026-02-01T09:00:00.000Z' } },
    });
    return Response[0]?.Recipient[0]?.Availability;
  };
  assert.deepEqual(await available(), { Status: 1, MergedFreeBusy: '00' });
  busy = colleague.account;
  assert.deepEqual(await available(), { Status: 162 });
  busy = undefined;
  assert.deepEqual(await available(), { Status: 1, MergedFreeBusy: '00' });
});
