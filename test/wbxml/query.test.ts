import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildPlainQuery,
  buildRequestHeaders,
  isWbxmlType,
  parseQuery,
  type QueryError,
  readRequestHeaders,
} from '../../protocol/index.ts';

test('a plain query is read in any order and any case of its names', () => {
  assert.deepEqual(parseQuery('User=a%40b.example&DeviceId=X1&devicetype=iPhone&Cmd=Sync'), {
    query: { command: 'Sync', user: 'a@b.example', deviceId: 'X1', deviceType: 'iPhone', parameters: {} },
  });
});

test('a plain query keeps a plus sign and takes the first of two equal names', () => {
  assert.deepEqual(parseQuery('Cmd=SendMail&User=a+b@c.example&User=x&SaveInSent=T&ItemId=%zz'), {
    query: { command: 'SendMail', user: 'a+b@c.example', parameters: { SaveInSent: true, ItemId: '%zz' } },
  });
});

test('the documented base64 query is read, also percent-encoded and URL-safe', () => {
  const query = {
    version: '14.0',
    command: 'Sync',
    deviceId: '76313430446576696365',
    deviceIdText: 'v140Device',
    deviceType: 'SmartPhone',
    locale: 0x0409,
    parameters: {},
  };
  assert.deepEqual(parseQuery('jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l'), { query });
  // [MS-ASHTTP] 2.2.1.1.1.1 Base64 Encoded Query Value: 16.1, Settings, device id fb ff fe, no key, type ~.
  const odd = Buffer.from('a1110904' + '03fbfffe' + '00' + '017e', 'hex').toString('base64');
  assert.match(odd, /[+/]/);
  const expected = parseQuery(odd);
  assert.ok('query' in expected && expected.query.deviceId === 'FBFFFE');
  assert.deepEqual(parseQuery(encodeURIComponent(odd)), expected);
  assert.deepEqual(parseQuery(odd.replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')), expected);
});

const refused: [string, string, QueryError][] = [
  ['nothing', '', 'not-a-query'],
  ['a plain query without Cmd', 'User=a&DeviceId=b', 'not-a-query'],
  ['bytes that end in the device id', Buffer.from('a100090410ff', 'hex').toString('base64'), 'truncated'],
  ['bytes that end in a parameter', Buffer.from('a1000904010000010003', 'hex').toString('base64'), 'truncated'],
  ['a policy key of two bytes', Buffer.from('a10009040141020000', 'hex').toString('base64'), 'truncated'],
  ['a policy key of one byte', Buffer.from('a1000904014101ff0141', 'hex').toString('base64'), 'not-a-query'],
  [
    'a command code that does not exist',
    Buffer.from('a1630904014100 0141'.replace(' ', ''), 'hex').toString('base64'),
    'unknown-command-code',
  ],
];
for (const [name, text, error] of refused) {
  test(`refused: ${name}`, () => assert.deepEqual(parseQuery(text), { error }));
}

test('a plain query that was built is read again', () => {
  const query = {
    command: 'SmartReply',
    user: 'dom\\ü+&=',
    deviceId: 'D1',
    deviceType: 'SP',
    parameters: { CollectionId: '5', ItemId: '5:12', SaveInSent: false },
  };
  assert.deepEqual(parseQuery(buildPlainQuery(query)), { query });
});

test('headers are found in lower case and built in the documented case', () => {
  const values = { version: '16.1', policyKey: '0', contentType: 'application/vnd.ms-sync; charset=x' };
  const headers = buildRequestHeaders(values);
  assert.equal(headers['MS-ASProtocolVersion'], '16.1');
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  assert.deepEqual(readRequestHeaders(lower), values);
  assert.ok(isWbxmlType(values.contentType));
  assert.ok(!isWbxmlType('message/rfc822'));
});
