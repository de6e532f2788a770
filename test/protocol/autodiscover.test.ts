import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AutodiscoverResponse,
  autodiscoverNamespaces,
  buildAutodiscoverRequest,
  buildAutodiscoverResponse,
  buildJsonAnswer,
  buildJsonQuestion,
  cleanText,
  parseAutodiscoverRequest,
  parseAutodiscoverResponse,
  parseJsonAnswer,
  parseJsonQuestion,
} from '../../protocol/index.ts';

const seed = Number(process.env.EASEL_SEED ?? Math.floor(Math.random() * 0x7fffffff));
const url = 'https://mail.example.com/Microsoft-Server-ActiveSync';
const user = { displayName: 'Ada & <Co>', address: 'ada@example.com' };

const answers: [string, AutodiscoverResponse, RegExp][] = [
  [
    'settings',
    {
      kind: 'settings',
      culture: 'en:us',
      user,
      servers: [
        { type: 'MobileSync', url, name: url },
        { type: 'CertEnroll', url: 'https://ca.example.com', name: '', serverData: 'Phones' },
      ],
    },
    /<Response xmlns="http:\/\/schemas\.microsoft\.com\/exchange\/autodiscover\/mobilesync\/responseschema\/2006">/,
  ],
  [
    'a redirect',
    { kind: 'redirect', address: 'ada@other.example' },
    /<Action><Redirect>ada@other\.example<\/Redirect><\/Action>/,
  ],
  [
    'an error of the provider',
    { kind: 'error', culture: 'en:us', status: 2, message: 'No', debugData: 'MailUser', errorCode: 500 },
    /<Action><Error><Status>2<\/Status>/,
  ],
  [
    'an error of the framework',
    { kind: 'problem', code: 600, message: 'Invalid Request', debugData: '', time: '16:56:32.164027', id: 1054084152 },
    /<Response><Error Time="16:56:32\.164027" Id="1054084152"><ErrorCode>600</,
  ],
];
for (const [name, answer, shape] of answers) {
  test(`[MS-ASCMD] 2.2.1.1 Autodiscover: ${name} is built and parsed`, () => {
    const xml = buildAutodiscoverResponse(answer);
    assert.match(xml, shape);
    assert.ok(xml.includes(`<Autodiscover xmlns="${autodiscoverNamespaces.generic}">`));
    assert.deepEqual(parseAutodiscoverResponse(xml), answer);
  });
}

test('Name of a MobileSync server is its Url', () => {
  const xml = buildAutodiscoverResponse({ kind: 'settings', user, servers: [{ type: 'MobileSync', url }] });
  assert.ok(xml.includes(`<Url>${url}</Url><Name>${url}</Name>`));
});

test(`a request is built and parsed (seed ${seed})`, () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((each) => cleanText(each).replace(/\s/g, ''));
  fc.assert(
    fc.property(text, text, (name, schema) => {
      const request = { address: `${name}@example.com`, schema };
      assert.deepEqual(parseAutodiscoverRequest(buildAutodiscoverRequest(request)), request);
    }),
    { seed },
  );
});

const request = (inner: string) => `<Autodiscover>${inner}</Autodiscover>`;
const whole = `<EMailAddress>a@b</EMailAddress><AcceptableResponseSchema>s</AcceptableResponseSchema>`;
const requests: [string, string, boolean][] = [
  [
    'prefixes, comments, CDATA and single quotes',
    `\ufeff<?xml version='1.0'?><!-- x --><a:Autodiscover xmlns:a='x'><a:Request><a:EMailAddress><![CDATA[a@b]]></a:EMailAddress><a:AcceptableResponseSchema> s </a:AcceptableResponseSchema></a:Request></a:Autodiscover>`,
    true,
  ],
  ['references', request(`<Request>${whole.replace('@', '&#64;').replace('>s<', '>&#x73;<')}</Request>`), true],
  ['more than one Request', request(`<Request>${whole}</Request><Request>${whole}</Request>`), false],
  ['no Request', request(''), false],
  ['no address', request('<Request><AcceptableResponseSchema>s</AcceptableResponseSchema></Request>'), false],
  ['no schema', request('<Request><EMailAddress>a@b</EMailAddress></Request>'), false],
  ['another root', `<Other><Request>${whole}</Request></Other>`, false],
  ['a DTD', `<!DOCTYPE x [<!ENTITY a "b">]>${request(`<Request>${whole}</Request>`)}`, false],
  ['an element that is not closed', `<Autodiscover><Request>${whole}</Request>`, false],
  ['closed in the wrong order', `<Autodiscover><Request>${whole}</Autodiscover></Request>`, false],
  ['two roots', `${request(`<Request>${whole}</Request>`)}<x/>`, false],
  ['elements forty deep', `${'<x>'.repeat(40)}${'</x>'.repeat(40)}`, false],
  ['nothing', '', false],
];
for (const [name, xml, good] of requests) {
  test(`a request with ${name} is ${good ? 'read' : 'refused'}`, () => {
    assert.deepEqual(parseAutodiscoverRequest(xml), good ? { address: 'a@b', schema: 's' } : undefined);
  });
}

test(`no text makes the reader throw (seed ${seed})`, () => {
  const pieces = fc.array(
    fc.constantFrom('<', '>', '/', 'Autodiscover', '<a>', '</a>', '&', '&#9999999;', '"', '<!--', ']]>', 'x'),
  );
  fc.assert(
    fc.property(pieces, (list) => {
      parseAutodiscoverRequest(list.join(''));
      parseAutodiscoverResponse(list.join(''));
    }),
    { seed, numRuns: 500 },
  );
});

test('a question in JSON is read from both forms, in any case of its names', () => {
  const question = { email: 'a+b@c.example', protocol: 'ActiveSync' };
  assert.deepEqual(parseJsonQuestion(buildJsonQuestion(question)), question);
  assert.deepEqual(
    parseJsonQuestion('/autodiscover/autodiscover.json/v1.0/a%2Bb@c.example?PROTOCOL=ActiveSync'),
    question,
  );
  assert.deepEqual(
    parseJsonQuestion('/Autodiscover/Autodiscover.json?email=a+b%40c.example&protocol=ActiveSync&RedirectCount=1'),
    question,
  );
  assert.deepEqual(parseJsonQuestion('/autodiscover/autodiscover.json'), { email: '', protocol: '' });
});

test('an answer in JSON is built and parsed, and what is none is none', () => {
  assert.equal(buildJsonAnswer({ protocol: 'ActiveSync', url }), `{"Protocol":"ActiveSync","Url":"${url}"}`);
  for (const answer of [
    { protocol: 'ActiveSync', url },
    { errorCode: 'ProtocolNotSupported', errorMessage: 'no' },
  ]) {
    assert.deepEqual(parseJsonAnswer(buildJsonAnswer(answer)), answer);
  }
  for (const text of ['', 'null', '[]', '{}', '{"Protocol":"ActiveSync"}', '<html>'])
    assert.equal(parseJsonAnswer(text), undefined, text);
});
