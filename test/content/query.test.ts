// The query language of Search and Find, over one mail: what it asks of the index, and what it says of the mail itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import { parseQuery } from '../../src/content/email/query.ts';
import type { Email } from '../../src/domain/email.ts';

const now = Date.UTC(2026, 2, 18, 12); // a Wednesday
const mime = [
  'From: Ann Árvore <ann@far.test>\r\nTo: Ben <ben@example.test>\r\nCc: cleo@example.test',
  'Subject: Budget for the new year\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n',
  '--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease look at the last figures today.\r\n--b',
  'Content-Type: application/pdf; name="plan.pdf"\r\nContent-Disposition: attachment; filename="plan.pdf"\r\n\r\nx\r\n--b--\r\n',
].join('\r\n');
const mail = { ...indexMessage(Buffer.from(mime)), received: Date.UTC(2026, 2, 17, 8) } as unknown as Email;
const matches = (text: string) => parseQuery(text, now).some((one) => one.matches(mail));

const found = [
  'budget',
  'BUDG fig',
  'arvore',
  'budget AND figures',
  'nothing OR budget',
  '(nothing OR budget) figures',
  'budget NOT nothing',
  'NOT nothing',
  'NOT (nothing OR nobody)',
  'NOT (budget AND nothing)',
  'from:ann to:ben cc:cleo subject:budget body:figures attachment:plan',
  'from:"ann arvore"',
  '"last figures"',
  '"the last fig"',
  'subject:"new year"',
  'hasattachment:true',
  'HasAttachment:yes budget',
  'received:2026-03-17',
  'received:3/17/2026',
  'received>=2026-03-17 received<2026-03-18',
  'received:2026-03-01..2026-03-31',
  'received:yesterday',
  'received:"this week"',
  'received:"this month" budget',
  'received<=2026-03-17T09:00:00Z',
  'kind:budget OR budget',
];
const notFound = [
  'nothing',
  'udget',
  'budget AND nothing',
  'budget NOT figures',
  'NOT budget',
  'NOT (nothing OR budget)',
  'from:ben',
  'subject:figures',
  'body:budget',
  '"figures last"',
  '"budget figures"',
  'subject:"year new"',
  'hasattachment:false',
  'received:today',
  'received>2026-03-17',
  'received:"last week"',
  'kind:budget',
];
for (const text of found) test(`found: ${text}`, () => assert.ok(matches(text)));
for (const text of notFound) test(`not found: ${text}`, () => assert.ok(!matches(text)));

test('what is not well-formed counts as words, whatever it is', () => {
  for (const text of ['(budget', 'budget)', 'budget OR', 'AND budget', 'NOT', '"budget', 'budget ()', '((((budget'])
    assert.equal(matches(text), text !== 'NOT', text);
  for (const text of ['', '   ', '()', 'OR', '"', '""', ':', 'from:'])
    assert.doesNotThrow(() => parseQuery(text, now), text);
});

test('the index is asked for the words that are wanted, and for none when there are none', () => {
  const words = (text: string) => parseQuery(text, now).map((one) => one.words.map(({ text }) => text));
  assert.deepEqual(words('from:ann budget NOT nothing'), [['ann', 'budget']]);
  assert.deepEqual(words('a OR (b c)'), [['a'], ['b', 'c']]);
  assert.deepEqual(words('(a OR b) AND (c OR d)'), [
    ['a', 'c'],
    ['a', 'd'],
    ['b', 'c'],
    ['b', 'd'],
  ]);
  assert.deepEqual(words('hasattachment:true'), [[]]);
  assert.equal(words(Array(20).fill('a').join(' OR ')).length, 8);
  assert.equal(words(Array(12).fill('(a OR b)').join(' ')).length, 8);
});
