import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  buildBase64Query,
  decode,
  type Element,
  element,
  encodeToBuffer,
  pages,
  parseQuery,
  type Query,
  tagOf,
} from '../../protocol/index.ts';

const reference = process.env.EASEL_REFERENCE ?? join(process.cwd(), '..', 'shared', 'reference');
const file = (name: string) => JSON.parse(readFileSync(join(reference, name), 'utf8'));
const absent = existsSync(join(reference, 'vectors.json')) ? false : 'the reference folder (EASEL_REFERENCE) is absent';

type Tree = [string] | [string, string | { opaqueHex: string } | Tree[]];

const tagsByName = new Map(
  pages.pages.flatMap((page) => page.tags.map((tag) => [`${page.namespace}:${tag.name}`, tag.code])),
);

function fromTree([name, content]: Tree): Element {
  const code = tagsByName.get(name);
  assert.ok(code !== undefined, `${name} is on no page`);
  if (content === undefined || typeof content === 'string') return element(code, content);
  return Array.isArray(content)
    ? element(code, content.map(fromTree))
    : element(code, Buffer.from(content.opaqueHex, 'hex'));
}

test('every page has exactly the tags of the reference, legacy ones included', { skip: absent }, () => {
  const reference = file('codepages.json').pages as { page: number; namespace: string; tags: Record<string, string> }[];
  assert.equal(pages.pages.length, 26);
  for (const { page, namespace, tags } of reference) {
    const ours = pages.pages[page]!;
    assert.equal(ours.number, page);
    assert.equal(ours.namespace, namespace);
    assert.deepEqual(
      Object.fromEntries(ours.tags.map((tag) => [tag.name, tag.code & 0xff])),
      Object.fromEntries(Object.entries(tags).map(([name, token]) => [name, Number(token)])),
    );
    for (const tag of ours.tags) assert.equal(tagOf(tag.code), tag);
  }
});

test('every test body decodes to its tree and is encoded again byte for byte', { skip: absent }, () => {
  const vectors = file('vectors.json').wbxml as { name: string; tree: Tree; hex: string }[];
  assert.ok(vectors.length > 20);
  for (const { name, tree, hex } of vectors) {
    const { root, trailing } = decode(Buffer.from(hex, 'hex'));
    assert.equal(trailing, 0, name);
    assert.deepEqual(root, fromTree(tree), name);
    assert.equal(encodeToBuffer(root).toString('hex'), hex, name);
  }
});

test('every base64 query gives its fields and is built again', { skip: absent }, () => {
  const vectors = file('vectors.json').base64Queries as {
    name: string;
    query: string;
    fields: Record<string, unknown> & { options?: Record<string, boolean> };
  }[];
  for (const { name, query: text, fields } of vectors) {
    const parsed = parseQuery(text);
    assert.ok('query' in parsed, name);
    const query: Query = parsed.query;
    const seen: Record<string, unknown> = {
      protocolVersion: query.version,
      command: query.command,
      locale: query.locale,
      deviceIdHex: query.deviceId?.toLowerCase(),
      deviceIdAscii: query.deviceIdText,
      policyKey: query.policyKey === undefined ? null : Number(query.policyKey),
      deviceType: query.deviceType,
      attachmentName: query.parameters.AttachmentName,
      collectionId: query.parameters.CollectionId,
      itemId: query.parameters.ItemId,
    };
    for (const [key, value] of Object.entries(fields)) {
      if (key === 'options') {
        const { saveInSent = false, acceptMultiPart = false } = fields.options!;
        assert.equal(query.parameters.SaveInSent, saveInSent, name);
        assert.equal(query.parameters.AcceptMultiPart, acceptMultiPart, name);
      } else assert.equal(seen[key], value, `${name} ${key}`);
    }
    assert.equal(buildBase64Query(query), text, name);
  }
});
