// `easel calendar|contacts|tasks import|export`: a second run makes nothing twice, and phones see what came.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../src/store/open.ts';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'easel-files-'));
after(() => rmSync(root, { recursive: true }));
const data = join(root, 'data');

async function easel(args: string[], input = '') {
  const child = spawn(process.execPath, [main, ...args, '--data', data], {
    env: { ...process.env, EASEL_LOG_LEVEL: 'error' },
  });
  child.stdin.end(input);
  const read = async (stream: NodeJS.ReadableStream) => {
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    return text;
  };
  const [out, err, [code]] = await Promise.all([read(child.stdout), read(child.stderr), once(child, 'exit')]);
  return { code, out, err };
}
const file = (name: string, ...lines: string[]): string => {
  const path = join(root, name);
  writeFileSync(path, `${lines.join('\r\n')}\r\n`);
  return path;
};
const address = 'alice@example.test';

test('a calendar comes once, malformed parts are named by line, and it goes out again', async () => {
  await easel(['user', 'add', address, '--password-stdin'], 'password-1\n');
  const path = file(
    'a.ics',
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    'UID:one',
    'DTSTART:20260302T090000Z',
    'SUMMARY:Standup',
    'X-MINE:kept',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:two',
    'DTSTART:garbage',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'DTSTART;VALUE=DATE:20260303',
    'SUMMARY:Without UID',
    'END:VEVENT',
    'END:VCALENDAR',
  );
  const first = await easel(['calendar', 'import', address, path]);
  assert.deepEqual([first.code, first.out], [0, 'imported 2 events\n']);
  assert.match(first.err, /a\.ics:9: an event without a start/);
  const second = await easel(['calendar', 'import', address, path]);
  assert.equal(second.out, 'imported 0 events, 2 were there already\n');
  const target = join(root, 'out.ics');
  assert.equal((await easel(['calendar', 'export', address, target])).out, 'exported 2 events\n');
  const text = readFileSync(target, 'utf8');
  assert.ok(text.includes('X-MINE:kept') && text.includes('SUMMARY:Without UID'));
  const third = await easel(['calendar', 'import', address, target]);
  assert.equal(third.out, 'imported 0 events, 2 were there already\n');
  const store = await openStore({ data });
  const { id } = (await store.directory.find(address))!;
  const range = { order: 'oldest', limit: 10 } as const;
  const items = await store.read(id, (reader) => reader.range('8' as never, range));
  assert.deepEqual(items.map(({ content }) => (content as { subject?: string }).subject).sort(), [
    'Standup',
    'Without UID',
  ]);
  await store[Symbol.asyncDispose]();
});

test('contacts and tasks come once, from a file or standard input, and go out again', async () => {
  const card = ['BEGIN:VCARD', 'VERSION:3.0', 'N:Doe;Ann;;;', 'FN:Ann Doe', 'END:VCARD', ''].join('\r\n');
  assert.equal(
    (await easel(['contacts', 'import', address, '-'], card + card)).out,
    'imported 1 contact, 1 were there already\n',
  );
  const again = await easel(['contacts', 'import', address, '-'], card);
  assert.equal(again.out, 'imported 0 contacts, 1 were there already\n');
  assert.match((await easel(['contacts', 'export', address, '-'])).out, /FN:Ann Doe/);
  const yearless = file('y.vcf', 'BEGIN:VCARD', 'VERSION:2.1', 'FN:Bob', 'BDAY:--0504', 'END:VCARD');
  const told = await easel(['contacts', 'import', address, yearless]);
  assert.deepEqual([told.out, /y\.vcf:1: BDAY is no whole date/.test(told.err)], ['imported 1 contact\n', true]);
  const repeated = await easel(['contacts', 'import', address, yearless]);
  assert.deepEqual([repeated.out, repeated.err], ['imported 0 contacts, 1 were there already\n', '']);
  assert.match((await easel(['contacts', 'export', address, '-'])).out, /BDAY[^:]*:--0504/);
  const todo = file('t.ics', 'BEGIN:VCALENDAR', 'BEGIN:VTODO', 'UID:t', 'SUMMARY:Pay', 'END:VTODO', 'END:VCALENDAR');
  assert.equal((await easel(['tasks', 'import', address, todo])).out, 'imported 1 task\n');
  assert.equal((await easel(['tasks', 'import', address, todo])).out, 'imported 0 tasks, 1 were there already\n');
  assert.match((await easel(['tasks', 'export', address, '-'])).out, /SUMMARY:Pay/);
});

test('what is not there is said in one line', async () => {
  const nobody = await easel(['calendar', 'export', 'nobody@example.test', '-']);
  assert.deepEqual([nobody.code, nobody.out], [1, '']);
  assert.match(nobody.err, /^easel: account not found: nobody@example\.test\n$/);
  const missing = await easel(['calendar', 'import', address, join(root, 'none.ics')]);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /^easel: there is no /);
  const other = await easel(['calendar', 'import', address, file('other.ics', '{', '  "name": "no calendar"', '}')]);
  assert.deepEqual([other.code, other.out], [1, '']);
  assert.match(other.err, /other\.ics:1: .*\neasel: nothing of '.*other\.ics' could be read\n$/s);
});
