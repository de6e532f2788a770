// What requests cost MongoDB, by what its own profiler says that each of them examined: none of it grows with the mailbox.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { MongoClient } from 'mongodb';
import { multiplyItemInMongo } from '../../scripts/multiply-item-mongo.ts';
import { auditMongo } from '../../src/store/mongo/audit.ts';
import { openStore } from '../../src/store/open.ts';
import { inbox } from '../store/contract.ts';
import { type House, mail, openHouse, type Phone } from '../support/endpoint.ts';
import { newDatabase, noMongod } from '../support/mongo.ts';
import { Synced } from './synced.ts';

const few = 100;
const many = process.env.EASEL_LONG === undefined ? 5_000 : 100_000;

interface Examined {
  readonly operations: number;
  readonly keys: number;
  readonly documents: number;
}

async function phoneWith(house: House, url: string, count: number): Promise<Phone> {
  const phone = await house.phone();
  const first = await phone.receive(mail({ subject: 'One of many' }));
  await multiplyItemInMongo(url, phone.account, first, { collection: inbox, count: count - 1 });
  return phone;
}

describe('cost on MongoDB', { skip: noMongod }, () => {
  let house: House;
  let client: MongoClient;
  let end: () => Promise<void>;
  let small: Synced;
  let large: Synced;

  before(async () => {
    const [url, data] = [await newDatabase(), await mkdtemp(join(tmpdir(), 'easel-cost-'))];
    const store = await openStore({ data, store: url });
    const on = {
      ...{ store, data },
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]();
        await rm(data, { recursive: true });
        assert.deepEqual(await auditMongo(url), []);
      },
    };
    house = await openHouse({ after: (last) => (end = last) }, { on });
    client = new MongoClient(url);
    small = await new Synced(await phoneWith(house, url, few)).catchUp();
    large = await new Synced(await phoneWith(house, url, many)).catchUp();
  });
  after(async () => {
    await client.close();
    await end();
  });

  /** By the profiler, which lists each operation of the database. */
  async function examined(act: () => Promise<unknown>): Promise<Examined> {
    const db = client.db();
    await db.command({ profile: 0 });
    await db.collection('system.profile').drop();
    await db.command({ profile: 2 });
    await act();
    await db.command({ profile: 0 });
    const ops = await db
      .collection('system.profile')
      .find({
        op: { $in: ['query', 'command', 'update', 'remove', 'getmore'] },
        ns: { $not: /system\.profile|\$cmd|\.nodes$/ },
      })
      .toArray();
    // The stream of changes looks by itself, and signs of life go by time.
    const own = ops.filter(
      ({ command }) => !JSON.stringify(command ?? {}).includes('$changeStream') && !command?.getMore,
    );
    const sum = (name: string) => own.reduce((all, op) => all + Number(op[name] ?? 0), 0);
    for (const op of own) assert.notEqual(op.planSummary, 'COLLSCAN', JSON.stringify(op.command));
    return { operations: own.length, keys: sum('keysExamined'), documents: sum('docsExamined') };
  }

  test(`a Sync without changes examines as much of ${many} mails as of ${few}`, async () => {
    const ofSmall = await examined(() => small.sync());
    assert.deepEqual(await examined(() => large.sync()), ofSmall);
    assert.ok(ofSmall.documents <= 6, `${ofSmall.documents} documents`);
  });

  test('a Sync of one new mail too', async () => {
    for (const { phone } of [small, large]) await phone.receive(mail());
    const ofSmall = await examined(async () => assert.deepEqual(await small.sync(), { items: 1 }));
    const ofLarge = await examined(async () => assert.deepEqual(await large.sync(), { items: 1 }));
    assert.deepEqual(ofLarge, ofSmall);
    assert.ok(ofLarge.documents <= 30, `${ofLarge.documents} documents`);
  });

  test('and a FolderSync', async () => {
    const folders = (phone: Phone) => async () => {
      await phone.ask('FolderSync', { SyncKey: '0' });
    };
    assert.deepEqual(await examined(folders(large.phone)), await examined(folders(small.phone)));
  });
});
