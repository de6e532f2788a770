// Stores that earlier releases wrote: each opens, is whole, and goes on.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CollectionId, DeviceId, SyncKey } from '../../src/domain/ids.ts';
import { searchWords } from '../../src/domain/words.ts';
import { openStore } from '../../src/store/open.ts';
import { audit } from '../../src/store/sqlite/audit.ts';
import { schemaVersion } from '../../src/store/sqlite/schema.ts';
import { syncCollection } from '../../src/sync/sync-collection.ts';

const stores = fileURLToPath(new URL('../../../fixtures/stores', import.meta.url));
const inbox = '2' as CollectionId;
const phone = 'PHONE1' as DeviceId;

for (const schema of (await readdir(stores)).sort()) {
  test(`a store of schema ${schema} opens, is found whole, is searched and written to`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'easel-migration-'));
    let store: Awaited<ReturnType<typeof openStore>> | undefined;
    const data = join(folder, 'data');
    try {
      await cp(join(stores, schema), data, { recursive: true });
      store = await openStore({ data });
      if (Number(schema) < schemaVersion) assert.ok((await stat(join(data, `easel.sqlite.before-${schema}`))).size > 0);
      const ann = await store.directory.find('anna@example.test');
      assert.equal(ann?.displayName, 'Ann Example');
      const found = await store.read(ann!.id, (reader) =>
        reader.search({ words: searchWords('zürich lett'), limit: 99 }),
      );
      assert.equal(found.length, 11);
      const names = await store.directory.names({ domains: ['example.test'], words: ['bo'], limit: 9 });
      assert.deepEqual(
        names.map(({ address }) => address),
        ['bob@example.test'],
      );
      await goOn(store, ann!.id);
      await store[Symbol.asyncDispose]();
      store = undefined;
      assert.deepEqual(await audit(data), []);
      const again = await openStore({ data });
      await again[Symbol.asyncDispose]();
    } finally {
      await store?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    }
  });
}

/** The phone was told five mails and had its answer lost: it goes on from its key and ends with what is there. */
async function goOn(
  store: Awaited<ReturnType<typeof openStore>>,
  account: Parameters<typeof store.read>[0],
): Promise<void> {
  const record = await store.read(account, (reader) => reader.syncRecord(phone, inbox));
  let key = record?.confirmed?.key as SyncKey;
  assert.ok(key);
  const ids = new Set<string>();
  for (let more = true; more; ) {
    const answer = await store.transact(account, async (tx) =>
      syncCollection(tx, (await tx.collection(inbox))!, {
        ...{ device: phone, version: '16.1', key, commands: [], getChanges: true, fetches: false },
        ...{ room: { commands: 3, bytes: 1e6 }, weigh: () => 1, now: 1_766_000_000_000, brake: { share: 1 } },
      }),
    );
    if (answer.kind !== 'answered') assert.equal(answer.kind, 'unchanged');
    more = answer.kind === 'answered' && answer.more;
    if (answer.kind !== 'answered') break;
    key = answer.key;
    for (const change of answer.changes) if ('item' in change) ids.add(change.item.id);
  }
  const living = await store.read(account, (reader) => reader.range(inbox, { order: 'newest', limit: 99 }));
  assert.equal(living.length, 9);
  const known = new Set(living.map(({ id }) => id as string));
  assert.ok(ids.size > 0);
  for (const id of ids) assert.ok(known.has(id), id);
}
