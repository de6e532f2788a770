import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cleanText,
  decode,
  type Element,
  element,
  encodeToBuffer,
  formatXml,
  parseXml,
  WbxmlError,
} from '../../protocol/index.ts';
import { seeded } from '../../scripts/make-mailbox.ts';
import { mutate } from './mutate.ts';

const seed = Number(process.env.EASEL_SEED ?? Math.floor(Math.random() * 0x7fffffff));
const tag = fc.tuple(fc.nat(30), fc.integer({ min: 5, max: 0x3f })).map(([page, token]) => (page << 8) | token);
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' })).map((value) => cleanText(value));
const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value));

const tree = fc.letrec<{ tree: Element }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    tag.map((code) => element(code)),
    fc.tuple(tag, text).map(([code, value]) => element(code, value)),
    fc.tuple(tag, bytes).map(([code, value]) => element(code, value)),
    fc.tuple(tag, fc.array(tie('tree'), { maxLength: 6 })).map(([code, children]) => element(code, children)),
  ),
})).tree;

const folder = join(process.cwd(), 'fixtures', 'wbxml');
const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith('.hex'))
  .map((name) => Buffer.from(readFileSync(join(folder, name), 'utf8').replace(/#.*$|\s/gm, ''), 'hex'));

type Tags = readonly [number, readonly Tags[]];
function tags({ tag, children }: Element): Tags {
  return [tag, children.map(tags)];
}

test(`any tree is decoded as it was encoded (seed ${seed})`, () => {
  fc.assert(
    fc.property(tree, (root) => {
      const document = decode(encodeToBuffer(root));
      assert.equal(document.trailing, 0);
      assert.deepEqual(document.root, root);
    }),
    { seed, numRuns: 2000 },
  );
});

test(`any tree is read back from its XML (seed ${seed})`, () => {
  fc.assert(
    fc.property(tree, (root) => assert.deepEqual(parseXml(formatXml(root)), root)),
    { seed, numRuns: 500 },
  );
});

const mutations = process.env.EASEL_LONG ? 1_000_000 : 100_000;

test(`the decoder throws nothing but WbxmlError on ${mutations} broken bodies, in at most 4 steps a byte (seed ${seed})`, () => {
  const random = seeded(seed);
  const trees = fc.sample(tree, { seed, numRuns: 300 }).map((root) => Buffer.from(encodeToBuffer(root)));
  const bodies = [...trees.filter((body) => body.length < 2000), ...fixtures];
  const kinds = new Set<string>();
  let accepted = 0;
  for (let count = 0; count < mutations; count += 1) {
    const body = mutate(random, bodies);
    try {
      const { root, steps, trailing } = decode(body);
      assert.ok(steps <= 4 * body.length && trailing >= 0, body.toString('hex'));
      // What it accepts it can also write: the same tags, with clean text.
      if (count % 10 === 0) assert.deepEqual(tags(decode(encodeToBuffer(root)).root), tags(root));
      accepted += 1;
    } catch (error) {
      if (!(error instanceof WbxmlError)) throw error;
      const { code, offset, steps } = error;
      assert.ok(offset >= 0 && offset <= body.length && steps <= 4 * body.length, body.toString('hex'));
      kinds.add(code);
    }
  }
  assert.ok(accepted > mutations / 100 && accepted < mutations, `${accepted} accepted`);
  assert.ok(kinds.size >= 9, [...kinds].join());
});

test('twenty megabytes of open, empty or split elements cost no more memory than the limits allow', () => {
  const { heapUsed } = process.memoryUsage();
  for (const piece of ['05', '45', '034100', 'c300', '8300']) {
    const body = Buffer.concat([
      Buffer.from('03016a0141', 'hex'),
      Buffer.from('45', 'hex'),
      Buffer.alloc(20e6, Buffer.from(piece, 'hex')),
    ]);
    assert.throws(() => decode(body), WbxmlError);
  }
  assert.ok(process.memoryUsage().heapUsed - heapUsed < 200e6);
});
