// mongod dies without warning while lists are written: what was acknowledged is there afterwards, the audit is clean, and who
// listens hears of all of it. Alone and as one of three, killed and stepped down.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { type Member, type ReplicaSet, startReplicaSet } from '../../scripts/mongod.ts';
import type { AccountId, ServerId } from '../../src/domain/ids.ts';
import { auditMongo } from '../../src/store/mongo/audit.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import { noMongod } from '../support/mongo.ts';
import { mail } from './contract.ts';

const kills = process.env.EASEL_LONG === undefined ? 5 : 20;
const writers = 4;

interface Storm {
  /** Items whose transaction resolved. */
  readonly acknowledged: ServerId[];
  stop(): Promise<void>;
}

/** Writes through whatever happens; a list that fails is not acknowledged. */
function storm(store: Store, account: AccountId): Storm {
  const acknowledged: ServerId[] = [];
  let going = true;
  const writer = async (n: number) => {
    for (let turn = 0; going; turn += 1) {
      try {
        const { id } = await store.blobs.put(Buffer.from(`${n} ${turn}`));
        acknowledged.push(await store.transact(account, async (tx) => tx.create(mail(turn, { blobs: [id] }))));
      } catch (error) {
        assert.match(String((error as { code?: unknown }).code), /store-unavailable|busy|blob-missing/);
        await pause(50);
      }
    }
  };
  const all = Promise.all(Array.from({ length: writers }, (_, n) => writer(n)));
  return {
    acknowledged,
    stop: async () => {
      going = false;
      await all;
    },
  };
}

async function primaryOf(set: ReplicaSet): Promise<Member> {
  for (;;) {
    for (const member of set.members) {
      const client = new MongoClient(`mongodb://127.0.0.1:${member.port}/?directConnection=true`, {
        serverSelectionTimeoutMS: 500,
      });
      try {
        const { isWritablePrimary } = await client.db('admin').command({ hello: 1 });
        if (isWritablePrimary) return member;
      } catch {
        // it is down
      } finally {
        await client.close();
      }
    }
    await pause(100);
  }
}

async function through(set: ReplicaSet, times: number, disturb: (set: ReplicaSet) => Promise<void>): Promise<void> {
  const url = set.database('crash');
  const [store, listener] = [await openStore({ data: '', store: url }), await openStore({ data: '', store: url })];
  const account = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
  let heard = 0;
  listener.feed.on((event) => {
    if (event.account === account) heard = Math.max(heard, event.modseq);
  });
  const all: ServerId[] = [];
  for (let n = 0; n < times; n += 1) {
    const { acknowledged, stop } = storm(store, account);
    await pause(300 + Math.random() * 300);
    const before = acknowledged.length;
    await disturb(set);
    // It goes on by itself.
    for (let tries = 0; acknowledged.length < before + 5 && tries < 600; tries += 1) await pause(50);
    assert.ok(acknowledged.length >= before + 5, `nothing is written after disturbance ${n}`);
    await stop();
    all.push(...acknowledged);
  }
  const now = await store.read(account, async (reader) => {
    for (const id of all) assert.equal((await reader.item(id))?.died, undefined, `${id} is lost`);
    for (const id of all) assert.ok(await reader.item(id), `${id} is lost`);
    return reader.now;
  });
  for (let tries = 0; heard < now && tries < 200; tries += 1) await pause(50);
  assert.equal(heard, now, 'the other node heard of everything');
  await listener[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  assert.deepEqual(await auditMongo(url), []);
}

test(`one mongod, killed ${kills} times while lists are written`, { skip: noMongod, timeout: 600_000 }, async () => {
  await using set = await startReplicaSet();
  await through(set, kills, async ({ members: [only] }) => {
    await only!.kill9();
    await only!.restart();
  });
});

test('three mongods, the primary killed, and stepped down', { skip: noMongod, timeout: 600_000 }, async () => {
  await using set = await startReplicaSet({ members: 3 });
  let turn = 0;
  await through(set, Math.ceil(kills / 2.5), async () => {
    const primary = await primaryOf(set);
    turn += 1;
    if (turn % 2 === 1) {
      await primary.kill9();
      await pause(500);
      await primary.restart();
    } else {
      const client = new MongoClient(`mongodb://127.0.0.1:${primary.port}/?directConnection=true`);
      await client
        .db('admin')
        .command({ replSetStepDown: 5, force: true })
        .catch(() => undefined);
      await client.close();
    }
  });
});
