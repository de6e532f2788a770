import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { attachmentContent } from '../../src/content/email/attachment.ts';
import {
  attachmentKey,
  type DraftOptions,
  draftFromFields,
  draftFromMime,
  withKeys,
} from '../../src/content/email/draft.ts';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import { prepareOutgoing, type Sender } from '../../src/content/email/outgoing.ts';
import type { Source } from '../../src/content/email/quote.ts';
import { composeReply } from '../../src/content/email/reply.ts';

const now = Date.UTC(2026, 0, 2, 12);
const sender: Sender = {
  from: 'bob@example.org',
  displayName: 'Bob Builder',
  own: ['bob@example.org', 'bobby@example.org'],
  now,
};
const source = (mime: Buffer): Source => ({
  email: indexMessage(mime),
  read: async ({ from, to }) => mime.subarray(from, to),
});
const lines = (...parts: string[]): Buffer => Buffer.from(parts.join('\r\n'));

test('recipients come from To, Cc and Bcc: groups, commas in names, semicolons, each once; Bcc stays in the own copy alone', () => {
  const mime = lines(
    'From: x@evil.example',
    'To: "Doe, John" <john@example.com>; Team: a@example.com, b@example.com;',
    'Cc: Doe, Jane <JANE@example.com>, john@example.com',
    'Bcc: secret@example.com',
    'Subject: Hi',
    '',
    'text',
  );
  const out = prepareOutgoing(mime, sender);
  assert.deepEqual(out.recipients, [
    'john@example.com',
    'a@example.com',
    'b@example.com',
    'JANE@example.com',
    'secret@example.com',
  ]);
  assert.doesNotMatch(out.mime.toString(), /secret|evil/);
  assert.match(out.sentCopy.toString(), /Bcc: secret@example\.com/);
  assert.equal(out.index.bcc, 'secret@example.com');
  assert.equal(out.index.from, '"Bob Builder" <bob@example.org>');
  assert.equal(out.index.date, now);
  assert.match(out.messageId, /^[0-9a-f]{32}@example\.org$/);
  assert.equal(indexMessage(out.mime).messageId, out.messageId);
});
test('the name that the client gave one of the own addresses is kept, a right From byte for byte', () => {
  const from = (value: string): string =>
    prepareOutgoing(lines(`From: ${value}`, 'To: a@example.com', '', 'x'), sender).mime.toString('latin1');
  assert.match(
    from('=?utf-8?Q?B=C3=B6b?= <Bob@example.org>'),
    /^From: =\?utf-8\?Q\?B=C3=B6b\?= <Bob@example\.org>\r$/m,
  );
  assert.match(from('Bobby <bobby@example.org>'), /^From: "Bobby" <bob@example\.org>\r$/m);
  assert.match(from('bob@example.org, eve@example.com'), /^From: .*<bob@example\.org>\r$/m);
});
test('bare line feeds become CRLF, a right message keeps its bytes, a Date and a Message-ID too', () => {
  const right = lines(
    'From: bob@example.org',
    'To: a@example.com',
    'Date: Fri, 2 Jan 2026 11:00:00 +0000',
    'Message-ID: <own@phone>',
    'MIME-Version: 1.0',
    '',
    'one',
    'two',
  );
  assert.ok(prepareOutgoing(right, sender).mime.equals(right));
  const bare = Buffer.from(right.toString().replace(/\r\n/g, '\n'));
  assert.ok(prepareOutgoing(bare, sender).mime.equals(right));
  const mixed = Buffer.from(right.toString().replace('one\r\n', 'one\n'));
  assert.ok(prepareOutgoing(mixed, sender).mime.equals(right));
});
test('no header is invalid MIME, nobody to send to and half an address are named', () => {
  for (const text of ['', 'just words\r\n', '\r\n\r\nbody'])
    assert.throws(() => prepareOutgoing(Buffer.from(text), sender), { code: 'invalid-mime' });
  for (const to of ['', 'undisclosed-recipients:;'])
    assert.throws(() => prepareOutgoing(lines(`To: ${to}`, '', 'x'), sender), { code: 'no-recipients' });
  for (const to of ['John', 'a@example.com, Jane', 'a@b@c', '<>'])
    assert.throws(() => prepareOutgoing(lines(`To: ${to}`, '', 'x'), sender), {
      code: /invalid-address|no-recipients/,
    });
});

const file = Buffer.from(Uint8Array.from({ length: 999 }, (_, at) => (at * 31) % 256));
const base64 = file.toString('base64').replace(/.{76}/g, '$&\r\n');
function part(type: string, text: string, name?: string): string {
  const disposition = name
    ? `\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64`
    : '\r\nContent-Transfer-Encoding: 8bit';
  return `Content-Type: ${type}${disposition}\r\n\r\n${text}`;
}
function message(subject: string, kind: 'html' | 'plain', attachment: string | undefined, words: string): Buffer {
  const html = `<html><head><style>p{}</style></head><body><p>${words}</p></body></html>`;
  const body = kind === 'html' ? part('text/html; charset=utf-8', html) : part('text/plain; charset=utf-8', words);
  const whole = attachment
    ? `Content-Type: multipart/mixed; boundary="b-${subject}"\r\n\r\n--b-${subject}\r\n${body}\r\n--b-${subject}\r\n${part('application/pdf', base64, attachment)}\r\n--b-${subject}--\r\n`
    : body;
  return Buffer.from(
    `From: ${subject}@example.com\r\nTo: bob@example.org\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.com>\r\nDate: Thu, 1 Jan 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n${whole}`,
  );
}

for (const kind of ['reply', 'forward'] as const) {
  for (const original of ['html', 'plain'] as const) {
    for (const mine of ['html', 'plain'] as const) {
      for (const attached of [false, true]) {
        for (const replaceMime of [false, true]) {
          test(`${kind}: ${mine} on ${original}${attached ? ' with attachments' : ''}${replaceMime ? ', ReplaceMime' : ''}`, async () => {
            const first = message(
              'first',
              original,
              attached ? 'original.pdf' : undefined,
              'Alte Wörter <€>'.replace(/[<>]/g, original === 'html' ? '' : '$&'),
            );
            const reply = message('answer', mine, attached ? 'mine.pdf' : undefined, 'Neue Wörter');
            const bytes = await composeReply(source(first), reply, { kind, replaceMime, now });
            const out = prepareOutgoing(bytes, sender);
            const mail = await simpleParser(out.mime, { skipImageLinks: true });
            const text = mine === 'html' ? (mail.html as string) : (mail.text ?? '');
            assert.match(text, /Neue Wörter/);
            assert.equal(/Alte Wörter/.test(text), !replaceMime);
            if (!replaceMime) assert.ok(text.indexOf('Neue') < text.indexOf('Alte'), 'below the own words');
            if (mine === 'html') {
              assert.match((mail.html as string).trim(), /<\/body><\/html>$/, 'nothing behind the end');
              assert.equal((mail.html as string).match(/<body/gi)?.length, 1);
            } else assert.equal(mail.html, false);
            const names = [
              ...(attached ? ['mine.pdf'] : []),
              ...(attached && kind === 'forward' && !replaceMime ? ['original.pdf'] : []),
            ];
            assert.deepEqual(
              mail.attachments.map(({ filename }) => filename),
              names,
            );
            for (const { content } of mail.attachments) assert.ok(content.equals(file));
            assert.ok(
              names.every((name) => out.mime.includes(part('application/pdf', base64, name))),
              'as it stood',
            );
            assert.equal(mail.inReplyTo, '<first@example.com>');
            assert.deepEqual([mail.references].flat(), ['<first@example.com>'].flat());
            assert.equal(Buffer.from(out.index.threadIndex, 'base64').length, 27);
          });
        }
      }
    }
  }
}
test('a signed answer keeps its bytes: the original goes beside it', async () => {
  const signedPart =
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=s\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\nsigned words\r\n--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nxx\r\n--s--\r\n';
  const bytes = await composeReply(
    source(message('first', 'plain', undefined, 'Old words')),
    Buffer.from(`To: a@example.com\r\n${signedPart}`),
    { kind: 'reply', replaceMime: false, now },
  );
  assert.ok(bytes.includes(signedPart));
  assert.match((await simpleParser(bytes)).text ?? '', /signed words[\s\S]*Old words/);
});
test('a signed original is forwarded whole', async () => {
  const original = lines(
    'Subject: Sealed',
    'Message-ID: <s@example.com>',
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=s',
    '',
    '--s',
    '',
    'words',
    '--s',
    'Content-Type: application/pkcs7-signature',
    '',
    'xx',
    '--s--',
    '',
  );
  const bytes = await composeReply(source(original), message('answer', 'html', undefined, 'See below'), {
    kind: 'forward',
    replaceMime: false,
    now,
  });
  const { email, read } = source(bytes);
  const embedded = email.attachments.find(({ method }) => method === 5)!;
  assert.equal(embedded.name, 'Sealed.eml');
  assert.ok((await attachmentContent(email, embedded.part, read)).data.equals(original));
});

const options: DraftOptions = { from: 'bob@example.org', displayName: 'Bob', now };
test('a draft keeps what is not sent, clears what is empty, and stays the same message', async () => {
  const first = await draftFromFields(
    {
      To: 'Jörg <j@example.com>; half',
      Bcc: 's@example.com',
      Subject: 'Grüße',
      Importance: 2,
      body: { type: 2, data: '<p>Hällo</p>' },
    },
    undefined,
    { ...options, add: [{ key: 'a1', name: 'Übersicht.pdf', content: file, type: 'application/pdf', inline: false }] },
  );
  const one = source(first.mime);
  assert.deepEqual(
    [one.email.subject, one.email.to, one.email.bcc, one.email.importance, one.email.preview, one.email.from],
    ['Grüße', '"Jörg" <j@example.com>, "half"', 's@example.com', 2, 'Hällo', '"Bob" <bob@example.org>'],
  );
  const second = await draftFromFields({ Bcc: '', Subject: 'Neu' }, one, { ...options, now: now + 1e6 });
  const two = source(second.mime);
  assert.deepEqual(
    [two.email.subject, two.email.bcc, two.email.to, two.email.messageId, two.email.date],
    ['Neu', '', one.email.to, one.email.messageId, now],
  );
  assert.equal(two.email.nativeBodyType, 2);
  assert.deepEqual(
    two.email.attachments.map(({ name }) => name),
    ['Übersicht.pdf'],
  );
  assert.ok((await attachmentContent(two.email, two.email.attachments[0]!.part, two.read)).data.equals(file));
  const bare = await draftFromFields({ body: { type: 1, data: 'plain .\n.\nend ' } }, two, {
    ...options,
    remove: [two.email.attachments[0]!.part],
  });
  const third = source(bare.mime);
  assert.deepEqual(
    [third.email.attachments.length, third.email.nativeBodyType, third.email.preview],
    [0, 1, 'plain .\r\n.\r\nend '],
  );
});
test('a draft that came as MIME is kept byte for byte; earlier attachments stay only when it has none', async () => {
  const whole = message('draft', 'html', 'mine.pdf', 'words');
  assert.ok((await draftFromMime(whole, undefined, options)).mime.equals(whole));
  const previous = source(message('before', 'plain', 'before.pdf', 'old'));
  assert.ok((await draftFromMime(whole, previous, options)).mime.equals(whole));
  const words = lines('To: a@example.com', 'Subject: bare', '', 'words');
  const bare = source((await draftFromMime(words, previous, options)).mime);
  assert.deepEqual(
    bare.email.attachments.map(({ name }) => name),
    ['before.pdf'],
  );
  assert.equal(bare.email.messageId, 'before@example.com');
  assert.equal(bare.email.preview, 'words');
});
test('an attachment of a draft keeps its key, wherever its part comes to stand', async () => {
  const add = ['one', 'two', 'three'].map((name) => ({
    key: attachmentKey(name, Buffer.from(name)),
    ...{ name, content: Buffer.from(name) },
  }));
  const first = await draftFromFields({ Subject: 's' }, undefined, { ...options, add });
  assert.deepEqual(
    first.keys,
    add.map(({ key }) => key),
  );
  const email = withKeys(indexMessage(first.mime), first.keys);
  const reading = source(first.mime);
  const again = { ...options, add: [add[1]!], remove: [add[0]!.key] };
  const second = await draftFromFields({}, { ...reading, email }, again);
  assert.deepEqual(second.keys, [add[1]!.key, add[2]!.key]);
  assert.deepEqual(
    withKeys(indexMessage(second.mime), second.keys).attachments.map(({ name, key }) => [name, key]),
    [
      ['two', add[1]!.key],
      ['three', add[2]!.key],
    ],
  );
  const own = await draftFromMime(
    message('draft', 'plain', 'mine.pdf', 'words'),
    { ...reading, email },
    { ...options, add: [add[2]!] },
  );
  assert.deepEqual(
    withKeys(indexMessage(own.mime), own.keys).attachments.map(({ name, key }) => [name, key]),
    [
      ['mine.pdf', undefined],
      ['three', add[2]!.key],
    ],
  );
});

test('each line of the original is quoted once, whatever its line ends', async () => {
  for (const end of ['\r\n', '\n']) {
    const body = ['one', '', '> older', 'last'].join(end);
    const original = Buffer.from(`From: a@example.com\r\nSubject: x\r\nMessage-ID: <o@x>\r\n\r\n${body}${end}`);
    const reply = lines('From: b@example.org', 'To: a@example.com', 'Content-Type: text/plain', '', 'answer');
    const out = await composeReply(source(original), reply, { kind: 'reply', replaceMime: false, now });
    const { text = '' } = await simpleParser(out);
    assert.equal(text.slice(text.indexOf('> one')).trimEnd(), '> one\n> \n>> older\n> last');
  }
});
