import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { mailFolders } from '../../src/admin/folders.ts';
import { exportMail } from '../../src/admin/mail-export.ts';
import { importMail } from '../../src/admin/mailbox.ts';
import { type MboxMail, mboxEntry, splitMbox } from '../../src/admin/mbox.ts';
import type { AccountId } from '../../src/domain/ids.ts';
import { isMail, type Mail } from '../../src/domain/item.ts';
import type { Store } from '../../src/store/port.ts';
import { inbox, mailWorld } from '../delivery/mail-world.ts';

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'easel-mails-'));
  t.after(() => rmSync(root, { recursive: true }));
  return root;
}
const letter = (subject: string, body = 'hello\r\n'): string =>
  `From: a@b.test\r\nSubject: ${subject}\r\nDate: Thu, 26 Nov 2026 10:00:00 +0000\r\n\r\n${body}`;

async function all(pieces: Buffer[]): Promise<MboxMail[]> {
  const mails: MboxMail[] = [];
  for await (const mail of splitMbox(Readable.from(pieces))) mails.push(mail);
  return mails;
}
async function everything(store: Store, account: AccountId): Promise<Record<string, Mail[]>> {
  return store.read(account, async (reader) => {
    const found: Record<string, Mail[]> = {};
    for (const { path, folder } of await mailFolders(reader)) {
      const items = (await reader.range(folder.id, { order: 'oldest', limit: 100 })).filter(isMail);
      if (items.length > 0) found[path] = items;
    }
    return found;
  });
}

test('what goes into an mbox comes out byte for byte, however it is cut into pieces', async () => {
  const mimes = [
    letter('one'),
    letter('two', 'From here on\r\n>From there\r\n\r\nFrom me\r\n'),
    letter('three', '\n\nFromage\n'),
    letter('four', 'no line end').replaceAll('\r\n', '\n'),
  ].map((text) => Buffer.from(text));
  const received = Date.parse('2026-01-02T03:04:05Z');
  const file = Buffer.concat(mimes.map((mime) => mboxEntry(mime, received)));
  for (const size of [1, 7, 64, file.length]) {
    const pieces = Array.from({ length: Math.ceil(file.length / size) }, (_, at) =>
      file.subarray(at * size, (at + 1) * size),
    );
    const mails = await all(pieces);
    assert.deepEqual(
      mails.map(({ mime }) => mime.toString()),
      mimes.map((mime, at) => (at === 3 ? `${mime}\n` : mime.toString())),
      `pieces of ${size}`,
    );
    assert.ok(mails.every((mail) => mail.received === received));
  }
});

test('an mbox of another program: its marks count, its time is that of its From line', async () => {
  const text =
    'From x@y.test Sat Jan  3 01:05:34 2026\nStatus: RO\nX-Status: AF\nSubject: a\n\nb\n\nFrom - whenever\nSubject: c\n\nd\n';
  const [first, second] = await all([Buffer.from(text)]);
  assert.deepEqual(
    { ...first, mime: '' },
    { mime: '', received: Date.UTC(2026, 0, 3, 1, 5, 34), read: true, flagged: true, answered: true },
  );
  assert.deepEqual(
    { ...second, mime: second?.mime.toString() },
    { mime: 'Subject: c\n\nd\n', read: false, flagged: false, answered: false },
  );
});

test('an import that is repeated brings nothing twice, from every kind of file', async (t) => {
  const { store, alice } = await mailWorld(t);
  const root = folder(t);
  for (const part of ['cur', 'new', 'tmp', '.Sent.2020/cur'])
    mkdirSync(join(root, 'Maildir', part), { recursive: true });
  writeFileSync(join(root, 'Maildir/cur/1700000000.M1.host,S=3:2,FRS'), letter('kept'));
  writeFileSync(join(root, 'Maildir/new/1700000001.M2.host'), letter('new'));
  writeFileSync(join(root, 'Maildir/tmp/1700000002.M3.host'), letter('unfinished'));
  writeFileSync(join(root, 'Maildir/.Sent.2020/cur/1600000000.M4.host:2,S'), letter('sent'));
  writeFileSync(join(root, 'Projects.mbox'), mboxEntry(Buffer.from(letter('project')), 1_500_000_000_000));
  writeFileSync(join(root, 'single.eml'), letter('single'));
  writeFileSync(join(root, 'notes.txt'), 'no mail');
  const parts: number[] = [];
  const progress = ({ part = -1 }) => parts.push(part);

  assert.deepEqual(await importMail(store, 'alice@example.test', join(root, 'Maildir')), { done: 3, known: 0 });
  assert.deepEqual(
    await importMail(store, 'alice@example.test', join(root, 'Projects.mbox'), { folder: 'Work/Old', progress }),
    { done: 1, known: 0 },
  );
  assert.deepEqual(await importMail(store, 'alice@example.test', Readable.from([Buffer.from(letter('piped'))])), {
    done: 1,
    known: 0,
  });
  assert.deepEqual(await importMail(store, 'alice@example.test', join(root, 'single.eml'), { folder: 'trash' }), {
    done: 1,
    known: 0,
  });
  assert.ok(parts.length === 1 && parts[0]! > 0.5 && parts[0]! <= 1, String(parts));

  const found = await everything(store, alice);
  const subjects = Object.fromEntries(
    Object.entries(found).map(([path, mails]) => [path, mails.map((mail) => mail.content.subject)]),
  );
  assert.deepEqual(subjects, {
    Inbox: ['kept', 'new', 'piped'],
    'Deleted Items': ['single'],
    'Sent Items/2020': ['sent'],
    'Work/Old': ['project'],
  });
  const { read, flag, lastVerb, received } = found.Inbox![0]!.content;
  assert.deepEqual([read, flag?.status, lastVerb?.verb, received], [true, 2, 1, 1_700_000_000_000]);
  assert.deepEqual([found.Inbox![1]!.content.read, found.Inbox![1]!.content.flag], [false, undefined]);
  assert.equal(found['Work/Old']![0]!.content.received, Date.parse('2017-07-14T02:40:00Z'));

  assert.deepEqual(await importMail(store, 'alice@example.test', join(root, 'Maildir')), { done: 0, known: 3 });
  assert.deepEqual(await importMail(store, 'alice@example.test', join(root, 'Projects.mbox'), { folder: 'work/old' }), {
    done: 0,
    known: 1,
  });
  assert.equal((await inbox(store, alice)).length, 3);
});

test('mbox files without an extension are found in a tree, and what holds no mail is no import of nothing', async (t) => {
  const { store, alice } = await mailWorld(t);
  const root = folder(t);
  const entry = (subject: string) => mboxEntry(Buffer.from(letter(subject)), 1_500_000_000_000);
  mkdirSync(join(root, 'Profile/Work.sbd'), { recursive: true });
  writeFileSync(join(root, 'Profile/Inbox'), entry('inbox'));
  writeFileSync(join(root, 'Profile/Inbox.msf'), 'From an index');
  writeFileSync(join(root, 'Profile/Work.sbd/Old'), entry('old'));
  writeFileSync(join(root, 'Profile/README'), 'no mail');
  writeFileSync(join(root, 'letter'), letter('letter'));
  writeFileSync(join(root, 'package.json'), '{\n  "name": "no mail"\n}\n');
  mkdirSync(join(root, 'Empty/cur'), { recursive: true });
  mkdirSync(join(root, 'Papers'));

  const put = (path: string) => importMail(store, 'alice@example.test', join(root, path));
  assert.deepEqual(await put('Profile'), { done: 2, known: 0 });
  assert.deepEqual(await put('letter'), { done: 1, known: 0 });
  assert.deepEqual(await put('Empty'), { done: 0, known: 0 });
  const subjects = Object.entries(await everything(store, alice)).map(([path, mails]) => [
    path,
    ...mails.map((mail) => mail.content.subject),
  ]);
  assert.deepEqual(subjects, [
    ['Inbox', 'inbox', 'letter'],
    ['Work/Old', 'old'],
  ]);
  await assert.rejects(put('package.json'), /is no mail and no mbox/);
  await assert.rejects(put('Papers'), /has no \.eml file, no mbox and no Maildir in it/);
});

test('what is exported and imported again is the same, folders, marks and times included', async (t) => {
  const { store, alice, bob } = await mailWorld(t);
  const root = folder(t);
  mkdirSync(join(root, 'from/Projects/2026/cur'), { recursive: true });
  mkdirSync(join(root, 'from/Inbox/new'), { recursive: true });
  for (let n = 0; n < 5; n++) writeFileSync(join(root, `from/Inbox/new/170000000${n}.M.host`), letter(`mail ${n}`));
  writeFileSync(join(root, 'from/Projects/2026/cur/1700000009.M.host:2,FS'), letter('plan: a/b'));
  await importMail(store, 'alice@example.test', join(root, 'from'));

  assert.equal(await exportMail(store, 'alice@example.test', join(root, 'maildir'), { format: 'maildir' }), 6);
  await importMail(store, 'bob@example.test', join(root, 'maildir'));
  const told = (mails: Record<string, Mail[]>) =>
    Object.entries(mails).map(([path, items]) => [
      path,
      items.map(({ content: { mime, received, read, flag, subject } }) => ({ mime, received, read, flag, subject })),
    ]);
  assert.deepEqual(told(await everything(store, bob)), told(await everything(store, alice)));

  assert.equal(await exportMail(store, 'alice@example.test', join(root, 'all.mbox'), { format: 'mbox' }), 6);
  assert.equal((await all([readFileSync(join(root, 'all.mbox'))])).length, 6);
  const only = { format: 'eml', folder: 'projects/2026' } as const;
  assert.equal(await exportMail(store, 'alice@example.test', join(root, 'eml'), only), 1);
  const [file] = readdirSync(join(root, 'eml/Projects/2026'));
  assert.match(file!, /^2023-11-14 plan_ a_b \d+\.eml$/);
  assert.equal(readFileSync(join(root, 'eml/Projects/2026', file!), 'utf8'), letter('plan: a/b'));
  await assert.rejects(exportMail(store, 'alice@example.test', root, { format: 'eml', folder: 'nowhere' }), {
    code: 'collection-not-found',
  });
});
