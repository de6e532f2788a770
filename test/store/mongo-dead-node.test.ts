// A node that dies in the middle of a transaction: what it left open holds its account only until the others miss it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../../src/store/open.ts';
import { dropDatabase, newDatabase, noMongod } from '../support/mongo.ts';
import { mail } from './contract.ts';
import { inProcess } from './store-process.ts';

// Left alone, mongod would end it after a minute.
test('an account that a dead node was writing is written again', { skip: noMongod, timeout: 50_000 }, async (t) => {
  const url = await newDatabase();
  const store = await openStore({ data: '', store: url });
  const account = await store.directory.create({ address: 'a@example.org', aliases: [], displayName: '' });
  const other = inProcess(url, 'stuck', account);
  await other.speaks;
  other.child.kill('SIGKILL');
  await other.finished;
  const began = performance.now();
  const id = await store.transact(account, async (tx) => tx.create(mail(1)));
  t.diagnostic(`answered after ${Math.round(performance.now() - began)} ms`);
  assert.equal((await store.read(account, (reader) => reader.item(id)))?.died, undefined);
  await store[Symbol.asyncDispose]();
  await dropDatabase(url);
});
