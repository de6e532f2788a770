import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AccountId, BlobId, ClientId, ConversationId, ServerId } from '../../src/domain/ids.ts';
import type { Transaction } from '../../src/store/port.ts';
import { type ContractTests, inbox, mail, newDevice, phone, record, trash, type World } from './contract.ts';
import { living } from './contract-items.ts';
import { inProcess } from './store-process.ts';

export const transactionTests: ContractTests = {
  'no update is lost, whatever the number of writers': async ({ store, account }) => {
    const id = await account();
    await store.transact(id, async (tx) => tx.putDevice(newDevice(phone)));
    const done = await Promise.all(Array.from({ length: 200 }, () => increment(store, id)));
    const counter = await store.read(id, async (reader) => (await reader.syncRecord(phone, inbox))?.counter);
    assert.equal(counter, done.filter(Boolean).length);
    assert.ok(store.stats.retries > 0);
  },

  'no update is lost between processes': async ({ engine, fresh }) => {
    await fresh(async (data) => {
      const store = await engine.open(data);
      const id = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
      await store.transact(id, async (tx) => tx.putDevice(newDevice(phone)));
      const others = [1, 2].map(() => inProcess(data, 'increment', id, '150').finished);
      let own = 0;
      for (let index = 0; index < 150; index += 1) if (await increment(store, id)) own += 1;
      const counts = (await Promise.all(others)).map((lines) => lines.filter((line) => line === 'done').length);
      const counter = await store.read(id, async (reader) => (await reader.syncRecord(phone, inbox))?.counter);
      assert.equal(counter, own + counts[0]! + counts[1]!);
      assert.ok(counts.every((count) => count > 0));
      await store[Symbol.asyncDispose]();
    });
  },

  'work that throws has written nothing': async ({ store, account }) => {
    const id = await account();
    const now = await clock(store, id);
    const work = store.transact(id, async (tx) => {
      tx.create(mail(1));
      throw new Error('no');
    });
    await assert.rejects(work, /no/);
    assert.equal(await clock(store, id), now);
  },

  'work runs again when what it looked up has changed, and leaves one trace': async ({ store, account }) => {
    const id = await account();
    const made = await store.transact(id, async (tx) => tx.create(mail(1)));
    let runs = 0;
    await store.transact(id, async (tx) => {
      runs += 1;
      const item = await living(tx, made);
      if (runs === 1) await store.transact(id, async (other) => other.mark(made, { origin: phone }));
      tx.put({ ...item, sortDate: item.sortDate + 1 }, ['date']);
      tx.create(mail(2));
    });
    assert.equal(runs, 2);
    assert.equal(await store.read(id, (reader) => reader.count(inbox, {})), 2);
  },

  'a growing collection or account is no reason to run again': async ({ store, account }) => {
    const id = await account();
    let runs = 0;
    await store.transact(id, async (tx) => {
      runs += 1;
      await tx.collection(inbox);
      await tx.account();
      await store.transact(id, async (other) => other.create(mail(1)));
      tx.create(mail(2));
    });
    assert.equal(runs, 1);
  },

  'a transaction that never holds is busy and writes nothing': async ({ engine, fresh }) => {
    await fresh(async (data) => {
      const [store, other] = [await engine.open(data), await engine.open(data)];
      const id = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
      const made = await store.transact(id, async (tx) => tx.create(mail(1)));
      let runs = 0;
      const work = store.transact(id, async (tx) => {
        runs += 1;
        await tx.item(made);
        await other.transact(id, async (theirs) => theirs.mark(made, { origin: null }));
        tx.create(mail(2));
      });
      await assert.rejects(work, { code: 'busy' });
      assert.equal(runs, 5);
      assert.equal(await store.read(id, (reader) => reader.count(inbox, {})), 1);
      await store[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    });
  },

  'a stale record given back is not written': async ({ store, account }) => {
    const id = await account();
    const made = await store.transact(id, async (tx) => tx.create(mail(1)));
    const stale = await store.read(id, (reader) => living(reader, made));
    await store.transact(id, async (tx) => tx.mark(made, { origin: phone }));
    await assert.rejects(
      store.transact(id, async (tx) => tx.put(stale, [])),
      { code: 'busy' },
    );
  },

  'stamps have no gap and no double, and none is seen before a smaller one': async ({ store, account }) => {
    const id = await account();
    const first = (await clock(store, id)) + 1;
    let writing = true;
    const watch = async () => {
      let after = 0;
      for (; writing; await nextTurn()) {
        const log = await store.read(id, async (reader) => {
          const rows = await reader.log(inbox, after, 1000);
          assert.equal(rows.at(-1)?.stamp ?? after, Math.max(after, first - 1 === reader.now ? after : reader.now));
          return rows;
        });
        for (const row of log) {
          assert.equal(row.stamp, after === 0 ? first : after + 1);
          after = row.stamp;
        }
      }
    };
    const watching = watch();
    await Promise.all(
      Array.from({ length: 300 }, () =>
        store.transact(id, async (tx) => {
          tx.create(mail(1));
          tx.create(mail(2));
        }),
      ),
    );
    writing = false;
    await watching;
    const stamps = await store.read(id, async (reader) => (await reader.log(inbox, 0, 1000)).map((row) => row.stamp));
    assert.deepEqual(
      stamps,
      Array.from({ length: 600 }, (_, index) => first + index),
    );
  },

  'a reader stays at its snapshot while others commit': async ({ store, account }) => {
    const id = await account();
    await store.transact(id, async (tx) => tx.create(mail(1)));
    await store.read(id, async (reader) => {
      await store.transact(id, async (tx) => tx.create(mail(2)));
      assert.equal(await reader.count(inbox, {}), 1);
      assert.equal((await reader.log(inbox, 0, 10)).length, 1);
      assert.equal((await reader.collection(inbox))?.high, reader.now);
    });
  },

  'every list that writes moves the clock, one that does not write leaves it': async ({ store, account }) => {
    const id = await account();
    const now = await clock(store, id);
    await store.transact(id, async (tx) => tx.collection(inbox));
    assert.equal(await clock(store, id), now);
    await store.transact(id, async (tx) => tx.putDevice(newDevice(phone)));
    assert.equal(await clock(store, id), now + 1);
    await store.transact(id, async (tx) => tx.saveSyncRecord(record(phone, inbox, 1, 0)));
    assert.equal(await clock(store, id), now + 2);
  },

  'another account’s ids lead nowhere, at any method': async (world) => {
    const { store } = world;
    const [mine, theirs] = [await world.account(), await world.account()];
    const made = await store.transact(theirs, async (tx) => {
      tx.putDevice(newDevice(phone));
      tx.saveSyncRecord(record(phone, inbox, 1, 0));
      const addedAs = { device: phone, clientId: '1' as ClientId, hash: 'h' };
      return tx.create(mail(1, { addedAs, conversation: 'c1' as ConversationId }));
    });
    await store.read(mine, async (reader) => {
      assert.equal(await reader.item(made), undefined);
      assert.equal(await reader.item(made.replace('2:', '4:') as ServerId), undefined);
      for (const id of ['', ':', '2:', '2:x', '2:1e3', `2:${'9'.repeat(30)}`, "2:1' or 1=1"]) {
        assert.equal(await reader.item(id as ServerId), undefined);
      }
      assert.equal(await reader.device(phone), undefined);
      assert.equal(await reader.syncRecord(phone, inbox), undefined);
      assert.deepEqual(await reader.syncRecords(inbox), []);
      assert.deepEqual(await reader.added(inbox, phone, '1' as ClientId), []);
      assert.deepEqual(await reader.conversation(inbox, 'c1' as ConversationId), []);
      assert.deepEqual(await reader.log(inbox, 0, 10), []);
      assert.deepEqual(await reader.range(inbox, { order: 'newest', limit: 10 }), []);
    });
    const item = await store.read(theirs, (reader) => living(reader, made));
    const acts: ((tx: Transaction) => void)[] = [
      (tx) => tx.put(item, []),
      (tx) => tx.move(made, trash),
      (tx) => tx.remove(made),
      (tx) => tx.mark(made, {}),
      (tx) => tx.announce(made, phone),
    ];
    for (const act of acts) {
      await assert.rejects(
        store.transact(mine, async (tx) => act(tx)),
        { code: 'item-not-found' },
      );
    }
    await assert.rejects(
      store.transact(mine, async (tx) => tx.removeDevice(phone)),
      { code: 'device-not-found' },
    );
    for (const id of ['0', '12', 'x', '']) {
      await assert.rejects(
        store.read(id as AccountId, async () => 1),
        { code: 'account-not-found' },
      );
    }
  },

  'over quota nothing of the list is written, and room that is made counts': async (world) => {
    const { store } = world;
    const id = await world.account({ quota: 250 });
    const blob = await store.blobs.put(Buffer.alloc(100, 'q'));
    const other = await store.blobs.put(Buffer.alloc(100, 'r'));
    const made = await store.transact(id, async (tx) => tx.create(mail(1, { blobs: [blob.id, other.id] })));
    const now = await clock(store, id);
    const again = () => store.transact(id, async (tx) => tx.create(mail(2, { blobs: [blob.id] })));
    await assert.rejects(again(), { code: 'over-quota' });
    assert.equal(await clock(store, id), now);
    await store.transact(id, async (tx) => tx.move(made, trash));
    assert.equal((await store.directory.get(id))?.bytes, 200);
    await store.transact(id, async (tx) => tx.removeDevice(phone)).catch(() => undefined);
    const [moved] = await store.read(id, (reader) => reader.range(trash, { order: 'newest', limit: 1 }));
    await store.transact(id, async (tx) => tx.remove(moved!.id));
    await again();
    assert.equal((await store.directory.get(id))?.bytes, 100);
  },

  'a full disk writes nothing, and the store goes on when there is room': async ({ engine, fresh }) => {
    await fresh(async (data) => {
      let store = await engine.open(data, { maxBytes: 600_000 });
      const id = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
      const long = 'x'.repeat(20_000);
      const fill = async () => {
        for (let index = 0; index < 100; index += 1) {
          await store.transact(id, async (tx) => tx.create({ ...mail(index), content: { long } as never }));
        }
      };
      await assert.rejects(fill(), { code: 'full' });
      const [now, count] = await store.read(id, async (r) => [r.now, await r.count(inbox, {})] as const);
      assert.equal(now, 9 + count);
      await store[Symbol.asyncDispose]();
      store = await engine.open(data);
      await fill();
      assert.equal(await clock(store, id), now + 100);
      await store[Symbol.asyncDispose]();
    });
  },

  'an item whose blob is gone is not written': async ({ store, account }) => {
    const id = await account();
    const work = store.transact(id, async (tx) => {
      tx.create(mail(1));
      tx.create(mail(2, { blobs: ['nowhere' as BlobId] }));
    });
    await assert.rejects(work, { code: 'blob-missing' });
    assert.equal(await store.read(id, (reader) => reader.count(inbox, {})), 0);
  },
};

/** False when it was busy. */
export async function increment(store: World['store'], id: AccountId): Promise<boolean> {
  try {
    await store.transact(id, async (tx) => {
      const before = await tx.syncRecord(phone, inbox);
      tx.saveSyncRecord(record(phone, inbox, (before?.counter ?? 0) + 1, before?.generation ?? 0));
    });
    return true;
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'busy');
    return false;
  }
}
function clock(store: World['store'], id: AccountId): Promise<number> {
  return store.read(id, async (reader) => reader.now);
}
