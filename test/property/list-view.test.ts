// A computed list (the recipient cache) against random lives: it changes between requests, answers get lost, windows are
// small. When all is quiet the device shows the list, and nothing was added twice or changed before it was there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { AccountId, CollectionId, DeviceId, ServerId, SyncKey } from '../../src/domain/ids.ts';
import { type ListItem, listPending, longestList, syncList } from '../../src/sync/list-view.ts';
import { type TempStore, tempStore } from '../support/temp-store.ts';

const collection = 'RI' as CollectionId;
const device = 'phone' as DeviceId;
let temporary: TempStore;
before(async () => {
  temporary = await tempStore();
});
after(() => temporary[Symbol.asyncDispose]());

let serial = 0;
class ListPhone {
  readonly account: AccountId;
  list: ListItem[] = [];
  shown = new Map<string, string>();
  key: SyncKey | '0' = '0';
  constructor(account: AccountId) {
    this.account = account;
  }
  static async open(): Promise<ListPhone> {
    const address = `list${++serial}@example.test`;
    const account = await temporary.store.directory.create({ address, aliases: [], displayName: 'List' });
    await temporary.store.transact(account, async (tx) => {
      tx.putDevice({ id: device, type: 'Test', created: 0, lastSeen: 0, sent: [] });
      tx.putCollection({ id: collection, parent: '0', name: 'Recipient Cache', type: 19 });
    });
    return new ListPhone(account);
  }

  async sync(window = 100, lost = false): Promise<{ delivered: number; more: boolean }> {
    const request = { device, collection, version: '16.1', key: this.key, getChanges: true, window };
    const answer = await temporary.store.transact(this.account, (tx) =>
      syncList(tx, { ...request, list: () => this.list }),
    );
    if (lost) return { delivered: 0, more: true };
    if (answer.kind === 'stale') throw new Error('stale');
    this.key = answer.key;
    if (answer.kind !== 'answered') return { delivered: 0, more: answer.kind === 'primed' };
    assert.ok(answer.changes.length <= window);
    for (const { kind, id } of answer.changes) {
      assert.equal(this.shown.has(id), kind !== 'Add', `${kind} of ${id}`);
      if (kind === 'Delete') this.shown.delete(id);
      else this.shown.set(id, this.list.find((item) => item.id === id)!.mark);
    }
    assert.ok(this.shown.size <= longestList);
    return { delivered: answer.changes.length, more: answer.more };
  }

  pending(): Promise<number | undefined> {
    return temporary.store.read(this.account, (reader) =>
      listPending(reader, { device, collection, list: () => this.list }),
    );
  }

  async settle(window = 100): Promise<void> {
    while ((await this.sync(window)).more);
    assert.deepEqual(
      [...this.shown].sort(),
      this.list
        .slice(0, longestList)
        .map(({ id, mark }) => [id, mark])
        .sort(),
    );
    assert.equal(await this.pending(), 0);
  }
}

function item(n: number, mark: number): ListItem {
  return { id: `r${n}` as ServerId, mark: String(mark) };
}

test('a computed list is the same on the device when all is quiet, whatever got lost', async () => {
  const lists = fc.uniqueArray(fc.tuple(fc.nat(130), fc.nat(3)), { selector: ([n]) => n, maxLength: 120, size: 'max' });
  const steps = fc.array(fc.tuple(fc.option(lists), fc.constantFrom(1, 3, 512), fc.boolean()), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(steps, async (life) => {
      const phone = await ListPhone.open();
      await phone.sync();
      for (const [list, window, lost] of life) {
        if (list) phone.list = list.map(([n, mark]) => item(n, mark));
        await phone.sync(window, lost);
      }
      await phone.settle(7);
    }),
    { numRuns: 60, seed: Number(process.env.EASEL_SEED ?? 20261128) },
  );
});

test('a computed list that stands still keeps its key and writes nothing', async () => {
  const phone = await ListPhone.open();
  phone.list = [item(1, 1)];
  await phone.settle();
  await phone.sync();
  const { key } = phone;
  const { commits } = temporary.store.stats;
  assert.equal((await phone.sync()).delivered, 0);
  assert.equal(phone.key, key);
  assert.equal(temporary.store.stats.commits, commits);
});

test('a key that names no state of a computed list is stale, and has no estimate', async () => {
  const phone = await ListPhone.open();
  assert.equal(await phone.pending(), undefined);
  phone.key = '1-unknown' as SyncKey;
  await assert.rejects(phone.sync(), /stale/);
});
