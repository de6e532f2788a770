import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { updateUser } from '../../src/admin/accounts.ts';
import { basic, password, serverUnderTest } from './server-under-test.ts';

const mobile = 'http://schemas.microsoft.com/exchange/autodiscover/mobilesync';
const generic = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const ask = (schema: string, address = 'alice@example.test', prefix = '') => {
  const tag = (name: string) => (prefix ? `${prefix}:${name}` : name);
  return (
    `<?xml version="1.0"?><${tag('Autodiscover')} xmlns${prefix && `:${prefix}`}="${mobile}/requestschema/2006"><${tag('Request')}>` +
    `<${tag('EMailAddress')}>${address}</${tag('EMailAddress')}><${tag('AcceptableResponseSchema')}>${schema}</${tag('AcceptableResponseSchema')}>` +
    `</${tag('Request')}></${tag('Autodiscover')}>`
  );
};
const read = (xml: string) => {
  assert.equal(XMLValidator.validate(xml), true);
  return new XMLParser({ ignoreAttributes: false }).parse(xml).Autodiscover;
};

test('a phone learns its server and its address, on any spelling of the path', async (t) => {
  const { url, port } = await serverUnderTest(t, async () => ({}));
  for (const path of [
    '/autodiscover/autodiscover.xml',
    '/Autodiscover/Autodiscover.xml',
    '/AutoDiscover/AutoDiscover.xml',
  ]) {
    for (const body of [
      ask(`${mobile}/responseschema/2006`),
      ask(`${mobile}/responseschema/2006`, 'al@example.test', 'a'),
      ask(generic),
    ]) {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { authorization: basic('al@example.test', password), 'Content-Type': 'text/xml' },
        body,
      });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'text/xml; charset=utf-8');
      const answer = read(await response.text());
      assert.equal(answer['@_xmlns'], generic);
      assert.equal(answer.Response['@_xmlns'], `${mobile}/responseschema/2006`);
      assert.deepEqual(answer.Response.User, { DisplayName: 'Alice <&> "A"', EMailAddress: 'alice@example.test' });
      const address = `https://127.0.0.1:${port}/Microsoft-Server-ActiveSync`;
      assert.deepEqual(answer.Response.Action.Settings.Server, { Type: 'MobileSync', Url: address, Name: address });
    }
  }
});

test('Outlook on a Windows desk, which asks with its own schema, is told of ActiveSync; older ones and those of macOS get 601', async (t) => {
  const { url } = await serverUnderTest(t, async () => ({}));
  const agents: [string, boolean][] = [
    ['Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)', true],
    ['Microsoft Office/15.0 (Windows NT 6.1; Microsoft Outlook 15.0.4420; Pro)', true],
    ['Microsoft Office/14.0 (Windows NT 6.1; Microsoft Outlook 14.0.7113; Pro)', false],
    ['MacOutlook/16.16.7.190210 (Intelx64 Mac OS X Version 10.14.3 (Build 18D109))', false],
    ['eM Client/9.0', false],
  ];
  for (const [agent, told] of agents) {
    const response = await fetch(`${url}/autodiscover/autodiscover.xml`, {
      method: 'POST',
      headers: { authorization: basic('alice', password), 'Content-Type': 'text/xml', 'User-Agent': agent },
      body: ask('http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'),
    });
    const { Response } = read(await response.text());
    assert.equal(Response['@_xmlns'] === `${mobile}/responseschema/2006`, told, agent);
    assert.equal(told ? Response.Action.Settings.Server.Type : Response.Error.ErrorCode, told ? 'MobileSync' : 601);
  }
});

test('other schemas get 601, what is no request 600, in the generic namespace', async (t) => {
  const { url } = await serverUnderTest(t, async () => ({}));
  const twice = ask(mobile).replace(/(<Request>.*<\/Request>)/, '$1$1');
  const bomb = `<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]>${ask(`${mobile}/responseschema/2006`, '&c;@example.test')}`;
  const cases: [string, string, number][] = [
    ['POST', ask('http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'), 601],
    ['POST', '', 600],
    ['POST', 'not xml', 600],
    ['POST', '<Autodiscover><Request>', 600],
    ['POST', '<Autodiscover><Request/></Autodiscover>', 600],
    ['POST', ask(`${mobile}/responseschema/2006`, 'nobody'), 600],
    ['POST', twice, 600],
    ['POST', bomb, 600],
    ['GET', '', 600],
  ];
  for (const [method, body, code] of cases) {
    const response = await fetch(`${url}/autodiscover/autodiscover.xml`, {
      method,
      headers: { authorization: basic('alice', password), 'Content-Type': 'text/xml' },
      ...(method === 'POST' && { body }),
    });
    assert.equal(response.status, 200, body);
    const answer = read(await response.text());
    assert.equal(answer['@_xmlns'], generic);
    assert.equal(answer.Response.Error.ErrorCode, code, body);
    assert.match(answer.Response.Error['@_Time'], /^\d\d:\d\d:\d\d\.\d{6}$/);
    assert.match(answer.Response.Error['@_Id'], /^\d+$/);
  }
});

test('an address of another domain is sent back to the one that the user has here; an account that moved to its server', async (t) => {
  const { url, store } = await serverUnderTest(t, async () => ({}));
  const asked = async (address: string) => {
    const response = await fetch(`${url}/autodiscover/autodiscover.xml`, {
      method: 'POST',
      headers: { authorization: basic('alice', password), 'Content-Type': 'text/xml' },
      body: ask(`${mobile}/responseschema/2006`, address),
    });
    return read(await response.text()).Response.Action;
  };
  assert.deepEqual(await asked('alice@elsewhere.test'), { Redirect: 'alice@example.test' });
  await updateUser(store, 'alice@example.test', { redirect: 'https://new.test/Microsoft-Server-ActiveSync' });
  assert.equal((await asked('alice@example.test')).Settings.Server.Url, 'https://new.test/Microsoft-Server-ActiveSync');
});

test('who asks without TLS, as clients do who found nothing with it, is sent there', async (t) => {
  const { port } = await serverUnderTest(t, async () => ({}));
  const get = (headers: Record<string, string>) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const path = '/Autodiscover/Autodiscover.xml';
      request({ host: '127.0.0.1', port, path, headers }, (response) => resolve(response.resume()))
        .on('error', reject)
        .end();
    });
  const there = await get({ host: 'autodiscover.example.test' });
  assert.equal(there.statusCode, 302);
  assert.equal(there.headers.location, 'https://autodiscover.example.test/autodiscover/autodiscover.xml');
  const behindProxy = await get({ host: 'autodiscover.example.test', 'x-forwarded-proto': 'https' });
  assert.equal(behindProxy.statusCode, 401, 'TLS ended at a proxy');
});

test('without credentials Autodiscover challenges', async (t) => {
  const { url } = await serverUnderTest(t, async () => ({}));
  for (const method of ['GET', 'POST']) {
    const response = await fetch(`${url}/Autodiscover/Autodiscover.xml`, { method });
    assert.equal(response.status, 401);
    assert.equal(response.headers.get('www-authenticate'), 'Basic realm="Easel"');
    assert.equal(response.headers.get('content-length'), '0');
  }
});

test('the JSON form answers without credentials, parameter names in any case', async (t) => {
  const { url, port } = await serverUnderTest(t, async () => ({}));
  const address = `https://127.0.0.1:${port}/Microsoft-Server-ActiveSync`;
  const cases: [string, number, object][] = [
    ['?Email=a@example.test&Protocol=ActiveSync&RedirectCount=1', 200, { Protocol: 'ActiveSync', Url: address }],
    ['?email=a@example.test&protocol=activesync', 200, { Protocol: 'ActiveSync', Url: address }],
    ['/v1.0/a@example.test?Protocol=ActiveSync', 200, { Protocol: 'ActiveSync', Url: address }],
    [
      '?Email=a@example.test&Protocol=AutodiscoverV1',
      200,
      { Protocol: 'AutodiscoverV1', Url: `https://127.0.0.1:${port}/autodiscover/autodiscover.xml` },
    ],
    ['?Protocol=ActiveSync', 400, { ErrorCode: 'MandatoryParameterMissing' }],
    ['?Email=a@example.test', 400, { ErrorCode: 'MandatoryParameterMissing' }],
    ['?Email=a@example.test&Protocol=Ews', 404, { ErrorCode: 'ProtocolNotSupported' }],
  ];
  for (const [query, status, expected] of cases) {
    const response = await fetch(`${url}/Autodiscover/autodiscover.json${query}`);
    assert.equal(response.status, status, query);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    const { ErrorMessage: _text, ...answer } = (await response.json()) as Record<string, unknown>;
    assert.deepEqual(answer, expected, query);
  }
});
