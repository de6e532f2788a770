import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, truncate, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import type { AccountId, CollectionId } from '../../src/domain/ids.ts';
import type { LivingItem } from '../../src/domain/item.ts';
import { openStore } from '../../src/store/open.ts';
import { audit } from '../../src/store/sqlite/audit.ts';
import { tempStore, withStore } from '../support/temp-store.ts';
import { inbox, mail, storeContract } from './contract.ts';

storeContract({
  name: 'sqlite',
  place: () => mkdtemp(join(tmpdir(), 'easel-contract-')),
  open: (data, options = {}) => openStore({ ...options, data }),
  audit,
  remove: (data) => rm(data, { recursive: true }),
  storm: 100,
  youth: -1,
  skip: [],
});

test('a row that cannot be read is a damaged item, which scans and look-ups tell and nothing builds on', async () => {
  await withStore(async (store, data) => {
    const id = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
    const [broken, well] = await store.transact(id, async (tx) => [tx.create(mail(1)), tx.create(mail(2))] as const);
    const db = new Database(join(data, 'easel.sqlite'));
    const spoil = db.prepare('update items set content = ? where number = ?');
    for (const content of ['{"subject":', 'null', null]) {
      spoil.run(content, Number(broken.split(':')[1]));
      await store.read(id, async (reader) => {
        const found = await reader.range('2' as CollectionId, { order: 'oldest', limit: 9 });
        const logged = (await reader.log('2' as CollectionId, 0, 9)).map(({ item }) => item as LivingItem);
        for (const items of [found, logged]) {
          assert.deepEqual(
            items.map((item) => [item.id, item.damaged !== undefined]),
            [
              [broken, true],
              [well, false],
            ],
          );
        }
      });
      await store.transact(id, async (tx) => {
        const item = (await tx.item(broken)) as LivingItem;
        assert.throws(() => tx.put(item, ['message']), { code: 'corrupt-item' });
        assert.throws(() => tx.move(broken, '4' as CollectionId), { code: 'corrupt-item' });
      });
    }
    db.prepare(`update items set history = 'x', touched = '[', brought_by = 'null' where number = ?`).run(
      Number(broken.split(':')[1]),
    );
    const item = (await store.read(id, (reader) => reader.item(broken))) as LivingItem;
    assert.deepEqual(
      item.history.map(({ position }) => position.date),
      [1],
    );
    await store.transact(id, async (tx) => tx.remove(broken));
    const dead = await store.read(id, (reader) => reader.item(broken));
    assert.notEqual(dead?.died, undefined);
    db.prepare(`update items set history = ?, touched = '{}', brought_by = '{}' where number = ?`).run(
      JSON.stringify([dead!.created, 1]),
      Number(broken.split(':')[1]),
    );
    db.close();
  });
});

test('a newer release’s file is refused with store-newer', async () => {
  const temp = await tempStore();
  const db = new Database(join(temp.data, 'easel.sqlite'));
  const version = db.pragma('user_version', { simple: true });
  db.pragma('user_version = 1000');
  await assert.rejects(openStore({ data: temp.data }), { code: 'store-newer' });
  db.pragma(`user_version = ${version}`);
  db.close();
  await temp[Symbol.asyncDispose]();
});

test('the data folder and its files are for their owner alone', async () => {
  await withStore(async (_store, data) => {
    assert.equal((await stat(join(data, 'blobs'))).mode & 0o077, 0);
    const made = join(data, 'inner', 'store');
    const inner = await openStore({ data: made });
    await inner[Symbol.asyncDispose]();
    assert.equal((await stat(made)).mode & 0o077, 0);
  });
});

test('the WAL is carried over and does not grow for ever', async () => {
  await withStore(
    async (store, data) => {
      const ids: AccountId[] = [];
      for (let index = 0; index < 20; index += 1) {
        ids.push(await store.directory.create({ address: `u${index}@example.org`, aliases: [], displayName: '' }));
      }
      const content = { long: 'x'.repeat(30_000) } as never;
      for (let round = 0; round < 15; round += 1) {
        await Promise.all(
          Array.from({ length: 200 }, (_, index) =>
            store.transact(ids[index % 20]!, async (tx) => tx.create({ ...mail(index), content })),
          ),
        );
      }
      const { size } = await stat(join(data, 'easel.sqlite-wal'));
      assert.ok(size < 90 * 1024 * 1024, `WAL of ${size} bytes`);
    },
    { checkpointMs: 20 },
  );
});

test('the audit finds what is wrong', async () => {
  const temp = await tempStore();
  const { store, data } = temp;
  const id = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
  const blob = await store.blobs.put(Buffer.from('audited'));
  await store.transact(id, async (tx) => tx.create(mail(1, { blobs: [blob.id] })));
  const db = new Database(join(data, 'easel.sqlite'));
  const faults: [fault: string, cure: string, finds: RegExp][] = [
    ['update accounts set bytes = bytes + 1', 'update accounts set bytes = bytes - 1', /counts 8 bytes/],
    ['update blobs set refs = 2', 'update blobs set refs = 1', /counts 2 references/],
    ['update log set kind = 5', 'update log set kind = 1', /entered at/],
    [
      `update collections set high = 3 where collection = '${inbox}'`,
      'update collections set high = 10 where collection = 2',
      /high of/,
    ],
    ['update accounts set modseq = 4', 'update accounts set modseq = 10', /above its clock/],
    ['update items set sort_date = 9', 'update items set sort_date = 1', /its history says 1/],
  ];
  for (const [fault, cure, finds] of faults) {
    db.exec(fault);
    assert.match((await audit(data)).join('\n'), finds);
    db.exec(cure);
  }
  db.close();
  await temp[Symbol.asyncDispose]();
});

test('a disk that is full while a blob is written leaves nothing of it, and the store goes on', async () => {
  await withStore(async (store, data) => {
    const files = async () =>
      (await readdir(join(data, 'blobs'), { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
    for (const code of ['ENOSPC', 'EDQUOT']) {
      const filling = Readable.from(
        (async function* () {
          yield Buffer.alloc(100_000);
          throw Object.assign(new Error('no space left'), { code });
        })(),
      );
      await assert.rejects(store.blobs.put(filling), { code: 'full' });
    }
    assert.deepEqual(await files(), []);
    const { id } = await store.blobs.put(Buffer.alloc(100_000, 'x'));
    assert.equal((await store.blobs.get(id)).length, 100_000);
  });
});

test('a blob whose file is shorter, longer or gone is told, and nothing else of the account is touched', async () => {
  await withStore(async (store, data) => {
    const { id } = await store.blobs.put(Buffer.alloc(50_000, 'x'));
    const path = join(data, 'blobs', id.slice(0, 2), id);
    await truncate(path, 100);
    await assert.rejects(store.blobs.get(id), { code: 'blob-missing' });
    await unlink(path);
    await assert.rejects(store.blobs.get(id), { code: 'blob-missing' });
    await assert.rejects(store.blobs.stream(id), { code: 'blob-missing' });
    assert.equal(await store.blobs.sweep(-1), 1);
  });
});
