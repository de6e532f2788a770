import assert from 'node:assert/strict';
import type { MxRecord } from 'node:dns';
import { test } from 'node:test';
import { createMx } from '../../src/delivery/mx.ts';
import { createRate } from '../../src/delivery/rate.ts';
import { turnedClock } from '../support/turned-clock.ts';
import { relay } from './mail-world.ts';

const mime = Buffer.from('From: a@example.test\r\n\r\nhello\r\n');

/** A DNS of these domains: their servers, or the error it answers. */
function dns(records: Record<string, MxRecord[] | string>): (domain: string) => Promise<MxRecord[]> {
  return async (domain) => {
    const found = records[domain] ?? 'ENOTFOUND';
    if (typeof found === 'string') throw Object.assign(new Error(found), { code: found });
    return found;
  };
}

test('each domain gets its recipients in one message, at its best server that answers', async (t) => {
  const there = await relay(t, () => undefined);
  const resolveMx = dns({
    'one.test': [
      { priority: 20, exchange: '127.0.0.1' },
      { priority: 10, exchange: '127.255.0.9' }, // nobody listens there
    ],
    'two.test': [{ priority: 1, exchange: '127.0.0.1' }],
  });
  const handOn = createMx({ resolveMx, port: there.port });
  const to = ['a@one.test', 'b@two.test', 'c@ONE.test'];
  assert.deepEqual(await handOn({ from: 'alice@example.test', to }, mime), []);
  assert.deepEqual(there.got.map((mail) => mail.to).sort(), [['a@one.test', 'c@one.test'], ['b@two.test']]);
});

test('a domain that is not there, takes no mail or cannot be looked up is told apart', async (t) => {
  const { port } = await relay(t, () => undefined);
  const resolveMx = dns({ 'null.test': [{ priority: 0, exchange: '' }], 'broken.test': 'ESERVFAIL' });
  const handOn = createMx({ resolveMx, port });
  const refused = await handOn({ from: '', to: ['a@null.test', 'b@broken.test', 'c@gone.test'] }, mime);
  assert.deepEqual(
    refused.map(({ address, permanent, status }) => [address, permanent, status]),
    [
      ['a@null.test', true, '5.1.10'],
      ['b@broken.test', false, '4.4.3'],
      ['c@gone.test', true, '5.1.2'],
    ],
  );
});

test("a server's final refusal is not taken to the next one; a temporary one is", async (t) => {
  const there = await relay(t, (what) =>
    what.startsWith('gone')
      ? { code: 550, text: '5.1.1 unknown' }
      : what.startsWith('later')
        ? { code: 451, text: '4.2.0 later' }
        : undefined,
  );
  const records = [1, 2].map((priority) => ({ priority, exchange: '127.0.0.1' }));
  const handOn = createMx({ resolveMx: dns({ 'one.test': records }), port: there.port });
  const refused = await handOn(
    { from: 'x@example.test', to: ['gone@one.test', 'later@one.test', 'fine@one.test'] },
    mime,
  );
  assert.deepEqual(
    refused.map(({ address, permanent }) => [address, permanent]),
    [
      ['gone@one.test', true],
      ['later@one.test', false],
    ],
  );
  assert.deepEqual(
    there.got.map(({ to }) => to),
    [['fine@one.test']],
  );
});

test('an account that wrote to too many waits until its hour has room again; others do not', async () => {
  const clock = turnedClock();
  const rate = createRate(100, 3_600_000, clock);
  const [a, b] = ['1', '2'];
  assert.equal(rate(a!, 60), true);
  assert.equal(rate(a!, 60), false);
  assert.equal(rate(b!, 60), true);
  assert.equal(rate(a!, 40), true);
  await clock.turn(36 * 60_000);
  assert.equal(rate(a!, 60), true);
  await clock.turn(3_600_000);
  assert.equal(rate(a!, 5000), true, 'more than there ever is goes when nothing else went');
  assert.equal(rate(a!, 1), false);
  assert.equal(createRate(0, 1, clock)(a!, 1e6), true);
});
