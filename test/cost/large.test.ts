// A mailbox as large as they come: a million mails in one account, 200,000 of them in its Inbox (`npm run test:long`; fewer
// in `npm test`). What a phone asks costs as many rows and look-ups there as in a mailbox with a hundred mails.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { multiplyItem } from '../../scripts/multiply-item.ts';
import { deliver } from '../../src/delivery/deliver.ts';
import type { AccountId, CollectionId } from '../../src/domain/ids.ts';
import { openStore } from '../../src/store/open.ts';
import type { Stats } from '../../src/store/port.ts';
import { type House, mail, openHouse, Phone } from '../support/endpoint.ts';
import { tempStore } from '../support/temp-store.ts';
import { cost, inbox, Synced } from './synced.ts';

const long = process.env.EASEL_LONG !== undefined;
const sizes = long ? { inbox: 200_000, others: 800_000 } : { inbox: 20_000, others: 20_000 };
/** MB of the child that loads the Inbox; it dies when it needs more. */
const heap = 96;
const child = fileURLToPath(new URL('./first-sync-child.js', import.meta.url));

describe('a large mailbox', () => {
  let house: House;
  let end: () => Promise<void>;
  let large: Synced;
  let small: Synced;
  let loaded: { key: string; items: number; heap: number };

  before(async () => {
    const temp = await tempStore();
    const make = async (name: string, count: number, elsewhere: number): Promise<AccountId> => {
      const store = await openStore({ data: temp.data });
      const address = `${name}@example.test`;
      const account = await store.directory.create({ address, aliases: [], displayName: name });
      const first = await deliver(store, account, Buffer.from(mail({ subject: 'One of many' })));
      await store[Symbol.asyncDispose]();
      const folders = Object.fromEntries(['3', '4', '5', '6'].map((id) => [id, elsewhere / 4]));
      multiplyItem(temp.data, account, first, { [inbox]: count - 1, ...(elsewhere > 0 && folders) } as never);
      return account;
    };
    const few = await make('small', 100, 0);
    const many = await make('large', sizes.inbox, sizes.others);
    const argv = [`--max-old-space-size=${heap}`, child, temp.data, many, 'large@example.test', 'large'];
    loaded = JSON.parse((await promisify(execFile)(process.execPath, argv)).stdout);
    house = await openHouse({ after: (last) => (end = last) }, { on: temp });
    small = new Synced(new Phone(house, few, 'small@example.test', '16.1', 'small'));
    await small.phone.ask('FolderSync', { SyncKey: '0' });
    await small.catchUp();
    large = new Synced(new Phone(house, many, 'large@example.test', '16.1', 'large'), 0, loaded.key);
    for (const synced of [small, large]) await synced.sync();
  });
  after(() => end());

  /** What it costs in the large mailbox, which is what it costs in the small one. */
  async function sameCost(act: (synced: Synced) => Promise<unknown>): Promise<Stats> {
    const ofSmall = await cost(house, () => act(small));
    const ofLarge = await cost(house, () => act(large));
    assert.deepEqual(ofLarge, ofSmall);
    return ofLarge;
  }

  test('the first load brings every item of the folder, in a small heap', (t) => {
    assert.equal(loaded.items, sizes.inbox);
    t.diagnostic(`${loaded.items} items, at most ${loaded.heap} MB of heap in use`);
  });

  test('nothing new: the same few look-ups, no commit', async () => {
    const { commits, rowsRead } = await sameCost((synced) => synced.sync());
    assert.equal(commits, 0);
    assert.ok(rowsRead <= 4, `${rowsRead} rows`);
  });

  test('one new mail: the same few look-ups, one commit', async () => {
    for (const { phone } of [small, large]) await phone.receive(mail());
    const { commits, rowsRead } = await sameCost(async (synced) => assert.deepEqual(await synced.sync(), { items: 1 }));
    assert.equal(commits, 1);
    assert.ok(rowsRead <= 8, `${rowsRead} rows`);
    await sameCost((synced) => synced.sync());
  });

  test('a mail that another phone read: the same', async () => {
    for (const { phone } of [small, large]) {
      const id = await phone.receive(mail());
      const [synced] = [small, large].filter((each) => each.phone === phone);
      await synced!.sync();
      await synced!.sync();
      await house.store.transact(phone.account, async (tx) => {
        const item = await tx.item(id);
        assert.ok(item && item.died === undefined && !item.damaged && item.class === 'Email');
        tx.put({ ...item, content: { ...item.content, read: true } }, ['read']);
      });
    }
    await sameCost(async (synced) => assert.deepEqual(await synced.sync(), { items: 1 }));
  });

  test('the list of folders: the same, from the beginning and when nothing changed', async () => {
    const keys = new Map<Synced, string>();
    const ask = (synced: Synced) => async () => {
      const { SyncKey } = await synced.phone.ask('FolderSync', { SyncKey: keys.get(synced) ?? '0' });
      keys.set(synced, SyncKey!);
    };
    for (let turn = 0; turn < 3; turn++) await sameCost((synced) => ask(synced)());
  });

  test('another phone’s first page with a filter reads no more than a page', async () => {
    const other = { small: small.phone.another(), large: large.phone.another() };
    for (const phone of Object.values(other)) await phone.ask('FolderSync', { SyncKey: '0' });
    const [ofSmall, ofLarge] = [new Synced(other.small, 2), new Synced(other.large, 2)];
    await ofSmall.sync();
    await ofLarge.sync();
    const first = await cost(house, () => ofLarge.sync());
    assert.ok(first.rowsRead < 2_000, `${first.rowsRead} rows`);
  });

  test('what came meanwhile is there', async () => {
    const count = await house.store.read(large.phone.account, (reader) => reader.count(inbox as CollectionId, {}));
    assert.equal(count, sizes.inbox + 2);
  });
});
