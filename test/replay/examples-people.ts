// The examples of MS-ASCMD that are about people, events, and items of any class.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildLongId, type ReadCalendar, type ReadContact } from '../../protocol/index.ts';
import { composeMeetingMail } from '../../src/content/calendar/meeting-mail.ts';
import { receive } from '../../src/delivery/receive.ts';
import type { Event } from '../../src/domain/event.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { type House, mail, type Phone } from '../support/endpoint.ts';
import { calendar, contacts, inbox, prime } from '../support/sync-phone.ts';
import { elementsIn, example, play, textIn } from './example.ts';

const hour = 3_600_000;
const chris = { email: 'chris@contoso.com', name: 'Chris Gray' };
const uid =
  '040000008200E00074C5B7101A82E00800000000122CD5EB1DB7CA01000000000000000010000000CA93B43442E5314A8AF02D7E133D17EF';
const rtf = 'no RTF is made, and a device that asks for no type gets text, whole';
const rtfTexts = { 'Body/Type': rtf, EstimatedDataSize: rtf, NativeBodyType: rtf };
const named = 'the same rules, with the names that Windows has for the zone';
const zones = { Timezone: named, TimeZone: named };
const always = 'always told, as devices take a default for it';

export function peopleExamples(house: House): void {
  const version = '14.1';

  /** An invitation of 062 that comes by mail. */
  async function invite(phone: Phone, more: Partial<Event> = {}): Promise<void> {
    const event: Event = {
      ...{ uid, subject: 'TestMeeting', location: { DisplayName: 'My Office' } },
      ...{ start: Date.UTC(2010, 4, 3, 16), end: Date.UTC(2010, 4, 3, 17), zone: 'America/Los_Angeles', dtStamp: 0 },
      ...{ meetingStatus: 1, organizer: chris, body: { type: 1, data: 'Agenda' } },
      attendees: [{ email: phone.address, name: 'Anat Kerry', status: 5, type: 1 }],
      ...more,
    };
    const about = { method: 'REQUEST', events: [event], to: event.attendees!, subject: 'TestMeeting' } as const;
    const now = Date.parse('2010-04-06T17:02:26.332Z');
    const mime = composeMeetingMail(about, { from: chris, messageId: `${event.uid}x`, now });
    const silent = { error: assert.fail, warn: assert.fail, info: () => {}, debug: () => {} };
    await receive({ store: house.store, log: silent }, phone.account, mime, { received: now, from: chris.email });
  }
  const bodyless = { lacks: { 'Body/Truncated': rtf }, more: { 'Body/Data': rtf }, texts: { ...rtfTexts, ...zones } };

  test('an event comes with the first Sync of a calendar', async () => {
    const phone = await house.phone({ version });
    const writer = await FolderCopy.open<ReadCalendar>(phone.another(version), calendar, 'Calendar');
    for (const [i, ApplicationData] of elementsIn(example('016'), 'ApplicationData').entries()) {
      const made = await writer.sync([{ Add: { ClientId: `${i}`, ApplicationData } }]);
      assert.equal(made?.Responses?.length, 1);
    }
    const first = await play(phone, ['013', '014'], { CollectionId: calendar });
    const SyncKey = textIn(first, 'SyncKey');
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
        texts: bodyless.texts,
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
    const told = {
      lacks: bodyless.lacks,
      more: { ...bodyless.more, DisallowNewTimeProposal: always, AttendeeStatus: always },
      texts: {
        ...{
          ...bodyless.texts,
          To: 'of this domain',
          Email: 'of this domain',
          InternetCPID: 'UTF-8, as all that is made here',
        },
        GlobalObjId: 'the example broke its line',
        DtStamp: 'iCalendar has whole seconds',
        UID: 'the example broke its line',
      },
    };
    await play(phone, ['061', '062'], { CollectionId: inbox, SyncKey: await prime(phone, inbox) }, told);
    await play(
      phone,
      ['063', '064'],
      { CollectionId: calendar, SyncKey: await prime(phone, calendar) },
      {
        ...told,
        texts: { ...told.texts, StartTime: 'the example tells local time', EndTime: 'the example tells local time' },
      },
    );
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

  /** Whom the examples know, with addresses of this domain. */
  async function people(): Promise<void> {
    const { directory } = house.store;
    const person = (displayName: string, name: string, more: object = {}) =>
      directory.create({ address: `${name}@example.test`, aliases: [], displayName, ...more });
    const about = { company: 'Contoso', firstName: 'Anat' };
    const kerry = { lastName: 'Kerry', phone: '+1 (301) 5550156 X8376', office: 'Bldg36/6163', title: 'SDE' };
    const gray = { lastName: 'Gray', phone: '+1 (953) 5550195', office: 'Bldg2/2710', title: 'SDET' };
    await person('Anat Kerry', 'anatk', { person: { ...about, ...kerry }, certificates: ['QUJD'] });
    await person('Anat Gray', 'anatg', { person: { ...about, ...gray, mobile: '+1 (953) 5550167' } });
    for (let i = 0; i < 9; i++) await person(`Anat Reding ${i}`, `anatr${i}`);
    await person('Chris Gray', 'chris');
    const group = (displayName: string, name: string, ...members: string[]) =>
      directory.putGroup({
        address: `${name}@example.test`,
        displayName,
        members: members.map((one) => `${one}@example.test`),
      });
    await group('Testers', 'testers', 'anatk', 'anatg', 'chris');
    await group('All Contoso Full Time Employees', 'all', 'chris', 'anatk');
  }
  const domain = { EmailAddress: 'of this domain', SMTPAddress: 'of this domain' };

  test('people of the address list', async () => {
    await people();
    const phone = await house.phone({ version });
    await play(phone, ['046', '047'], {}, { texts: domain });
  });

  test('recipients with certificates and pictures, and with their time', async () => {
    const phone = await house.phone({ version });
    const mini = 'none are kept (Status 7)';
    await play(
      phone,
      ['067', '068'],
      {},
      {
        lacks: { MiniCertificate: mini, 'Certificates/Status 1': mini },
        more: { 'Certificates/Status 7': mini },
        texts: { ...domain, 'Response/RecipientCount': 'the second of them is dots', CertificateCount: mini },
      },
    );
    const own = await FolderCopy.open<ReadContact>(phone, contacts, 'Contacts');
    await own.add({ FileAs: 'Chris Gray', FirstName: 'Contact', LastName: 'Gray', Email1Address: chris.email });
    const contact = { texts: { DisplayName: 'as it is filed' } };
    await play(
      phone,
      ['067', '069'],
      { To: 'Contact', CertificateRetrieval: '1' },
      { ...contact, more: { Picture: '067 asks for it, and 069 is the answer of another request' } },
    );
    const ours = (text: string) => text.replace(/contoso\.com$/, 'example.test');
    await play(
      phone,
      ['070', '071'],
      { To: ours },
      {
        lacks: { 'Availability/Status 162': 'nothing fails here', 'Availability/Status 161': 'the group is small' },
        more: { 'Response/Status 4': 'personal lists are not kept' },
        texts: {
          ...{ ...domain, RecipientCount: 'as many as there are', DisplayName: 'personal lists are not kept' },
          ...{ To: 'other names than were asked for', Type: 'personal lists are not kept' },
          MergedFreeBusy: '48 half hours in the example, of two days',
        },
      },
    );
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
      const key = (root: Parameters<typeof textIn>[0]) => textIn(root, 'SyncKey');
      const loaded = await play(
        phone,
        [asked, answered],
        { CollectionId: contacts, SyncKey: key(primed) },
        { ...bodyless, texts: { ...bodyless.texts, Email1Address: 'as the writer wrote it' } },
      );
      await play(phone, [changes, changed], { CollectionId: contacts, SyncKey: key(loaded), ServerId: id });
      await writer.sync();
      const { JobTitle, OfficeLocation, CompanyName } = writer.items.get(id)!;
      assert.deepEqual([JobTitle, OfficeLocation], ['Manager', '456']);
      assert.equal(CompanyName, supported ? 'Contoso, Inc.' : undefined);
    });
  }
}
