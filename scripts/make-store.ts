// `node dist/scripts/make-store.js`: writes fixtures/stores/N, a small store of today's schema N, for later releases to open. Run it
// once when a schema is released; what stands there is never written again.
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { deliver } from '../src/delivery/deliver.ts';
import type { CollectionId, DeviceId, ServerId, SyncKey } from '../src/domain/ids.ts';
import { openStore } from '../src/store/open.ts';
import { audit } from '../src/store/sqlite/audit.ts';
import { schemaVersion } from '../src/store/sqlite/schema.ts';
import { syncCollection } from '../src/sync/sync-collection.ts';

const [inbox, trash] = ['2', '4'] as [CollectionId, CollectionId];
const phone = 'PHONE1' as DeviceId;
const now = Date.UTC(2025, 11, 1);
const letters = 12;

const target = fileURLToPath(new URL(`../../fixtures/stores/${schemaVersion}`, import.meta.url));
if (existsSync(target)) throw new Error(`${target} is there already`);
const data = await mkdtemp(join(tmpdir(), 'easel-fixture-'));
try {
  await fill();
  const file = new Database(join(data, 'easel.sqlite'));
  file.pragma('journal_mode = DELETE'); // one file, whole
  file.close();
  const wrong = await audit(data);
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  await cp(data, target, { recursive: true });
} finally {
  await rm(data, { recursive: true });
}

async function fill(): Promise<void> {
  const store = await openStore({ data, clock: () => now });
  const account = (address: string, displayName: string) =>
    store.directory.create({ address, aliases: [], displayName, timeZone: 'Europe/Zurich' });
  const anna = await account('anna@example.test', 'Ann Example');
  await account('bob@example.test', 'Bob Example');
  await store.directory.putGroup({
    ...{ address: 'all@example.test', displayName: 'Everybody' },
    members: ['anna@example.test', 'bob@example.test'],
  });
  const items: ServerId[] = [];
  for (let n = 0; n < letters; n++) {
    items.push(await deliver(store, anna, Buffer.from(letter(n)), { received: now - n * 3_600_000 }));
  }
  await store.transact(anna, async (tx) =>
    tx.putDevice({ ...{ id: phone, type: 'Phone', version: '16.1' }, created: now, lastSeen: now, sent: [] }),
  );
  const sync = (key: SyncKey | '0') =>
    store.transact(anna, async (tx) =>
      syncCollection(tx, (await tx.collection(inbox))!, {
        ...{ device: phone, version: '16.1', key, commands: [], getChanges: true, fetches: false },
        ...{ room: { commands: 5, bytes: 1e6 }, weigh: () => 1, now, brake: { share: 1 } },
      }),
    );
  const primed = await sync('0');
  if (primed.kind !== 'primed') throw new Error(primed.kind);
  await sync(primed.key); // five mails, and the answer is lost
  const { id: mime } = await store.blobs.put(Buffer.from(letter(99)));
  await store.transact(anna, async (tx) => {
    tx.move(items[0]!, trash, {}, { moved: true, removedBy: phone, by: phone });
    tx.move(items[7]!, trash);
    tx.remove(items[3]!, { removedBy: phone, by: phone });
    tx.quarantine(items[5]!, 'for the record');
    tx.send({ from: 'anna@example.test', recipients: ['someone@elsewhere.example'], mime, queued: now });
  });
  await store[Symbol.asyncDispose]();
}

function letter(n: number): string {
  const long = n === 4 ? 'A line of a long letter.\r\n'.repeat(1200) : '';
  const head = `From: Carl <carl@elsewhere.example>\r\nTo: anna@example.test\r\nSubject: =?utf-8?q?Letter_${n}_from_Z=C3=BCrich?=\r\n`;
  return `${head}Message-ID: <${n}@elsewhere.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n${long}`;
}
