import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decode,
  decodeTorn,
  defaultLimits,
  element,
  encodeToBuffer,
  formatXml,
  WbxmlError,
  type WbxmlErrorCode,
} from '../../protocol/index.ts';

const header = '03016a00';

// Each body breaks one rule: what, the bytes, why they are refused, where, and the tags that were open there.
const malformed: [string, string, WbxmlErrorCode, number, number[]?][] = [
  // Header
  ['no bytes at all', '', 'truncated', 0],
  ['version 1.0', '00016a00' + '05', 'version', 0],
  ['a version of a later standard', '04016a00' + '05', 'version', 0],
  ['nothing behind the version', '03', 'truncated', 1],
  ['charset ISO-8859-1', '03010400' + '05', 'charset', 2],
  ['charset UTF-16', '030187f700' + '05', 'charset', 2],
  ['charset ISO-8859-1 behind a public identifier of three bytes', '03818001' + '0400' + '05', 'charset', 4],
  ['a header without a document', header, 'truncated', 4],
  ['an integer of five bytes and more than 32 bits', '03ffffffff7f' + '6a00', 'integer', 1],
  ['an integer that never ends', '0380808080808001', 'integer', 1],
  ['a string table longer than the body', '03016a20' + '05', 'truncated', 4],
  ['a string table of four gigabytes', '03016a8fffffff7f' + '05', 'truncated', 8],
  ['a public identifier outside the string table', '0300056a0141' + '05', 'string-table', 1],
  // Root
  ['a root that is text', `${header}034100`, 'root', 4],
  ['a root that is END', `${header}01`, 'root', 4],
  ['a root that is OPAQUE', `${header}c30141`, 'root', 4],
  ['a processing instruction before the root', `${header}430105`, 'root', 4],
  ['a page switch and nothing behind it', `${header}0011`, 'truncated', 6],
  // Tags
  ['a root with attributes', `${header}c501`, 'attributes', 4],
  ['a tag with attributes and no content', `${header}455c8501`, 'attributes', 6, [0x05, 0x1c]],
  ['a tag of another page with attributes', `${header}45000757c4`, 'token', 8, [0x05, 0x0717]],
  ['an open tag at the end', `${header}455c`, 'truncated', 6, [0x05, 0x1c]],
  ['a page switch without a page', `${header}4500`, 'truncated', 6, [0x05]],
  // Text
  ['text without its NUL', `${header}450341`, 'truncated', 5, [0x05]],
  ['long text without its NUL', `${header}4503${'41'.repeat(100)}`, 'truncated', 5, [0x05]],
  ['an OPAQUE that is cut off', `${header}45c30541`, 'truncated', 5, [0x05]],
  ['an OPAQUE without a length', `${header}45c3`, 'truncated', 6, [0x05]],
  ['an OPAQUE of four gigabytes', `${header}45c38fffffff7f41`, 'truncated', 5, [0x05]],
  ['an OPAQUE whose length has more than 32 bits', `${header}45c3ffffffff7f41`, 'integer', 6, [0x05]],
  ['the entity 0', `${header}45020001`, 'entity', 5, [0x05]],
  ['an entity that is half of a pair', `${header}450283b00001`, 'entity', 5, [0x05]],
  ['an entity beyond Unicode', `${header}4502c4800001`, 'entity', 5, [0x05]],
  ['a string table index without a table', `${header}45830001`, 'string-table', 5, [0x05]],
  ['a string table index behind the table', '03016a024100' + '45830201', 'string-table', 7, [0x05]],
  ['a string table text without its NUL', '03016a01' + '41' + '458300' + '01', 'string-table', 6, [0x05]],
  // Tokens that EAS does not use
  ['a literal tag', `${header}4504`, 'token', 5, [0x05]],
  ['a literal tag with content', `${header}4544`, 'token', 5, [0x05]],
  ['a literal tag with attributes', `${header}4584`, 'token', 5, [0x05]],
  ['a literal tag with attributes and content', `${header}45c4`, 'token', 5, [0x05]],
  ['an extension token EXT_I_0', `${header}4540410001`, 'token', 5, [0x05]],
  ['an extension token EXT_T_0', `${header}45800001`, 'token', 5, [0x05]],
  ['an extension token EXT_0', `${header}45c001`, 'token', 5, [0x05]],
  ['a processing instruction', `${header}454301`, 'token', 5, [0x05]],
  ['a soup of tokens', `${header}455c030041c000020383c3`, 'token', 8, [0x05, 0x1c]],
  ['bytes of another format: JSON', Buffer.from('{"a":1}').toString('hex'), 'version', 0],
  ['bytes of another format: XML', Buffer.from('<?xml?>').toString('hex'), 'version', 0],
  ['bytes of another format: gzip', '1f8b0800', 'version', 0],
  // Limits
  ['65 open tags', header + '45'.repeat(65), 'depth', 68, Array(64).fill(5)],
];

for (const [name, hex, code, offset, path = []] of malformed) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => decode(Buffer.from(hex, 'hex')),
      (error) => {
        assert.ok(error instanceof WbxmlError);
        assert.deepEqual([error.code, error.offset, error.path], [code, offset, path], error.message);
        return error.message.endsWith(`at byte ${offset}`);
      },
    );
  });
}

test('an error tells which tags were open, with their pages', () => {
  assert.throws(
    () => decode(Buffer.from(`${header}455c4f00074504`, 'hex')),
    (error) => error instanceof WbxmlError && error.path.join() === [0x05, 0x1c, 0x0f, 0x0705].join(),
  );
});

test('what was read before the break is handed out, with every open tag closed', () => {
  const torn = decodeTorn(Buffer.from(`${header}455c4f4b03370001520332`, 'hex'));
  assert.equal(torn.error?.code, 'truncated');
  assert.equal(
    formatXml(torn.root!).replace(/\s*\n\s*/g, ''),
    '<Sync xmlns="AirSync"><Collections><Collection><SyncKey>7</SyncKey><CollectionId/></Collection></Collections></Sync>',
  );
  assert.deepEqual(decodeTorn(Buffer.from('00', 'hex')).root, undefined);
  const whole = decodeTorn(Buffer.from(`${header}05ff`, 'hex'));
  assert.deepEqual([whole.root?.tag, whole.error, whole.trailing], [5, undefined, 1]);
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
});

test('a string table serves a document well, and is no way to make much out of little', () => {
  const table = `03016a8400${'41'.repeat(511)}00`;
  const used = (times: number) => decode(Buffer.from(`${table}45${'8300'.repeat(times)}01`, 'hex'));
  assert.equal(used(100).root.value, 'A'.repeat(51_100));
  assert.throws(() => used(4096), { code: 'length' });
  const bytes = `03016a8400${'41'.repeat(511)}0045c30142${'8300'.repeat(20)}01`;
  assert.throws(() => decode(Buffer.from(bytes, 'hex')), { code: 'length' });
  // Every end of one text: 511 + 510 + 509 … bytes.
  const ends = Array.from({ length: 120 }, (_, n) => `4683${n.toString(16).padStart(2, '0')}01`).join('');
  assert.throws(() => decode(Buffer.from(`${table}45${ends}01`, 'hex')), { code: 'length' });
  // The most steps that could be made of a body: text that is looked at twice, joined to bytes, and a table named as often as it may be.
  const costly = `${table}45${`4503${'41'.repeat(30)}00c3014201`.repeat(40)}${'45c301428300830001'.repeat(2)}01`;
  const { steps } = decode(Buffer.from(costly, 'hex'));
  assert.ok(steps <= 4 * (costly.length / 2), `${steps} steps for ${costly.length / 2} bytes`);
  const words = Buffer.from(`03016a05${'6f6e650000'}45${'46830001'.repeat(2000)}01`, 'hex');
  assert.ok(decode(words).root.children.every((each) => each.value === 'one'));
});

test('versions 1.1 to 1.3, any public identifier, and its index form are read', () => {
  for (const start of ['01016a00', '02016a00', '03016a00', '03046a00', '03a0016a00', '0300006a00', '0300006a0141']) {
    assert.equal(decode(Buffer.from(`${start}05`, 'hex')).root.tag, 5, start);
  }
});

test('many small pieces of OPAQUE are joined in time that grows with the body', () => {
  const body = Buffer.from(`${header}45${'c30141'.repeat(150_000)}01`, 'hex');
  const start = process.cpuUsage();
  const { root } = decode(body);
  assert.equal((root.value as Uint8Array).length, 150_000);
  assert.ok(process.cpuUsage(start).user < 1_000_000, 'less than a second');
});
