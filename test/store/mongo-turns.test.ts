import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MongoClient } from 'mongodb';
import { emailOf } from '../../src/delivery/deliver.ts';
import { specialFolderId } from '../../src/domain/collection.ts';
import { openStore } from '../../src/store/open.ts';
import { dropDatabase, newDatabase, noMongod } from '../support/mongo.ts';

const inbox = specialFolderId(2);
const mail = Buffer.from('Subject: News\r\n\r\nHello\r\n');

test('a mail that comes into many accounts at once makes no commit of this node run again', {
  skip: noMongod,
}, async () => {
  const url = await newDatabase();
  const store = await openStore({ data: '', store: url });
  const client = new MongoClient(url);
  const aborted = async () => (await client.db().admin().command({ serverStatus: 1 })).transactions.totalAborted;
  try {
    const accounts = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        store.directory.create({ address: `user${n}@example.test`, aliases: [], displayName: '' }),
      ),
    );
    const { id } = await store.blobs.put(mail);
    const item = emailOf(mail, id, { received: 0 });
    const before = Number(await aborted());
    await Promise.all(accounts.map((account) => store.transact(account, async (tx) => void tx.create(item))));
    const during = Number(await aborted()) - before;
    for (const account of accounts) {
      assert.equal(await store.read(account, (reader) => reader.count(inbox, {})), 1);
    }
    assert.equal(during, 0);
  } finally {
    await client.close();
    await store[Symbol.asyncDispose]();
    await dropDatabase(url);
  }
});
