import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildLongId, parseLongId } from '../../protocol/index.ts';

const seed = Number(process.env.EASEL_SEED ?? Math.floor(Math.random() * 0x7fffffff));

test(`[MS-ASCMD] 2.2.3.98.3 LongId(Search): what was built is parsed, in 256 characters (seed ${seed})`, () => {
  const id = fc.string({ minLength: 1, maxLength: 64 }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(id, id, (collectionId, serverId) => {
      const longId = buildLongId(collectionId, serverId);
      assert.ok(longId.length <= 256);
      assert.match(longId, /^[\w-]+$/);
      assert.deepEqual(parseLongId(longId), { collectionId, serverId });
    }),
    { seed },
  );
});

test('a text that is none of ours is no LongId', () => {
  for (const text of [
    '',
    'L',
    'LAA',
    'RgAAAAD0',
    buildLongId('2', '2:7').slice(0, -2),
    `${buildLongId('2', '2:7')}=`,
  ]) {
    assert.equal(parseLongId(text), undefined, text);
  }
  assert.throws(() => buildLongId('', '1'), RangeError);
  assert.throws(() => buildLongId('2', '\0'), RangeError);
  assert.throws(() => buildLongId('2', 'ä'.repeat(200)), RangeError);
});
