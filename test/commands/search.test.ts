import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { email, galProperties, mailboxQuery, pages, read, sms, write } from '../../protocol/index.ts';
import { element, retagged } from '../../protocol/wbxml/element.ts';
import type { CollectionId } from '../../src/domain/ids.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import { changes, contacts, inbox, load, notes, prime, synced, trash } from '../support/sync-phone.ts';

describe('Search and Find', async () => {
  const house = await openHouse({ after });
  const version = '16.1';

  interface Terms {
    FreeText?: string;
    CollectionId?: string[];
    Class?: string[];
    after?: string;
    before?: string;
  }
  const none = { Class: [], CollectionId: [], FreeText: [], ConversationId: [], GreaterThan: [], LessThan: [] };
  function query({ FreeText, CollectionId = [], Class = ['Email'], after: newer, before: older }: Terms) {
    const than = (Value: string | undefined) => (Value === undefined ? [] : [{ DateReceived: true, Value }]);
    const terms = { Class, CollectionId, FreeText: FreeText === undefined ? [] : [FreeText] };
    const And = [{ ...none, ...terms, GreaterThan: than(newer), LessThan: than(older), And: [], Or: [] }];
    return write(mailboxQuery, { ...none, And, Or: [] }, { version });
  }
  async function search(phone: Phone, Query: ReturnType<typeof query>, Options: object = {}, Name = 'Mailbox') {
    const options = {
      RebuildResults: true,
      DeepTraversal: false,
      BodyPreference: [],
      BodyPartPreference: [],
      ...Options,
    };
    const { Status, Response } = await phone.ask('Search', { Store: { Name, Query, Options: options } });
    assert.equal(Status, 1);
    return Response!.Store;
  }
  const properties = (found: Awaited<ReturnType<typeof search>>) =>
    found.Result.flatMap(({ Properties }) =>
      Properties ? [read(email, retagged(Properties, pages.airSync.ApplicationData), { version }).value] : [],
    );
  const subjects = (found: Awaited<ReturnType<typeof search>>) => properties(found).map(({ Subject }) => Subject);

  async function filled(): Promise<Phone> {
    const phone = await house.phone();
    const day = (n: number) => Date.UTC(2026, 0, n, 12);
    const put = (subject: string, n: number, more: object = {}, folder = inbox) =>
      phone.receive(mail({ subject, ...more }), { received: day(n), folder: folder as CollectionId });
    await put('Quarterly report', 1, { text: 'The figures of Zürich.' });
    await put('Report on fishing', 2, { from: 'Bob <bob@fish.test>' });
    await put('Lunch', 3, { text: 'no report here', attachment: { name: 'menu.pdf', content: Buffer.from('x') } });
    await put('Old report', 4, {}, trash);
    return phone;
  }

  test('MS-ASAIRS_R10034: body preferences of one type are Status 2, whatever is found', async () => {
    const phone = await house.phone();
    const twice = { BodyPreference: [{ Type: 1 }, { Type: 1 }] };
    assert.equal((await search(phone, query({ FreeText: 'x' }), twice)).Status, 2);
  });

  test('finds mails by their words, newest first, in all folders of mail or those that are named', async () => {
    const phone = await filled();
    const cases: [Terms, string[]][] = [
      [{ FreeText: 'report' }, ['Old report', 'Lunch', 'Report on fishing', 'Quarterly report']],
      [{ FreeText: 'REPO fish' }, ['Report on fishing']],
      [{ FreeText: 'eport' }, []],
      [{ FreeText: 'report fis' }, ['Report on fishing']],
      [{ FreeText: 'zurich' }, ['Quarterly report']],
      [{ FreeText: 'menu' }, ['Lunch']],
      [{ FreeText: 'report', CollectionId: [inbox!] }, ['Lunch', 'Report on fishing', 'Quarterly report']],
      [{ FreeText: 'report', CollectionId: ['0'] }, ['Old report', 'Lunch', 'Report on fishing', 'Quarterly report']],
      [{ FreeText: 'report', CollectionId: [trash!] }, ['Old report']],
      [
        { FreeText: 'report', after: '2026-01-02T00:00:00.000Z', before: '2026-01-04T00:00:00.000Z' },
        ['Lunch', 'Report on fishing'],
      ],
      [{ FreeText: 'from:bob' }, ['Report on fishing']],
      [{ FreeText: 'subject:report from:fish' }, ['Report on fishing']],
      [{ FreeText: 'subject:"quarterly report" OR subject:lunch' }, ['Lunch', 'Quarterly report']],
      [{ FreeText: 'attachment:menu' }, ['Lunch']],
      [{ FreeText: 'report', Class: ['Calendar'] }, []],
    ];
    for (const [terms, expected] of cases) {
      const found = await search(phone, query(terms));
      assert.equal(found.Status, 1);
      assert.deepEqual(subjects(found), expected, JSON.stringify(terms));
      const range = expected.length === 0 ? ['0-0', 0] : [`0-${expected.length - 1}`, expected.length];
      assert.deepEqual([found.Range, found.Total], range);
    }
  });

  test('a hit is fetched by its LongId; nothing found is one empty Result', async () => {
    const phone = await filled();
    const found = await search(phone, query({ FreeText: 'fishing' }), { BodyPreference: [{ Type: 1 }] });
    assert.match(String(properties(found)[0]?.Body?.Data), /^Hello\./);
    const { LongId } = found.Result[0]!;
    const { Response } = await phone.ask('ItemOperations', [{ Fetch: { Store: 'Mailbox', LongId } }]);
    const [fetched] = Response!.Fetch;
    assert.deepEqual([fetched?.Status, fetched?.LongId, fetched?.ServerId], [1, LongId, undefined]);
    const wrong = await phone.ask('ItemOperations', [{ Fetch: { Store: 'Mailbox', LongId: 'x' } }]);
    assert.equal(wrong.Response!.Fetch[0]?.Status, 6);
    assert.deepEqual((await search(phone, query({ FreeText: 'nothing at all' }))).Result.map(Object.keys), [[]]);
  });

  test('pages by Range; beyond 0-99 is Status 12', async () => {
    const phone = await filled();
    const page = await search(phone, query({ FreeText: 'report' }), { Range: '1-2' });
    assert.deepEqual([subjects(page), page.Range, page.Total], [['Lunch', 'Report on fishing'], '1-2', 4]);
    assert.equal((await search(phone, query({ FreeText: 'report' }), { Range: '0-100' })).Status, 12);
    assert.equal((await search(phone, query({ FreeText: 'report' }), { Range: '5-1' })).Status, 2);
  });

  test('anything outside one And is Status 8, elements of items 2, an unknown folder 11, an unknown store 2', async () => {
    const phone = await house.phone();
    const { Query } = pages.search;
    const free = element(pages.search.FreeText, 'x');
    const and = element(pages.search.And, [free]);
    const tooComplex = [
      [free],
      [and, and],
      [element(pages.search.Or, [free])],
      [element(pages.search.And, [element(pages.search.And, [free])])],
      [and, element(pages.airSync.Class, 'Email')],
      [],
    ];
    for (const children of tooComplex) assert.equal((await search(phone, element(Query, children))).Status, 8);
    const subject = element(pages.search.And, [element(pages.email.Subject, 'x')]);
    assert.equal((await search(phone, element(Query, [subject]))).Status, 2);
    assert.equal((await search(phone, query({ FreeText: 'x', CollectionId: ['none'] }))).Status, 11);
    assert.equal((await search(phone, query({ FreeText: 'x', after: 'yesterday' }))).Status, 2);
    assert.equal((await search(phone, query({ FreeText: 'x' }), {}, 'Nowhere')).Status, 2);
  });

  test('of documents there are none: the address is looked at, and refused', async () => {
    const phone = await house.phone();
    const { Query, EqualTo, Value } = pages.search;
    const link = (text: string) => element(EqualTo, [element(pages.documentLibrary.LinkId), element(Value, text)]);
    const cases: [ReturnType<typeof link>[], string, number][] = [
      [[link('\\\\server\\share\\file.doc')], '0-999', 5],
      [[link('https://share.test/file.doc')], '0-0', 5],
      [[link('share')], '0-999', 4],
      [[link('\\\\server\\share')], '0-1000', 12],
      [[link('\\\\server\\share')], 'x', 2],
      [[element(EqualTo, [element(Value, '\\\\server\\share')])], '0-999', 2],
      [[element(pages.search.FreeText, 'x')], '0-999', 2],
      [[], '0-999', 2],
    ];
    for (const [children, Range, status] of cases) {
      const found = await search(phone, element(Query, children), { Range }, 'DocumentLibrary');
      assert.equal(found.Status, status, `${Range} ${children[0]?.tag}`);
    }
  });

  test('the address list tells people and groups of the own domain, with pictures as far as asked', async () => {
    const phone = await house.phone();
    const { directory, blobs } = house.store;
    const { id: picture } = await blobs.put(Buffer.alloc(500, 1));
    const person = { firstName: 'Zora', lastName: 'Quell', phone: '+49 30 1', title: 'Captain' };
    await directory.create({ address: 'zq1@example.test', aliases: [], displayName: 'Zora Quell', person, picture });
    await directory.create({ address: 'zq2@example.test', aliases: [], displayName: 'Quell, Adam' });
    await directory.create({ address: 'zq3@other.test', aliases: [], displayName: 'Quell Elsewhere' });
    await directory.putGroup({ address: 'zq@example.test', displayName: 'Quellers', members: [] });
    const gal = async (text: string, Options: object = {}) => {
      const found = await search(phone, element(pages.search.Query, text), Options, 'GAL');
      return found.Result.map(({ Properties }) => read(galProperties, Properties!, { version }).value);
    };
    const found = await gal('quell');
    assert.deepEqual(
      found.map(({ DisplayName, EmailAddress }) => [DisplayName, EmailAddress]),
      [
        ['Quell, Adam', 'zq2@example.test'],
        ['Quellers', 'zq@example.test'],
        ['Zora Quell', 'zq1@example.test'],
      ],
    );
    assert.deepEqual([found[2]?.Title, found[2]?.Phone, found[2]?.Picture], ['Captain', '+49 30 1', undefined]);
    const pictures = async (limits: object) =>
      (await gal('quell', { Picture: limits })).map(({ Picture }) => Picture?.Status);
    assert.deepEqual(await pictures({}), [173, 173, 1]);
    assert.deepEqual(await pictures({ MaxSize: 499 }), [173, 173, 174]);
    assert.deepEqual(await pictures({ MaxPictures: 0 }), [173, 173, 175]);
    assert.deepEqual(await gal('nobody at all'), []);
    assert.deepEqual(await gal(''), []);
  });

  test('the page that is asked for has its pictures, and Total counts all (MS-ASCMD_R420, R131999, R4630101809)', async () => {
    const phone = await house.phone();
    const { directory, blobs } = house.store;
    const { id: picture } = await blobs.put(Buffer.alloc(20, 1));
    for (const n of [1, 2, 3, 4])
      await directory.create({ address: `pal${n}@example.test`, aliases: [], displayName: `Pal ${n}`, picture });
    const Options = { Range: '1-2', Picture: { MaxPictures: 1 } };
    const found = await search(phone, element(pages.search.Query, 'pal'), Options, 'GAL');
    const people = found.Result.map(({ Properties }) => read(galProperties, Properties!, { version }).value);
    const { Response } = await phone.ask('Find', {
      SearchId: 'P1',
      ExecuteSearch: { GalSearchCriterion: { Query: 'pal', Options: { ...Options, Range: '0-1' } } },
    });
    for (const [shown, range, total] of [
      [people, found.Range, found.Total],
      [Response!.Result.map(({ Properties }) => Properties), '1-2', Response!.Total],
    ] as const) {
      assert.deepEqual([shown.map(({ Picture }) => Picture?.Status), range, total], [[1, 175], '1-2', 4]);
    }
    assert.deepEqual([Response!.Store, Response!.Range], ['Mailbox', '0-1']);
  });

  test('Find names the store in every Response, and people by their names (MS-ASCMD_R45251807, R6439100704)', async () => {
    const phone = await house.phone();
    await phone.receive(
      mail({
        subject: 'Circular',
        headers: 'Cc: Bea Q <bea@example.net>, "Cole, C" <c@example.net>, d@example.net\r\n',
      }),
    );
    const ask = (Range: string) =>
      phone.ask('Find', {
        SearchId: 'S1',
        ExecuteSearch: {
          MailBoxSearchCriterion: { Query: { FreeText: 'circular' }, Options: { Range, DeepTraversal: true } },
        },
      });
    assert.deepEqual((await ask('1-2')).Response, { Store: 'Mailbox', Status: 4, Result: [] });
    const { Response } = await ask('0-2');
    assert.deepEqual(
      [Response?.Store, Response?.Result[0]?.Properties.DisplayCc],
      ['Mailbox', 'Bea Q; Cole, C; d@example.net'],
    );
  });

  test('Find answers with the ids of Sync, pages by its SearchId, and finds people', async () => {
    const phone = await filled();
    const ask = (FreeText: string, more: object = {}, SearchId = 'A1') =>
      phone.ask('Find', {
        SearchId,
        ExecuteSearch: {
          MailBoxSearchCriterion: { Query: { Class: 'Email', FreeText }, Options: { DeepTraversal: true, ...more } },
        },
      });
    const { Status, Response } = await ask('report');
    assert.deepEqual([Status, Response?.Status, Response?.Range, Response?.Total], [1, 1, '0-3', 4]);
    const { mails } = await load(phone);
    const [, lunch] = Response!.Result;
    assert.ok(mails.has(lunch!.ServerId!));
    assert.deepEqual(
      [lunch?.Properties.Subject, lunch?.Properties.HasAttachments, lunch?.Properties.Preview?.trim()],
      ['Lunch', true, 'no report here'],
    );
    const next = await ask('report', { Range: '2-9' });
    assert.deepEqual([next.Response?.Result.length, next.Response?.Range], [2, '2-3']);
    assert.equal((await ask('report', { Range: '2-9' }, 'B2')).Response?.Status, 4);
    assert.equal((await ask('report', { Range: '3-2' })).Status, 2);
    const people = await phone.ask('Find', {
      ...{ SearchId: 'C3', ExecuteSearch: { GalSearchCriterion: { Query: 'user' } } },
    });
    assert.ok((people.Response?.Result.length ?? 0) > 0);
    assert.ok(people.Response?.Result.every(({ Properties, ServerId }) => Properties.EmailAddress && !ServerId));
    assert.equal((await phone.ask('Find', { SearchId: 'D4', ExecuteSearch: {} })).Status, 2);
  });

  test('EmptyFolderContents empties one folder, its subfolders when asked, and every phone is told', async () => {
    const phone = await filled();
    const { key, mails } = await load(phone);
    const empty = async (CollectionId: string, DeleteSubFolders = false) => {
      const { Response } = await phone.ask('ItemOperations', [
        { EmptyFolderContents: { CollectionId, Options: { DeleteSubFolders } } },
      ]);
      return Response?.EmptyFolderContents;
    };
    const inner = { id: 'in' as CollectionId, parent: inbox as CollectionId, name: 'Inner', type: 12 } as const;
    await house.store.transact(phone.account, async (tx) => tx.putCollection(inner));
    assert.deepEqual(await empty(inbox!), [{ Status: 1, CollectionId: inbox }]);
    assert.deepEqual([(await phone.items(inbox!)).length, (await phone.items(trash!)).length], [0, 1]);
    const told = await synced(phone, { SyncKey: key, CollectionId: inbox });
    const deleted = told.Commands?.flatMap((one) => ('Delete' in one ? [one.Delete.ServerId] : []));
    assert.deepEqual(deleted?.sort(), [...mails.keys()].sort());
    assert.deepEqual(changes(phone, told), []);
    const entries = await house.store.read(phone.account, (reader) => reader.journal(0));
    assert.equal(entries.length, 3);
    await empty(inbox!, true);
    const folders = await house.store.read(phone.account, (reader) => reader.collections());
    assert.equal(
      folders.some(({ id }) => id === 'in'),
      false,
    );
    assert.deepEqual(await empty('none'), [{ Status: 6, CollectionId: 'none' }]);
  });

  test('an And without words finds by conversation, dates and class alone', async () => {
    const phone = await filled();
    const first = (await phone.items(inbox!))[0]!;
    const ConversationId = [Buffer.from(first.content.conversation, 'hex')];
    const ask = (terms: object) => {
      const And = [{ ...none, Class: ['Email'], ...terms, And: [], Or: [] }];
      return search(phone, write(mailboxQuery, { ...none, And, Or: [] }, { version }));
    };
    assert.deepEqual(subjects(await ask({ ConversationId })), ['Quarterly report']);
    assert.deepEqual(subjects(await ask({ ConversationId, FreeText: ['nothing'] })), []);
    assert.deepEqual(subjects(await ask({ ConversationId: [Buffer.alloc(16, 9)] })), []);
    const than = { DateReceived: true, Value: '2026-01-02T00:00:00.000Z' };
    assert.deepEqual(subjects(await ask({ LessThan: [than] })), ['Quarterly report']);
    assert.deepEqual(subjects(await ask({ GreaterThan: [than], CollectionId: [inbox] })), [
      'Lunch',
      'Report on fishing',
    ]);
  });

  test('more than one ConversationId is Status 2; of all else the first counts (MS-ASCMD_R5815, R7568, R7572)', async () => {
    const phone = await filled();
    const ids = (await phone.items(inbox!)).slice(0, 2).map(({ content }) => Buffer.from(content.conversation, 'hex'));
    const ask = (terms: object) => {
      const And = [{ ...none, ...terms, And: [], Or: [] }];
      return search(phone, write(mailboxQuery, { ...none, And, Or: [] }, { version }));
    };
    const than = (Value: string) => ({ DateReceived: true, Value });
    assert.equal((await ask({ ConversationId: ids })).Status, 2);
    const dates = [than('2026-01-03T00:00:00.000Z'), than('2030-01-01T00:00:00.000Z')];
    assert.deepEqual(subjects(await ask({ GreaterThan: dates })), ['Old report', 'Lunch']);
  });

  test('notes and text messages are found from 14.0 on, among all classes and by name (MS-ASCMD_R922, R6288, R7532, R7534)', async () => {
    const phone = await house.phone();
    await phone.receive(mail({ subject: 'Tango mail' }));
    await (await FolderCopy.open(phone, contacts!, 'Contacts')).add({ FirstName: 'Tango' });
    await (await FolderCopy.open(phone, notes!, 'Notes')).add({
      Subject: 'Tango note',
      MessageClass: 'IPM.StickyNote',
    });
    const Options = [{ Class: 'Email' }, { Class: 'SMS' }];
    const message = {
      From: '"Bob" [MOBILE:+1]',
      To: 'x',
      DateReceived: '2026-01-05T10:00:00.000Z',
      Importance: 1,
      Read: false,
    };
    const ApplicationData = write(sms, { ...message, Body: { Type: 1, Data: 'tango text' } }, { version });
    const SyncKey = await prime(phone, inbox, { Options });
    await synced(phone, {
      SyncKey,
      CollectionId: inbox!,
      Commands: [{ Add: { Class: 'SMS', ClientId: '1', ApplicationData } }],
    });
    const classes = async (asking: Phone, terms: Terms) =>
      (await search(asking, query({ FreeText: 'tango', ...terms }))).Result.map(({ Class }) => Class).sort();
    for (const one of ['14.0', '14.1', '16.0', '16.1'] as const) {
      const asking = phone.another(one, `newer${one.replace('.', '')}`);
      assert.deepEqual(await classes(asking, { Class: [] }), ['Contacts', 'Email', 'Notes', 'SMS'], one);
      assert.deepEqual(await classes(asking, { Class: ['SMS', 'Notes'] }), ['Notes', 'SMS'], one);
      const newer = { Class: ['SMS'], after: '2026-01-05T11:00:00.000Z' };
      assert.deepEqual(await classes(asking, newer), [undefined], 'not what is older');
    }
    for (const one of ['12.0', '12.1'] as const) {
      const asking = phone.another(one, `older${one.replace('.', '')}`);
      assert.deepEqual(await classes(asking, { Class: [] }), ['Contacts', 'Email'], one);
      assert.equal((await search(asking, query({ FreeText: 'tango', Class: ['Notes'] }))).Status, 2, one);
    }
    assert.equal((await search(phone, query({ FreeText: 'tango', Class: ['Letters'] }))).Status, 2);
    assert.equal((await search(phone.another('2.5', 'oldest'), query({ FreeText: 'tango', Class: [] }))).Status, 2);
  });

  test('a body that cannot be had is refused whatever is found (MS-ASCMD_R4329, MS-ASCON_R241)', async () => {
    const phone = await house.phone();
    const nothing = query({ FreeText: 'nothing at all' });
    assert.equal((await search(phone, nothing, { BodyPreference: [{ Type: 7 }] })).Status, 2);
    const part = { RebuildResults: true, DeepTraversal: false, BodyPreference: [], BodyPartPreference: [{ Type: 1 }] };
    const request = { Store: { Name: 'Mailbox', Query: nothing, Options: part } };
    assert.equal(await phone.status('Search', request), 164);
  });

  test('the query language is understood, also where the index tells nothing', async () => {
    const phone = await filled();
    const cases: [string, string[]][] = [
      ['report NOT fishing', ['Old report', 'Lunch', 'Quarterly report']],
      ['hasattachment:true', ['Lunch']],
      ['(lunch OR quarterly) AND report', ['Lunch', 'Quarterly report']],
      ['received:2026-01-02', ['Report on fishing']],
      ['NOT report', []],
    ];
    for (const [FreeText, expected] of cases)
      assert.deepEqual(subjects(await search(phone, query({ FreeText }))), expected, FreeText);
  });

  test('pages go on from what was found first, without what was deleted since, until the results are rebuilt', async () => {
    const phone = await house.phone();
    const ids: string[] = [];
    for (let n = 0; n < 6; n++)
      ids.push(await phone.receive(mail({ subject: `Page ${n}` }), { received: Date.UTC(2026, 0, n + 1) }));
    const page = async (Range: string, RebuildResults = false) =>
      subjects(await search(phone, query({ FreeText: 'page' }), { Range, RebuildResults }));
    assert.deepEqual(await page('0-1'), ['Page 5', 'Page 4']);
    await phone.receive(mail({ subject: 'Page new' }), { received: Date.UTC(2026, 1, 1) });
    await house.store.transact(phone.account, async (tx) => tx.remove(ids[3] as never));
    assert.deepEqual(await page('2-3'), ['Page 2', 'Page 1']);
    assert.deepEqual(await page('2-3', true), ['Page 4', 'Page 2']);
    assert.deepEqual(await page('0-1'), ['Page new', 'Page 5']);
  });
});
