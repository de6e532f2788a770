import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deliver } from '../../src/delivery/deliver.ts';
import type { CollectionId, DeviceId } from '../../src/domain/ids.ts';
import type { Mail } from '../../src/domain/item.ts';
import { createSealer } from '../../src/sealer.ts';
import { openStore } from '../../src/store/open.ts';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const address = 'ann@example.test';

function easelOn(data: string, ...command: string[]) {
  return (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const child = execFile(process.execPath, [main, ...command, ...args, '--data', data], (error, out, err) =>
        resolve({ code: Number(error?.code ?? 0), out, err }),
      );
      child.stdin!.end();
    });
}

/** A phone of version 16.1 that told its password, and one of 14.1. */
async function withPhones(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'easel-cli-device-'));
  t.after(() => rmSync(root, { recursive: true }));
  const data = join(root, 'data');
  const store = await openStore({ data });
  const account = await store.directory.create({ address, aliases: [], displayName: 'Ann' });
  const about = { type: 'iPhone', created: 1, lastSeen: 2, sent: [], information: { Model: 'iPhone 15' } };
  await store.transact(account, async (tx) => {
    tx.putDevice({ ...about, id: 'NEW' as DeviceId, version: '16.1', password: createSealer(data).seal('4711') });
    tx.putDevice({ ...about, id: 'OLD' as DeviceId, version: '14.1' });
  });
  await store[Symbol.asyncDispose]();
  return easelOn(data, 'device');
}

test('easel device: block, allow, show, remove', async (t) => {
  const device = await withPhones(t);
  assert.deepEqual(await device('block', address, 'NEW'), { code: 0, out: 'blocked\n', err: '' });
  assert.match(
    (await device('list', address)).out,
    /^ann@example\.test\tNEW\tiPhone\t16\.1\t\S+\tiPhone 15\tblocked$/m,
  );
  assert.match((await device('show', address, 'NEW')).out, /^access\tblocked$/m);
  assert.equal((await device('allow', address, 'NEW')).out, 'allowed\n');
  const shown = (await device('show', address, 'NEW')).out;
  assert.match(shown, /^id\tNEW\ntype\tiPhone\nversion\t16\.1\n/);
  assert.match(shown, /^access\tallowed$/m);
  assert.ok(!shown.includes('4711'));
  assert.deepEqual(await device('show', address, 'NEW', '--password'), { code: 0, out: '4711\n', err: '' });
  assert.equal((await device('show', address, 'NEW', '--password')).code, 1);
  assert.equal((await device('remove', address, 'NEW')).out, 'removed\n');
  const gone = await device('show', address, 'NEW');
  assert.deepEqual([gone.code, gone.err], [1, 'easel: device not found: NEW\n']);
});

test('easel device wipe: a whole phone only when that is confirmed, an account only where the phone knows it', async (t) => {
  const device = await withPhones(t);
  const unconfirmed = await device('wipe', address, 'NEW');
  assert.deepEqual([unconfirmed.code, unconfirmed.out], [2, '']);
  assert.match(unconfirmed.err, /--yes/);
  const account = await device('wipe', '--account-only', address, 'OLD');
  assert.deepEqual([account.code, account.out], [1, '']);
  assert.match(account.err, /^easel: not supported: a device of version 14\.1 /);
  assert.equal((await device('wipe', '--account-only', address, 'NEW')).code, 0);
  assert.match((await device('show', address, 'NEW')).out, /^wipe\trequested, of the account: requested /m);
  assert.equal((await device('wipe', '--cancel', address, 'NEW')).out, 'taken back\n');
  assert.equal((await device('wipe', '--cancel', address, 'NEW')).out, 'there is no order to take back\n');
  assert.equal((await device('wipe', '--yes', address, 'OLD')).code, 0);
  assert.match((await device('list', address)).out, /\tOLD\t.*\twipe requested$/m);
});

test('easel user rules: listed with a subject, and taken away', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'easel-cli-rules-'));
  t.after(() => rmSync(root, { recursive: true }));
  const data = join(root, 'data');
  const store = await openStore({ data });
  const account = await store.directory.create({ address, aliases: [], displayName: 'Ann' });
  const id = await deliver(store, account, Buffer.from('Subject: A thread\r\n\r\nx\r\n'), {
    folder: '4' as CollectionId,
  });
  const item = await store.read(account, (reader) => reader.item(id));
  const conversation = (item as Mail).content.conversation;
  await store.transact(account, async (tx) => {
    const moveRules = [{ conversation, folder: '4' as CollectionId, since: 0 }];
    tx.putAccount({ ...(await tx.account()), moveRules });
  });
  await store[Symbol.asyncDispose]();
  const rules = easelOn(data, 'user', 'rules');
  assert.equal((await rules(address)).out, `${conversation}\tDeleted Items\t1970-01-01T00:00:00.000Z\tA thread\n`);
  assert.equal((await rules(address, '--remove', conversation)).out, 'removed\n');
  assert.equal((await rules(address, '--remove', conversation)).out, 'there is no such rule\n');
  assert.equal((await rules(address)).out, '');
});
