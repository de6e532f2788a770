// What requests cost, counted in rows and commits instead of time: none of it may grow with the mailbox.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import { emailOf } from '../../src/delivery/deliver.ts';
import type { Stats } from '../../src/store/port.ts';
import { type House, mail, openHouse, type Phone } from '../support/endpoint.ts';
import { cost, inbox, Synced } from './synced.ts';

const few = 100;
const many = 10_000;
const day = 86_400_000;

/** A phone whose Inbox holds `count` mails, a minute apart and the oldest older than any filter. */
async function phoneWith(house: House, count: number): Promise<Phone> {
  const phone = await house.phone();
  const bytes = Buffer.from(mail({ subject: 'One of many' }));
  const { id } = await house.store.blobs.put(bytes);
  const index = indexMessage(bytes);
  const newest = house.clock.now();
  const apart = (60 * day) / count;
  for (let at = 0; at < count; at += 1000) {
    await house.store.transact(phone.account, async (tx) => {
      for (let n = at; n < Math.min(at + 1000, count); n++) {
        tx.create(emailOf(bytes, id, { received: Math.floor(newest - n * apart), index }));
      }
    });
  }
  return phone;
}

describe('cost', () => {
  let house: House;
  let end: () => Promise<void>;
  let small: Synced;
  let large: Synced;
  let smallWeek: Synced;
  let largeWeek: Synced;

  before(async () => {
    house = await openHouse({ after: (last) => (end = last) });
    const phones = [await phoneWith(house, few), await phoneWith(house, many)] as const;
    [small, large] = (await Promise.all(phones.map((phone) => new Synced(phone).catchUp()))) as [Synced, Synced];
    const others = phones.map((phone) => new Synced(phone.another(), 3).catchUp());
    [smallWeek, largeWeek] = (await Promise.all(others)) as [Synced, Synced];
  });
  after(() => end());

  test('a Sync without changes reads as many rows from 10,000 mails as from 100, and commits nothing', async () => {
    const ofSmall = await cost(house, () => small.sync());
    const ofLarge = await cost(house, () => large.sync());
    assert.deepEqual(ofLarge, ofSmall);
    assert.equal(ofLarge.commits, 0);
    assert.ok(ofLarge.rowsRead <= 4, `${ofLarge.rowsRead} rows`);
  });

  test('the same with a filter of a week', async () => {
    const ofSmall = await cost(house, () => smallWeek.sync());
    const ofLarge = await cost(house, () => largeWeek.sync());
    assert.deepEqual(ofLarge, ofSmall);
    assert.equal(ofLarge.commits, 0);
  });

  test('a Sync of one new mail reads as many rows from 10,000 mails as from 100, in one commit', async () => {
    for (const [one, other] of [
      [small, large],
      [smallWeek, largeWeek],
    ] as const) {
      await Promise.all([one.catchUp(), other.catchUp()]);
      await one.phone.receive(mail());
      await other.phone.receive(mail());
      const ofSmall = await cost(house, async () => assert.deepEqual(await one.sync(), { items: 1 }));
      const ofLarge = await cost(house, async () => assert.deepEqual(await other.sync(), { items: 1 }));
      assert.deepEqual(ofLarge, ofSmall);
      assert.equal(ofLarge.commits, 1);
      assert.ok(ofLarge.rowsRead <= 8, `${ofLarge.rowsRead} rows`);
    }
  });

  test('a held Ping reads as many rows from 10,000 mails as from 100, and none while nothing happens', async () => {
    await Promise.all([small, large].map((synced) => synced.catchUp()));
    const costs: Stats[] = [];
    for (const { phone } of [small, large]) {
      await (await holdPing(house, phone)).end(); // the first one is remembered
      let held: Held | undefined;
      const beginning = await cost(house, async () => {
        held = await holdPing(house, phone);
      });
      costs.push(beginning);
      const idle = await cost(house, () => sleep(700));
      assert.deepEqual(idle, { rowsRead: 0, lookups: 0, commits: 0, retries: 0 });
      await held?.end();
    }
    assert.deepEqual(costs[1], costs[0]);
    assert.equal(costs[1]!.commits, 0);
  });
});

interface Held {
  end(): Promise<void>;
}
/** Resolves when the Ping waits and has looked once. */
async function holdPing(house: House, phone: Phone): Promise<Held> {
  const hungUp = new AbortController();
  const Folders = { Folder: [{ Id: inbox, Class: 'Email' }] };
  const body = phone.encode('Ping', { HeartbeatInterval: 900, Folders });
  const answer = phone.answer('Ping', body, hungUp.signal);
  while (house.endpoint.waiting() === 0) await sleep(5);
  await sleep(30);
  assert.equal(house.endpoint.waiting(), 1, 'nothing to tell');
  return {
    end: async () => {
      hungUp.abort();
      await answer;
    },
  };
}
