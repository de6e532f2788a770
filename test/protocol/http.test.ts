import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bodilessCommands,
  buildBase64Query,
  buildPlainQuery,
  buildRequestHeaders,
  buildResponseHeaders,
  commandCodes,
  commandShapes,
  isWbxmlType,
  parseQuery,
  type Query,
  readRequestHeaders,
  readResponseHeaders,
  requestHeaders,
  responseHeaders,
} from '../../protocol/index.ts';

const seed = Number(process.env.EASEL_SEED ?? Math.floor(Math.random() * 0x7fffffff));

const lower = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

test('every header that the documents name is written and read, in both directions', () => {
  // [MS-ASHTTP] 2.2.1.1.2 Request Headers and [MS-ASHTTP] 2.2.2.1.2 Response Headers.
  const named = {
    request: [
      'Accept-Language',
      'Authorization',
      'Content-Type',
      'Cookie',
      'MS-ASAcceptMultiPart',
      'MS-ASProtocolVersion',
      'User-Agent',
      'X-MS-PolicyKey',
    ],
    response: [
      'Cache-Control',
      'Content-Encoding',
      'Content-Length',
      'Content-Type',
      'MS-Server-ActiveSync',
      'X-MS-Location',
      'MS-ASProtocolCommands',
      'MS-ASProtocolVersions',
      'X-MS-RP',
      'X-MS-Credential-Service-Url',
      'X-MS-Credentials-Expire',
      'Set-Cookie',
      'X-MS-ASThrottle',
      'X-BEServer',
      'X-FEServer',
      'request-id',
    ],
  };
  const values = (table: object) => Object.fromEntries(Object.keys(table).map((key, index) => [key, `v${index}`]));
  const asked = values(requestHeaders);
  const built = buildRequestHeaders(asked);
  assert.deepEqual(
    named.request.filter((name) => !(name in built)),
    [],
  );
  assert.deepEqual(readRequestHeaders(lower(built)), asked);
  const answered = values(responseHeaders);
  const sent = buildResponseHeaders(answered);
  assert.deepEqual(
    named.response.filter((name) => !(name in sent)),
    [],
  );
  assert.deepEqual(readResponseHeaders(lower(sent)), answered);
});

test('a header sent several times counts once, and blanks around it do not', () => {
  assert.deepEqual(readResponseHeaders({ 'set-cookie': ['a=1', 'b=2'], 'x-ms-rp': ' 16.1 ', other: 'x' }), {
    setCookie: 'a=1',
    restart: '16.1',
  });
});

test('a WBXML body is known by both names', () => {
  const types: [string, boolean][] = [
    ['application/vnd.ms-sync.wbxml', true],
    ['Application/VND.MS-Sync; charset=utf-8', true],
    ['application/vnd.ms-sync.multipart', false],
    ['text/xml', false],
    ['', false],
  ];
  for (const [type, expected] of types) assert.equal(isWbxmlType(type), expected, type);
});

test('[MS-ASHTTP] 2.2.1.1.1.1.2 Command Codes: every command has a shape, but for the three that are obsolete', () => {
  const shaped = Object.entries({ ...commandShapes, ...bodilessCommands }).map(([name, { code }]) => [name, code]);
  const codes = Object.entries(commandCodes).filter(([name]) => !/^(?:Create|Delete|Move)Collection$/.test(name));
  assert.deepEqual(shaped.sort(), codes.sort());
});

const word = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 });
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const parameters = fc
  .record({
    AttachmentName: optional(word),
    CollectionId: optional(word),
    CollectionName: optional(word),
    ItemId: optional(word),
    LongId: optional(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 255 })),
    ParentId: optional(word),
    Occurrence: optional(word),
    SaveInSent: optional(fc.boolean()),
  })
  .map(defined);
const query = fc
  .record({
    command: fc.constantFrom(...Object.keys(commandCodes)),
    user: optional(word),
    deviceType: optional(word),
    parameters,
  })
  .map(defined);

function defined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Value;
}

test(`[MS-ASHTTP] 2.2.1.1.1.1 Base64 Encoded Query Value: built and parsed, in both alphabets and escaped (seed ${seed})`, () => {
  const device = fc
    .uint8Array({ minLength: 1, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase());
  const about = fc.record({
    version: fc.constantFrom('2.5', '12.0', '12.1', '14.0', '14.1', '16.0', '16.1'),
    deviceId: device,
    policyKey: optional(fc.nat(0xffffffff).map(String)),
    locale: fc.nat(0xffff),
  });
  fc.assert(
    fc.property(query, about, fc.boolean(), (plain, { version, deviceId, policyKey, locale }, multi) => {
      const { SaveInSent = false, ...rest } = plain.parameters;
      const sent = defined({
        ...plain,
        version,
        deviceId,
        policyKey,
        locale,
        parameters: { ...rest, SaveInSent, AcceptMultiPart: multi },
      }) as Query;
      const text = buildBase64Query(sent);
      const parsed = parseQuery(text);
      assert.ok('query' in parsed);
      const { deviceIdText, ...got } = parsed.query;
      assert.deepEqual(got, sent);
      if (deviceIdText !== undefined) assert.equal(Buffer.from(deviceIdText).toString('hex').toUpperCase(), deviceId);
      const urlSafe = text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
      for (const other of [encodeURIComponent(text), urlSafe, text.replaceAll('+', ' '), text.replaceAll('=', '%3d')]) {
        assert.deepEqual(parseQuery(other), parsed, other);
      }
    }),
    { seed, numRuns: 200 },
  );
});

test(`[MS-ASHTTP] 2.2.1.1.1.2 Plain Text Query Value: built and parsed in any order (seed ${seed})`, () => {
  fc.assert(
    fc.property(query, word, (asked, deviceId) => {
      const sent = { ...asked, deviceId } as Query;
      const text = buildPlainQuery(sent);
      assert.deepEqual(parseQuery(text), { query: sent });
      assert.deepEqual(parseQuery(text.split('&').reverse().join('&')), { query: sent });
    }),
    { seed, numRuns: 200 },
  );
});

test(`no query makes the parser throw (seed ${seed})`, () => {
  const bytes = fc.uint8Array({ maxLength: 60 }).map((each) => Buffer.from(each).toString('base64'));
  fc.assert(
    fc.property(fc.oneof(fc.string(), bytes), (text) => void parseQuery(text)),
    { seed, numRuns: 500 },
  );
});

test('Options of a base64 query are bits, and unknown parameters are passed over', () => {
  const bytes = (tail: string) => Buffer.from(`a113090404${'deadbeef'}000141${tail}`, 'hex').toString('base64');
  const read = (tail: string) => {
    const parsed = parseQuery(bytes(tail));
    return 'query' in parsed ? parsed.query.parameters : parsed.error;
  };
  assert.deepEqual(read('070101'), { SaveInSent: true, AcceptMultiPart: false });
  assert.deepEqual(read('070102'), { SaveInSent: false, AcceptMultiPart: true });
  assert.deepEqual(read('0700'), { SaveInSent: false, AcceptMultiPart: false });
  assert.deepEqual(read('090161010132'), { CollectionId: '2' });
});
