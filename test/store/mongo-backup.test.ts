import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { backupStore, checkStore, migrateStore, openStore, restoreStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import { newDatabase, noMongod } from '../support/mongo.ts';
import { inbox, mail, newDevice, phone, record, trash } from './contract.ts';

const address = 'ann@example.org';

async function fill(store: Store): Promise<void> {
  const id = await store.directory.create({ address, aliases: ['a@example.org'], displayName: 'Ann Able' });
  const blobs = [await store.blobs.put(Buffer.alloc(700_000, 'large')), await store.blobs.put(Buffer.from('small'))];
  await store.transact(id, async (tx) => {
    const kept = tx.create(mail(1, { blobs: [blobs[0]!.id], words: ['harbour', 'grüße'] }));
    tx.create(mail(2, { blobs: [blobs[1]!.id], words: ['harbour'] }));
    const moved = tx.create(mail(3, { words: ['moved'] }));
    tx.move(moved, trash, {}, { moved: true, by: phone });
    tx.putDevice(newDevice(phone));
    tx.saveSyncRecord(record(phone, inbox, 1, 0));
    tx.send({ from: address, recipients: ['b@example.org'], mime: blobs[1]!.id, queued: 1 });
    tx.quarantine(kept, 'broken');
  });
  await store.directory.putGroup({ address: 'all@example.org', displayName: 'All', members: [address] });
}

async function look(store: Store) {
  const account = (await store.directory.find('a@example.org'))!;
  return store.read(account.id, async (reader) => ({
    account,
    collections: await reader.collections(),
    log: await reader.log(inbox, 0, 100),
    devices: await reader.devices(),
    records: await reader.syncRecords(inbox),
    journal: (await reader.journal(0)).map(({ act, item }) => [act, item.content]),
    quarantined: await reader.quarantined(),
    found: await reader.search({ words: [{ text: 'harb', prefix: true }], limit: 9 }),
    groups: await store.directory.groups(),
    blobs: await Promise.all(
      (await reader.range(inbox, { order: 'oldest', limit: 9 })).flatMap(({ blobs }) =>
        blobs.map((id) => store.blobs.get(id)),
      ),
    ),
  }));
}

test('a backup of a database is a store of the other engine, and comes back whole as either', {
  skip: noMongod,
}, async () => {
  const [url, other] = [await newDatabase(), await newDatabase()];
  const folder = await mkdtemp(join(tmpdir(), 'easel-backup-'));
  try {
    const before = await openStore({ data: '', store: url });
    await fill(before);
    const seen = await look(before);
    assert.deepEqual(await backupStore({ data: '', store: url }, folder), { blobs: 2, bytes: 700_005 });
    await before[Symbol.asyncDispose]();
    assert.deepEqual(await checkStore({ data: folder }), []);

    const asFile = await openStore({ data: folder });
    assert.deepEqual(await look(asFile), seen);
    await asFile[Symbol.asyncDispose]();

    await restoreStore({ data: '', store: other }, folder);
    assert.deepEqual(await checkStore({ data: '', store: other }), []);
    const after = await openStore({ data: '', store: other });
    assert.deepEqual(await look(after), seen);
    await after[Symbol.asyncDispose]();
    await assert.rejects(restoreStore({ data: '', store: other }, folder), /holds a store already/);
    assert.deepEqual(await migrateStore({ data: '', store: other }), { from: 1, to: 1 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
