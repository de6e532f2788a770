import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { createTransport } from 'nodemailer';
import { systemClock } from '../../src/clock.ts';
import { specialFolderId } from '../../src/domain/collection.ts';
import { ensureCertificates } from '../../src/http/certificate.ts';
import { openStore } from '../../src/store/open.ts';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], { env: { ...process.env, EASEL_LOG_LEVEL: 'error', ...env } });
}
async function easel(args: string[], input = '', env: Record<string, string> = {}): Promise<Ended> {
  const child = start(args, env);
  child.stdin!.end(input);
  const read = async (stream: NodeJS.ReadableStream): Promise<string> => {
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    return text;
  };
  const [out, err, [code]] = await Promise.all([read(child.stdout!), read(child.stderr!), once(child, 'exit')]);
  return { code, out, err };
}
function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'easel-cli-'));
  t.after(() => rmSync(root, { recursive: true }));
  return join(root, 'data');
}
async function serving(
  t: TestContext,
  data: string,
): Promise<{ child: ChildProcess; ready: string; said: () => string }> {
  const child = start([
    'serve',
    '--data',
    data,
    '--http',
    '127.0.0.1:0',
    '--https',
    '127.0.0.1:0',
    '--smtp',
    '127.0.0.1:0',
    '--domain',
    'example.test',
  ]);
  t.after(() => child.exitCode === null && child.kill('SIGKILL'));
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [ready] = await once(child.stdout!.setEncoding('utf8'), 'data');
  return { child, ready, said: () => said };
}
const basic = (password: string) => `Basic ${Buffer.from(`alice@example.test:${password}`).toString('base64')}`;

test('a server, and the commands beside it', async (t) => {
  const data = folder(t);
  const { child, ready, said } = await serving(t, data);
  const found =
    /^easel ready http=(http:\/\/127\.0\.0\.1:\d+) https=https:\/\/127\.0\.0\.1:(\d+) smtp=127\.0\.0\.1:(\d+)\n$/.exec(
      ready,
    );
  assert.ok(found, ready);
  const [, http, httpsPort, smtpPort] = found;
  const login = async (password: string): Promise<number> => {
    const response = await fetch(`${http}/Microsoft-Server-ActiveSync`, {
      method: 'OPTIONS',
      headers: { authorization: basic(password) },
    });
    return response.status;
  };

  while (!said().includes('ca.pem')) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.match(said(), /easel user add alice@example\.test --data /);
  assert.equal(await login('first password'), 401);
  const added = await easel(
    ['user', 'add', 'Alice@example.test', '--name', 'Alice', '--password-stdin', '--data', data],
    'first password\n',
  );
  assert.deepEqual(added, { code: 0, out: 'added alice@example.test\n', err: '' });
  assert.equal(await login('first password'), 200);

  const changed = await easel(
    ['user', 'passwd', 'alice@example.test', '--password-stdin', '--data', data],
    'second password',
  );
  assert.equal(changed.code, 0);
  const deadline = Date.now() + 5_000;
  while ((await login('first password')) === 200 && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await login('first password'), 401, 'the remembered password has ended');
  assert.equal(await login('second password'), 200);

  await verifiedTls(data, Number(httpsPort));
  assert.match(await (await fetch(`${http}/`)).text(), /<a href="\/ca\.pem">/);
  const authority = await fetch(`${http}/ca.pem`);
  assert.equal(authority.headers.get('content-type'), 'application/x-x509-ca-cert');
  assert.equal(await authority.text(), readFileSync(join(data, 'ca.pem'), 'utf8'));
  await mailOverStartTls(data, Number(smtpPort));
  const list = await easel(['user', 'list', '--data', data]);
  assert.match(list.out, /^alice@example\.test\t[1-9]\d*\tAlice\n$/);
  assert.deepEqual(await easel(['device', 'list', '--data', data]), { code: 0, out: '', err: '' });

  const taken = await easel([
    'serve',
    '--data',
    folder(t),
    '--http',
    http!.slice(7),
    '--https',
    'none',
    '--smtp',
    'none',
  ]);
  assert.deepEqual([taken.code, taken.out], [1, '']);
  assert.match(taken.err, /^easel: --http: cannot listen on 127\.0\.0\.1:\d+: it is taken by another program\n$/);

  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  assert.equal(
    said()
      .split('\n')
      .filter((line) => line.startsWith('{')).length,
    0,
    said(),
  );
});

async function verifiedTls(data: string, port: number): Promise<void> {
  for (const servername of ['example.test', 'autodiscover.example.test', 'mail.example.test', 'localhost']) {
    const asked = request({
      host: '127.0.0.1',
      port,
      servername,
      path: '/healthz',
      ca: readFileSync(join(data, 'ca.pem')),
    });
    const [response] = await once(asked.end(), 'response');
    assert.equal(response.statusCode, 200, servername);
    response.resume();
  }
  const stranger = request({
    host: '127.0.0.1',
    port,
    servername: 'other.test',
    path: '/',
    ca: readFileSync(join(data, 'ca.pem')),
  });
  await assert.rejects(once(stranger.end(), 'response'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}

async function mailOverStartTls(data: string, port: number): Promise<void> {
  const tls = { ca: readFileSync(join(data, 'ca.pem')), servername: 'localhost' };
  const transport = createTransport({ host: '127.0.0.1', port, requireTLS: true, tls });
  await transport.sendMail({ from: 'eve@far.test', to: 'alice@example.test', subject: 'x', text: 'y' });
  transport.close();
}

test('mails are imported from a file and from a folder, dated by header or file', async (t) => {
  const data = folder(t);
  await easel(['user', 'add', 'alice@example.test', '--password-stdin', '--data', data], 'some password');
  const mails = join(data, '../mails');
  mkdirSync(join(mails, 'deep'), { recursive: true });
  writeFileSync(join(mails, 'a.eml'), 'Subject: dated\r\nDate: Fri, 21 Nov 1997 09:55:06 -0600\r\n\r\nx\r\n');
  writeFileSync(join(mails, 'deep/b.EML'), 'Subject: undated\r\n\r\nx\r\n');
  utimesSync(join(mails, 'deep/b.EML'), 1_000_000, 1_000_000);
  writeFileSync(join(mails, 'notes.txt'), 'no mail');
  assert.deepEqual(await easel(['mail', 'import', 'alice@example.test', mails, '--data', data]), {
    code: 0,
    out: 'imported 2 mails\n',
    err: '',
  });
  assert.deepEqual(await easel(['mail', 'import', 'alice@example.test', join(mails, 'a.eml'), '--data', data]), {
    code: 0,
    out: 'imported 0 mails, 1 was there already\n',
    err: '',
  });
  const again = await easel(
    ['mail', 'import', 'alice@example.test', '-', '--folder', 'Inbox', '--data', data],
    'Subject: piped\r\n\r\nx\r\n',
  );
  assert.deepEqual(again, { code: 0, out: 'imported 1 mail\n', err: '' });

  const store = await openStore({ data });
  t.after(() => store[Symbol.asyncDispose]());
  const account = await store.directory.find('alice@example.test');
  const items = await store.read(account!.id, (reader) =>
    reader.range(specialFolderId(2), { order: 'oldest', limit: 10 }),
  );
  const dated = Date.parse('1997-11-21T15:55:06Z');
  assert.deepEqual(
    items.slice(0, 2).map(({ content: { subject, received } }) => [subject, received]),
    [
      ['undated', 1_000_000_000],
      ['dated', dated],
    ],
  );
  assert.deepEqual(
    items.slice(2).map(({ content }) => content.subject),
    ['piped'],
  );
});

test('a store of sqlite is served once, and commands beside it need no leave', async (t) => {
  const data = folder(t);
  const { child } = await serving(t, data);
  const listeners = ['--http', '127.0.0.1:0', '--https', 'none', '--smtp', 'none'];
  const second = await easel(['serve', '--data', data, ...listeners]);
  assert.deepEqual([second.code, second.out], [1, '']);
  assert.match(second.err, /^easel: '.*' is served by another process already; end that one first\n$/);
  assert.equal((await easel(['user', 'list', '--data', data])).code, 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await serving(t, data);
});

const notRoot = process.getuid?.() === 0 ? false : 'only root makes files in the name of others';
test("what root makes in the data folder of another user is that one's", { skip: notRoot }, async (t) => {
  const data = folder(t);
  const owner = 12_345;
  mkdirSync(data);
  chownSync(data, owner, owner);
  await easel(['user', 'add', 'alice@example.test', '--password-stdin', '--data', data], 'some password');
  const letter = `Subject: long\r\n\r\n${'x'.repeat(100_000)}`;
  assert.equal((await easel(['mail', 'import', 'alice@example.test', '-', '--data', data], letter)).code, 0);
  const made = readdirSync(data, { recursive: true, encoding: 'utf8' });
  assert.ok(
    made.some((path) => /^blobs\/..\/./.test(path)),
    made.join(' '),
  );
  for (const path of made) assert.equal(statSync(join(data, path)).uid, owner, path);
  assert.equal(statSync(join(data, 'easel.sqlite')).mode & 0o777, 0o600);
  const [copy, back] = [join(data, '../copy'), join(data, '../back')];
  assert.equal((await easel(['store', 'backup', copy, '--data', data])).code, 0);
  mkdirSync(back);
  chownSync(back, owner, owner);
  assert.equal((await easel(['store', 'restore', copy, '--data', back])).code, 0);
  for (const path of readdirSync(back, { recursive: true, encoding: 'utf8' })) {
    assert.equal(statSync(join(back, path)).uid, owner, path);
  }
});

test('an address whose mail would not come here is made, and that is said', async (t) => {
  const data = folder(t);
  const add = (address: string) =>
    easel(['user', 'add', address, '--password-stdin', '--data', data], 'some password', {
      EASEL_DOMAIN: 'example.test',
    });
  assert.deepEqual(await add('ann@example.test'), { code: 0, out: 'added ann@example.test\n', err: '' });
  const { code, err } = await add('bob@exmaple.test');
  assert.equal(code, 0);
  assert.equal(err, 'easel: no mail comes to exmaple.test, which is none of --domain: example.test\n');
});

test('a user can be removed', async (t) => {
  const data = folder(t);
  await easel(['user', 'add', 'alice@example.test', '--password-stdin', '--data', data], 'some password');
  assert.deepEqual(await easel(['user', 'remove', 'alice@example.test', '--data', data]), {
    code: 0,
    out: 'removed alice@example.test\n',
    err: '',
  });
  assert.equal((await easel(['user', 'list', '--data', data])).out, '');
});

test('mistakes are one clear line: 2 for what was typed, 1 for the rest', async (t) => {
  const data = folder(t);
  await easel(['user', 'add', 'alice@example.test', '--password-stdin', '--data', data], 'some password');
  const cases: [string[], string, number, RegExp][] = [
    [['serve', '--http', '8080'], '', 2, /^easel: --http: '8080' is not possible; allowed: HOST:PORT/],
    [['serve', '--smarthost', 'a:b@c:25'], '', 2, /^easel: --smarthost: .*EASEL_SMARTHOST/],
    [['serve', '--workers', '2'], '', 2, /^easel: --workers: a store of sqlite serves one process/],
    [['serve', '--colour'], '', 2, /^easel: unknown option '--colour'/],
    [['user', 'add'], '', 2, /^easel: missing required argument 'address'/],
    [
      ['user', 'add', 'x@example.test'],
      '',
      2,
      /^easel: there is no terminal to ask for the password; give it with --password-stdin/,
    ],
    [['user', 'add', 'x@example.test', '--password-stdin'], '', 1, /^easel: the password is empty/],
    [
      ['user', 'add', 'alice@example.test', '--password-stdin'],
      'some password',
      1,
      /^easel: .*taken.*alice@example\.test/,
    ],
    [['user', 'add', 'alice', '--password-stdin'], 'some password', 1, /^easel: invalid address: alice/],
    [['user', 'remove', 'nobody@example.test'], '', 1, /^easel: account not found: nobody@example\.test/],
    [['mail', 'import', 'alice@example.test', '/no/such/folder'], '', 1, /^easel: there is no '\/no\/such\/folder'/],
    [['device', 'list', 'nobody@example.test'], '', 1, /^easel: account not found/],
  ];
  for (const [args, input, code, message] of cases) {
    const ended = await easel([...args, '--data', data], input);
    assert.equal(ended.code, code, `${args.join(' ')}: ${ended.err}`);
    assert.match(ended.err, message);
    assert.equal(ended.err.trim().split('\n').length, 1, ended.err);
    assert.equal(ended.out, '');
  }
  const elsewhere = await easel(['user', 'list', '--data', join(data, 'nothing')]);
  assert.deepEqual([elsewhere.code, existsSync(join(data, 'nothing'))], [1, false]);
  assert.match(elsewhere.err, /^easel: --data: there is no store in/);
  const env = await easel(['serve'], '', { EASEL_DATA: data, EASEL_QUIET_DELAY: 'x' });
  assert.match(env.err, /^easel: EASEL_QUIET_DELAY: 'x' is not possible/);
  const help = await easel(['--help']);
  assert.equal(help.code, 0);
  assert.match(help.out, /serve.*\n.*user.*\n.*mail.*\n.*device/);
});

test('what a folder or its files lack is said in one line, with what to do', async (t) => {
  const data = folder(t);
  const root = join(data, '..');
  await easel(['user', 'add', 'alice@example.test', '--password-stdin', '--data', data], 'some password');
  const [damaged, newer, other, file, key] = ['damaged', 'newer', 'other', 'file', 'key'].map((name) =>
    join(root, name),
  );
  for (const name of [damaged!, newer!, other!]) mkdirSync(name);
  const bare = join(root, 'bare');
  mkdirSync(join(bare, 'blobs', 'ab'), { recursive: true });
  writeFileSync(join(bare, 'blobs', 'ab', 'abcd'), 'a mail');
  writeFileSync(
    join(damaged!, 'easel.sqlite'),
    'no database at all, but text that goes on for more than a header'.repeat(9),
  );
  const db = new Database(join(newer!, 'easel.sqlite'));
  db.pragma('user_version = 99');
  db.close();
  for (const name of [file!, key!]) writeFileSync(name, 'text');
  const cases: [string[], RegExp][] = [
    [['user', 'list', '--data', damaged!], /easel\.sqlite is damaged: .*`easel store restore`/],
    [['store', 'check', '--data', damaged!], /easel\.sqlite is damaged/],
    [['user', 'list', '--data', newer!], /newer release \(schema 99, .*before-N/],
    [['serve', '--data', bare], /'.*bare' holds mails \(blobs\) but no database: put easel\.sqlite back/],
    [['user', 'list', '--data', other!], /--data: there is no store in '.*other'/],
    [
      ['user', 'add', 'a@b.test', '--password-stdin', '--data', join(file!, 'x')],
      /'.*file.*' is, or lies below, something/,
    ],
    [['store', 'backup', data, '--data', data], /^easel: '.*data' is not empty/],
    [
      ['serve', '--http', 'none', '--smtp', 'none', '--cert', file!, '--key', key!, '--data', data],
      /--cert: '.*file' holds no certificate in PEM/,
    ],
    [['mail', 'import', 'alice@example.test', file!, '--data', data], /^easel: '.*file' is no mail and no mbox/],
  ];
  for (const [args, message] of cases) {
    const { code, out, err } = await easel(args, 'some password');
    assert.deepEqual([code, out, err.trim().split('\n').length], [1, '', 1], `${args.join(' ')}: ${err}`);
    assert.match(err, message);
  }
  assert.equal(existsSync(join(other!, 'easel.sqlite')), false);
  const config = await easel(['config', '--config', join(root, 'none.json')]);
  assert.deepEqual([config.code, config.err], [2, `easel: --config: there is no '${join(root, 'none.json')}'\n`]);
  assert.match((await easel(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
});

test('what is said of a user, passwords of single phones, and shutting an account out', async (t) => {
  const data = folder(t);
  const address = 'alice@example.test';
  await easel(['user', 'add', address, '--password-stdin', '--data', data], 'secret');
  const picture = join(data, '..', 'picture.png');
  writeFileSync(picture, Buffer.from('89504e470d0a1a0a', 'hex'));
  const set = (...options: string[]) => easel(['user', 'set', address, ...options, '--data', data]);
  const fields = ['--zone', 'europe/berlin', '--locale', 'de-de', '--first-day', 'monday', '--quota', '2G'];
  const person = ['--title', 'Head of Mail', '--mobile', '+49 1', '--name', 'Alice A.', '--picture', picture];
  assert.deepEqual(await set(...fields, ...person, '--alias', 'al@example.test, a.a@example.test'), {
    code: 0,
    out: `changed ${address}\n`,
    err: '',
  });
  assert.equal((await set('--title', '', '--company', 'Example')).code, 0);
  const mistakes: [string[], RegExp][] = [
    [[], /^easel: there is nothing to change/],
    [['--zone', 'Mars/North'], /^easel: --zone: 'Mars\/North' is not possible: /],
    [['--first-day', 'x'], /^easel: --first-day: 'x' is not possible: write it as monday\n$/],
    [['--quota', 'much'], /^easel: --quota: 'much' is not possible: write it as 500M or 2G\n$/],
    [['--redirect', 'http://new.test'], /it must be https/],
    [['--picture', join(data, '..', 'none.png')], /no such file/],
  ];
  for (const [options, message] of mistakes) {
    const { code, out, err } = await set(...options);
    assert.deepEqual([code, out], [2, ''], options.join(' '));
    assert.match(err, message);
  }

  const made = await easel(['user', 'app-password', 'add', address, "Alice's phone", '--data', data]);
  assert.match(made.out, /^([a-z2-9]{4}-){3}[a-z2-9]{4}\n$/);
  assert.match(
    (await easel(['user', 'app-password', 'list', address, '--data', data])).out,
    /^20\S+\tAlice's phone\n$/,
  );
  const gone = await easel(['user', 'app-password', 'remove', address, 'tablet', '--data', data]);
  assert.deepEqual(gone, { code: 1, out: '', err: 'easel: name unknown: tablet\n' });

  assert.equal((await easel(['user', 'disable', address, '--data', data])).out, `disabled ${address}\n`);
  assert.match((await easel(['user', 'list', '--data', data])).out, /^alice@example\.test\t0\tAlice A\.\tdisabled\n$/);
  assert.equal((await easel(['user', 'enable', address, '--data', data])).code, 0);

  const store = await openStore({ data });
  const account = await store.directory.find('a.a@example.test');
  const image = await store.blobs.get(account!.picture!);
  await store[Symbol.asyncDispose]();
  assert.deepEqual(
    [
      account?.timeZone,
      account?.locale,
      account?.firstDayOfWeek,
      account?.quota,
      account?.displayName,
      account?.disabled,
    ],
    ['Europe/Berlin', 'de-DE', 1, 2 ** 31, 'Alice A.', undefined],
  );
  assert.deepEqual(account?.person, { mobile: '+49 1', company: 'Example' });
  assert.equal(image.length, 8);
});

test('easel config tells every setting, who says so, and no secret', async () => {
  const env = { EASEL_SMARTHOST: 'me:geheim@relay.test:587', EASEL_HTTP: 'none' };
  const { code, out, err } = await easel(['config', '--smtp', '127.0.0.1:26'], '', env);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^http = none\t\(EASEL_HTTP\)$/m);
  assert.match(out, /^smtp = 127\.0\.0\.1:26\t\(--smtp\)$/m);
  assert.match(out, /^https = 0\.0\.0\.0:8443\t\(default\)$/m);
  assert.match(out, /^smarthost = \*\*\*@relay\.test:587\t\(EASEL_SMARTHOST\)$/m);
  assert.match(out, /^cert = \t\(not given\)$/m);
  assert.doesNotMatch(out, /geheim/);
});

test('easel service prints a unit that names this installation and its data', async (t) => {
  const data = folder(t);
  const { code, out } = await easel(['service', '--data', data, '--user', 'mail']);
  assert.equal(code, 0);
  assert.ok(out.includes(`ExecStart=${process.execPath} ${main} serve --data ${data}\n`), out);
  for (const line of ['User=mail', 'ProtectSystem=strict', `ReadWritePaths=${data}`, 'LimitNOFILE=200000'])
    assert.ok(out.includes(`\n${line}\n`), line);
  const dynamic = await easel(['service', '--data', '/var/lib/easel', '--user', 'dynamic']);
  for (const line of ['DynamicUser=yes', 'StateDirectory=easel', 'RestartPreventExitStatus=2'])
    assert.ok(dynamic.out.includes(`\n${line}\n`), line);
  const elsewhere = await easel(['service', '--data', data, '--user', 'dynamic']);
  assert.deepEqual([elsewhere.code, elsewhere.out], [2, '']);
  assert.match(elsewhere.err, /^easel: --data: .* below \/var\/lib\n$/);
  const atHome = await easel(['service', '--data', '/home/ann/mail data', '--user', 'ann']);
  for (const line of ['ProtectHome=read-only', 'ReadWritePaths="/home/ann/mail data"'])
    assert.ok(atHome.out.includes(`\n${line}\n`), line);
});

test('a certificate that is given is used, and read again on SIGHUP with the log level', async (t) => {
  const data = folder(t);
  const made = async (name: string) => ensureCertificates(join(data, '..', name), [name], systemClock);
  const [first, second] = [await made('one.test'), await made('two.test')];
  const files = { cert: join(data, '../cert.pem'), key: join(data, '../key.pem'), config: join(data, '../c.json') };
  const put = ({ cert, key }: { cert: string; key: string }) => {
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
  };
  put(first);
  const off = { http: 'none', smtp: 'none', https: '127.0.0.1:0' };
  const write = (logLevel: string) =>
    writeFileSync(files.config, JSON.stringify({ ...off, data, cert: files.cert, key: files.key, logLevel }));
  write('error');
  const child = start(['serve', '--config', files.config], { EASEL_LOG_LEVEL: '' });
  t.after(() => child.exitCode === null && child.kill('SIGKILL'));
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [ready] = await once(child.stdout!.setEncoding('utf8'), 'data');
  const port = Number(/^easel ready https=https:\/\/127\.0\.0\.1:(\d+)\n$/.exec(ready)?.[1]);
  const shown = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      socket.once('error', reject).once('secureConnect', () => {
        resolve(socket.getPeerCertificate().subject.CN as string);
        socket.destroy();
      });
    });
  assert.equal(await shown(), 'one.test');
  assert.doesNotMatch(said, /"message"/);
  put(second);
  write('info');
  child.kill('SIGHUP');
  while (!said.includes('another certificate')) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(await shown(), 'two.test');
  writeFileSync(files.config, '{');
  child.kill('SIGHUP');
  while (!said.includes('c.json: it cannot be read')) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(await shown(), 'two.test');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  put({ cert: first.cert, key: second.key });
  write('error');
  const wrong = await easel(['serve', '--config', files.config]);
  assert.deepEqual([wrong.code, wrong.out], [1, '']);
  assert.match(wrong.err, /easel: --cert: .*key/);
});

test('without HTTPS a certificate that is given is still the one of STARTTLS', async (t) => {
  const data = folder(t);
  await easel(['user', 'add', 'alice@example.test', '--password-stdin', '--data', data], 'secret');
  const { cert, key, ca } = await ensureCertificates(join(data, '../tls'), ['one.test'], systemClock);
  writeFileSync(join(data, '../cert.pem'), cert);
  writeFileSync(join(data, '../key.pem'), key);
  const tls = ['--cert', join(data, '../cert.pem'), '--key', join(data, '../key.pem')];
  const child = start(['serve', '--data', data, '--http', 'none', '--https', 'none', '--smtp', '127.0.0.1:0', ...tls]);
  t.after(() => child.exitCode === null && child.kill('SIGKILL'));
  const [ready] = await once(child.stdout!.setEncoding('utf8'), 'data');
  const port = Number(/^easel ready smtp=127\.0\.0\.1:(\d+)\n$/.exec(ready)?.[1]);
  const transport = createTransport({ host: '127.0.0.1', port, requireTLS: true, tls: { ca, servername: 'one.test' } });
  const { accepted } = await transport.sendMail({ from: 'eve@far.test', to: 'alice@example.test', text: 'x' });
  transport.close();
  assert.deepEqual(accepted, ['alice@example.test']);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
