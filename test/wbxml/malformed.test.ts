import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decode,
  defaultLimits,
  element,
  encodeToBuffer,
  WbxmlError,
  type WbxmlErrorCode,
} from '../../protocol/index.ts';

const header = '03016a00';

// Each body breaks one rule: what, the bytes, why they are refused, and where.
const malformed: [string, string, WbxmlErrorCode, number][] = [
  ['no bytes at all', '', 'truncated', 0],
  ['version 1.0', '00016a00' + '05', 'version', 0],
  ['a version of a later standard', '04016a00' + '05', 'version', 0],
  ['charset ISO-8859-1', '03010400' + '05', 'charset', 2],
  ['a header without a document', header, 'truncated', 4],
  ['an integer of five bytes and more than 32 bits', '03ffffffff7f' + '6a00', 'integer', 1],
  ['an integer that never ends', '0380808080808001', 'integer', 1],
  ['a string table longer than the body', '03016a20' + '05', 'truncated', 4],
  ['a public identifier outside the string table', '0300056a0141' + '05', 'string-table', 3],
  ['a root that is text', `${header}034100`, 'root', 4],
  ['a root that is END', `${header}01`, 'root', 4],
  ['a tag with attributes', `${header}c501`, 'attributes', 4],
  ['an open tag at the end', `${header}455c`, 'truncated', 6],
  ['a page switch without a page', `${header}4500`, 'truncated', 6],
  ['text without its NUL', `${header}450341`, 'truncated', 5],
  ['an OPAQUE that is cut off', `${header}45c30541`, 'truncated', 5],
  ['a literal tag', `${header}4504`, 'token', 5],
  ['a literal tag with content', `${header}4544`, 'token', 5],
  ['an extension token EXT_I_0', `${header}4540410001`, 'token', 5],
  ['an extension token EXT_T_0', `${header}45800001`, 'token', 5],
  ['an extension token EXT_0', `${header}45c001`, 'token', 5],
  ['a processing instruction', `${header}454301`, 'token', 5],
  ['a string table index without a table', `${header}45830001`, 'string-table', 5],
  ['a string table text without its NUL', '03016a01' + '41' + '458300' + '01', 'string-table', 6],
  ['the entity 0', `${header}45020001`, 'entity', 5],
  ['an entity that is half of a pair', `${header}450283b00001`, 'entity', 5],
  ['an entity beyond Unicode', `${header}4502c4800001`, 'entity', 5],
];

for (const [name, hex, code, offset] of malformed) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => decode(Buffer.from(hex, 'hex')),
      (error) => error instanceof WbxmlError && error.code === code && error.offset === offset,
    );
  });
}

test('an error tells which tags were open', () => {
  assert.throws(
    () => decode(Buffer.from(`${header}455c4f00074504`, 'hex')),
    (error) => error instanceof WbxmlError && error.path.join() === [0x05, 0x1c, 0x0f, 0x0705].join(),
  );
});

test('64 open tags are read, 65 are refused', () => {
  const nested = (depth: number) => Buffer.from(header + '45'.repeat(depth) + '01'.repeat(depth), 'hex');
  assert.equal(decode(nested(64)).trailing, 0);
  assert.throws(() => decode(nested(65)), { code: 'depth' });
});

test('elements, text and table use beyond the limits are refused', () => {
  const limits = { ...defaultLimits, elements: 10, length: 10 };
  const many = encodeToBuffer(
    element(
      5,
      Array.from({ length: 10 }, () => element(6)),
    ),
  );
  assert.throws(() => decode(many, limits), { code: 'elements' });
  assert.equal(decode(many).root.children.length, 10);
  assert.throws(() => decode(encodeToBuffer(element(5, 'x'.repeat(11))), limits), { code: 'length' });
  assert.throws(() => decode(encodeToBuffer(element(5, Buffer.alloc(11))), limits), { code: 'length' });
  const pieces = Buffer.from(`${header}45${'034141414100'.repeat(3)}01`, 'hex');
  assert.throws(() => decode(pieces, limits), { code: 'length' });
  const table = `03016a84 00${'41'.repeat(511)}00`.replace(' ', '');
  const bomb = Buffer.from(`${table}45${'8300'.repeat(4096)}01`, 'hex');
  assert.throws(() => decode(bomb), { code: 'length' });
});

test('many small pieces of OPAQUE are joined in time that grows with the body', () => {
  const body = Buffer.from(`${header}45${'c30141'.repeat(150_000)}01`, 'hex');
  const start = process.cpuUsage();
  const { root } = decode(body);
  assert.equal((root.value as Uint8Array).length, 150_000);
  assert.ok(process.cpuUsage(start).user < 1_000_000, 'less than a second');
});
