// What Sync says to a request before any item matters: the strict cases, each with its Status, and the windows.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Element, element, encodeToBuffer, pages } from '../../protocol/index.ts';
import type { CollectionId } from '../../src/domain/ids.ts';
import { mail, openHouse, type Phone, statusAlone } from '../support/endpoint.ts';
import {
  type Answered,
  type Asked,
  adds,
  ask,
  calendar,
  contacts,
  inbox,
  load,
  notes,
  type Options,
  outbox,
  prime,
  sent,
  synced,
  syncOne,
  trash,
} from '../support/sync-phone.ts';

const page = pages.airSync;
const base = pages.airSyncBase;

/** A request with one collection of these children, in this order. */
function raw(...children: Element[]): Buffer {
  return encodeToBuffer(element(page.Sync, [element(page.Collections, [element(page.Collection, children)])]));
}
const key = (text = '0'): Element => element(page.SyncKey, text);
const id = (text = '2'): Element => element(page.CollectionId, text);
const options = (...children: Element[]): Element => element(page.Options, children);
const preference = (...children: Element[]): Element => options(element(base.BodyPreference, children));
const type = (value: number): Element => element(base.Type, String(value));

describe('Sync requests', async () => {
  const house = await openHouse({ after });
  const phone = await house.phone();
  const rawStatus = async (body: Buffer): Promise<number> => statusAlone(await phone.send('Sync', { body }));
  const malformed = (asked: Partial<Asked>): Promise<number> =>
    phone.status('Sync', ask({ SyncKey: '0', CollectionId: inbox, ...asked }));

  test('children of a collection out of order are Status 4', async () => {
    const window = element(page.WindowSize, '5');
    for (const children of [
      [id(), key()],
      [key(), window, id()],
      [key(), id(), options(), window],
      [key(), id(), element(page.Commands, []), options()],
      [key(), id(), window, element(page.DeletesAsMoves, '1')],
      [key(), id(), window, window],
    ]) {
      assert.equal(await rawStatus(raw(...children)), 4);
    }
  });

  test('inside Options any order is read, Class last too', async () => {
    const body = raw(
      key(),
      id(),
      options(element(base.BodyPreference, [type(1)]), element(page.FilterType, '5'), element(page.Class, 'Email')),
    );
    assert.equal((await phone.answer('Sync', body))?.Collections?.Collection[0]?.Status, 1);
  });

  test('a collection without CollectionId or with an empty one, or without SyncKey, is Status 4', async () => {
    for (const body of [raw(key()), raw(key(), id('')), raw(id())]) assert.equal(await rawStatus(body), 4);
  });

  test('GetChanges set or empty with key 0 is Status 4; 0 is fine', async () => {
    assert.equal(await malformed({ GetChanges: true }), 4);
    assert.equal(await rawStatus(raw(key(), id(), element(page.GetChanges, []))), 4);
    await prime(phone, inbox, { GetChanges: false });
  });

  test('Options, WindowSize and DeletesAsMoves with key 0 are accepted and remembered', async () => {
    const own = await house.phone();
    await own.receive(mail({ text: 'a long text'.repeat(50) }));
    const Options = [{ FilterType: 5, BodyPreference: [{ Type: 1, TruncationSize: 10 }] }];
    const SyncKey = await prime(own, inbox, { WindowSize: 5, DeletesAsMoves: false, Options });
    const [[, first] = []] = adds(own, await synced(own, { SyncKey, CollectionId: inbox }));
    assert.deepEqual([first?.Body?.Truncated, first?.Body?.Data], [true, 'a long tex']);
  });

  test('Wait and HeartbeatInterval together are Status 4, out of bounds 14 with the bound', async () => {
    const asked = ask({ SyncKey: '0', CollectionId: inbox });
    assert.equal(await phone.status('Sync', { ...asked, Wait: 5, HeartbeatInterval: 300 }), 4);
    const bounds = [
      [{ Wait: 0 }, 1],
      [{ Wait: 60 }, 59],
      [{ HeartbeatInterval: 59 }, 60],
      [{ HeartbeatInterval: 3541 }, 3540],
    ] as const;
    for (const [about, limit] of bounds) {
      const { Status, Limit, Collections } = await phone.ask('Sync', { ...asked, ...about });
      assert.deepEqual([Status, Limit, Collections], [14, limit, undefined]);
    }
  });

  test('MS-ASCMD_R4459, R5780: the bounds are those that the administrator set, for both', async (t) => {
    const own = await openHouse(t, { env: { EASEL_HEARTBEAT_MIN: '90', EASEL_HEARTBEAT_MAX: '630' } });
    const tablet = await own.phone();
    const asked = ask({ SyncKey: '0', CollectionId: inbox });
    const bounds = [
      [{ Wait: 1 }, 2],
      [{ Wait: 11 }, 10],
      [{ HeartbeatInterval: 89 }, 90],
      [{ HeartbeatInterval: 631 }, 630],
    ] as const;
    for (const [about, limit] of bounds) {
      const { Status, Limit } = await tablet.ask('Sync', { ...asked, ...about });
      assert.deepEqual([Status, Limit], [14, limit]);
    }
  });

  test('two blocks of Options are for mail and SMS; any others are Status 4', async () => {
    const sms: Options = { Class: 'SMS', FilterType: 0 };
    await prime(phone, inbox, { Options: [sms, { FilterType: 3 }] });
    await prime(phone, inbox, { Options: [{ Class: 'Email' }, sms] });
    for (const Options of [
      [sms, sms],
      [{}, {}],
      [{ Class: 'Email' }, {}],
      [sms, {}, {}],
      [sms, { Class: 'Tasks' }],
      [{ Class: 'Nonsense' }],
    ]) {
      assert.equal(await malformed({ Options }), 4, JSON.stringify(Options));
    }
    assert.equal(await malformed({ CollectionId: calendar, Options: [sms, {}] }), 4, 'MS-ASCMD_R935');
  });

  test('a FilterType that mail does not know is Status 4, in one collection or beside others', async () => {
    for (const FilterType of [6, 7, 8, 9]) assert.equal(await malformed({ Options: [{ FilterType }] }), 4);
    const own = await house.phone();
    const message = await own.receive(mail());
    const { key: SyncKey } = await load(own);
    const Delete = { Delete: { ServerId: message } };
    const wrong = { SyncKey: '0', CollectionId: trash, Options: [{ FilterType: 8 }] };
    assert.equal(await own.status('Sync', ask({ SyncKey, CollectionId: inbox, Commands: [Delete] }, wrong)), 4);
    assert.ok(await own.item(message), 'nothing of a refused request is done');
  });

  test('ConversationMode outside mail, and Supported for notes, are Status 4', async () => {
    for (const ConversationMode of [true, false])
      assert.equal(await malformed({ CollectionId: calendar, ConversationMode }), 4, 'MS-ASCMD_R2117');
    assert.equal(await malformed({ CollectionId: notes, Supported: element(page.Supported, []) }), 4);
    await prime(phone, inbox, { ConversationMode: true });
    await prime(phone, contacts, { Supported: element(page.Supported, []) });
  });

  test('a BodyPreference out of order, doubled or with a wrong value is Status 4', async () => {
    const size = element(base.TruncationSize, '10');
    const all = (value: string): Element => element(base.AllOrNone, value);
    for (const body of [
      preference(size, type(1)),
      preference(type(1), all('1'), size),
      preference(type(1), size, all('2')),
      preference(type(1), size, all('1'), all('1')),
      preference(type(1), element(base.TruncationSize, 'x')),
      preference(type(5)),
      preference(type(0)),
      options(element(base.BodyPreference, [type(1)]), element(base.BodyPreference, [type(1)])),
    ]) {
      assert.equal(await rawStatus(raw(key(), id(), body)), 4);
    }
  });

  test('a BodyPartPreference of another type than HTML is Status 164', async () => {
    assert.equal(await malformed({ Options: [{ BodyPartPreference: [{ Type: 1 }] }] }), 164);
    await prime(phone, inbox, { Options: [{ BodyPartPreference: [{ Type: 2 }] }] });
  });

  test('more than 200 commands are Status 4, more than 300 collections 15 with the limit', async () => {
    const SyncKey = await prime(phone);
    const fetches = (count: number) => Array.from({ length: count }, (_, i) => ({ Fetch: { ServerId: `2:${i}` } }));
    assert.equal(await malformed({ SyncKey, Commands: fetches(201) }), 4);
    const most = await synced(phone, { SyncKey, CollectionId: inbox, Commands: fetches(200) });
    assert.equal(most.Responses?.length, 200);
    const many = Array.from({ length: 301 }, (_, i): Asked => ({ SyncKey: '0', CollectionId: `x${i}` }));
    const { Status, Limit, Collections } = await phone.ask('Sync', ask(...many));
    assert.deepEqual([Status, Limit, Collections], [15, 300, undefined]);
    const allowed = await phone.ask('Sync', ask(...many.slice(1)));
    assert.equal(allowed.Collections?.Collection.length, 300);
  });

  test('a Sync with neither Collections nor Partial is Status 4', async () => {
    assert.equal(await phone.status('Sync', {}), 4);
    assert.equal(await phone.status('Sync', { Wait: 5 }), 4);
  });

  test('an unknown folder is Status 8, a stale key 3; the others are answered', async () => {
    const answer = await phone.ask(
      'Sync',
      ask(
        { SyncKey: '0', CollectionId: '99' },
        { SyncKey: 'gone', CollectionId: trash },
        { SyncKey: '0', CollectionId: sent },
      ),
    );
    const told = answer.Collections?.Collection.map(({ CollectionId, Status, SyncKey }) => [
      CollectionId,
      Status,
      SyncKey,
    ]);
    assert.equal(answer.Status, undefined);
    assert.deepEqual(told?.slice(0, 2), [
      ['99', 8, '0'],
      [trash, 3, 'gone'],
    ]);
    assert.deepEqual(told?.[2]?.slice(0, 2), [sent, 1]);
  });

  test('a folder that is gone is Status 12 twice, then 3', async () => {
    const own = await house.phone();
    await house.store.transact(own.account, async (tx) =>
      tx.putCollection({ id: '20' as CollectionId, parent: '0', name: 'Gone', type: 12 }),
    );
    const SyncKey = await prime(own, '20');
    await house.store.transact(own.account, async (tx) => tx.removeCollection('20' as CollectionId));
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await synced(own, { SyncKey, CollectionId: '20' })).Status);
    assert.deepEqual(statuses, [12, 12, 3, 3]);
  });

  test('a Sync of SMS alone gets a key, and stays silent', async () => {
    const Options = [{ Class: 'SMS' }];
    const SyncKey = await prime(phone, outbox, { Options });
    assert.equal(await syncOne(phone, { SyncKey, CollectionId: outbox, Options }), undefined);
  });

  test('a Sync of SMS alone shows no mail of its folder; asking for mail as well loads it, and leaving it out takes it away', async () => {
    const own = await house.phone();
    await own.receive(mail());
    const Options = [{ Class: 'SMS' }];
    const SyncKey = await prime(own, inbox, { Options });
    assert.equal(await syncOne(own, { SyncKey, CollectionId: inbox, Options }), undefined);
    const both = await synced(own, {
      SyncKey,
      CollectionId: inbox,
      Options: [{ Class: 'Email' }, { Class: 'SMS' }],
    });
    const [added] = adds(own, both);
    assert.ok(added);
    const alone = await synced(own, { SyncKey: both.SyncKey, CollectionId: inbox, Options });
    assert.deepEqual(alone.Commands, [{ SoftDelete: { ServerId: added[0] } }]);
  });

  test('key 0 twice: either key works until one is used', async () => {
    const own = await house.phone();
    await own.receive(mail());
    const [first, second] = [await prime(own), await prime(own)];
    assert.notEqual(first, second);
    assert.equal(adds(own, await synced(own, { SyncKey: second, CollectionId: inbox })).length, 1);
    assert.equal((await synced(own, { SyncKey: first, CollectionId: inbox })).Status, 3);
  });

  test('WindowSize: 100 when absent, 512 for 0 and more; MoreAvailable until the end, always a new key', async () => {
    const own = await house.phone();
    await Promise.all(Array.from({ length: 120 }, (_, i) => own.receive(mail({ subject: `${i}` }))));
    const sizes: [number | undefined, number][] = [
      [undefined, 100],
      [0, 120],
      [600, 120],
      [512, 120],
      [50, 50],
      [1, 1],
    ];
    for (const [WindowSize, expected] of sizes) {
      const SyncKey = await prime(own);
      const asked = { SyncKey, CollectionId: inbox, ...(WindowSize !== undefined && { WindowSize }) };
      const answer = await synced(own, asked);
      assert.deepEqual([answer.Commands?.length, answer.MoreAvailable], [expected, expected < 120], `${WindowSize}`);
      assert.notEqual(answer.SyncKey, SyncKey);
    }
    await windows(own);
  });

  /** 50, 50 and 20, each once. */
  async function windows(own: Phone): Promise<void> {
    let SyncKey = await prime(own);
    const seen: string[] = [];
    const counts: number[] = [];
    for (let answer: Answered | undefined; answer?.MoreAvailable !== false; ) {
      answer = await synced(own, { SyncKey, CollectionId: inbox, WindowSize: 50 });
      SyncKey = answer.SyncKey;
      const got = adds(own, answer);
      counts.push(got.length);
      seen.push(...got.map(([one]) => one));
    }
    assert.deepEqual(counts, [50, 50, 20]);
    assert.equal(new Set(seen).size, 120);
  }

  test('the WindowSize of the whole request goes to the collections in order', async () => {
    const own = await house.phone();
    for (let i = 0; i < 4; i++) {
      await own.receive(mail());
      await own.receive(mail(), { folder: trash as CollectionId });
    }
    const keys = { first: await prime(own), second: await prime(own, trash) };
    const answer = await own.ask('Sync', {
      ...ask({ SyncKey: keys.first, CollectionId: inbox }, { SyncKey: keys.second, CollectionId: trash }),
      WindowSize: 6,
    });
    const told = answer.Collections?.Collection.map((one) => [one.Commands?.length, one.MoreAvailable]);
    assert.deepEqual(told, [
      [4, false],
      [2, true],
    ]);
  });

  test('GetChanges 0 leaves what is pending for the next request', async () => {
    const own = await house.phone();
    const SyncKey = await prime(own);
    await own.receive(mail());
    const silent = await syncOne(own, { SyncKey, CollectionId: inbox, GetChanges: false });
    assert.equal(silent?.Commands, undefined);
    const next = await synced(own, { SyncKey: silent?.SyncKey ?? SyncKey, CollectionId: inbox });
    assert.equal(adds(own, next).length, 1);
  });
});
