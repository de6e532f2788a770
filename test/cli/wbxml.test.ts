import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const fixtures = join(process.cwd(), 'fixtures', 'wbxml');

function easel(
  words: readonly string[],
  input: string | Buffer = '',
): { code: number | null; out: Buffer; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'wbxml', ...words], { input });
  return { code: status, out: stdout, err: stderr.toString('utf8') };
}

test('a body becomes its XML and comes back, as a file, from standard input, as hex and base64', () => {
  const hex = readFileSync(join(fixtures, 'sync-mail-answer.hex'), 'utf8');
  const xml = readFileSync(join(fixtures, 'sync-mail-answer.xml'), 'utf8');
  const body = Buffer.from(hex.replace(/#.*$|\s/gm, ''), 'hex');
  const good = { code: 0, out: Buffer.from(xml), err: '' };
  assert.deepEqual(easel(['decode', '--hex', join(fixtures, 'sync-mail-answer.hex')]), good);
  assert.deepEqual(easel(['decode'], body), good);
  assert.deepEqual(easel(['decode', '-', '--base64'], body.toString('base64').replace(/.{76}/g, '$&\n')), good);
  assert.deepEqual(easel(['encode', join(fixtures, 'sync-mail-answer.xml')]), { code: 0, out: body, err: '' });
  assert.equal(easel(['encode', '--hex'], xml).out.toString(), `${body.toString('hex')}\n`);
  assert.equal(easel(['encode', '--base64'], xml).out.toString(), `${body.toString('base64')}\n`);
  assert.ok(readdirSync(fixtures).length > 0);
});

test('of a broken body what could be read is printed, and where it broke', () => {
  const { code, out, err } = easel(['decode', '--hex'], '03016a00 455c4f 4b033700 01 52 0332');
  assert.equal(code, 1);
  assert.equal(err, 'easel: the text has no end at byte 13 of 15, inside Sync/Collections/Collection/CollectionId\n');
  assert.match(out.toString(), /<SyncKey>7<\/SyncKey>\n {6}<CollectionId\/>\n {4}<\/Collection>/);
  const nothing = easel(['decode'], '{"a":1}');
  assert.deepEqual(nothing, {
    code: 1,
    out: Buffer.alloc(0),
    err: 'easel: version 0x7b is not 1.1 to 1.3 at byte 0 of 7\n',
  });
});

test('bytes behind the document are told, and are no failure', () => {
  const { code, err } = easel(['decode', '--hex'], '03016a0005ffff');
  assert.deepEqual([code, err], [0, 'easel: 2 bytes follow the document\n']);
});

test('what cannot be read is named', () => {
  assert.deepEqual([easel(['decode', '--hex'], '03x').code, easel(['decode', '--hex', '--base64']).code], [1, 2]);
  assert.match(
    easel(['encode'], '<Sync xmlns="AirSync">\n<Nope/></Sync>').err,
    /^easel: AirSync has no Nope at character \d+, line 2\n$/,
  );
  assert.match(easel(['decode', 'no-such-file']).err, /there is no 'no-such-file'/);
});
