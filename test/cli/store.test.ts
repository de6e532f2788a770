import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deliver } from '../../src/delivery/deliver.ts';
import type { CollectionId, DeviceId } from '../../src/domain/ids.ts';
import { openStore } from '../../src/store/open.ts';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

async function easel(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, EASEL_LOG_LEVEL: 'error' } });
  const read = async (stream: NodeJS.ReadableStream): Promise<string> => {
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    return text;
  };
  const [out, err, [code]] = await Promise.all([read(child.stdout), read(child.stderr), once(child, 'exit')]);
  return { code: code as number, out, err };
}

/** A store with a small mail and a large one, whose blob is a file. */
async function filled(t: TestContext): Promise<{ root: string; data: string }> {
  const root = mkdtempSync(join(tmpdir(), 'easel-cli-store-'));
  t.after(() => rmSync(root, { recursive: true }));
  const data = join(root, 'data');
  const store = await openStore({ data });
  const id = await store.directory.create({ address: 'ann@example.test', aliases: [], displayName: 'Ann' });
  for (const size of [10, 100_000]) {
    await deliver(store, id, Buffer.from(`Subject: mail\r\n\r\n${'x'.repeat(size)}\r\n`), { received: 1 });
  }
  await store[Symbol.asyncDispose]();
  return { root, data };
}
function blobFile(data: string): string {
  const [folder] = readdirSync(join(data, 'blobs'));
  const [file] = readdirSync(join(data, 'blobs', folder!));
  return join(data, 'blobs', folder!, file!);
}

test('easel store: check, backup and restore bring back every byte', async (t) => {
  const { root, data } = await filled(t);
  const [copy, back] = [join(root, 'copy'), join(root, 'back')];
  assert.deepEqual(await easel('store', 'check', '--data', data), { code: 0, out: 'nothing is wrong\n', err: '' });
  const made = await easel('store', 'backup', copy, '--data', data);
  assert.deepEqual([made.code, made.err], [0, '']);
  assert.match(made.out, /^copied 2 blobs, 0\.1 MB, and the database to /);
  assert.equal(statSync(blobFile(copy)).ino, statSync(blobFile(data)).ino, 'a blob is not written twice');
  rmSync(data, { recursive: true });
  const restored = await easel('store', 'restore', copy, '--data', back);
  assert.deepEqual([restored.code, restored.err], [0, '']);
  assert.match(restored.out, /^restored 2 blobs, 0\.1 MB, and the database to /);
  assert.equal((await easel('store', 'check', '--data', back)).out, 'nothing is wrong\n');
  assert.match((await easel('user', 'list', '--data', back)).out, /^ann@example\.test\t/);
  assert.match((await easel('store', 'migrate', '--data', back)).out, /nothing to do/);
});

test('easel store backup beside a server that writes is whole', async (t) => {
  const { root, data } = await filled(t);
  const store = await openStore({ data });
  const ann = (await store.directory.find('ann@example.test'))!.id;
  let stop = false;
  const storm = (async () => {
    for (let n = 0; !stop; n += 1) {
      await deliver(store, ann, Buffer.from(`Subject: ${n}\r\n\r\n${n} ${'y'.repeat(20_000)}\r\n`), { received: n });
    }
  })();
  try {
    const { code, err } = await easel('store', 'backup', join(root, 'copy'), '--data', data);
    assert.equal(code, 0, err);
  } finally {
    stop = true;
    await storm;
    await store[Symbol.asyncDispose]();
  }
  const restored = await easel('store', 'restore', join(root, 'copy'), '--data', join(root, 'back'));
  assert.equal(restored.code, 0, restored.err);
  assert.equal((await easel('store', 'check', '--data', join(root, 'back'))).out, 'nothing is wrong\n');
});

test('easel store says what is wrong, and puts nothing in place that is not whole', async (t) => {
  const { root, data } = await filled(t);
  const [copy, back] = [join(root, 'copy'), join(root, 'back')];
  assert.equal((await easel('store', 'backup', copy, '--data', data)).code, 0);
  const cases: [string[], RegExp][] = [
    [['backup', copy, '--data', data], /is not empty/],
    [['restore', copy, '--data', data], /holds a store already/],
    [['restore', join(root, 'nowhere'), '--data', back], /holds no backup/],
    [['check', '--data', join(root, 'nowhere')], /there is no store in/],
    [['migrate', '--data', join(root, 'nowhere')], /there is no store in/],
  ];
  for (const [args, expected] of cases) {
    const { code, err } = await easel('store', ...args);
    assert.equal(code, 1, args.join(' '));
    assert.match(err, expected);
  }
  const bytes = readFileSync(blobFile(copy));
  rmSync(blobFile(copy)); // another name of the live one: a new file takes its place
  const damaged = blobFile(data);
  writeFileSync(damaged.replace(data, copy), Buffer.from(bytes).fill('z', 50, 60));
  const refused = await easel('store', 'restore', copy, '--data', back);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /is not what it was/);
  assert.throws(() => statSync(join(back, 'easel.sqlite')));
  rmSync(damaged);
  const { code, out, err } = await easel('store', 'check', '--data', data);
  assert.equal(code, 1);
  assert.match(out, /^blob [0-9a-f]{32} should have \d+ bytes and has none$/m);
  assert.match(err, /1 thing is wrong/);
});

test('easel group: members come, are listed and go', async (t) => {
  const { data } = await filled(t);
  const on = (...args: string[]) => easel('group', ...args, '--data', data);
  assert.equal(
    (await on('add', 'All@example.test', 'ann@example.test', 'x@far.test', '--name', 'Everyone')).out,
    'all@example.test has 2 members\n',
  );
  assert.equal((await on('add', 'all@example.test', 'Y@far.test')).out, 'all@example.test has 3 members\n');
  const mistyped = await on('add', 'some@example.test', 'an@example.test', 'ann@example.test', 'all@example.test');
  assert.deepEqual([mistyped.code, mistyped.err], [0, 'easel: there is no an@example.test here yet\n']);
  await on('remove', 'some@example.test');
  assert.equal((await on('list')).out, 'all@example.test\t3\tEveryone\n');
  assert.equal((await on('remove', 'all@example.test', 'x@far.test')).out, 'all@example.test has 2 members\n');
  assert.equal((await on('members', 'all@example.test')).out, 'ann@example.test\ny@far.test\n');
  const cases: [string[], RegExp][] = [
    [['add', 'ann@example.test', 'x@far.test'], /address taken: ann@example\.test/],
    [['add', 'nonsense'], /invalid address: nonsense/],
    [['members', 'none@example.test'], /group not found: none@example\.test/],
    [['remove', 'all@example.test', 'who@far.test'], /account not found: who@far\.test/],
  ];
  for (const [args, expected] of cases) assert.match((await on(...args)).err, expected, args.join(' '));
  assert.equal((await on('remove', 'all@example.test')).out, 'removed all@example.test\n');
  assert.equal((await on('list')).out, '');
});

test('easel user restore and quarantine say what they did, and what is wrong with what was typed', async (t) => {
  const { data } = await filled(t);
  const store = await openStore({ data });
  const ann = (await store.directory.find('ann@example.test'))!.id;
  const inbox = '2' as CollectionId;
  const [one, two] = await store.read(ann, (reader) => reader.range(inbox, { order: 'oldest', limit: 9 }));
  await store.transact(ann, async (tx) => {
    tx.remove(one!.id, { by: 'PHONE' as DeviceId });
    tx.quarantine(two!.id, 'why not');
  });
  await store[Symbol.asyncDispose]();
  const on = (...args: string[]) => easel('user', ...args, '--data', data);
  const since = ['--since', '2026-01-01'];
  assert.match(
    (await on('restore', 'ann@example.test', ...since, '--device', 'OTHER')).out,
    /^0 brought back, 0 moved/,
  );
  assert.match(
    (await on('restore', 'ann@example.test', ...since)).out,
    /^1 brought back, 0 moved back, 0 as they were$/m,
  );
  assert.match((await on('restore', 'ann@example.test', ...since)).out, /^0 brought back/);
  assert.match((await on('quarantine', 'ann@example.test')).out, /^2:\d+\t\S+\t1\twhy not\n$/);
  assert.match((await on('quarantine', 'ann@example.test', '--retry')).out, /1 released\n$/);
  assert.equal((await on('quarantine', 'ann@example.test')).out, '');
  const wrong = await on('restore', 'ann@example.test', '--since', 'yesterday');
  assert.deepEqual([wrong.code, wrong.err], [2, "easel: --since: 'yesterday' is no date; write it as 2026-01-31\n"]);
  assert.match((await on('restore', 'ann@example.test')).err, /--since/);
  assert.match((await on('quarantine', 'who@example.test')).err, /account not found: who@example\.test/);
});
