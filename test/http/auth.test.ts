import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import { addUser, removeUser, setPassword, updateUser } from '../../src/admin/accounts.ts';
import { addAppPassword, removeAppPassword } from '../../src/admin/app-passwords.ts';
import type { Clock } from '../../src/clock.ts';
import type { Account } from '../../src/domain/account.ts';
import type { AccountId } from '../../src/domain/ids.ts';
import { createAuthenticator } from '../../src/http/auth.ts';
import { basic, password, path, serverUnderTest } from './server-under-test.ts';

const handle = async () => ({});
const options = (url: string, authorization?: string) =>
  fetch(url + path, { method: 'OPTIONS', headers: authorization === undefined ? {} : { authorization } });
const changing = (): Clock & { at: number } => {
  const clock = { at: Date.now(), now: () => clock.at, elapsed: () => clock.at, after: () => () => {} };
  return clock;
};

test('who may in, in every form of a name', async (t) => {
  const { url } = await serverUnderTest(t, handle);
  const cases: [string, string | undefined, number][] = [
    ['address', basic('alice@example.test', password), 200],
    ['address in capitals', basic('ALICE@Example.Test', password), 200],
    ['alias', basic('al@example.test', password), 200],
    ['bare name', basic('alice', password), 200],
    ['domain and name', basic('EXAMPLE\\alice', password), 200],
    ['domain and address', basic('EXAMPLE\\alice@example.test', password), 200],
    ['decomposed password', basic('alice', password.normalize('NFD')), 200],
    ['scheme in lower case', basic('alice', password).replace('Basic', 'basic'), 200],
    ['wrong password', basic('alice', 'wrong'), 401],
    ['empty password', basic('alice', ''), 401],
    ['unknown user', basic('mallory', password), 401],
    ['unknown address', basic('mallory@example.test', password), 401],
    ['empty name', basic('', password), 401],
    ['nothing', undefined, 401],
    ['another scheme', 'Bearer abc', 401],
    ['no base64', 'Basic ***', 401],
  ];
  for (const [name, authorization, status] of cases) {
    const response = await options(url, authorization);
    assert.equal(response.status, status, name);
    if (status === 401) {
      assert.equal(response.headers.get('www-authenticate'), 'Basic realm="Easel"', name);
      assert.equal(response.headers.get('content-length'), '0', name);
    }
  }
});

test('a password in Latin-1 is read when the bytes are no UTF-8', async (t) => {
  const { url, store } = await serverUnderTest(t, handle);
  await addUser(store, { address: 'bob@example.test', password: 'müsli-müsli' });
  assert.equal((await options(url, basic('bob', 'müsli-müsli', 'latin1'))).status, 200);
  assert.equal((await options(url, basic('bob', 'müsli-müsli'))).status, 200);
});

test('a bare name that fits two accounts lets nobody in', async (t) => {
  const { url, store } = await serverUnderTest(t, handle);
  await addUser(store, { address: 'alice@other.test', password });
  assert.equal((await options(url, basic('alice', password))).status, 401);
  assert.equal((await options(url, basic('alice@other.test', password))).status, 200);
});

test('a change of password or the end of an account ends what was remembered', async (t) => {
  const { url, store } = await serverUnderTest(t, handle);
  assert.equal((await options(url, basic('alice', password))).status, 200);
  await setPassword(store, 'alice@example.test', 'another one');
  assert.equal((await options(url, basic('alice', password))).status, 401);
  assert.equal((await options(url, basic('alice', 'another one'))).status, 200);
  await removeUser(store, 'alice@example.test');
  assert.equal((await options(url, basic('alice', 'another one'))).status, 401);
});

test('a right password is hashed once, a wrong one once for each hash that it does not fit, an unknown user as often', async () => {
  const hashed: [string, string | undefined][] = [];
  const account = (passwordHash: string) => ({ id: '1', address: 'alice@example.test', passwordHash }) as Account;
  let alice = account('first');
  const changed: ((account: AccountId) => void)[] = [];
  const authenticate = createAuthenticator({
    findLogin: async (login) => (login === 'alice' ? alice : undefined),
    verify: async (secret, hash) => {
      hashed.push([secret, hash]);
      return secret === hash;
    },
    onCredentials: (listener) => {
      changed.push(listener);
      return () => {};
    },
    clock: changing(),
  });
  const asked = async (login: string, secret: string): Promise<typeof hashed> => {
    await authenticate(basic(login, secret), '127.0.0.1');
    return hashed.splice(0);
  };
  assert.deepEqual(await asked('alice', 'first'), [['first', 'first']]);
  assert.deepEqual(await asked('alice', 'first'), [], 'remembered');
  assert.deepEqual(await asked('alice', 'stale'), [['stale', 'first']]);
  assert.deepEqual(await asked('alice', 'stale'), [], 'known to be wrong');
  assert.deepEqual(await asked('nobody', 'stale'), [['stale', undefined]], 'a decoy is hashed');
  assert.deepEqual(await asked('nobody', 'stale'), []);
  alice = account('stale');
  for (const tell of changed) tell(alice.id);
  assert.deepEqual(await asked('alice', 'stale'), [['stale', 'stale']], 'right as soon as it is set');
  assert.deepEqual(await asked('alice', 'first'), [['first', 'stale']]);
  authenticate[Symbol.dispose]();
});

test('ten wrong passwords a minute lock that peer and user out for the rest of it; the same stale one counts once', async (t) => {
  const clock = changing();
  const { url, store } = await serverUnderTest(t, handle, clock);
  await addUser(store, { address: 'bob@example.test', password: 'bobs password' });
  for (let n = 0; n < 12; n++)
    assert.equal((await options(url, basic('alice', 'stale'))).headers.get('retry-after'), null);
  for (let n = 0; n < 9; n++)
    assert.equal((await options(url, basic('alice', `guess ${n}`))).headers.get('retry-after'), null);
  clock.at += 20_000;
  const locked = await options(url, basic('alice', password));
  assert.equal(locked.status, 401);
  assert.equal(locked.headers.get('retry-after'), '40');
  assert.equal(locked.headers.get('www-authenticate'), 'Basic realm="Easel"');
  assert.equal((await options(url, basic('bob', 'bobs password'))).status, 200, 'others go on');
  clock.at += 40_000;
  assert.equal((await options(url, basic('alice', password))).status, 200);
});

test('DOMAIN\\user chooses between two of the same name', async (t) => {
  const { url, store } = await serverUnderTest(t, handle);
  await addUser(store, { address: 'alice@other.test', password: 'another password' });
  assert.equal((await options(url, basic('OTHER\\alice', 'another password'))).status, 200);
  assert.equal((await options(url, basic('example.test\\alice', password))).status, 200);
  assert.equal((await options(url, basic('OTHER\\alice', password))).status, 401);
  assert.equal(
    (await options(url, basic('WORKGROUP\\alice', password))).status,
    401,
    'a name that fits no domain decides nothing',
  );
});

test("a device's own password lets it in, written in any way, until it is taken back; the account's stays", async (t) => {
  const { url, store } = await serverUnderTest(t, handle);
  const own = await addAppPassword(store, 'alice@example.test', 'phone', 1);
  assert.match(own, /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
  await assert.rejects(addAppPassword(store, 'alice@example.test', 'phone', 2), { code: 'name-taken' });
  assert.equal((await options(url, basic('alice', own))).status, 200);
  assert.equal((await options(url, basic('alice', own.toUpperCase().replaceAll('-', ' ')))).status, 200);
  assert.equal((await options(url, basic('alice', own.slice(1)))).status, 401);
  await removeAppPassword(store, 'alice@example.test', 'phone');
  assert.equal((await options(url, basic('alice', own))).status, 401);
  assert.equal((await options(url, basic('alice', password))).status, 200);
});

test('a password that was wrong is right as soon as it is set', async (t) => {
  const { url, store } = await serverUnderTest(t, handle);
  for (let n = 0; n < 3; n++) assert.equal((await options(url, basic('alice', 'tomorrow'))).status, 401);
  await setPassword(store, 'alice@example.test', 'tomorrow');
  assert.equal((await options(url, basic('alice', 'tomorrow'))).status, 200);
});

test('an account that lives elsewhere is told where; the endpoint hears of one that is disabled', async (t) => {
  const disabled: unknown[] = [];
  const { url, store } = await serverUnderTest(t, async (request) => {
    disabled.push(request.disabled);
    return {};
  });
  const post = () =>
    fetch(`${url}${path}?Cmd=Ping`, {
      method: 'POST',
      headers: { authorization: basic('alice', password) },
      body: 'x',
    });
  await post();
  await updateUser(store, 'alice@example.test', { disabled: true });
  await post();
  await updateUser(store, 'alice@example.test', {
    disabled: undefined,
    redirect: 'https://new.test/Microsoft-Server-ActiveSync',
  });
  const moved = await post();
  assert.equal(moved.status, 451);
  assert.equal(moved.headers.get('x-ms-location'), 'https://new.test/Microsoft-Server-ActiveSync');
  assert.equal(moved.headers.get('content-length'), '0');
  assert.deepEqual(disabled, [undefined, true]);
  // MS-ASHTTP_R269
  const asked = await options(url, basic('alice', password));
  assert.deepEqual([asked.status, asked.headers.get('x-ms-location')], [451, moved.headers.get('x-ms-location')]);
});

test('what a trusted proxy says of its client counts for locks, and where it says http no password is taken', async (t) => {
  const proxies = new BlockList();
  proxies.addSubnet('127.0.0.0', 8, 'ipv4');
  const clock = changing();
  const { url } = await serverUnderTest(t, handle, clock, undefined, proxies);
  const from = (address: string, secret: string, scheme = 'https') =>
    fetch(url + path, {
      method: 'OPTIONS',
      headers: {
        authorization: basic('alice', secret),
        'X-Forwarded-For': `203.0.113.99, ${address}`,
        'X-Forwarded-Proto': scheme,
      },
    });
  for (let n = 0; n < 10; n++) assert.equal((await from('192.0.2.1', `guess ${n}`)).status, 401);
  assert.equal((await from('192.0.2.1', password)).headers.get('retry-after'), '60');
  assert.equal((await from('192.0.2.2', password)).status, 200);
  const plain = await from('192.0.2.2', password, 'http');
  assert.equal(plain.status, 403);
  assert.equal(plain.headers.get('www-authenticate'), null);
});
