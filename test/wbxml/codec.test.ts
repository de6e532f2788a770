import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  decode,
  element,
  encode,
  encodeChunks,
  encodeToBuffer,
  formatXml,
  inlineBytes,
  isLate,
  parseXml,
  read,
  sendMail,
  textCheck,
  textOrBytes,
  write,
} from '../../protocol/index.ts';

const folder = join(process.cwd(), 'fixtures', 'wbxml');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.hex'))
  .map((name) => name.slice(0, -4));

test('there is a fixture for each way of writing', () => assert.ok(names.length >= 12, String(names.length)));

for (const name of names) {
  // `read-` fixtures use tokens that are read but never written.
  test(`${name}: bytes and XML say the same`, () => {
    const hex = readFileSync(join(folder, `${name}.hex`), 'utf8')
      .replace(/#.*$/gm, '')
      .replace(/\s/g, '');
    const xml = readFileSync(join(folder, `${name}.xml`), 'utf8');
    const { root } = decode(Buffer.from(hex, 'hex'));
    assert.equal(formatXml(root), xml);
    assert.deepEqual(parseXml(xml), root);
    if (!name.startsWith('read-')) assert.equal(encodeToBuffer(root).toString('hex'), hex);
  });
}

test('an OPAQUE is a view of the body, not a copy', () => {
  const body = encodeToBuffer(element(0x1510, Buffer.from('abc')));
  const value = decode(body).root.value as Buffer;
  assert.equal(value.buffer, body.buffer);
});

test('25 MB of OPAQUE are neither copied when read nor joined when written', () => {
  const message = Buffer.alloc(25_000_000, 'a');
  const body = Buffer.concat([
    Buffer.from('03016a00' + '0015' + '45' + '5103310001' + '50' + 'c38bf5f040', 'hex'),
    message,
    Buffer.from('0101', 'hex'),
  ]);
  const before = process.memoryUsage().arrayBuffers;
  const { value } = read(sendMail.request, decode(body).root, { version: '16.1' });
  assert.equal(value.Mime.length, message.length);
  assert.equal(value.Mime.buffer, body.buffer);
  const { chunks, length } = encode(write(sendMail.request, value, { version: '16.1' }));
  assert.equal(length, body.length);
  assert.ok(chunks.some((chunk) => chunk.buffer === body.buffer && chunk.length === message.length));
  assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000, 'no other 25 MB');
});

test('long text is written whole, with clean characters, and does not keep the scratch memory', () => {
  for (const text of [
    'x'.repeat(300_000),
    'ä€😀'.repeat(100_000),
    `${'y'.repeat(299_999)}\0`,
    `${'\ud800'.repeat(300_000)}`,
  ]) {
    const expected = Buffer.from(text.replaceAll('\0', ''), 'utf8').toString('utf8');
    assert.equal(decode(encodeToBuffer(element(5, text))).root.value, expected);
  }
});

test('forbidden characters are found wherever they stand', () => {
  for (let length = 1; length < 70; length += 1) {
    for (const letter of ['\0', '\x1f', '\x08', '\ufffe']) {
      for (const filler of ['a', '\t', 'ä', '\n']) {
        const at = (length * 7) % (length + 1);
        const text = `${filler.repeat(at)}${letter}${filler.repeat(length - at)}`;
        assert.equal(decode(encodeToBuffer(element(5, text))).root.value, filler.repeat(length));
      }
    }
  }
});

test('bytes after the document are counted, not refused', () => {
  assert.equal(decode(Buffer.from('03016a00050102', 'hex')).trailing, 2);
});

test('large bytes are passed on without a copy, and each document has its own memory', () => {
  const large = Buffer.alloc(100_000, 1);
  const first = encode(element(0x1505, [element(0x1511, 'id'), element(0x1510, large)]));
  const copy = Buffer.concat(first.chunks);
  encodeToBuffer(element(5, 'y'.repeat(200)));
  assert.deepEqual(Buffer.concat(first.chunks), copy);
  assert.ok(first.chunks.some((chunk) => chunk.buffer === large.buffer));
  assert.equal(first.length, copy.length);
  assert.deepEqual(decode(copy).root.children[1]!.value, large);
});

test('late bytes have their place and their size, as text or as OPAQUE, and come when their turn is', async () => {
  const message = 'From: a\r\n\r\nä';
  const bytes = Buffer.from(message);
  for (const text of [true, false]) {
    let opened = 0;
    const open = async function* () {
      opened += 1;
      yield bytes.subarray(0, 5);
      yield bytes.subarray(5);
    };
    const late = textOrBytes.write(0x110b, { size: bytes.length, open, text });
    const document = element(5, [element(0x110b, 'before'), late, element(0x110b, 'behind')]);
    const { chunks, length } = encodeChunks(document);
    assert.equal(opened, 0);
    const all: Uint8Array[] = [];
    for (const chunk of chunks) {
      if (isLate(chunk)) for await (const piece of chunk.open()) all.push(piece);
      else all.push(chunk);
    }
    const sent = Buffer.concat(all);
    assert.equal(sent.length, length);
    const [, value] = decode(sent).root.children;
    assert.deepEqual(value!.value, text ? message : bytes);
    assert.throws(() => encode(document), TypeError);
  }
});

test('text is told from bytes also when it comes in pieces', () => {
  const isTextInPieces = (bytes: Buffer, size: number): boolean => {
    const check = textCheck();
    for (let at = 0; at < bytes.length; at += size) if (!check.take(bytes.subarray(at, at + size))) return false;
    return check.end();
  };
  const cases: [Buffer, boolean][] = [
    [Buffer.from('plain\r\n\tä€😀'), true],
    [Buffer.from('half a character €').subarray(0, -1), false],
    [Buffer.from([0x61, 0xe4, 0x62]), false],
    [Buffer.from('a\x01b'), false],
    [Buffer.from('a\ufffeb'), false],
  ];
  for (const [bytes, is] of cases) {
    for (const size of [1, 2, 3, 100]) assert.equal(isTextInPieces(bytes, size), is, `${bytes} by ${size}`);
  }
});

test('what is written is valid UTF-8 without NUL and XML-forbidden characters', () => {
  const written = (text: string) => decode(encodeToBuffer(element(5, text))).root.value;
  assert.equal(written('a\0b\x01\x0b\x1fc\ufffe\uffffd'), 'abcd');
  assert.equal(written('tab\tline\r\n'), 'tab\tline\r\n');
  assert.equal(written('\ud800x\udc00'), '\ufffdx\ufffd');
  assert.equal(written('😀 ä € \u0080'), '😀 ä € \u0080');
  assert.equal(written('\0'), undefined);
});

test('a byte order mark and a real U+FFFD survive', () => {
  for (const text of ['\ufeffx', 'a\ufffdb']) assert.equal(decode(encodeToBuffer(element(5, text))).root.value, text);
});

test('inline text that is not UTF-8 keeps its bytes', () => {
  const latin = Buffer.from('Grüße', 'latin1');
  const body = Buffer.concat([Buffer.from('03016a004503', 'hex'), latin, Buffer.from('0001', 'hex')]);
  const { root } = decode(body);
  assert.deepEqual(root.value, latin);
  assert.equal(root.inline, true);
  assert.deepEqual(encodeToBuffer(root), body);
});

test('inline bytes that hold a NUL go out as OPAQUE', () => {
  assert.equal(encodeToBuffer(inlineBytes(5, Buffer.from('a\0b'))).toString('hex'), '03016a0045c30361006201');
});
