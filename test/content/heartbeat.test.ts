import assert from 'node:assert/strict';
import { test } from 'node:test';
import { broke, longestHeartbeat, noHeartbeats, wentBy } from '../../src/domain/heartbeat.ts';

const after = (seconds: readonly number[], from = noHeartbeats) =>
  seconds.reduce((known, one) => broke(known, one, 60, 1000), from);

test('breaks that differ, or come at once, teach nothing', () => {
  assert.equal(after([300, 200, 300]).most, undefined);
  assert.equal(after([5, 5, 5, 5]).most, undefined);
  assert.equal(after([300, 300]).most, undefined);
});

test('breaks alike teach the largest interval that went by below them, or a tenth less than the break', () => {
  assert.equal(after([600, 605, 610]).most, 540);
  assert.equal(after([600, 605, 610], wentBy(noHeartbeats, 590)).most, 590);
  assert.equal(after([600, 605, 610], wentBy(noHeartbeats, 900)).most, 540);
  assert.equal(after([40, 40, 40]).most, 60, 'never below what a device may be given');
});

test('a Ping that went by ends a row of breaks', () => {
  assert.equal(after([300], wentBy(after([300, 300]), 240)).most, undefined);
});

test('what was learnt holds for a week', () => {
  const known = after([600, 600, 600]);
  assert.equal(longestHeartbeat(known, 3540, 2000), 540);
  assert.equal(longestHeartbeat(known, 3540, 8 * 24 * 3_600_000), 3540);
});
