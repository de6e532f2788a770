import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderBodyPart } from '../../src/content/email/body.ts';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import { ownHtml, ownText } from '../../src/content/email/own-part.ts';

test('[MS-ASAIRS] 2.2.2.10 BodyPart: what programs mark as quoted at the end of a message is not of its own part', () => {
  const own = '<html><body><div>Yes, at nine.</div>';
  const quotations = [
    '<div class="gmail_quote"><div>On Monday Ann wrote:<br></div><blockquote class="gmail_quote">When?</blockquote></div>',
    '<blockquote type="cite"><div>On Monday Ann wrote:</div><blockquote type="cite">When?</blockquote><div>Now?</div></blockquote>',
    '<div class="moz-cite-prefix">On Monday Ann wrote:<br></div>\n<blockquote type="cite" cite="mid:1">When?</blockquote><br>',
    '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ann</div><div>When?</div>',
    '<hr id="stopSpelling">From: Ann<br>When?',
    '<div id=3D x></div><div class="yahoo_quoted" id="y"><div>Ann wrote:</div><div>When?</div></div>',
    "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0 0 0'><p><b>From:</b> Ann</p></div><p>When?</p>",
  ];
  for (const quotation of quotations) {
    const part = ownHtml(`${own}${quotation}</body></html>`);
    assert.ok(part.startsWith(own), quotation);
    assert.doesNotMatch(part, /When|Ann/, quotation);
  }
});

test('a message that answers between the lines, or is nothing but a quotation, stays whole', () => {
  const whole = [
    '<p>Answers below.</p><blockquote type="cite">When?</blockquote><p>At nine.</p><blockquote type="cite">Where?</blockquote><p>Here.</p>',
    '<body><div id="divRplyFwdMsg"><b>From:</b> Ann</div><div>Forwarded without a word</div></body>',
    '<blockquote type="cite">When?</blockquote><img src="cid:1">',
    '<p>No mark at all</p>',
    '<blockquote>Only set in</blockquote>',
    '<div class="gmail_quote', // no tag at all
  ];
  for (const html of whole) assert.equal(ownHtml(html), html);
  const between =
    '<p>Yes</p><blockquote type="cite">When?</blockquote><p>At nine.</p><blockquote type="cite">Where?</blockquote>';
  assert.equal(ownHtml(between), between.slice(0, between.lastIndexOf('<blockquote')));
});

test('of plain text the quoted lines at the end, and the line that introduces them, are not of its own part', () => {
  assert.equal(ownText('Yes.\n\nOn Monday Ann wrote:\n> When?\n>\n> Ann\n\n'), 'Yes.\n');
  assert.equal(ownText('Yes.\n-----Original Message-----\nFrom: Ann\n\nWhen?\n'), 'Yes.');
  for (const whole of ['Ann wrote:\n> When?\nAt nine.\n', '> When?\n', 'Yes:\n\n', 'To list:\n- a\n'])
    assert.equal(ownText(whole), whole);
});

test('a long source without an end to its tags takes no longer than its length', () => {
  for (const piece of ['<div class="', '<a ', '<!--', '<div class="gmail_quote">', '>', '----------'])
    assert.ok(ownHtml(piece.repeat(100_000)).length > 0 && ownText(piece.repeat(100_000)).length > 0);
});

test('a body part has the size of its own part, and is HTML also of plain text', async () => {
  const part = async (mime: string) => {
    const bytes = Buffer.from(mime);
    return renderBodyPart(indexMessage(bytes), { type: 2 }, async ({ from, to }) => bytes.subarray(from, to));
  };
  const html = await part('Content-Type: text/html\r\n\r\n<p>Yes</p><blockquote type="cite">When?</blockquote>');
  assert.deepEqual(html, { status: 1, type: 2, estimatedSize: 10, truncated: false, data: '<p>Yes</p>' });
  const text = await part('Content-Type: text/plain\r\n\r\nYes\r\n\r\nAnn wrote:\r\n> When?\r\n');
  assert.match(String(text.data), /Yes/);
  assert.doesNotMatch(String(text.data), /When|wrote/);
});
