import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { conversationOf, nextThreadIndex } from '../../src/content/email/conversation.ts';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import type { EmailIndex } from '../../src/domain/email.ts';

const folder = join(process.cwd(), 'fixtures/mime');
const index = (name: string): EmailIndex => indexMessage(readFileSync(join(folder, name)));
const date = Date.UTC(2026, 0, 1, 9);

/** By fixture: what the index must say. Attachments as name, type, method, size, inline. */
const expected: Readonly<
  Record<string, Partial<Omit<EmailIndex, 'attachments'>> & { readonly attachments?: readonly (readonly unknown[])[] }>
> = {
  'plain-raw-8bit.eml': {
    subject: 'Grüße aus Köln',
    preview: 'Das Menü kostet 5 €.\r\n',
    codePage: 1252,
    textPart: '1',
    htmlPart: '',
    date,
    from: '"Anna" <anna@example.com>',
  },
  'subject-split-words.eml': { subject: '😀 ok café plain =?utf-8?X?bad?=', importance: 2, codePage: 65001 },
  'html-only-koi8.eml': {
    subject: 'Привет',
    preview: 'Привет, мир!',
    codePage: 20866,
    nativeBodyType: 2,
    textPart: '',
    htmlPart: '1',
  },
  'related-inline.eml': {
    textPart: '1.1',
    htmlPart: '1.2.1',
    preview: 'Hello =) text',
    nativeBodyType: 2,
    attachments: [
      ['one.png', 'image/png', 1, 8, true],
      ['Übersicht 2026.pdf', 'application/pdf', 1, 8, false],
    ],
  },
  'smime-signed.eml': {
    messageClass: 'IPM.Note.SMIME.MultipartSigned',
    preview: 'Signed words',
    attachments: [['smime.p7s', 'application/pkcs7-signature', 1, 4, false]],
  },
  'smime-opaque.eml': {
    messageClass: 'IPM.Note.SMIME',
    preview: '',
    textPart: '',
    attachments: [['smime.p7m', 'application/pkcs7-mime', 1, 4, false]],
  },
  'report-failed.eml': {
    messageClass: 'REPORT.IPM.Note.NDR',
    preview: 'It failed.',
    attachments: [
      ['attachment-2.txt', 'message/delivery-status', 1, 112, false],
      ['The original_ one_two.eml', 'message/rfc822', 5, 38, false],
    ],
  },
  'meeting-reply.eml': { messageClass: 'IPM.Schedule.Meeting.Resp.Pos', preview: 'Yes' },
  'flowed.eml': { preview: 'One long line.\r\n> quoted text\r\n-- \r\nsig\r\n' },
  'no-header.eml': {
    subject: '',
    from: '',
    preview: 'Just words without any header.\r\nSecond line: with a colon\r\n',
  },
  'truncated.eml': { preview: 'Whole', attachments: [['data.bin', 'application/octet-stream', 1, 14, false]] },
  'bare-lf-thread.eml': {
    topic: 'Plan',
    to: '',
    cc: '"Doe, John" <john@example.com>, x@example.com, y@example.com',
    references: ['root@example.com', 'second@example.com'],
    messageId: 'third@example.com',
    date: Date.UTC(2026, 0, 1, 15),
    preview: 'Bare line feeds\r\nonly\r\n',
  },
  'alternative-empty-text.eml': { textPart: '', htmlPart: '2', preview: 'Győr', codePage: 28592 },
  'iso-2022-jp.eml': { subject: '会議', preview: '会議\r\n', codePage: 50220 },
};

test('every fixture has a row', () => {
  assert.deepEqual(readdirSync(folder).sort(), Object.keys(expected).sort());
});
for (const [name, facts] of Object.entries(expected)) {
  test(`the index of ${name} says what the message says`, () => {
    const actual = index(name);
    for (const [key, value] of Object.entries(facts)) {
      if (key !== 'attachments') assert.deepEqual(actual[key as keyof EmailIndex], value, key);
    }
    const attachments = actual.attachments.map((each) => [each.name, each.type, each.method, each.size, each.inline]);
    if (facts.attachments) assert.deepEqual(attachments, facts.attachments);
  });
}

test('a thread has one ConversationId, whoever answers, and each level its own five bytes', () => {
  const root = indexMessage(
    Buffer.from('Message-ID: <root@example.com>\r\nDate: Thu, 1 Jan 2026 10:00:00 +0000\r\n\r\nx'),
  );
  const answer = index('bare-lf-thread.eml');
  assert.equal(conversationOf(answer).conversation, conversationOf(root).conversation);
  assert.match(conversationOf(root).conversation, /^[0-9a-f]{32}$/);
  assert.equal(Buffer.from(conversationOf(root).conversationIndex, 'base64').length, 5);
  assert.equal(Buffer.from(conversationOf(answer).conversationIndex, 'base64').length, 15);
});
test('Thread-Index: header and levels go to the client without the GUID, which names the thread when nothing else does', () => {
  const root = indexMessage(
    Buffer.from('Message-ID: <root@example.com>\r\nDate: Thu, 1 Jan 2026 10:00:00 +0000\r\n\r\nx'),
  );
  const next = Buffer.from(nextThreadIndex(root, root.date! + 60_000), 'base64');
  assert.equal(next.length, 27);
  assert.equal(next[0], 1);
  assert.equal(next.readUInt32BE(22), Number(600_000_000n >> 18n), 'a minute in units of 2^18 ticks');
  const answer = indexMessage(
    Buffer.from(`Message-ID: <a@example.com>\r\nThread-Index: ${next.toString('base64')}\r\n\r\nx`),
  );
  assert.equal(conversationOf(answer).conversation, conversationOf(root).conversation);
  assert.deepEqual(
    Buffer.from(conversationOf(answer).conversationIndex, 'base64'),
    Buffer.concat([next.subarray(1, 6), next.subarray(22)]),
  );
});
test('a large message is indexed without decoding its attachments, hostile ones in bounded time', {
  timeout: 20_000,
}, () => {
  const open =
    'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n';
  const large = Buffer.concat([
    Buffer.from(open),
    Buffer.alloc(78 * 320_000, `${'A'.repeat(76)}\r\n`),
    Buffer.from('\r\n--b--\r\n'),
  ]);
  assert.equal(indexMessage(large).attachments[0]?.size, 57 * 320_000);
  const deep = Array.from(
    { length: 500 },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\n\n--b${level}\n`,
  ).join('');
  const hostile = [deep, `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(100_000)}`];
  for (const filler of ['=?a?q?', '(', '"', ' \n', '<', ',', 'a:']) {
    for (const name of ['Subject', 'To', 'Content-Type', 'Content-Transfer-Encoding', 'References', 'Date'])
      hostile.push(`${name}: ${filler.repeat(40_000)}\r\n\r\nx`);
  }
  for (const tag of ['<', '<a ="', '<svg>', '<head>', '<!--', '<a ', '&', '<pre>\n'])
    hostile.push(`Content-Type: text/html\r\n\r\n${tag.repeat(100_000)}`);
  for (const message of hostile) indexMessage(Buffer.from(message));
});

const invitation =
  'Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n';
const clearSigned =
  'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=s\r\n\r\n--s\r\n\r\nx\r\n--s--\r\n';
const sealedMail = 'Content-Type: application/pkcs7-mime\r\n\r\nAAAA\r\n';
const reports: [string, string, string, string][] = [
  ['R609', 'failed', invitation, 'REPORT.IPM.Schedule.Meeting.Request.NDR'],
  ['R613', 'failed', sealedMail, 'REPORT.IPM.Note.SMIME.NDR'],
  ['R614', 'delivered', sealedMail, 'REPORT.IPM.Note.SMIME.DR'],
  ['R615', 'failed', clearSigned, 'REPORT.IPM.Note.SMIME.MultipartSigned.NDR'],
  ['R616', 'delivered', clearSigned, 'REPORT.IPM.Note.SMIME.MultipartSigned.DR'],
  ['R606', 'delayed', sealedMail, 'REPORT.IPM.Note.DELAYED'],
  ['R605', 'delivered', invitation, 'REPORT.IPM.Note.DR'],
  ['R604', 'failed', 'Subject: plain\r\n\r\nx\r\n', 'REPORT.IPM.Note.NDR'],
];
for (const [id, action, original, expected] of reports) {
  test(`MS-ASEMAIL_${id}: a report that ${expected.split('.').slice(1, -1).join('.')} was ${action} is ${expected}`, () => {
    const report = [
      'Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n',
      '--r\r\n\r\nSo it was.\r\n',
      `--r\r\nContent-Type: message/delivery-status\r\n\r\nAction: ${action}\r\n`,
      `--r\r\nContent-Type: message/rfc822\r\n\r\n${original}--r--\r\n`,
    ];
    assert.equal(indexMessage(Buffer.from(report.join(''))).messageClass, expected);
  });
}
