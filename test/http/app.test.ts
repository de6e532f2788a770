import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { systemClock } from '../../src/clock.ts';
import { EasError } from '../../src/domain/errors.ts';
import type { EasRequest } from '../../src/endpoint/types.ts';
import { createLog } from '../../src/log.ts';
import { basic, password, path, serverUnderTest } from './server-under-test.ts';

const authorization = basic('alice', password);
const wbxml = 'application/vnd.ms-sync.wbxml';

test('OPTIONS answers the lists in an empty 200, whatever the query', async (t) => {
  const { url } = await serverUnderTest(t, async () => assert.fail('no command'));
  for (const at of [path, `${path}?User=x&DeviceId=1`, `${path.toLowerCase()}/`, path.toUpperCase()]) {
    const response = await fetch(url + at, { method: 'OPTIONS', headers: { authorization } });
    assert.equal(response.status, 200, at);
    assert.equal(response.headers.get('content-length'), '0');
    assert.equal(response.headers.get('ms-asprotocolversions'), '14.1,16.1');
    assert.equal(response.headers.get('ms-asprotocolcommands'), 'Sync,Ping');
    assert.equal(response.headers.get('ms-server-activesync'), '16.1');
    assert.equal(response.headers.get('content-type'), null);
    assert.equal(response.headers.get('x-powered-by'), null);
  }
});

test('paths and methods: 404 elsewhere, 501 for other methods, a page for a browser', async (t) => {
  const { url } = await serverUnderTest(t, async () => ({}));
  const cases: [string, string, number][] = [
    ['GET', path, 200],
    ['GET', '/', 200],
    ['GET', '/?x', 404],
    ['GET', '/ca.pem', 404],
    ['HEAD', path, 501],
    ['GET', `${path}?Cmd=Sync`, 501],
    ['PUT', path, 501],
    ['DELETE', path, 501],
    ['PROPFIND', path, 501],
    ['POST', `${path}/x`, 404],
    ['POST', '/', 404],
    ['GET', '/admin', 404],
    ['GET', '/healthz', 200],
    ['GET', '/readyz', 200],
  ];
  for (const [method, at, status] of cases) {
    const response = await fetch(url + at, { method, headers: { authorization } });
    assert.equal(response.status, status, `${method} ${at}`);
    assert.ok(response.headers.has('content-length'), `${method} ${at}`);
  }
  assert.equal((await fetch(`${url}${path}?Cmd=Sync`, { method: 'POST' })).status, 401);
  assert.deepEqual(await (await fetch(`${url}/readyz`)).json(), { status: 'ready' });
});

test('late bytes go out with their Content-Length, plain; too few or too many of them end the connection', async (t) => {
  const megabyte = Buffer.alloc(1 << 20, 'x');
  let size = 3 * megabyte.length;
  const open = async function* () {
    for (let n = 0; n < 3; n += 1) yield megabyte;
  };
  const { url } = await serverUnderTest(t, async () => ({
    headers: { 'Content-Type': wbxml },
    body: [Buffer.from('<'), { size, open, text: false }, Buffer.from('>')],
  }));
  const ask = () => fetch(`${url}${path}?Cmd=Sync`, { method: 'POST', headers: { authorization } });
  const response = await ask();
  assert.equal(response.headers.get('content-length'), String(size + 2));
  assert.equal(response.headers.get('content-encoding'), null);
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.deepEqual([bytes[0], bytes[1], bytes.at(-1), bytes.length], [60, 120, 62, size + 2]);
  for (const wrong of [size + 1, size - 1]) {
    size = wrong;
    await assert.rejects(async () => (await ask()).arrayBuffer());
  }
});

test('the endpoint gets the verified account, the undecoded query, the headers and the body', async (t) => {
  let seen: EasRequest | undefined;
  let body: Buffer | undefined;
  const { url, alice } = await serverUnderTest(t, async (request) => {
    seen = request;
    body = await request.body(1000);
    return {
      headers: { 'Content-Type': wbxml },
      body: [Buffer.from('ab'), Buffer.from('c')],
      note: { command: 'Sync' },
    };
  });
  const response = await fetch(`${url}${path}?jAAJBAp2MTQw%2B=&x`, {
    method: 'POST',
    headers: { authorization, 'X-MS-PolicyKey': '42', 'Content-Type': wbxml },
    body: 'abc',
  });
  assert.equal(await response.text(), 'abc');
  assert.equal(seen?.account, alice);
  assert.equal(seen?.login, 'alice');
  assert.equal(seen?.query, 'jAAJBAp2MTQw%2B=&x');
  assert.equal(seen?.headers['x-ms-policykey'], '42');
  assert.equal(seen?.contentLength, 3);
  assert.equal(body?.toString(), 'abc');
  assert.equal(response.headers.get('content-length'), '3');
  assert.equal(response.headers.get('cache-control'), 'private');
  assert.equal(response.headers.get('ms-server-activesync'), '16.1');
  assert.equal(response.headers.get('content-type'), wbxml);
});

test('an empty answer has a length and no type', async (t) => {
  const { url } = await serverUnderTest(t, async () => ({ headers: { 'Content-Type': wbxml } }));
  const response = await fetch(`${url}${path}?Cmd=Sync`, { method: 'POST', headers: { authorization } });
  assert.deepEqual(
    [response.status, response.headers.get('content-length'), response.headers.get('content-type')],
    [200, '0', null],
  );
});

test('an answer is compressed above 2 KB for those who accept it, never in pieces', async (t) => {
  const { url } = await serverUnderTest(t, async ({ query }) => ({
    headers: { 'Content-Type': query.includes('multi') ? 'application/vnd.ms-sync.multipart' : wbxml },
    body: [Buffer.alloc(query.includes('small') ? 2048 : 5_000, 97)],
  }));
  const get = (query: string, accept: string) =>
    new Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer }>((resolve, reject) => {
      const headers = { authorization, 'accept-encoding': accept, 'content-length': '0' };
      const request = httpRequest(`${url}${path}?${query}`, { method: 'POST', headers }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ headers: response.headers, body: Buffer.concat(chunks) });
      });
      request.once('error', reject).end();
    });
  const zipped = await get('big', 'br, gzip, deflate');
  assert.equal(zipped.headers['content-encoding'], 'gzip');
  assert.equal(zipped.headers['content-length'], String(zipped.body.length));
  assert.equal(gunzipSync(zipped.body).length, 5_000);
  for (const [query, accept] of [
    ['big', 'identity'],
    ['big', 'gzip;q=0'],
    ['small', 'gzip'],
    ['multi', 'gzip'],
  ] as const) {
    assert.equal((await get(query, accept)).headers['content-encoding'], undefined, `${query} ${accept}`);
  }
});

test('request bodies: inflated within the limit, refused above it', async (t) => {
  const { url } = await serverUnderTest(t, async ({ body }) => ({ body: [await body(10_000)] }));
  const post = (body: Buffer, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}?Cmd=Sync`, {
      method: 'POST',
      headers: { authorization, ...headers },
      body: new Uint8Array(body),
    });
  const gzip = { 'Content-Encoding': 'gzip' };
  assert.equal((await (await post(gzipSync(Buffer.alloc(9_000, 1)), gzip)).arrayBuffer()).byteLength, 9_000);
  assert.equal((await post(gzipSync(Buffer.alloc(10_001)), gzip)).status, 413, 'a bomb');
  assert.equal((await post(Buffer.alloc(10_001))).status, 413);
  assert.equal((await post(Buffer.from('no gzip'), gzip)).status, 400);
  assert.equal((await post(Buffer.from('x'), { 'Content-Encoding': 'compress' })).status, 400);
  const streamed = await fetch(`${url}${path}?Cmd=Sync`, {
    method: 'POST',
    headers: { authorization },
    body: new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(4_096)),
    }),
    duplex: 'half',
  } as RequestInit).catch((error: Error) => error);
  if (streamed instanceof Response) assert.equal(streamed.status, 413);
});

test('a device that waits for "100 Continue" gets it only with a right password', async (t) => {
  const { port } = await serverUnderTest(t, async ({ body }) => ({ body: [await body(100)] }));
  const talk = async (auth: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('latin1').on('data', (text: string) => (heard += text));
    socket.write(
      `POST ${path}?Cmd=Sync HTTP/1.1\r\nHost: x\r\nAuthorization: ${auth}\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n`,
    );
    await once(socket, 'data');
    if (heard.startsWith('HTTP/1.1 100 ')) {
      socket.write('abc');
      while (!heard.endsWith('abc')) await once(socket, 'data');
    }
    socket.destroy();
    return heard;
  };
  assert.match(await talk(authorization), /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/);
  assert.match(await talk(basic('alice', 'wrong')), /^HTTP\/1.1 401 /);
});

test('a hang-up aborts what waits, a shutdown too, with its reason', async (t) => {
  const reasons: unknown[] = [];
  const waiting: (() => void)[] = [];
  const { url, open } = await serverUnderTest(t, async ({ closed }) => {
    for (const tell of waiting.splice(0)) tell();
    await new Promise<void>((resolve) => {
      if (closed.aborted) resolve();
      closed.addEventListener('abort', () => resolve());
    });
    reasons.push(closed.reason);
    return { headers: { 'X-Ended': String(closed.reason) } };
  });
  const held = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const hangUp = new AbortController();
  let reached = held();
  const first = fetch(`${url}${path}?Cmd=Ping`, { method: 'POST', headers: { authorization }, signal: hangUp.signal });
  await reached;
  hangUp.abort();
  await assert.rejects(first);
  while (reasons.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(reasons, ['hang-up']);

  reached = held();
  const second = fetch(`${url}${path}?Cmd=Ping`, { method: 'POST', headers: { authorization } });
  await reached;
  await open.shutDown();
  const answer = await second;
  assert.equal(answer.headers.get('x-ended'), 'shutdown');
  assert.equal(answer.headers.get('connection'), 'close');
  const late = await fetch(`${url}${path}?Cmd=Ping`, { method: 'POST', headers: { authorization } });
  assert.equal(late.headers.get('x-ended'), 'shutdown', 'nobody begins to wait any more');
});

test('what an endpoint throws is answered by kind and tells nothing', async (t) => {
  const { url } = await serverUnderTest(t, async ({ query }) => {
    throw query === 'busy'
      ? new EasError('busy', 'secret')
      : query === 'full'
        ? new EasError('full')
        : new Error('secret');
  });
  for (const [query, status, retry] of [
    ['busy', 503, '30'],
    ['full', 507, null],
    ['else', 500, null],
  ] as const) {
    const response = await fetch(`${url}${path}?${query}`, { method: 'POST', headers: { authorization } });
    assert.deepEqual(
      [response.status, response.headers.get('retry-after'), await response.text()],
      [status, retry, ''],
    );
    assert.equal(response.headers.get('ms-server-activesync'), '16.1');
  }
});

test('one line a request: who, what, how long, and nothing private', async (t) => {
  const stream = new PassThrough();
  const note = { command: 'Sync', device: 'ABC123' };
  const { url } = await serverUnderTest(t, async () => ({ note }), systemClock, createLog({ level: 'info', stream }));
  const target = `${url}${path}?Cmd=Sync&User=carol`;
  await fetch(target, { method: 'POST', headers: { authorization, 'X-Secret': 'geheim' }, body: 'private' });
  await fetch(target, { method: 'POST', headers: { authorization: basic('alice', 'not this') } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const text = String(stream.read());
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(lines.length, 2);
  const { ms, out, timestamp, ...rest } = lines[0]!;
  assert.deepEqual(rest, {
    level: 'info',
    message: 'request',
    method: 'POST',
    path,
    remote: '127.0.0.1',
    account: 'alice@example.test',
    ...note,
    status: 200,
    in: 7,
  });
  assert.ok(typeof ms === 'number' && typeof out === 'number' && out > 100 && typeof timestamp === 'string');
  assert.deepEqual([lines[1]!.status, lines[1]!.denied, lines[1]!.account], [401, 'wrong', undefined]);
  assert.doesNotMatch(text, /carol|geheim|private|not this|Basic/);
});

test('requests are born with the prototypes of Express, so that it changes none', async (t) => {
  const { url } = await serverUnderTest(t, async () => ({}));
  const set = Object.setPrototypeOf;
  let called = 0;
  let changed = 0;
  Object.setPrototypeOf = (object: unknown, prototype: object | null) => {
    if (object instanceof IncomingMessage || object instanceof ServerResponse) {
      called++;
      if (Object.getPrototypeOf(object) !== prototype) changed++;
    }
    return set(object, prototype);
  };
  t.after(() => {
    Object.setPrototypeOf = set;
  });
  await fetch(url + path, { method: 'OPTIONS', headers: { authorization } });
  assert.deepEqual([called, changed], [2, 0]);
});
