// How many devices an account has, how often one may ask, and what becomes of one that repeats itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget } from '../../src/endpoint/budget.ts';
import { openHouse, type Phone, statusAlone } from '../support/endpoint.ts';

const day = 24 * 3_600_000;
async function folderSync(phone: Phone): Promise<number> {
  const response = await phone.send('FolderSync', { body: phone.encode('FolderSync', { SyncKey: '0' }) });
  assert.equal(response.status, 200);
  return Buffer.concat(response.body as Buffer[]).length > 100 ? 1 : statusAlone(response);
}

test('beyond the most an account may have, a new device is 177 while all are live, else the oldest idle one goes', async (t) => {
  const house = await openHouse(t, { env: { EASEL_MAX_DEVICES: '3' } });
  const phone = await house.phone();
  const ids = async () =>
    (await house.store.read(phone.account, (reader) => reader.devices())).map(({ id }) => id).sort();
  for (const id of ['a', 'b', 'c']) {
    assert.equal(await folderSync(phone.another('16.1', id)), 1);
    house.clock.forward(day);
  }
  assert.equal(await folderSync(phone.another('16.1', 'd')), 177);
  assert.equal(await folderSync(phone.another('16.1', 'a')), 1, 'those that are known go on');
  house.clock.forward(5 * day);
  assert.equal(await folderSync(phone.another('16.1', 'd')), 1);
  assert.deepEqual(await ids(), ['a', 'c', 'd'], 'b was idle for six days and a week is');
  assert.equal(await folderSync(phone.another('16.1', 'validate')), 1, 'a trial takes no place');
});

test('a device that asks too often is HTTP 503 with the seconds to wait, others are not', async (t) => {
  const house = await openHouse(t, { env: { EASEL_DEVICE_RATE: '5' } });
  const phone = await house.phone();
  const body = phone.encode('FolderSync', { SyncKey: '0' });
  for (let i = 0; i < 5; i++) assert.equal((await phone.send('FolderSync', { body })).status, 200);
  const { status, headers } = await phone.send('FolderSync', { body });
  assert.deepEqual([status, headers['Retry-After']], [503, '60']);
  assert.equal((await phone.another().send('FolderSync', { body })).status, 200);
  house.clock.forward(60_000);
  assert.equal((await phone.send('FolderSync', { body })).status, 200);
});

test('Pings have a budget of their own, and a rate of 0 has no end', () => {
  let now = 0;
  const clock = { now: () => now, elapsed: () => now, after: () => () => {} };
  const budget = new Budget(clock, 900);
  for (let i = 0; i < 60; i++) assert.equal(budget.take('a', 'Ping'), undefined);
  assert.equal(budget.take('a', 'Ping'), 1);
  assert.equal(budget.take('a', 'Sync'), undefined);
  now = 1000;
  assert.equal(budget.take('a', 'Ping'), undefined);
  const free = new Budget(clock, 0);
  for (let i = 0; i < 10_000; i++) assert.equal(free.take('a', 'Sync'), undefined);
});

test('the same request again and again within a minute is held back longer each time; another one begins anew', () => {
  let now = 0;
  const budget = new Budget({ now: () => now, elapsed: () => now, after: () => () => {} }, 900);
  const same = Buffer.from('same');
  const delays = Array.from({ length: 30 }, () => budget.repeated('a', 'Sync', same).delay);
  assert.deepEqual(delays.slice(0, 20), Array(20).fill(0));
  assert.deepEqual(delays.slice(20, 24), [200, 400, 800, 1600]);
  assert.equal(delays.at(-1), 10_000);
  assert.equal(budget.repeated('a', 'Sync', Buffer.from('other')).delay, 0);
  assert.equal(budget.repeated('a', 'Sync', same).delay, 0);
  for (let i = 0; i < 20; i++) {
    now += 3_001;
    assert.equal(budget.repeated('b', 'Sync', same).delay, 0);
  }
});
