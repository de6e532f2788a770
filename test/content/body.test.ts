import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convert } from 'html-to-text';
import { makeMessage, seeded } from '../../scripts/make-mailbox.ts';
import { attachmentContent } from '../../src/content/email/attachment.ts';
import { type BodyOptions, chooseBody, type RenderedBody, renderBodyPart } from '../../src/content/email/body.ts';
import { htmlToText } from '../../src/content/email/html.ts';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import type { ReadRange } from '../../src/content/email/late.ts';
import { decodedSize, decodeTransfer, transferDecoder } from '../../src/content/email/transfer.ts';

interface Reading {
  readonly read: ReadRange;
  bytes: number;
}
function reading(mime: Buffer): Reading {
  const state: Reading = {
    bytes: 0,
    read: async ({ from, to }) => {
      state.bytes += to - from;
      return mime.subarray(from, to);
    },
  };
  return state;
}
async function body(mime: Buffer, options: Partial<BodyOptions>): Promise<RenderedBody> {
  return chooseBody(
    indexMessage(mime),
    { preferences: [], mimeSupport: 0, version: '16.1', ...options },
    reading(mime).read,
  );
}
const both = Buffer.from(
  'Subject: x\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße an alle, plain\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Grüße an <b>alle</b></p>\r\n--b--\r\n',
);
const plain = Buffer.from('Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\na < b & c\r\nd');
const signed = Buffer.from(
  'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b\r\n\r\n--b\r\n\r\nwords\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nxx\r\n--b--\r\n',
);

test('the native type wins over the order of the preferences', async () => {
  assert.equal((await body(both, { preferences: [{ type: 1 }, { type: 2 }] })).type, 2);
  assert.equal((await body(plain, { preferences: [{ type: 2 }, { type: 1 }] })).type, 1);
  assert.equal((await body(both, { preferences: [] })).type, 1, 'plain text when nothing is preferred');
  assert.equal((await body(both, { preferences: [{ type: 3 }] })).type, 1, 'RTF is not made');
});
test('plain text as HTML is escaped and keeps its lines', async () => {
  const { data, estimatedSize } = await body(plain, { preferences: [{ type: 2 }] });
  assert.match(data as string, /a &lt; b &amp; c<br>\r\nd/);
  assert.equal(estimatedSize, Buffer.byteLength(data as string));
});
test('AllOrNone gives the next preference that fits, or no data at all', async () => {
  const next = await body(both, {
    preferences: [
      { type: 2, truncationSize: 5, allOrNone: true },
      { type: 1, truncationSize: 9 },
    ],
  });
  assert.deepEqual(
    { type: next.type, data: next.data, truncated: next.truncated },
    { type: 1, data: 'Grüße a', truncated: true },
  );
  const none = await body(both, { preferences: [{ type: 2, truncationSize: 5, allOrNone: true }] });
  assert.deepEqual(none, { type: 2, estimatedSize: 29, truncated: true });
});
test('TruncationSize 0 gives the size and no data; the preview is plain text and not repeated', async () => {
  assert.deepEqual(await body(both, { preferences: [{ type: 2, truncationSize: 0, preview: 8 }] }), {
    type: 2,
    estimatedSize: 29,
    truncated: true,
    preview: 'Grüße an',
  });
  assert.equal((await body(both, { preferences: [{ type: 1, preview: 8 }] })).preview, undefined);
  assert.equal((await body(both, { preferences: [{ type: 1, truncationSize: 0, preview: 8 }] })).preview, 'Grüße an');
  assert.equal((await body(both, { preferences: [{ type: 2, preview: 8 }], version: '12.1' })).preview, undefined);
});

/** MIMESupport × mail × listed types → the type that is given. */
const mimeTable: readonly (readonly [0 | 1 | 2, 'signed' | 'other', readonly (1 | 2 | 4)[], 1 | 2 | 4])[] = [
  [0, 'signed', [1, 4], 1],
  [0, 'other', [4], 1],
  [0, 'other', [2, 4], 2],
  [1, 'signed', [1, 4], 4],
  [1, 'other', [1, 4], 1],
  [1, 'other', [4], 1],
  [2, 'signed', [4], 4],
  [2, 'other', [1, 2, 4], 4],
  [2, 'other', [1, 2], 2],
];
for (const [mimeSupport, mail, listed, type] of mimeTable) {
  test(`MIMESupport ${mimeSupport}, ${mail} mail, types ${listed.join(' ')}: type ${type}`, async () => {
    const answer = await body(mail === 'signed' ? signed : both, {
      mimeSupport,
      preferences: listed.map((each) => ({ type: each })),
    });
    assert.equal(answer.type, type);
  });
}
test('MIME is cut at a line end by the smaller limit; a signed mail never is', async () => {
  const cut = await body(both, { mimeSupport: 2, preferences: [{ type: 4, truncationSize: 100 }] });
  assert.equal(cut.estimatedSize, both.length);
  assert.ok(cut.truncated && (cut.data as Buffer).equals(both.subarray(0, both.lastIndexOf(10, 99) + 1)));
  const whole = await body(signed, {
    mimeSupport: 2,
    mimeTruncation: 1,
    preferences: [{ type: 4, truncationSize: 100 }],
  });
  assert.ok(!whole.truncated && (whole.data as Buffer).equals(signed));
  assert.equal((await body(both, { mimeSupport: 2, mimeTruncation: 0, preferences: [{ type: 4 }] })).data, undefined);
});

test('every TruncationSize gives the longest start that ends between characters', async () => {
  const random = seeded(11);
  for (let n = 0; n < 60; n++) {
    const mime = makeMessage(random, n);
    for (const type of [1, 2] as const) {
      const { data, estimatedSize } = await body(mime, { preferences: [{ type }] });
      const whole = Buffer.from(data as string);
      assert.equal(estimatedSize, whole.length);
      for (const truncationSize of [
        1,
        2,
        3,
        10,
        33,
        500,
        501,
        502,
        503,
        whole.length - 1,
        whole.length,
        whole.length + 1,
      ]) {
        if (truncationSize < 1) continue;
        const part = await body(mime, { preferences: [{ type, truncationSize }] });
        let end = Math.min(truncationSize, whole.length);
        while (end < whole.length && (whole[end]! & 0xc0) === 0x80) end--;
        assert.equal(part.data, whole.toString('utf8', 0, end), `message ${n}, type ${type}, ${truncationSize}`);
        assert.deepEqual([part.truncated, part.estimatedSize], [whole.length > truncationSize, whole.length]);
      }
    }
  }
});
test('a page of previews reads nothing, an open mail its part, the start of a huge one only its start', async () => {
  for (const [type, encoding] of [
    ['plain', '8bit'],
    ['html', '8bit'],
    ['plain', 'base64'],
  ] as const) {
    const line = type === 'html' ? '<tr><td title="a>b">Zeile <b>fünf</b></td></tr>\r\n' : 'Zeile fünf mit Wörtern\r\n';
    const text = Buffer.from((type === 'html' ? '<style>p{}</style><table>' : '') + line.repeat(100_000));
    const coded = encoding === 'base64' ? Buffer.from(text.toString('base64').replace(/.{76}/g, '$&\r\n')) : text;
    const mime = Buffer.concat([
      Buffer.from(`Content-Type: text/${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`),
      coded,
    ]);
    const index = indexMessage(mime);
    const state = reading(mime);
    const ask = (truncationSize?: number): Promise<RenderedBody> =>
      chooseBody(
        index,
        {
          preferences: [{ type: 1, ...(truncationSize !== undefined && { truncationSize }) }],
          mimeSupport: 0,
          version: '16.1',
        },
        state.read,
      );
    await ask(500);
    assert.equal(state.bytes, 0);
    const start = await ask(50_000);
    assert.ok(state.bytes < 2_000_000 && state.bytes > 0, `${state.bytes} bytes of ${mime.length}`);
    const whole = await ask();
    assert.equal(Buffer.byteLength(whole.data as string), index.textSize);
    assert.ok(
      (whole.data as string).startsWith(start.data as string) && Buffer.byteLength(start.data as string) >= 49_997,
    );
  }
});

test('attachments come byte for byte, whole and in ranges, from base64 and quoted-printable', async () => {
  const content = Buffer.from(Uint8Array.from({ length: 5000 }, (_, at) => (at * 7919 + (at >> 3)) % 256));
  const quoted = [...content]
    .map((byte) => `=${byte.toString(16).padStart(2, '0').toUpperCase()}`)
    .join('')
    .replace(/.{75}/g, '$&=\r\n');
  const parts = [
    ['base64', content.toString('base64').replace(/.{76}/g, '$&\r\n')],
    ['quoted-printable', quoted],
  ];
  const pieces = parts.map(
    ([encoding, text]) =>
      `--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${text}\r\n`,
  );
  const mime = Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${pieces.join('')}--b--\r\n`);
  const index = indexMessage(mime);
  for (const part of ['1', '2']) {
    const whole = await attachmentContent(index, part, reading(mime).read);
    assert.ok(whole.data.equals(content) && whole.size === 5000);
    for (const [from, to] of [
      [0, 1],
      [0, 5000],
      [1234, 2345],
      [4999, 9000],
      [5000, 6000],
    ] as const) {
      const range = await attachmentContent(index, part, reading(mime).read, { from, to });
      assert.ok(range.data.equals(content.subarray(from, to)), `${part} ${from}-${to}`);
    }
  }
  await assert.rejects(attachmentContent(index, '7', reading(mime).read), { code: 'item-not-found' });
});
test('a transfer decode in pieces equals the whole one, whatever the bytes', () => {
  const random = seeded(5);
  const letters = 'AZaz09+/=\r\n \t*=3D=0A-_é';
  for (let turn = 0; turn < 500; turn++) {
    const bytes = Buffer.from(
      Array.from({ length: Math.floor(random() * 200) }, () => letters[Math.floor(random() * letters.length)]).join(''),
    );
    for (const encoding of ['base64', 'quoted-printable'] as const) {
      const whole = decodeTransfer(bytes, encoding);
      const decoder = transferDecoder(encoding);
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += 7) pieces.push(decoder.write(bytes.subarray(at, at + 7)));
      assert.ok(Buffer.concat([...pieces, decoder.end()]).equals(whole));
      assert.equal(decodedSize(bytes, encoding), whole.length);
    }
  }
});

test('HTML becomes the text that html-to-text makes of it, links and images aside', () => {
  const samples = [
    '<p>One <b>two</b></p><p>three&nbsp;four &lt;five&gt; &euro;</p>',
    '<html><head><title>no</title><style>p > a { }</style></head><body>yes<br>and <a href="x>y">link</a><img src="a" alt="b"></body></html>',
    '<div>a<div>b</div>c</div><script>if (a < b) { "</p>" }</script>d',
    '<ul><li>eins<li>zwei</ul>3 < 4 <!-- no <b> --> 5 <!doctype html> 6',
    '<pre>a\n  b</pre>c',
  ];
  for (const html of samples) {
    const oracle = convert(html, {
      wordwrap: false,
      selectors: [
        { selector: 'a', options: { ignoreHref: true } },
        { selector: 'img', format: 'skip' },
        { selector: 'title', format: 'skip' },
      ],
    });
    assert.equal(htmlToText(html).replace(/[\s\u00a0]+/g, ' '), oracle.replace(/[\s\u00a0]+/g, ' ').trim(), html);
  }
});
test('cells of a row stay apart', () => {
  assert.equal(htmlToText('<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>'), '1 2\r\n3');
});
test('a cut HTML gives a start of the whole text, but for its end', () => {
  const html =
    '<head><title>a</title></head><body><p title="x > y">Hello &amp; <!-- c > --> world</p><pre>a\n b</pre><p>end</p></body>'.repeat(
      3,
    );
  const whole = htmlToText(html);
  for (let length = 0; length < html.length; length++) {
    const text = htmlToText(html.slice(0, length), true);
    assert.ok(whole.startsWith(text.slice(0, -8)), `${length}: ${text}`);
  }
});

test('a body part is the message as HTML in the limits of its preference; of a huge one none is worked out', async () => {
  const mime = Buffer.from('Content-Type: text/html\r\n\r\n<p>Hello there</p>');
  const index = indexMessage(mime);
  const read = async ({ from, to }: { from: number; to: number }) => mime.subarray(from, to);
  assert.deepEqual(await renderBodyPart(index, { type: 2, truncationSize: 8, preview: 5 }, read), {
    ...{ status: 1, type: 2, estimatedSize: 18, truncated: true, data: '<p>Hello', preview: 'Hello' },
  });
  const huge = { ...index, htmlSize: 5_000_000 };
  assert.deepEqual(await renderBodyPart(huge, { type: 2 }, read), {
    ...{ status: 176, type: 2, estimatedSize: 0, truncated: false },
  });
});
