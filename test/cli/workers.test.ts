import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { addUser } from '../../src/admin/accounts.ts';
import { openStore } from '../../src/store/open.ts';
import { newDatabase, noMongod } from '../support/mongo.ts';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** Processes that this one started and that still run. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

test('several processes serve the same port and count together; one that dies is replaced, and all end together', {
  skip: noMongod,
  timeout: 120_000,
}, async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'easel-workers-'));
  t.after(() => rmSync(data, { recursive: true }));
  const url = await newDatabase();
  const store = await openStore({ data, store: url });
  await addUser(store, { address: 'alice@example.test', password: 'secret' });
  await store[Symbol.asyncDispose]();

  const env = { ...process.env, EASEL_STORE: url, EASEL_LOG_LEVEL: 'error' };
  const listeners = ['--http', '127.0.0.1:0', '--https', 'none', '--smtp', '127.0.0.1:0'];
  const child = spawn(process.execPath, [main, 'serve', '--data', data, '--workers', '2', ...listeners], { env });
  t.after(() => child.exitCode === null && child.kill('SIGKILL'));
  const [ready] = await once(child.stdout.setEncoding('utf8'), 'data');
  const http = /^easel ready http=(http:\/\/127\.0\.0\.1:\d+) smtp=127\.0\.0\.1:\d+\n$/.exec(ready)?.[1];
  assert.ok(http, ready);
  const authorization = `Basic ${Buffer.from('alice@example.test:secret').toString('base64')}`;
  const ask = async () => {
    const headers = { authorization, connection: 'close' };
    return (await fetch(`${http}/Microsoft-Server-ActiveSync`, { method: 'OPTIONS', headers })).status;
  };
  const workers = childrenOf(child.pid!);
  assert.equal(workers.length, 2);
  for (let n = 0; n < 20; n++) assert.equal(await ask(), 200);

  process.kill(workers[0]!, 'SIGKILL');
  let now = workers;
  while (now.length !== 2 || now.includes(workers[0]!)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    now = childrenOf(child.pid!);
  }
  assert.ok(now.includes(workers[1]!), 'the other one goes on');
  assert.equal(await ask(), 200);

  // Whichever of them heard of the wrong passwords, all are shut.
  const tryPassword = async (password: string) => {
    const headers = { authorization: `Basic ${btoa(`alice@example.test:${password}`)}`, connection: 'close' };
    return (await fetch(`${http}/Microsoft-Server-ActiveSync`, { method: 'OPTIONS', headers })).headers;
  };
  for (let n = 0; n < 10; n++) await tryPassword(`wrong ${n}`);
  for (let shut = 0; shut < 12; ) shut = (await tryPassword('wrong 0')).has('retry-after') ? shut + 1 : 0;

  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  for (const pid of now) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});
