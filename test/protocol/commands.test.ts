import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bodilessCommands,
  commandShapes,
  decode,
  documentQuery,
  encodeToBuffer,
  galProperties,
  hasCommand,
  mailboxQuery,
  type Node,
  rank,
  read,
  type ShapedCommand,
  type Version,
  versions,
  write,
} from '../../protocol/index.ts';
import { documentOf } from './documents.ts';
import { trees } from './trees.ts';

for (const [command, direction, [first, last], xml] of trees) {
  const schema = commandShapes[command][direction] as Node;
  const source = documentOf(schema.tag.namespace, xml);
  for (const version of versions) {
    const inside = rank(version) >= rank(first) && rank(version) <= rank(last);
    const name = `${command} ${direction} of ${first} to ${last} at ${version}: ${xml.slice(0, 60)}…`;
    if (!inside) continue;
    test(name, () => {
      const { value, unknown } = read(schema, source, { version });
      assert.deepEqual(unknown, []);
      const again = decode(encodeToBuffer(write(schema, value, { version }))).root;
      assert.deepEqual(again, decode(encodeToBuffer(source)).root);
    });
  }
}

test('every command has a tree of each direction, and Search one of each store', () => {
  const wanted = Object.keys(commandShapes).flatMap((name) => [`${name} request`, `${name} response`]);
  const there = new Set(trees.map(([command, direction]) => `${command} ${direction}`));
  assert.deepEqual(
    wanted.filter((each) => !there.has(each)),
    [],
  );
});

/** Reads at a version that lacks something: what is then unknown. */
const lacking: [ShapedCommand, 'request' | 'response', Version, string, string[]][] = [
  ['Sync', 'request', '12.1', '<Sync><HeartbeatInterval>60</HeartbeatInterval></Sync>', ['Sync/HeartbeatInterval']],
  ['Sync', 'request', '12.0', '<Sync><Wait>5</Wait><Partial/></Sync>', ['Sync/Wait', 'Sync/Partial']],
  [
    'Sync',
    'request',
    '14.0',
    '<Sync><Collections><Collection><Class>Email</Class><SyncKey>0</SyncKey><Options><Truncation>1</Truncation></Options></Collection></Collections></Sync>',
    ['Sync/Collections/Collection/Class', 'Sync/Collections/Collection/Options/Truncation'],
  ],
  [
    'Sync',
    'request',
    '14.1',
    '<Sync><Collections><Collection><SyncKey>1</SyncKey><Commands><Add><ClientId>c</ClientId><ApplicationData/><email2:Send/></Add></Commands></Collection></Collections></Sync>',
    ['Sync/Collections/Collection/Commands/Add/Send'],
  ],
  [
    'Settings',
    'request',
    '12.1',
    '<Settings><RightsManagementInformation><Get/></RightsManagementInformation></Settings>',
    ['Settings/RightsManagementInformation'],
  ],
  [
    'Provision',
    'response',
    '16.0',
    '<Provision><Status>1</Status><AccountOnlyRemoteWipe/></Provision>',
    ['Provision/AccountOnlyRemoteWipe'],
  ],
  [
    'MeetingResponse',
    'request',
    '14.1',
    '<MeetingResponse><Request><UserResponse>1</UserResponse><SendResponse/></Request></MeetingResponse>',
    ['MeetingResponse/Request/SendResponse'],
  ],
  [
    'ResolveRecipients',
    'request',
    '12.1',
    '<ResolveRecipients><To>a</To><Options><Availability><StartTime>x</StartTime></Availability></Options></ResolveRecipients>',
    ['ResolveRecipients/Options/Availability'],
  ],
];
for (const [command, direction, version, xml, expected] of lacking) {
  test(`${command} at ${version} does not know ${expected.join(' or ')}`, () => {
    const schema = commandShapes[command][direction] as Node;
    assert.deepEqual(read(schema, documentOf(schema.tag.namespace, xml), { version }).unknown, expected);
  });
}

test('a command is had by the versions that the documents give it to', () => {
  const had = (command: Parameters<typeof hasCommand>[0]) =>
    versions.filter((version) => hasCommand(command, version)).join(' ');
  assert.equal(had('SendMail'), versions.join(' '));
  assert.equal(had('GetAttachment'), '2.5 12.0 12.1');
  assert.equal(had('GetHierarchy'), '2.5 12.0 12.1');
  assert.equal(had('Settings'), '12.0 12.1 14.0 14.1 16.0 16.1');
  assert.equal(had('Find'), '16.1');
});

test('[MS-ASCMD] 2.2.1.8 GetHierarchy: folders without a key', () => {
  const { response } = bodilessCommands.GetHierarchy;
  const Folder = [{ DisplayName: 'Inbox', ServerId: '2', Type: 2, ParentId: '0' }];
  assert.deepEqual(read(response, write(response, { Folder }, { version: '12.1' }), { version: '12.1' }).value, {
    Folder,
  });
});

test('[MS-ASCMD] 2.2.3.142.2 Query (Search): comparisons, groups and what lies too deep', () => {
  const xml =
    '<Query><And><airsync:Class>Email</airsync:Class><FreeText>a</FreeText><GreaterThan><email:DateReceived/><Value>2026-11-22T08:00:00.000Z</Value></GreaterThan><Or><FreeText>b</FreeText></Or><ConversationId bytes="hex">01</ConversationId></And><email:Subject>a</email:Subject></Query>';
  const { value, unknown } = read(mailboxQuery, documentOf('Search', xml), { version: '16.1' });
  const [and] = value.And;
  assert.deepEqual(and?.Class, ['Email']);
  assert.deepEqual(and?.GreaterThan, [{ DateReceived: true, Value: '2026-11-22T08:00:00.000Z' }]);
  assert.deepEqual(and?.ConversationId, [Buffer.from([1])]);
  assert.equal(and?.Or.length, 1);
  assert.deepEqual(value.Or, []);
  assert.deepEqual(unknown, ['Query/Subject']);
  const equal = '<Query><EqualTo><documentlibrary:LinkId/><Value>u</Value></EqualTo></Query>';
  assert.deepEqual(read(documentQuery, documentOf('Search', equal)).value, { EqualTo: { LinkId: true, Value: 'u' } });
});

test('[MS-ASCMD] 2.2.3.135.3 Picture(Search): a picture is there from 14.1 on', () => {
  const value = { DisplayName: 'Ada', Picture: { Status: 1, Data: Buffer.from([0xff, 0xd8]) } };
  assert.deepEqual(read(galProperties, write(galProperties, value, { version: '14.1' })).value, value);
  assert.deepEqual(read(galProperties, write(galProperties, value, { version: '14.0' })).value, { DisplayName: 'Ada' });
});
