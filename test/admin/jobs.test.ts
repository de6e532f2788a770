import assert from 'node:assert/strict';
import { test } from 'node:test';
import { underLease } from '../../src/admin/jobs.ts';
import type { DeviceId } from '../../src/domain/ids.ts';
import { openStore } from '../../src/store/open.ts';
import { pruneCollection } from '../../src/sync/prune.ts';
import { inbox, mail, trash } from '../store/contract.ts';
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
