import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slices } from '../../src/push/slices.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('ten thousand works begin in their order, a few in each turn of the loop', async () => {
  const slices = new Slices();
  const many = 10_000;
  const begun: number[] = [];
  for (let n = 0; n < many; n++) slices.add(() => void begun.push(n));
  assert.deepEqual(begun, [], 'whoever adds is not held up');
  let most = 0;
  while (begun.length < many) {
    const before = begun.length;
    await turn();
    most = Math.max(most, begun.length - before);
  }
  assert.deepEqual(
    begun,
    begun.map((_, n) => n),
  );
  assert.ok(most <= 32, `${most} in one turn`);
});

test('a few are under way at once, and what is added meanwhile has its turn', async () => {
  const slices = new Slices();
  let underWay = 0;
  let most = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++underWay);
    await turn();
    underWay--;
    if (++done < 300) slices.add(work);
  };
  for (let n = 0; n < 100; n++) slices.add(work);
  while (done < 399 || underWay > 0) await turn();
  assert.ok(most > 1 && most <= 16, `${most} at once`);
});
