import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  alias,
  boolean,
  commandShapes,
  compactDateTime,
  container,
  dateTime,
  element,
  email,
  formatXml,
  int,
  many,
  one,
  opaque,
  optional,
  order,
  pages,
  policyData,
  provision,
  read,
  SchemaError,
  since,
  statusAnswer,
  sync,
  text,
  textOrBytes,
  unsignedByte,
  until,
  write,
} from '../../protocol/index.ts';

const { airSync, email: mail, folderHierarchy } = pages;
const version = '16.1';
const sample = container(
  airSync.Collection,
  one(airSync.SyncKey, text),
  optional(airSync.WindowSize, int),
  many(airSync.Class, text),
);

test('order is free, doubles count once, unknown elements are named', () => {
  const { value, unknown } = read(
    sample,
    element(airSync.Collection, [
      element(airSync.WindowSize, ' 7 '),
      element(airSync.NotifyGUID, 'x'),
      element(airSync.SyncKey, 'a'),
      element(airSync.SyncKey, 'b'),
      element(0x003f, 'x'),
    ]),
    { version },
  );
  assert.deepEqual(value, { SyncKey: 'a', WindowSize: 7, Class: [] });
  assert.deepEqual(unknown, ['Collection/NotifyGUID', 'Collection/0:3F']);
  assert.deepEqual(order(sample, value), ['WindowSize', 'SyncKey', 'SyncKey']);
});

test('a missing or unreadable element is named by its path', () => {
  const reasons = (source: Parameters<typeof read>[1], schema: Parameters<typeof read>[0] = sample) => {
    try {
      read(schema, source, { version });
      return undefined;
    } catch (error) {
      assert.ok(error instanceof SchemaError);
      return [error.reason, error.path.join('/')];
    }
  };
  assert.deepEqual(reasons(element(airSync.Sync)), ['wrong-root', 'Sync']);
  assert.deepEqual(reasons(element(airSync.Collection)), ['missing', 'Collection/SyncKey']);
  const bad = element(airSync.Collection, [element(airSync.SyncKey, '1'), element(airSync.WindowSize, 'all')]);
  assert.deepEqual(reasons(bad), ['invalid', 'Collection/WindowSize']);
  const nested = element(airSync.Sync, [element(airSync.Collections, [bad])]);
  assert.deepEqual(reasons(nested, sync.request), ['invalid', 'Sync/Collections/Collection/WindowSize']);
});

test('since turns one into optional for older versions only', () => {
  const schema = container(
    airSync.Sync,
    since('14.0', one(airSync.SyncKey, text)),
    until('12.1', one(airSync.Class, text)),
  );
  assert.deepEqual(read(schema, write(schema, { Class: 'a' }, { version: '12.1' }), { version: '12.1' }).value, {
    Class: 'a',
  });
  assert.throws(() => write(schema, { Class: 'a' }, { version: '14.0' }), { reason: 'missing' });
  assert.throws(() => read(schema, element(airSync.Sync), { version: '14.0' }), { reason: 'missing' });
  const both = element(airSync.Sync, [element(airSync.SyncKey, '1'), element(airSync.Class, 'a')]);
  assert.deepEqual(read(schema, both, { version: '16.0' }), { value: { SyncKey: '1' }, unknown: ['Sync/Class'] });
});

test('two children of one name need an alias', () => {
  assert.throws(() => container(airSync.Sync, optional(airSync.Status, int), optional(folderHierarchy.Status, int)));
  const schema = container(
    airSync.Sync,
    optional(airSync.Status, int),
    alias('Folder', optional(folderHierarchy.Status, int)),
  );
  const written = write(schema, { Folder: 3 }, { version });
  assert.equal(written.children[0]!.tag, folderHierarchy.Status.code);
  assert.deepEqual(read(schema, written, { version }).value, { Folder: 3 });
});

const leaves: [string, { read(source: ReturnType<typeof element>): unknown }, string, unknown][] = [
  ['the empty boolean is true', boolean, '', true],
  ['0 is false', boolean, '0', false],
  ['no other word is a boolean', boolean, 'true', undefined],
  ['a sign is a number', int, '-1', -1],
  ['an empty number is none', int, '', undefined],
  ['a fraction is no integer', int, '1.5', undefined],
  ['255 is a byte', unsignedByte, '255', 255],
  ['256 is no byte', unsignedByte, '256', undefined],
  ['base64 text is bytes', opaque, 'AQI=', Buffer.from([1, 2])],
  ['other text is no bytes', opaque, 'a-b', undefined],
  ['a date without milliseconds gets them', dateTime, '2026-11-22T01:02:03Z', '2026-11-22T01:02:03.000Z'],
  ['a compact date is a long one', dateTime, '20261122T010203Z', '2026-11-22T01:02:03.000Z'],
  ['a long date is a compact one', compactDateTime, '2026-11-22T01:02:03.456Z', '20261122T010203Z'],
  ['an empty date is none', compactDateTime, '', ''],
  ['February has no 30th', dateTime, '2026-02-30T00:00:00Z', undefined],
];
for (const [name, leaf, content, expected] of leaves) {
  test(`leaf: ${name}`, () => assert.deepEqual(leaf.read(element(5, content)), expected));
}

test('a body of bytes goes out as text when it is text, else as OPAQUE', () => {
  assert.equal(textOrBytes.write(5, Buffer.from('Grüße')).inline, true);
  assert.equal(textOrBytes.write(5, Buffer.from('Grüße', 'latin1')).inline, false);
  assert.equal(textOrBytes.write(5, Buffer.from('a\0')).inline, false);
  assert.equal(textOrBytes.write(5, Buffer.from('a\x0c')).inline, false);
});

test('what a version does not have is left out of a mail', () => {
  const value = {
    Subject: 's',
    Categories: { Category: ['a'] },
    Bcc: 'b',
    IsDraft: true,
    Body: { Type: 1, Data: 'x' },
  };
  const keys = (of: '2.5' | '12.1' | '14.1' | '16.1') =>
    Object.keys(read(email, write(email, value, { version: of })).value);
  assert.deepEqual(keys('2.5'), ['Subject']);
  assert.deepEqual(keys('12.1'), ['Subject', 'Body']);
  assert.deepEqual(keys('14.1'), ['Subject', 'Body', 'Categories']);
  assert.deepEqual(keys('16.1'), ['Bcc', 'Subject', 'Body', 'Categories', 'IsDraft']);
  assert.equal(write(email, value).children.find((each) => each.tag === mail.Categories.code)!.children.length, 1);
});

test('an error of the whole request stands under the root of its command', () => {
  assert.equal(formatXml(statusAnswer('Sync', 142)), '<Sync xmlns="AirSync">\n  <Status>142</Status>\n</Sync>\n');
  for (const name of Object.keys(commandShapes) as (keyof typeof commandShapes)[]) {
    assert.equal(statusAnswer(name, 110).children.length, 1, name);
  }
});

test('[MS-ASPROV] 2.2.2.28 EASProvisionDoc: a 12.0 phone gets the policies of 12.0 in the order of the schema', () => {
  const data = policyData({ AllowCamera: true, AttachmentsEnabled: true, DevicePasswordEnabled: false }, '12.0');
  const policy = { PolicyType: 'MS-EAS-Provisioning-WBXML', Status: 1, PolicyKey: '1', Data: data };
  const written = write(provision.response, { Status: 1, Policies: { Policy: policy } }, { version: '12.0' });
  const names = written.children[1]!.children[0]!.children[3]!.children[0]!.children.map((each) =>
    pages.tagName(each.tag),
  );
  assert.deepEqual(names, ['DevicePasswordEnabled', 'AttachmentsEnabled']);
});
