import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { AccountId, ServerId } from '../../src/domain/ids.ts';
import { type ContractTests, inbox, newDevice, phone } from './contract.ts';
import { inProcess } from './store-process.ts';

const kills = process.env.EASEL_LONG === undefined ? 3 : 20;

export const crashTests: ContractTests = {
  'every acknowledged list survives kill -9, and the store is whole': async ({ engine, fresh }) => {
    await fresh(async (data) => {
      const acknowledged: [AccountId, ServerId, string][] = [];
      const before = await engine.open(data);
      const accounts: AccountId[] = [];
      for (const name of ['a', 'b', 'c']) {
        const id = await before.directory.create({ address: `${name}@example.org`, aliases: [], displayName: '' });
        await before.transact(id, async (tx) => tx.putDevice(newDevice(phone)));
        accounts.push(id);
      }
      await before[Symbol.asyncDispose]();
      for (let kill = 0; kill < kills; kill += 1) {
        const storm = inProcess(data, 'storm', ...accounts);
        await storm.speaks;
        await pause(engine.storm + Math.random() * 300);
        storm.child.kill('SIGKILL');
        for (const line of await storm.finished) {
          const [account, item, fate] = line.split(' ');
          if (fate !== undefined) acknowledged.push([account as AccountId, item as ServerId, fate]);
        }
        assert.deepEqual(await engine.audit(data), []);
      }
      assert.ok(acknowledged.length > kills * 10);
      const after = await engine.open(data);
      const fates = new Map(acknowledged.map(([account, item, fate]) => [item, { account, fate }]));
      const check = async ([item, { account, fate }]: [
        ServerId,
        { account: AccountId; fate: string },
      ]): Promise<void> => {
        const found = await after.read(account, (reader) => reader.item(item));
        assert.ok(found !== undefined, `${item} of ${account} is lost`);
        // What the kill met between commit and acknowledgement may have gone a step further.
        if (fate === 'removed') assert.ok(found.died !== undefined);
        if (found.died === undefined) for (const blob of found.blobs) await after.blobs.get(blob);
      };
      const left = [...fates];
      while (left.length > 0) await Promise.all(left.splice(0, 200).map(check));
      for (const account of accounts) {
        await after.read(account, async (reader) => assert.ok((await reader.collection(inbox))?.high !== undefined));
      }
      await after[Symbol.asyncDispose]();
    });
  },

  'what is queued when the store closes is written': async ({ engine, fresh }) => {
    await fresh(async (data) => {
      const store = await engine.open(data);
      const id = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
      const writes = Array.from({ length: 50 }, () => store.transact(id, async (tx) => tx.putDevice(newDevice(phone))));
      const writing = Promise.allSettled(writes);
      await new Promise(setImmediate);
      await store[Symbol.asyncDispose]();
      const done = (await writing).filter((each) => each.status === 'fulfilled').length;
      const again = await engine.open(data);
      const device = await again.read(id, (reader) => reader.device(phone));
      assert.equal(device?.generation ?? 0, done);
      await again[Symbol.asyncDispose]();
    });
  },
};
