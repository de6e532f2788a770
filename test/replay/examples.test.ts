// The examples of MS-ASCMD that are about people, events, and folders of any class: the world that each presumes is
// made, its request is sent as it stands (ids and keys in place of its own), and the answer has the elements and the
// Status values of the example's answer. What differs stands here with its reason.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  buildLongId,
  type CommandName,
  decode,
  type Element,
  encodeToBuffer,
  type ReadCalendar,
  type ReadContact,
  tagName,
  tagOf,
} from '../../protocol/index.ts';
import { composeMeetingMail } from '../../src/content/calendar/meeting-mail.ts';
import { receive } from '../../src/delivery/receive.ts';
import type { Event } from '../../src/domain/event.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { mail, openHouse, type Phone, rootOf } from '../support/endpoint.ts';
import { calendar, contacts, inbox, prime } from '../support/sync-phone.ts';

const folder = join(process.env.EASEL_TRACES ?? join(process.cwd(), '..', 'shared', 'traces'), 'ms-ascmd-examples');
const skip = existsSync(folder) ? false : 'the traces folder (EASEL_TRACES) is absent';

function example(number: string): Element {
  return decode(readFileSync(join(folder, `activesync-ms-ascmd-${number}.xml.derived.wbxml`))).root;
}

/** Other texts for elements, by their names; undefined leaves the text. */
type Texts = Readonly<Record<string, string | ((text: string) => string | undefined)>>;
function adapted(element: Element, texts: Texts): Element {
  const told = texts[tagName(element.tag)];
  const text = typeof element.value === 'string' ? element.value : undefined;
  const next = text === undefined ? undefined : typeof told === 'function' ? told(text) : told;
  const children = element.children.map((child) => adapted(child, texts));
  return { ...element, children, ...(next !== undefined && { value: next }) };
}

/** Paths of its elements; a Status with its value. */
function pathsOf(root: Element, above = ''): string[] {
  const path = `${above}/${tagOf(root.tag)?.name}`;
  const own = path.endsWith('/Status') ? `${path} ${root.value}` : path;
  return [own, ...root.children.flatMap((child) => pathsOf(child, path))];
}

/** Ends of paths that only the example's or only our answer has, and why. */
interface Differs {
  readonly lacks?: Readonly<Record<string, string>>;
  readonly more?: Readonly<Record<string, string>>;
}
const isListed = (path: string, list: Readonly<Record<string, string>> = {}) =>
  Object.keys(list).some((one) => path.endsWith(`/${one}`) || path.includes(`/${one}/`));

const played = new Set<string>();
async function play(
  phone: Phone,
  [asked, answered]: readonly [string, string],
  texts: Texts,
  differs: Differs = {},
): Promise<Element> {
  played.add(asked);
  const request = example(asked);
  const command = tagOf(request.tag)!.name as CommandName;
  const response = await phone.send(command, { body: encodeToBuffer(adapted(request, texts)) });
  assert.equal(response.status, 200);
  const root = rootOf(response);
  assert.ok(root, `${asked}: an answer`);
  const [ours, theirs] = [new Set(pathsOf(root)), new Set(pathsOf(example(answered)))];
  const only = (some: ReadonlySet<string>, others: ReadonlySet<string>, list: Differs['more']) =>
    [...some].filter((path) => !others.has(path) && !isListed(path, list));
  assert.deepEqual(
    { lacks: only(theirs, ours, differs.lacks), more: only(ours, theirs, differs.more) },
    { lacks: [], more: [] },
    `${asked} is answered as ${answered}`,
  );
  return root;
}

function textsIn(root: Element, name: string): string[] {
  const own = tagName(root.tag) === name && typeof root.value === 'string' ? [root.value] : [];
  return [...own, ...root.children.flatMap((child) => textsIn(child, name))];
}

const hour = 3_600_000;
const carol = { email: 'carol@outside.example', name: 'Carol' };
const rtf = 'no RTF is made, and a device that asks for no type gets text, whole';
const always = 'always told, as devices take a default for it';

describe('examples of people and calendars', { skip }, async () => {
  const house = skip ? (undefined as never) : await openHouse({ after });
  const version = '14.1';

  /** An invitation of 062 that comes by mail. */
  async function invite(phone: Phone, more: Partial<Event> = {}): Promise<void> {
    const event: Event = {
      ...{ uid: 'plan@outside.example', subject: 'TestMeeting', location: { DisplayName: 'My Office' } },
      ...{ start: Date.UTC(2010, 4, 3, 16), end: Date.UTC(2010, 4, 3, 17), zone: 'America/Los_Angeles', dtStamp: 0 },
      ...{ meetingStatus: 1, organizer: carol, body: { type: 1, data: 'Agenda' } },
      attendees: [{ email: phone.address, name: 'User', status: 5, type: 1 }],
      ...more,
    };
    const about = { method: 'REQUEST', events: [event], to: event.attendees!, subject: 'TestMeeting' } as const;
    const now = Date.UTC(2010, 3, 6);
    const mime = composeMeetingMail(about, { from: carol, messageId: `${event.uid}x`, now });
    const silent = { error: assert.fail, warn: assert.fail, info: () => {}, debug: () => {} };
    await receive({ store: house.store, log: silent }, phone.account, mime, { received: now, from: carol.email });
  }
  const bodyless = { lacks: { 'Body/Truncated': rtf }, more: { 'Body/Data': rtf } };

  test('an event comes with the first Sync of a calendar', async () => {
    const phone = await house.phone({ version });
    const [add] = example('016').children.flatMap(function find(one: Element): Element[] {
      return tagName(one.tag) === 'ApplicationData' ? [one] : one.children.flatMap(find);
    });
    const writer = await FolderCopy.open<ReadCalendar>(phone.another(version), calendar, 'Calendar');
    const made = await writer.sync([{ Add: { ClientId: '1', ApplicationData: add! } }]);
    assert.equal(made?.Responses?.length, 1);
    const first = await play(phone, ['013', '014'], { CollectionId: calendar });
    const [SyncKey = ''] = textsIn(first, 'SyncKey');
    const by = 'the event came from a device and not by an invitation';
    await play(
      phone,
      ['015', '016'],
      { CollectionId: calendar, SyncKey },
      {
        lacks: {
          ...bodyless.lacks,
          ResponseType: by,
          NativeBodyType: 'it has no body',
          'Exception/Body': 'a text that is empty',
        },
        more: {
          ...{ ...bodyless.more, DisallowNewTimeProposal: always, FirstDayOfWeek: always, AllDayEvent: always },
          ...{ CalendarType: always, AttendeeStatus: always },
        },
      },
    );
  });

  test('an event is added', async () => {
    const phone = await house.phone({ version });
    await play(
      phone,
      ['058', '059'],
      { CollectionId: calendar, SyncKey: await prime(phone, calendar) },
      {
        more: { MoreAvailable: 'what the server says of it (organizer, MeetingStatus) is told with the next answer' },
      },
    );
  });

  test('an invitation lies in the Inbox, and its event in the calendar', async () => {
    const phone = await house.phone({ version });
    await invite(phone);
    const told = { ...bodyless, more: { ...bodyless.more, DisallowNewTimeProposal: always, AttendeeStatus: always } };
    await play(phone, ['061', '062'], { CollectionId: inbox, SyncKey: await prime(phone, inbox) }, told);
    await play(phone, ['063', '064'], { CollectionId: calendar, SyncKey: await prime(phone, calendar) }, told);
  });

  test('two occurrences are answered, by folder and by LongId', async () => {
    const phone = await house.phone({ version });
    const daily = { type: 0, interval: 1 } as const;
    for (const [uid, start] of [
      ['one', Date.UTC(2009, 8, 1, 7)],
      ['two', Date.UTC(2009, 11, 1, 17, 30)],
    ] as const)
      await invite(phone, { uid, start, end: start + hour, zone: 'UTC', recurrence: daily });
    const events = await FolderCopy.open<ReadCalendar>(phone, calendar, 'Calendar');
    const idOf = (uid: string) => [...events.items].find(([, { UID }]) => UID === uid)![0];
    const LongId = buildLongId(calendar, idOf('two'));
    await play(
      phone,
      ['065', '066'],
      {
        ...{ CollectionId: calendar, RequestId: idOf('one'), LongId },
        // The example leaves out the dashes that the element demands.
        InstanceId: (text) => text.replace(/^(\d{4})(\d\d)(\d\d)T/, '$1-$2-$3T'),
      },
      {
        lacks: { 'Result/LongId': 'an element of requests alone (MS-ASCMD_R3232)' },
        more: { 'Result/InstanceId': 'which occurrence was answered (MS-ASCMD_R6711)' },
      },
    );
  });

  test('recipients with certificates and pictures, and with their time', async () => {
    const phone = await house.phone({ version });
    const { directory } = house.store;
    const person = (name: string, more: object = {}) =>
      directory.create({
        address: `${name.replace(' ', '.').toLowerCase()}@example.test`,
        aliases: [],
        displayName: name,
        ...more,
      });
    await person('Testers A', { certificates: ['QUJD'] });
    await person('Testers B');
    await person('Chris Gray');
    for (const name of ['Kerry', 'Reding', 'Gray']) await person(`Anat ${name}`);
    await directory.putGroup({ address: 'all@example.test', displayName: 'All', members: ['chris.gray@example.test'] });
    await play(
      phone,
      ['067', '068'],
      {},
      {
        lacks: {
          ...{
            'Response/Status 1': 'two fit the name: 2, as the text of the element has it',
            Certificates: 'two fit: none are told of',
          },
          Picture: 'two fit: none are told of',
        },
        more: { 'Response/Status 2': 'two fit' },
      },
    );
    await play(
      phone,
      ['070', '071'],
      {
        To: (text) =>
          text.replace(
            /^(all|chris)@contoso.com$/,
            (_, name) => `${name === 'chris' ? 'chris.gray' : name}@example.test`,
          ),
      },
      {
        lacks: { 'Availability/Status 162': 'nothing fails here', 'Availability/Status 161': 'the group is small' },
        more: { 'Response/Status 4': 'personal lists are not kept' },
      },
    );
  });

  test('people of the address list', async () => {
    const phone = await house.phone({ version });
    const { directory } = house.store;
    const person = {
      firstName: 'Anat',
      lastName: 'Kerry',
      phone: '+1',
      office: '36',
      title: 'SDE',
      company: 'Contoso',
      mobile: '+2',
    };
    await directory.create({ address: 'anatk@example.test', aliases: [], displayName: 'Anat Adams', person });
    await play(phone, ['046', '047'], {});
  });

  test('an item moves to another folder', async () => {
    const phone = await house.phone({ version });
    const { SyncKey = '' } = await phone.ask('FolderSync', { SyncKey: '0' });
    const made = await phone.ask('FolderCreate', { SyncKey, ParentId: '0', DisplayName: 'Others', Type: 14 });
    const copy = await FolderCopy.open<ReadContact>(phone, contacts, 'Contacts');
    const { id } = await copy.add({ FileAs: 'Sills, Elvin' });
    await play(phone, ['056', '057'], { SrcMsgId: id, SrcFldId: contacts, DstFldId: made.ServerId! });
  });

  test('an estimate', async () => {
    const phone = await house.phone({ version });
    await phone.receive(mail());
    await play(phone, ['025', '026'], { CollectionId: inbox, SyncKey: await prime(phone, inbox) });
  });

  for (const [title, supported, [first, , ...rest]] of [
    ['a contact without ghosted elements', false, ['088', '089', '090', '091', '092', '093']],
    ['a contact with ghosted elements', true, ['094', '095', '096', '097', '098', '099']],
  ] as const) {
    test(`${title}: what a Change leaves out goes, or stays`, async () => {
      const phone = await house.phone({ version });
      const writer = await FolderCopy.open<ReadContact>(phone.another(version), contacts, 'Contacts');
      const whole = {
        ...{ Department: 'Accounting', Email1Address: 'elvin@contoso.com', FileAs: 'Sills, Elvin', FirstName: 'Elvin' },
        ...{ CompanyName: 'Contoso, Inc.', LastName: 'Sills', JobTitle: 'Assistant Manager', OfficeLocation: '123' },
      };
      const { id } = await writer.add(whole);
      const [asked, answered, changes, changed] = rest;
      const primed = await play(phone, [first, supported ? '095' : '089'], { CollectionId: contacts });
      const key = (root: Element) => textsIn(root, 'SyncKey')[0]!;
      const loaded = await play(phone, [asked, answered], { CollectionId: contacts, SyncKey: key(primed) }, bodyless);
      await play(phone, [changes, changed], { CollectionId: contacts, SyncKey: key(loaded), ServerId: id });
      await writer.sync();
      const { JobTitle, OfficeLocation, CompanyName } = writer.items.get(id)!;
      assert.deepEqual([JobTitle, OfficeLocation], ['Manager', '456']);
      assert.equal(CompanyName, supported ? 'Contoso, Inc.' : undefined);
    });
  }

  /** Requests of the examples that are not played here. */
  const elsewhere: Readonly<Record<string, string>> = {
    '005': 'no whole request: its Options are dots',
    '009': 'Partial: test/commands/sync-requests',
    '084': 'document libraries are not served: Status 14 in test/commands/search',
    '086': 'document libraries are not served: test/commands/item-operations',
    '100': 'no whole request: its ConversationId is dots',
  };
  test('every request with people or events in it is played, or is listed', () => {
    const pim = ['013', '015', '025', '046', '056', '058', '061', '063', '065', '067', '070'];
    for (const number of [...pim, '088', '090', '092', '094', '096', '098']) assert.ok(played.has(number), number);
    for (const number of Object.keys(elsewhere)) assert.ok(!played.has(number) && example(number), number);
  });
});
