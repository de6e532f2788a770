import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MongoClient } from 'mongodb';
import { auditMongo } from '../../src/store/mongo/audit.ts';
import { openStore } from '../../src/store/open.ts';
import { mail } from '../support/endpoint.ts';
import { dropDatabase, newDatabase, noMongod } from '../support/mongo.ts';
import type { TempStore } from '../support/temp-store.ts';
import { held, openNodes, testNodes } from './nodes.ts';

let url = '';

async function openTwo(): Promise<readonly [TempStore, TempStore]> {
  url = await newDatabase();
  const data = await mkdtemp(join(tmpdir(), 'easel-nodes-'));
  const [first, second] = [await openStore({ data, store: url }), await openStore({ data, store: url })];
  return [
    {
      ...{ store: first, data },
      // The second one is closed before.
      [Symbol.asyncDispose]: async () => {
        await first[Symbol.asyncDispose]();
        const wrong = await auditMongo(url);
        await dropDatabase(url);
        await rm(data, { recursive: true });
        assert.deepEqual(wrong, []);
      },
    },
    { store: second, data, [Symbol.asyncDispose]: () => second[Symbol.asyncDispose]() },
  ];
}

testNodes('mongo', openTwo, noMongod);

test('a primary that steps down: what is delivered meanwhile and afterwards is told to who waits', {
  skip: noMongod,
}, async () => {
  const nodes = await openNodes(openTwo);
  try {
    const { onA, onB } = await nodes.phone();
    const waiting = await held(onA);
    const client = new MongoClient(url);
    // It says so, or drops the connection.
    await client
      .db('admin')
      .command({ replSetStepDown: 1, force: true })
      .catch(() => undefined);
    await client.close();
    const delivering = onB.receive(mail());
    // 1: the node could not know what it missed, and lets the phone look for itself.
    const status = await waiting.status;
    assert.ok(status === 2 || status === 1, `Status ${status}`);
    await delivering;
    assert.equal(
      (await onA.ask('Ping', { HeartbeatInterval: 600, Folders: { Folder: [{ Id: '2', Class: 'Email' }] } })).Status,
      2,
    );
    const again = await nodes.phone();
    const later = await held(again.onA);
    await again.onB.receive(mail());
    assert.equal(await later.status, 2);
  } finally {
    await nodes.close();
  }
});
