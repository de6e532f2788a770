// Messages whose charset is missing, wrong, broken or rare. What they should read as is the text that another language's codecs made
// their bytes from.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseBody } from '../../src/content/email/body.ts';
import { indexMessage } from '../../src/content/email/index-mime.ts';

const folder = join(process.cwd(), 'fixtures/charsets');
const messages: readonly (readonly [file: string, subject: string, text: string])[] = [
  ['emoji.eml', '🎉 done', '👩‍👩‍👧 𝔘𝔫𝔦𝔠𝔬𝔡𝔢'],
  ['euc-kr.eml', '한국어', '안녕하세요, 반갑습니다'],
  ['gb18030.eml', '你好', '你好，世界 𠀀'],
  ['hebrew.eml', 'שלום', 'שלום לכולם'],
  ['none-8bit.eml', 'café', 'un café crème'],
  ['nul-and-controls.eml', 'a b', 'one two three'],
  ['quoted-label.eml', 'Łódź', 'Zażółć gęślą jaźń w Łodzi'],
  ['says-ascii-is-utf-8.eml', 'Résumé', 'Déjà vu — naïve café'],
  ['says-utf-8-is-1252.eml', 'Grüße', 'Grüße aus Zürich – 20 €'],
  ['shift-jis.eml', '日本語の件名', 'これは本文です。'],
  ['unknown-name.eml', 'Привет', 'Привет, мир'],
  ['utf-16.eml', 'Σήμερα', 'Καλημέρα κόσμε'],
  ['utf-7.eml', 'Café', 'A la carte: café ≠ thé'],
  ['windows-1251.eml', 'Счёт №5', 'Счёт №5 оплачен'],
  ['word-split-letter.eml', 'Überraschung', 'x'],
  ['word-unknown-name.eml', 'café', 'x'],
];

for (const [file, subject, text] of messages) {
  test(`${file} reads as it was written`, async () => {
    const mime = readFileSync(join(folder, file));
    const index = indexMessage(mime);
    assert.equal(index.subject, subject);
    const options = { preferences: [{ type: 1 }], mimeSupport: 0, version: '16.1' } as const;
    const body = await chooseBody(index, options, async ({ from, to }) => mime.subarray(from, to));
    assert.equal(String(body.data).trim(), text);
    assert.equal(body.estimatedSize, Buffer.byteLength(String(body.data)));
  });
}
