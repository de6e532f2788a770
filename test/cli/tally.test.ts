import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/clock.ts';
import { createRate } from '../../src/delivery/rate.ts';
import { Budget } from '../../src/endpoint/budget.ts';
import { createFailedLogins } from '../../src/http/failed-logins.ts';
import { type Channel, type Counted, createTally } from '../../src/tally.ts';

/** Two processes: what one sends the other hears. */
function pair(): [Channel, Channel] {
  const heard: ((message: Counted) => void)[] = [];
  const end = (at: number): Channel => ({
    send: (message) => heard[1 - at]?.(structuredClone(message)),
    on: (listener) => {
      heard[at] = listener;
    },
  });
  return [end(0), end(1)];
}
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}

test('a cap holds over all processes of a server: each counts what the others let go', async () => {
  const clock = { ...systemClock, now: () => 1_000_000 };
  const tallies = pair().map(createTally);
  const rates = tallies.map((tally) => createRate(10, 60_000, clock, (hear) => tally.open('mail in', hear)));
  const budgets = tallies.map((tally) => new Budget(clock, 10, tally));
  const logins = tallies.map((tally) => createFailedLogins(clock, tally));

  for (let n = 0; n < 6; n++) assert.equal(rates[0]!('relay', 1), true);
  for (let n = 0; n < 10; n++) assert.equal(budgets[0]!.take('phone', 'Sync'), undefined);
  for (let n = 0; n < 60; n++) assert.equal(budgets[0]!.take('phone', 'Ping'), undefined);
  for (let n = 0; n < 10; n++) logins[0]!.failed('192.0.2.1 alice', `attempt ${n}`);

  await until(() => logins[1]!.locked('192.0.2.1 alice') > 0);
  assert.equal(logins[1]!.locked('192.0.2.1 bob'), 0);
  assert.equal(rates[1]!('relay', 5), false);
  assert.equal(rates[1]!('relay', 4), true);
  assert.equal(rates[1]!('another', 10), true);
  assert.ok(budgets[1]!.take('phone', 'Sync')! > 0);
  assert.ok(budgets[1]!.take('phone', 'Ping')! > 0);
  assert.equal(budgets[1]!.take('another', 'Sync'), undefined);
});

test('a clock that is put back by an hour shuts nobody out, and gives nobody more', () => {
  let now = 10_000_000;
  const clock = { ...systemClock, now: () => now };
  const rate = createRate(10, 60_000, clock);
  const budget = new Budget(clock, 300);
  const logins = createFailedLogins(clock);
  for (let n = 0; n < 10; n++) {
    assert.equal(rate('relay', 1), true);
    logins.failed('192.0.2.1 alice', `attempt ${n}`);
  }
  for (let n = 0; n < 40; n++) budget.repeated('phone', 'Sync', Buffer.from('same'));
  assert.equal(rate('relay', 1), false);
  assert.ok(logins.locked('192.0.2.1 alice') > 0);
  assert.ok(budget.repeated('phone', 'Sync', Buffer.from('same')).delay > 0);

  now -= 3_600_000;
  assert.equal(rate('relay', 1), false);
  assert.equal(logins.locked('192.0.2.1 alice'), 0);
  assert.equal(budget.repeated('phone', 'Sync', Buffer.from('same')).delay, 0);
  now += 6_000;
  assert.equal(rate('relay', 1), true);
  assert.equal(rate('relay', 1), false);
});
