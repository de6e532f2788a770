import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { AccountId, BlobId } from '../../src/domain/ids.ts';
import type { FeedEvent, Store } from '../../src/store/port.ts';
import { type ContractTests, inbox, mail, newDevice, phone, record, trash } from './contract.ts';
import { inProcess } from './store-process.ts';

export const sharedTests: ContractTests = {
  'addresses and aliases are found in any case and taken once': async ({ store }) => {
    const facts = { address: 'Ann@Example.net', aliases: ['A@example.net'], displayName: 'Ann', passwordHash: 'h' };
    const id = await store.directory.create(facts);
    const found = await store.directory.find('a@EXAMPLE.net');
    assert.deepEqual([found?.id, found?.address, found?.passwordHash], [id, 'ann@example.net', 'h']);
    for (const address of ['ANN@example.net', 'a@example.net']) {
      const twice = store.directory.create({ address, aliases: ['free@example.net'], displayName: '' });
      await assert.rejects(twice, { code: 'address-taken' });
    }
    assert.equal(await store.directory.find('free@example.net'), undefined);
    await store.transact(id, async (tx) => tx.putAccount({ ...(await tx.account()), aliases: ['b@example.net'] }));
    assert.equal(await store.directory.find('a@example.net'), undefined);
    assert.equal((await store.directory.find('b@example.net'))?.id, id);
    assert.ok((await store.directory.list()).some((account) => account.id === id));
  },

  'a removed account leaves nothing behind': async (world) => {
    const { store } = world;
    const id = await world.account();
    const blob = await store.blobs.put(Buffer.from('of the removed account'));
    await store.transact(id, async (tx) => {
      tx.create(mail(1, { blobs: [blob.id] }));
      tx.putDevice(newDevice(phone));
      tx.saveSyncRecord(record(phone, inbox, 1, 0));
      tx.send({ from: 'a@example.org', recipients: ['b@example.org'], mime: blob.id, queued: 0 });
    });
    await store.directory.remove(id);
    assert.equal(await store.directory.get(id), undefined);
    await assert.rejects(
      store.transact(id, async (tx) => tx.create(mail(1))),
      { code: 'account-not-found' },
    );
    await assert.rejects(store.directory.remove(id), { code: 'account-not-found' });
    await store.blobs.sweep(-1);
    await assert.rejects(store.blobs.get(blob.id), { code: 'blob-missing' });
  },

  'one mail to 200 accounts at once, from two nodes, comes to all of them': async ({ engine, fresh }) => {
    await fresh(async (data) => {
      await using store = await engine.open(data);
      await using other = await engine.open(data);
      const accounts = await Promise.all(
        Array.from({ length: 200 }, (_, n) =>
          store.directory.create({ address: `${n}@example.org`, aliases: [], displayName: '' }),
        ),
      );
      const { id } = await store.blobs.put(Buffer.from('to everybody'));
      const deliver = (account: AccountId, n: number) =>
        (n % 2 === 0 ? store : other).transact(account, async (tx) => tx.create(mail(1, { blobs: [id] })));
      const items = await Promise.all(accounts.map(deliver));
      for (const [n, account] of accounts.entries()) {
        const item = await store.read(account, (reader) => reader.item(items[n]!));
        assert.ok(item?.died === undefined && item?.blobs.includes(id));
      }
    });
  },

  'a removed device takes its sync records': async ({ store, account }) => {
    const id = await account();
    await store.transact(id, async (tx) => {
      tx.putDevice(newDevice(phone));
      tx.saveSyncRecord(record(phone, inbox, 1, 0));
    });
    await store.transact(id, async (tx) => {
      tx.removeDevice(phone);
      assert.equal(await tx.device(phone), undefined);
      assert.equal(await tx.syncRecord(phone, inbox), undefined);
    });
    await store.read(id, async (reader) => {
      assert.deepEqual([await reader.devices(), await reader.syncRecord(phone, inbox)], [[], undefined]);
    });
    const orphan = store.transact(id, async (tx) => tx.saveSyncRecord(record(phone, inbox, 1, 0)));
    await assert.rejects(orphan, { code: 'device-not-found' });
    await store.transact(id, async (tx) => tx.putDevice(newDevice(phone)));
    assert.equal((await store.read(id, (reader) => reader.devices())).length, 1);
  },

  'blobs of every size read back, whole, in part and as streams': async ({ store }) => {
    for (const size of [0, 1, 16_384, 16_385, 300_000]) {
      const bytes = Buffer.from(Array.from({ length: size }, (_, index) => (index * 31 + size) % 251));
      const halves = [bytes.subarray(0, size / 2), bytes.subarray(size / 2)];
      const { id, size: told } = await store.blobs.put(Readable.from(halves, { objectMode: false }));
      assert.equal(told, size);
      assert.equal((await store.blobs.put(bytes)).id, id);
      assert.deepEqual(await store.blobs.get(id), bytes);
      const [from, to] = [Math.floor(size / 3), size + 5];
      assert.deepEqual(await store.blobs.get(id, { from, to }), bytes.subarray(from, to));
      const chunks: Buffer[] = [];
      for await (const chunk of await store.blobs.stream(id, { from, to: from + 7 })) chunks.push(chunk as Buffer);
      assert.deepEqual(Buffer.concat(chunks), bytes.subarray(from, from + 7));
    }
    await assert.rejects(store.blobs.get('nowhere' as BlobId), { code: 'blob-missing' });
  },

  'a blob of a committed item is always there, with the sweeper running': async ({ engine, store, account }) => {
    const id = await account();
    let sweeping = true;
    const sweep = (async () => {
      for (; sweeping; await pause(1)) await store.blobs.sweep(engine.youth);
    })();
    const held: [BlobId, Buffer][] = [];
    await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const bytes = Buffer.alloc(index % 3 === 0 ? 40_000 : 400, `blob ${index % 40} `);
        for (;;) {
          const blob = await store.blobs.put(bytes);
          try {
            const made = await store.transact(id, async (tx) => tx.create(mail(index, { blobs: [blob.id] })));
            if (index % 2 === 0) await store.transact(id, async (tx) => tx.remove(made));
            else held.push([blob.id, bytes]);
            return;
          } catch (error) {
            // Swept between put and commit, as a youth of nothing allows: how often is the machine's matter.
            assert.equal((error as { code?: string }).code, 'blob-missing');
          }
        }
      }),
    );
    sweeping = false;
    await sweep;
    for (const [blob, bytes] of held) assert.deepEqual(await store.blobs.get(blob), bytes);
  },

  'the sweeper spares what is named or young': async ({ store, account }) => {
    const id = await account();
    const [named, loose] = [
      await store.blobs.put(Buffer.alloc(20_000, 'n')),
      await store.blobs.put(Buffer.alloc(9, 'l')),
    ];
    await store.transact(id, async (tx) => tx.move(tx.create(mail(1, { blobs: [named.id] })), trash));
    await store.blobs.sweep(3_600_000);
    assert.equal((await store.blobs.get(loose.id)).length, 9);
    assert.ok((await store.blobs.sweep(-1)) >= 1);
    await assert.rejects(store.blobs.get(loose.id), { code: 'blob-missing' });
    assert.equal((await store.blobs.get(named.id)).length, 20_000);
  },

  'a queued message is claimed by one at a time and released when done': async ({ store, account }) => {
    const id = await account();
    const now = Date.now();
    const blob = await store.blobs.put(Buffer.from('message'));
    const message = {
      from: 'a@example.org',
      recipients: ['b@example.org', 'c@example.org'],
      mime: blob.id,
      queued: now,
    };
    await store.transact(id, async (tx) => tx.send(message));
    const claims = await Promise.all(['m', 'n'].map((node) => store.outbox.claim(node, now + 60_000, 10)));
    const [claimed, ...more] = claims.flat().filter((each) => each.account === id);
    assert.ok(claimed !== undefined && more.length === 0);
    assert.deepEqual(claimed, { ...message, id: claimed.id, account: id, attempts: 0 });
    await store.outbox.retryAt(claimed.id, now, 'no answer');
    assert.equal(await store.outbox.next(), now);
    const [again] = await store.outbox.claim('n', now + 60_000, 10);
    assert.deepEqual([again?.id, again?.attempts, again?.lastError], [claimed.id, 1, 'no answer']);
    await store.blobs.sweep(-1);
    assert.equal((await store.blobs.get(blob.id)).length, 7);
    await store.outbox.done(claimed.id);
    assert.equal(await store.outbox.next(), undefined);
  },

  'a lease has one holder until it ends': async ({ engine, fresh }) => {
    await fresh(async (data) => {
      let now = 1000;
      const store = await engine.open(data, { clock: () => now });
      assert.equal(await store.leases.hold('prune', 'a', 100), true);
      assert.equal(await store.leases.hold('prune', 'b', 100), false);
      assert.equal(await store.leases.hold('sweep', 'b', 100), true);
      now += 60;
      assert.equal(await store.leases.hold('prune', 'a', 100), true);
      now += 60;
      assert.equal(await store.leases.hold('prune', 'b', 100), false);
      now += 40;
      assert.equal(await store.leases.hold('prune', 'b', 100), true);
      await store[Symbol.asyncDispose]();
    });
  },

  'the feed tells of each commit, after it is durable': async ({ store, account }) => {
    const id = await account();
    const { events, end } = listen(store, id);
    for (let index = 0; index < 20; index += 1) {
      const made = await store.transact(id, async (tx) => tx.create(mail(index)));
      assert.equal(await store.read(id, async (reader) => (await reader.item(made))?.died), undefined);
    }
    const now = await store.read(id, async (reader) => reader.now);
    await until(() => events.some((event) => event.modseq === now));
    assert.deepEqual(events.filter((event) => event.modseq === now)[0]?.collections, { [inbox]: now });
    await store.transact(id, async (tx) => tx.putDevice(newDevice(phone)));
    await until(() => events.some((event) => event.devices.includes(phone)));
    await store.transact(id, async (tx) => tx.putAccount({ ...(await tx.account()), passwordHash: 'new' }));
    await until(() => events.some((event) => event.credentials));
    await store.transact(id, async (tx) => tx.removeCollection(trash));
    await until(() => events.some((event) => event.hierarchy && event.collections[trash] !== undefined));
    end();
  },

  'the feed tells of what another process commits': async ({ store, data, account }) => {
    const id = await account();
    await store.transact(id, async (tx) => tx.putDevice(newDevice(phone)));
    const { events, end } = listen(store, id);
    let writing = true;
    const own = (async () => {
      const other = await account();
      while (writing) await store.transact(other, async (tx) => tx.create(mail(1)));
    })();
    await inProcess(data, 'everything', id).finished;
    const now = await store.read(id, async (reader) => reader.now);
    await until(() => events.some((event) => event.modseq >= now));
    assert.ok(events.some((event) => event.collections[inbox] !== undefined));
    assert.ok(events.some((event) => event.devices.includes(phone)));
    assert.ok(events.some((event) => event.credentials));
    assert.ok(events.some((event) => event.hierarchy));
    assert.ok(events.some((event) => event.outbox));
    await inProcess(data, 'remove', id).finished;
    await until(() => events.some((event) => event.credentials && event.modseq > now));
    writing = false;
    await own;
    end();
  },
};

function listen(store: Store, account: AccountId): { events: FeedEvent[]; end: () => void } {
  const events: FeedEvent[] = [];
  return { events, end: store.feed.on((event) => event.account === account && events.push(event)) };
}
async function until(claim: () => boolean): Promise<void> {
  const end = Date.now() + 5_000;
  while (!claim()) {
    assert.ok(Date.now() < end, 'nothing came in 5 s');
    await pause(5);
  }
}
