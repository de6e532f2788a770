import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobs, startJobs, underLease } from '../../src/admin/jobs.ts';
import { systemClock } from '../../src/clock.ts';
import type { CollectionId, DeviceId, SyncKey } from '../../src/domain/ids.ts';
import { openStore } from '../../src/store/open.ts';
import { pruneCollection } from '../../src/sync/prune.ts';
import { syncCollection } from '../../src/sync/sync-collection.ts';
import { inbox, mail, newDevice, trash } from '../store/contract.ts';
import { withStore } from '../support/temp-store.ts';
import { turnedClock } from '../support/turned-clock.ts';

test('a lease is one node’s, is renewed while the work runs, and is free when it ends', async () => {
  const clock = turnedClock();
  await withStore(
    async ({ leases }) => {
      const lease = { name: 'job', milliseconds: 3_000, clock };
      let end = (_value: string): void => {};
      const first = underLease(leases, { ...lease, node: 'one' }, (signal) => {
        assert.equal(signal.aborted, false);
        return new Promise<string>((resolve) => (end = resolve));
      });
      for (let turn = 0; turn < 5; turn += 1) {
        await clock.turn(1_000);
        assert.equal(await underLease(leases, { ...lease, node: 'two' }, async () => 'no'), undefined);
      }
      end('done');
      assert.equal(await first, 'done');
      assert.equal(await underLease(leases, { ...lease, node: 'two' }, async () => 'mine'), 'mine');
    },
    { clock: clock.now },
  );
});

test('a lease that another node took meanwhile stops the work; one that cannot be renewed, too', async () => {
  const clock = turnedClock();
  await withStore(
    async (store) => {
      const lost = (taken: () => Promise<unknown>) =>
        underLease(store.leases, { name: 'job', node: 'one', milliseconds: 3_000, clock }, async (signal) => {
          await taken();
          await clock.turn(1_000);
          return signal.aborted;
        });
      assert.equal(
        await lost(async () => {
          await store.leases.release('job', 'one');
          await store.leases.hold('job', 'two', 60_000);
        }),
        true,
      );
      await store.leases.release('job', 'two');
      const broken = { hold: store.leases.hold, release: store.leases.release };
      const stopped = await underLease(
        broken,
        { name: 'job', node: 'one', milliseconds: 3_000, clock },
        async (signal) => {
          broken.hold = () => Promise.reject(new Error('no store'));
          await clock.turn(1_000);
          return signal.aborted;
        },
      );
      assert.equal(stopped, true);
    },
    { clock: clock.now },
  );
});

test('a clock that jumps back neither frees a lease that is held nor keeps it for ever', async () => {
  const clock = turnedClock(10_000_000);
  await withStore(
    async ({ leases }) => {
      assert.equal(await leases.hold('job', 'one', 1_000), true);
      clock.set(9_000_000);
      assert.equal(await leases.hold('job', 'two', 1_000), false);
      clock.set(1_000_000);
      assert.equal(await leases.hold('job', 'two', 1_000), true);
    },
    { clock: clock.now },
  );
});

test('pruning keeps the tombstone of a move for a week, and has nothing to do the second time', async () => {
  const clock = turnedClock(1_000 * 24 * 3_600_000);
  await withStore(
    async (store) => {
      const id = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
      const [moved, removed] = await store.transact(id, async (tx) => [tx.create(mail(1)), tx.create(mail(2))]);
      await store.transact(id, async (tx) => {
        tx.move(moved, trash, {}, { moved: true, removedBy: 'phone' as DeviceId });
        tx.remove(removed);
      });
      const prune = () => store.transact(id, (tx) => pruneCollection(tx, inbox, clock.now()));
      const left = () =>
        store.read(id, async (reader) => [await reader.item(moved), await reader.item(removed)].map((item) => !!item));
      assert.equal(await prune(), true);
      assert.deepEqual(await left(), [true, false]);
      assert.equal(await prune(), false);
      await clock.turn(8 * 24 * 3_600_000);
      await store.transact(id, async (tx) => tx.create(mail(3)));
      assert.equal(await prune(), true);
      assert.deepEqual(await left(), [false, false]);
    },
    { clock: clock.now },
  );
});

test('pruning runs by itself, soon after the start', async () => {
  const clock = turnedClock(1_000 * 24 * 3_600_000);
  await withStore(
    async (store) => {
      const id = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
      const removed = await store.transact(id, async (tx) => tx.create(mail(1)));
      await store.transact(id, async (tx) => tx.remove(removed));
      const said: string[] = [];
      const say = (message: string, fields?: object) => void said.push(`${message} ${JSON.stringify(fields)}`);
      const log = { error: say, warn: say, info: say, debug: say };
      const running = startJobs(store, clock, log, 'node');
      await clock.turn(600_000);
      await running[Symbol.asyncDispose]();
      assert.equal(await store.read(id, (reader) => reader.item(removed)), undefined);
      assert.deepEqual(said, ['job {"job":"prune","count":1}']);
    },
    { clock: clock.now },
  );
});

test('a lease that is lost stops pruning between two folders, and the sweep between two of its steps', async () => {
  await withStore(async (store) => {
    const id = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
    const removed = await store.transact(id, async (tx) =>
      ['2', '3', '4'].map((folder) => tx.create(mail(1, { collection: folder as CollectionId }))),
    );
    await store.transact(id, async (tx) => removed.forEach((item) => void tx.remove(item)));
    const lost = new AbortController();
    const clock = {
      ...systemClock,
      now: () => {
        lost.abort();
        return Date.now();
      },
    };
    const prune = jobs.find(({ name }) => name === 'prune')!;
    assert.equal(await prune.run({ store, clock, signal: lost.signal }), 1);
    const left = await store.read(id, async (reader) => Promise.all(removed.map((item) => reader.item(item))));
    assert.equal(left.filter((item) => item !== undefined).length, 2);

    await Promise.all(Array.from({ length: 600 }, (_, n) => store.blobs.put(Buffer.from(`blob ${n}`))));
    const stopped = new AbortController();
    const sweeping = store.blobs.sweep(-1, stopped.signal);
    stopped.abort();
    assert.equal(await sweeping, 500);
    assert.equal(await store.blobs.sweep(-1), 100);
    assert.equal(await store.journal.expire(Date.now(), stopped.signal), 0);
  });
});

test('a device that stays away for months holds no tombstone back, and starts the folder again', async () => {
  const now = 1_000 * 24 * 3_600_000;
  await withStore(async (store) => {
    const id = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
    const sync = (device: DeviceId, key: SyncKey | '0') =>
      store.transact(id, async (tx) =>
        syncCollection(tx, (await tx.collection(inbox))!, {
          ...{ device, version: '16.1', key, commands: [], getChanges: true, fetches: false },
          ...{ room: { commands: 100, bytes: 1e6 }, weigh: () => 1, now, brake: { share: 1 } },
        }),
      );
    const keys = new Map<DeviceId, SyncKey>();
    for (const [name, lastSeen] of [
      ['away', now - 200 * 24 * 3_600_000],
      ['here', now],
    ] as const) {
      const device = name as DeviceId;
      await store.transact(id, async (tx) => tx.putDevice({ ...newDevice(device), lastSeen }));
      const primed = await sync(device, '0');
      assert.ok(primed.kind === 'primed');
      const synced = await sync(device, primed.key);
      assert.ok(synced.kind === 'answered' || synced.kind === 'unchanged');
      keys.set(device, synced.key);
    }
    const removed = await store.transact(id, async (tx) => tx.create(mail(1)));
    const brought = await sync('here' as DeviceId, keys.get('here' as DeviceId)!);
    assert.ok(brought.kind === 'answered' && brought.changes.length === 1);
    await store.transact(id, async (tx) => tx.remove(removed));
    const told = await sync('here' as DeviceId, brought.key);
    assert.ok(told.kind === 'answered' && told.changes.length === 1);
    await sync('here' as DeviceId, told.key);
    assert.equal(await store.transact(id, (tx) => pruneCollection(tx, inbox, now)), true);
    assert.equal(await store.read(id, (reader) => reader.item(removed)), undefined);
    assert.equal((await sync('away' as DeviceId, keys.get('away' as DeviceId)!)).kind, 'stale');
    assert.notEqual((await sync('here' as DeviceId, told.key)).kind, 'stale');
  });
});

test('two stores on one folder: only one node works at a time', async () => {
  await withStore(async (store, data) => {
    const other = await openStore({ data });
    try {
      const clock = turnedClock(Date.now());
      let most = 0;
      let now = 0;
      const work = async (): Promise<true> => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 20));
        now -= 1;
        return true;
      };
      const ran = await Promise.all(
        [store, other, store, other].map(({ leases }, index) =>
          underLease(leases, { name: 'job', node: `node ${index}`, milliseconds: 60_000, clock }, work),
        ),
      );
      assert.equal(most, 1);
      assert.ok(ran.includes(true) && ran.includes(undefined));
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });
});
