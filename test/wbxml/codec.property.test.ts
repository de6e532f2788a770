import assert from 'node:assert/strict';
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

test(`the decoder throws nothing but WbxmlError on 20,000 broken bodies (seed ${seed})`, () => {
  const random = fc.uint8Array({ maxLength: 60 }).map((tail) => Buffer.concat([Buffer.from('03016a00', 'hex'), tail]));
  const noise = fc.uint8Array({ maxLength: 40 }).map((all) => Buffer.from(all));
  const mutated = fc
    .tuple(tree, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat())
    .map(([root, changes, cut]) => {
      const body = Buffer.from(encodeToBuffer(root));
      for (const [at, value] of changes) body[at % body.length] = value;
      return cut % 3 === 0 ? body.subarray(0, cut % body.length) : body;
    });
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof(random, noise, mutated), (body) => {
      try {
        // What it accepts it can also write: the same tags, with clean text.
        const { root } = decode(body);
        assert.deepEqual(tags(decode(encodeToBuffer(root)).root), tags(root));
      } catch (error) {
        if (!(error instanceof WbxmlError)) throw error;
        assert.ok(error.offset >= 0 && error.offset <= body.length);
        refused += 1;
      }
    }),
    { seed, numRuns: 20_000 },
  );
  assert.ok(refused > 1000);
});
