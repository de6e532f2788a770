import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attachment as ParsedAttachment, simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';
import { makeMessage, seeded } from '../../scripts/make-mailbox.ts';
import { attachmentContent } from '../../src/content/email/attachment.ts';
import { chooseBody } from '../../src/content/email/body.ts';
import { conversationOf } from '../../src/content/email/conversation.ts';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import type { EmailIndex } from '../../src/domain/email.ts';

interface Seen {
  readonly subject: string;
  /** Blank runs as one blank; undefined when the message has no such part. */
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly attachments: readonly { readonly name: string | undefined; readonly bytes: Buffer }[];
}
const flat = (text: string | false | undefined): string => (text || '').replace(/\s+/g, ' ').trim();

async function seenByUs(mime: Buffer): Promise<Seen & { index: EmailIndex }> {
  const index = indexMessage(mime);
  const read = async ({ from, to }: { from: number; to: number }): Promise<Buffer> => mime.subarray(from, to);
  const body = async (type: 1 | 2): Promise<string> =>
    flat((await chooseBody(index, { preferences: [{ type }], mimeSupport: 0, version: '16.1' }, read)).data as string);
  const attachments = await Promise.all(
    index.attachments.map(async ({ part, name }) => ({
      name,
      bytes: (await attachmentContent(index, part, read)).data,
    })),
  );
  return {
    index,
    subject: index.subject,
    text: index.textPart ? await body(1) : undefined,
    html: index.htmlPart ? await body(2) : undefined,
    attachments,
  };
}
async function seenByMailparser(mime: Buffer): Promise<Seen> {
  const mail = await simpleParser(mime, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true });
  const attachments = mail.attachments.map(({ filename, content }: ParsedAttachment) => ({
    name: filename as string | undefined,
    bytes: content as Buffer,
  }));
  return { subject: mail.subject ?? '', text: flat(mail.text), html: flat(mail.html), attachments };
}
async function seenByPostalMime(mime: Buffer): Promise<Seen> {
  const mail = await PostalMime.parse(mime, { forceRfc822Attachments: true });
  const attachments = mail.attachments.map(({ filename, content }) => ({
    name: filename ?? undefined,
    bytes: Buffer.from(content as ArrayBuffer),
  }));
  return { subject: mail.subject ?? '', text: flat(mail.text), html: flat(mail.html), attachments };
}

/** Where another parser says something else, and why ours is kept. */
const knownDifferences: readonly {
  readonly parser: string;
  readonly what: keyof Seen;
  readonly reason: string;
  applies(ours: Seen & { index: EmailIndex }, mime: Buffer): boolean;
}[] = [
  {
    parser: 'mailparser',
    what: 'text',
    reason: 'it joins the delivery status to the text',
    applies: ({ index }) => index.structure.type === 'multipart/report',
  },
  {
    parser: 'mailparser',
    what: 'attachments',
    reason: 'the delivery status is no attachment to it',
    applies: ({ index }) => index.structure.type === 'multipart/report',
  },
  {
    parser: 'mailparser',
    what: 'text',
    reason: 'a container whose boundary never comes has no text',
    applies: isUnbounded,
  },
  {
    parser: 'postal-mime',
    what: 'text',
    reason: 'a container whose boundary never comes has no text',
    applies: isUnbounded,
  },
  {
    parser: 'mailparser',
    what: 'text',
    reason: '8-bit text without a charset is broken UTF-8 to it',
    applies: ({ index }, mime) => index.structure.charset === 'windows-1252' && !mime.includes('charset='),
  },
  // The TextDecoder of some Node releases reads windows-1252 as ISO 8859-1: letters of 0x80–0x9f come out as controls.
  {
    parser: 'postal-mime',
    what: 'subject',
    reason: 'windows-1252 by TextDecoder',
    applies: ({ subject }) => /[€“”—…]/.test(subject),
  },
  {
    parser: 'postal-mime',
    what: 'text',
    reason: 'windows-1252 by TextDecoder',
    applies: ({ index }) => index.codePage === 1252,
  },
  {
    parser: 'postal-mime',
    what: 'html',
    reason: 'windows-1252 by TextDecoder',
    applies: ({ index }) => index.codePage === 1252,
  },
  {
    parser: 'postal-mime',
    what: 'attachments',
    reason: 'it writes bare line feeds into parts that are not base64',
    applies: ({ index }) => index.attachments.some(({ type }) => /^(?:message|text)\//.test(type)),
  },
];

function isUnbounded({ index }: { readonly index: EmailIndex }, mime: Buffer): boolean {
  return index.structure.type === 'text/plain' && mime.includes('multipart/mixed; boundary="never-used"');
}
const parsers = { mailparser: seenByMailparser, 'postal-mime': seenByPostalMime };
const seed = Number(process.env.EASEL_SEED ?? 20260115);

test(`300 messages read like mailparser and postal-mime read them (seed ${seed})`, { timeout: 120_000 }, async () => {
  const random = seeded(seed);
  const used = new Set<string>();
  for (let n = 0; n < 300; n++) {
    const mime = makeMessage(random, n);
    const ours = await seenByUs(mime);
    for (const [parser, parse] of Object.entries(parsers)) {
      const theirs = await parse(mime);
      for (const what of ['subject', 'text', 'html', 'attachments'] as const) {
        if (ours[what] === undefined || sameSight(what, ours, theirs)) continue;
        const known = knownDifferences.find(
          (each) => each.parser === parser && each.what === what && each.applies(ours, mime),
        );
        if (known) used.add(`${parser}: ${known.reason}`);
        else
          assert.deepEqual(
            ours[what],
            theirs[what],
            `message ${n}, ${parser}, ${what}\n${mime.toString('latin1').slice(0, 2000)}`,
          );
      }
    }
  }
  assert.ok(used.size >= 3, `differences met: ${[...used].join('; ')}`);
});
function sameSight(what: 'subject' | 'text' | 'html' | 'attachments', ours: Seen, theirs: Seen): boolean {
  if (what !== 'attachments') return ours[what] === theirs[what];
  return (
    ours.attachments.length === theirs.attachments.length &&
    ours.attachments.every(({ name, bytes }, index) => {
      const other = theirs.attachments[index]!;
      // A part without a name gets one from us.
      return bytes.equals(other.bytes) && (other.name === undefined || other.name === name);
    })
  );
}

test(`3,000 damaged messages never throw and keep the index's promises (seed ${seed})`, {
  timeout: 120_000,
}, async () => {
  const random = seeded(seed + 1);
  for (let n = 0; n < 3000; n++) {
    const mime = damage(makeMessage(random, n).subarray(0, 6000), random);
    const read = async ({ from, to }: { from: number; to: number }): Promise<Buffer> => mime.subarray(from, to);
    const index = indexMessage(mime);
    assert.match(conversationOf(index).conversation, /^[0-9a-f]{32}$/);
    const told = JSON.stringify({ ...index, structure: undefined });
    assert.doesNotMatch(
      told,
      /\\u00(?:0[0-8bcef]|1[0-9a-f])|[\ud800-\udfff](?![\udc00-\udfff])(?<![\ud800-\udbff][\udc00-\udfff])/,
      `clean Unicode, message ${n}`,
    );
    for (const type of [1, 2] as const) {
      const body = await chooseBody(index, { preferences: [{ type }], mimeSupport: 0, version: '16.1' }, read);
      assert.equal(Buffer.byteLength(body.data as string), body.estimatedSize, `message ${n}, type ${type}`);
      assert.equal(body.truncated, false);
    }
    for (const { part, size } of index.attachments)
      assert.equal((await attachmentContent(index, part, read)).data.length, size, `message ${n}, part ${part}`);
  }
});
/** Bytes changed, dropped, doubled; lines swapped; the end cut off. */
function damage(mime: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(mime);
  const somewhere = (): number => Math.floor(random() * bytes.length);
  for (let turns = 1 + Math.floor(random() * 6); turns > 0; turns--) {
    const at = somewhere();
    const length = Math.floor(random() * 40);
    const kind = Math.floor(random() * 5);
    if (kind === 0) bytes[at] = Math.floor(random() * 256);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else if (kind === 2)
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(somewhere(), somewhere()), bytes.subarray(at)]);
    else if (kind === 3)
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(['\n', '\r', '\0', '--', '"', '=?', '\r\n\r\n'][length % 7]!),
        bytes.subarray(at),
      ]);
    else if (random() < 0.2) bytes = bytes.subarray(0, at);
  }
  return bytes;
}
