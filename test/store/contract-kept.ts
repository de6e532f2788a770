// What is kept beside the items: words, the journal, the quarantine, groups, the address list.
import assert from 'node:assert/strict';
import type { AccountId, ServerId } from '../../src/domain/ids.ts';
import type { NewItem } from '../../src/domain/item.ts';
import { searchWords, wordsOf } from '../../src/domain/words.ts';
import { type ContractTests, inbox, mail, phone, tablet, trash, type World } from './contract.ts';

function said(sortDate: number, text: string, more: Partial<NewItem> = {}): NewItem {
  return mail(sortDate, { words: wordsOf(text), ...more });
}
function find({ store }: World, account: AccountId, text: string, limit = 100): Promise<ServerId[]> {
  return store.read(account, (reader) => reader.search({ words: searchWords(text), limit }));
}

export const keptTests: ContractTests = {
  'search finds what has every word, the last one by its beginning, newest first': async (world) => {
    const account = await world.account();
    const [old, next, other] = await world.store.transact(account, async (tx) => [
      tx.create(said(1, 'Über die Straße nach Zürich')),
      tx.create(said(2, 'uber strasse und Straße, 東京都庁')),
      tx.create(said(3, 'something else')),
    ]);
    const cases: [string, (ServerId | undefined)[]][] = [
      ['über', [next, old]],
      ['UBER stra', [next, old]],
      ['straß', [next, old]],
      ['zurich', [old]],
      ['über zü', [old]],
      ['über else', []],
      ['some', [other]],
      ['some thing', []],
      ['東京', [next]],
      ['京都庁', [next]],
      ['京東', []],
      ['', []],
      ['" OR * AND (', []],
    ];
    for (const [text, expected] of cases) assert.deepEqual(await find(world, account, text), expected, text);
    assert.deepEqual(await find(world, account, 'über', 1), [next]);
  },

  'search stays in its account and in the collections that it names': async (world) => {
    const [mine, theirs] = [await world.account(), await world.account()];
    await world.store.transact(theirs, async (tx) => tx.create(said(1, 'secret')));
    const [kept, thrown] = await world.store.transact(mine, async (tx) => [
      tx.create(said(1, 'secret')),
      tx.create(said(2, 'secret', { collection: trash })),
    ]);
    assert.deepEqual(await find(world, mine, 'secret'), [thrown, kept]);
    const words = searchWords('secret');
    const among = (...collections: (typeof inbox)[]) =>
      world.store.read(mine, (reader) => reader.search({ words, collections, limit: 10 }));
    assert.deepEqual([await among(inbox), await among(trash), await among()], [[kept], [thrown], []]);
  },

  'words go with the item: kept by a change that names none, replaced by one that does, moved, removed': async (
    world,
  ) => {
    const account = await world.account();
    const { store } = world;
    const id = await store.transact(account, async (tx) => tx.create(said(1, 'first words')));
    const put = (more: object) =>
      store.transact(account, async (tx) => {
        const item = await tx.item(id);
        assert.ok(item?.died === undefined && item);
        tx.put({ ...item, ...more }, ['message']);
      });
    await put({});
    assert.deepEqual(await find(world, account, 'first'), [id]);
    await put({ words: ['second'] });
    assert.deepEqual([await find(world, account, 'first'), await find(world, account, 'second')], [[], [id]]);
    const moved = await store.transact(account, async (tx) => tx.move(id, trash));
    assert.deepEqual(await find(world, account, 'second'), [moved]);
    await store.transact(account, async (tx) => tx.remove(moved));
    assert.deepEqual(await find(world, account, 'second'), []);
  },

  'the journal keeps what a device changed, moved or removed as it was, and no one else’s acts': async (world) => {
    const account = await world.account();
    const { store } = world;
    const { id: blob } = await store.blobs.put(Buffer.from('the message'));
    const ids = await store.transact(account, async (tx) =>
      [1, 2, 3, 4].map((date) => tx.create(mail(date, { blobs: date === 1 ? [blob] : [] }))),
    );
    const [removed, changed, moved, marked] = ids;
    await store.transact(account, async (tx) => {
      tx.remove(removed!, { by: phone });
      for (const id of [changed!, marked!]) {
        const item = await tx.item(id);
        assert.ok(item?.died === undefined && item);
        tx.put({ ...item, sortDate: 9 }, [id === marked ? 'read' : 'message'], { by: tablet });
      }
      tx.move(moved!, trash, {}, { by: phone });
    });
    await store.transact(account, async (tx) => tx.create(mail(8)));
    const entries = await store.read(account, (reader) => reader.journal(0));
    const told = entries.map(({ device, act, item }) => [device, act, item.id, item.sortDate]);
    assert.deepEqual(told.sort(), [
      [phone, 'moved', moved, 3],
      [phone, 'removed', removed, 1],
      [tablet, 'changed', changed, 2],
    ]);
    const [entry] = await store.read(account, async (reader) =>
      (await reader.journal(0, phone)).filter(({ act }) => act === 'removed'),
    );
    assert.deepEqual([entry?.item.blobs, entry?.folder.id, entry?.folder.name], [[blob], inbox, 'Inbox']);
    await store.blobs.sweep(-1);
    assert.equal((await store.blobs.get(blob)).toString(), 'the message');
    assert.deepEqual(await store.read(account, (reader) => reader.journal(entry!.at + 1)), []);
  },

  'the journal keeps what a device lost to another, beside the item that nobody touches': async (world) => {
    const account = await world.account();
    const { store } = world;
    const { id: blob } = await store.blobs.put(Buffer.from('an attachment of what was lost'));
    const id = await store.transact(account, async (tx) => tx.create(mail(1)));
    const before = await store.read(account, (reader) => reader.item(id));
    assert.ok(before?.died === undefined && before);
    await store.transact(account, async (tx) => {
      await tx.item(id);
      tx.keepLost({ ...before, sortDate: 7, blobs: [blob] }, phone);
    });
    assert.deepEqual(await store.read(account, (reader) => reader.item(id)), before);
    const [entry, ...more] = await store.read(account, (reader) => reader.journal(0));
    assert.deepEqual([entry?.act, entry?.device, more], ['lost', phone, []]);
    assert.deepEqual([entry?.item.id, entry?.item.sortDate, entry?.item.blobs], [id, 7, [blob]]);
    await store.blobs.sweep(-1);
    assert.equal((await store.blobs.get(blob)).toString(), 'an attachment of what was lost');
  },

  'a journal that expires lets its blobs go': async (world) => {
    await world.fresh(async (data) => {
      let now = 1_000_000;
      const store = await world.engine.open(data, { clock: () => now });
      const account = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
      const { id: blob } = await store.blobs.put(Buffer.from('x'));
      await store.transact(account, async (tx) => tx.create(mail(1, { blobs: [blob] })));
      const [item] = await store.read(account, (reader) => reader.range(inbox, { order: 'oldest', limit: 1 }));
      await store.transact(account, async (tx) => tx.remove(item!.id, { by: phone }));
      assert.equal(await store.journal.expire(now), 0);
      now += 10;
      assert.equal(await store.journal.expire(now), 1);
      assert.deepEqual(await store.read(account, (reader) => reader.journal(0)), []);
      assert.equal(await store.blobs.sweep(-1), 1);
      await store[Symbol.asyncDispose]();
    });
  },

  'a collection that a device removes leaves its items in the journal, with the folder': async (world) => {
    const account = await world.account();
    const { store } = world;
    const folder = { id: 'gone' as typeof inbox, parent: '0', name: 'Projects', type: 12 } as const;
    await store.transact(account, async (tx) => tx.putCollection(folder));
    await store.transact(account, async (tx) => tx.create(said(1, 'plan', { collection: folder.id })));
    await store.transact(account, async (tx) => tx.removeCollection(folder.id, phone));
    const [entry] = await store.read(account, (reader) => reader.journal(0));
    assert.deepEqual([entry?.act, entry?.folder], ['removed', folder]);
    assert.deepEqual(await find(world, account, 'plan'), []);
  },

  'the quarantine lists an item until it is released, stamped, or gone': async (world) => {
    const account = await world.account();
    const { store } = world;
    const listed = () => store.read(account, (reader) => reader.quarantined());
    const [one, two] = await store.transact(account, async (tx) => [tx.create(mail(1)), tx.create(mail(2))]);
    await store.transact(account, async (tx) => tx.quarantine(one, 'first'));
    await store.transact(account, async (tx) => {
      tx.quarantine(one, 'again');
      tx.quarantine(two, 'also');
    });
    const found = (await listed()).map(({ item, reason, times }) => [item, reason, times]);
    assert.deepEqual(found.sort(), [[one, 'again', 2] as unknown[], [two, 'also', 1]].sort());
    const before = await store.read(account, async ({ now }) => now);
    await store.transact(account, async (tx) => tx.release(one));
    const rows = await store.read(account, (reader) => reader.log(inbox, before, 10));
    assert.deepEqual(
      rows.map(({ kind, item }) => [kind, item.id, Object.keys(item.touched)]),
      [['changed', one, ['message']]],
    );
    await assert.rejects(
      store.transact(account, async (tx) => tx.release(one)),
      { code: 'item-not-found' },
    );
    await store.transact(account, async (tx) => tx.remove(two));
    assert.deepEqual(await listed(), []);
  },

  'a foreign account’s ids are not there for any of it': async (world) => {
    const [mine, theirs] = [await world.account(), await world.account()];
    const { store } = world;
    const id = await store.transact(theirs, async (tx) => tx.create(said(1, 'word')));
    for (const act of ['quarantine', 'release', 'remove'] as const) {
      await assert.rejects(
        store.transact(mine, async (tx) => tx[act](id, 'why' as never)),
        { code: 'item-not-found' },
        act,
      );
    }
    await store.transact(theirs, async (tx) => tx.quarantine(id, 'why'));
    await store.read(mine, async (reader) => {
      assert.deepEqual(await reader.quarantined(), []);
      assert.deepEqual(await reader.journal(0), []);
    });
  },

  'groups share the names of accounts': async ({ store }) => {
    await store.directory.create({ address: 'taken@groups.test', aliases: ['alias@groups.test'], displayName: 'T' });
    const group = { address: 'All@groups.test', displayName: 'Everyone', members: ['Taken@groups.test', 'x@out.test'] };
    await store.directory.putGroup(group);
    const kept = { ...group, address: 'all@groups.test', members: ['taken@groups.test', 'x@out.test'] };
    assert.deepEqual(await store.directory.findGroup('ALL@groups.test'), kept);
    await store.directory.putGroup({ ...kept, displayName: 'All' });
    assert.deepEqual((await store.directory.findGroup('all@groups.test'))?.displayName, 'All');
    assert.equal(await store.directory.find('all@groups.test'), undefined);
    for (const address of ['taken@groups.test', 'alias@groups.test']) {
      await assert.rejects(store.directory.putGroup({ ...group, address }), { code: 'address-taken' }, address);
    }
    await assert.rejects(store.directory.create({ address: 'all@groups.test', aliases: [], displayName: '' }), {
      code: 'address-taken',
    });
    assert.ok((await store.directory.groups()).some(({ address }) => address === 'all@groups.test'));
    await store.directory.removeGroup('ALL@groups.test');
    assert.equal(await store.directory.findGroup('all@groups.test'), undefined);
    await assert.rejects(store.directory.removeGroup('all@groups.test'), { code: 'group-not-found' });
    await store.directory.create({ address: 'all@groups.test', aliases: [], displayName: '' });
  },

  'the address list finds people and groups of a domain by the beginnings of their names': async ({ store }) => {
    const domain = 'names.test';
    const person = { firstName: 'Zoë', lastName: 'Ångström', office: 'Room 7' };
    const zoe = await store.directory.create({ address: `zoe@${domain}`, aliases: [], displayName: 'Zoë Å', person });
    await store.directory.create({ address: `max@${domain}`, aliases: [`boss@${domain}`], displayName: 'Max' });
    await store.directory.create({ address: 'zoe@elsewhere.test', aliases: [], displayName: 'Zoe' });
    await store.directory.putGroup({ address: `zoo@${domain}`, displayName: 'Zoo keepers', members: [] });
    const names = async (...words: string[]) =>
      (await store.directory.names({ domains: [domain], words, limit: 10 })).map(
        ({ address }) => address.split('@')[0],
      );
    assert.deepEqual(await names('zo'), ['zoe', 'zoo']);
    assert.deepEqual(await names('zoe', 'ang'), ['zoe']);
    assert.deepEqual(await names('boss'), ['max']);
    assert.deepEqual(await names('7'), ['zoe']);
    assert.deepEqual(await names('nobody'), []);
    assert.deepEqual(await names(), ['max', 'zoe', 'zoo']);
    await store.transact(zoe, async (tx) => {
      const account = await tx.account();
      tx.putAccount({ ...account, displayName: 'Anna', person: {} });
    });
    assert.deepEqual([await names('ang'), await names('anna')], [[], ['zoe']]);
    await store.directory.remove(zoe);
    assert.deepEqual(await names('anna'), []);
  },

  'an account holds its picture': async (world) => {
    const { store } = world;
    const { id: picture } = await store.blobs.put(Buffer.from('a picture'));
    const other = await store.blobs.put(Buffer.from('another picture'));
    const account = await store.directory.create({
      ...{ address: 'pic@example.org', aliases: [], displayName: '', picture },
    });
    await store.blobs.sweep(-1);
    assert.equal((await store.blobs.get(picture)).toString(), 'a picture');
    await assert.rejects(
      store.transact(account, async (tx) => tx.putAccount({ ...(await tx.account()), picture: other.id })),
      { code: 'blob-missing' },
    );
    assert.equal((await store.directory.get(account))?.picture, picture);
    await store.directory.remove(account);
    await store.blobs.sweep(-1);
    await assert.rejects(store.blobs.get(picture), { code: 'blob-missing' });
  },

  'a lease that is released is another’s at once': async ({ store }) => {
    const { leases } = store;
    assert.equal(await leases.hold('job', 'one', 60_000), true);
    await leases.release('job', 'two');
    assert.equal(await leases.hold('job', 'two', 60_000), false);
    await leases.release('job', 'one');
    assert.equal(await leases.hold('job', 'two', 60_000), true);
    await leases.release('job', 'two');
  },
};
