import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, explainConfig, loadConfig } from '../../src/config/config.ts';
import { type SettingName, settings } from '../../src/config/settings.ts';
import { openPolicy } from '../../src/domain/policy.ts';

test('without options and variables the defaults hold', () => {
  assert.deepEqual(loadConfig({}, {}), {
    data: './data',
    store: 'sqlite',
    http: { host: '127.0.0.1', port: 8080 },
    https: { host: '0.0.0.0', port: 8443 },
    smtp: { host: '127.0.0.1', port: 2525 },
    domains: [],
    joinDomains: [],
    tlsMin: 'TLSv1.2',
    workers: 1,
    mailRates: { recipients: 500, incoming: 600, outgoing: 500 },
    heartbeat: { min: 60, max: 3540 },
    quietDelay: 15,
    logLevel: 'info',
    massDelete: 0.5,
    deviceRate: 900,
    maxDevices: 50,
    policy: openPolicy,
    limits: { wbxml: 1_048_576, mail: 52_428_800 },
  });
});

test('an option beats its variable, a variable its default, an empty variable says nothing', () => {
  const env = { EASEL_HTTP: 'none', EASEL_SMTP: '[::1]:25', EASEL_DATA: '', EASEL_QUIET_DELAY: '0' };
  const config = loadConfig({ http: '10.0.0.1:0' }, env);
  assert.deepEqual(config.http, { host: '10.0.0.1', port: 0 });
  assert.deepEqual(config.smtp, { host: '::1', port: 25 });
  assert.equal(config.data, './data');
  assert.equal(config.quietDelay, 0);
});

test('none turns a listener off', () => {
  const config = loadConfig({ http: 'none', smtp: 'none' }, {});
  assert.equal('http' in config, false);
  assert.equal('smtp' in config, false);
});

test('domains are lower case and each counts once', () => {
  assert.deepEqual(loadConfig({ domain: 'Example.test, b.test,example.TEST' }, {}).domains, ['example.test', 'b.test']);
});

test('the smarthost may carry a password in the environment only, with any characters in it', () => {
  assert.deepEqual(loadConfig({}, { EASEL_SMARTHOST: 'me%40x:p@ss%:w@relay.test:587' }).smarthost, {
    host: 'relay.test',
    port: 587,
    user: 'me@x',
    password: 'p@ss%:w',
  });
  assert.deepEqual(loadConfig({ smarthost: 'relay.test:25' }, {}).smarthost, { host: 'relay.test', port: 25 });
  assert.throws(
    () => loadConfig({ smarthost: 'me:secret@relay.test:25' }, {}),
    (error: Error) => {
      assert.match(error.message, /^--smarthost: .*EASEL_SMARTHOST/);
      assert.doesNotMatch(error.message, /secret/);
      return error instanceof ConfigError;
    },
  );
});

test('a database may be named anywhere, its password not in argv', () => {
  const url = 'mongodb://db.test/easel?replicaSet=rs';
  assert.equal(loadConfig({ store: url }, {}).store, url);
  const secret = 'mongodb://me:secret@db.test/easel';
  assert.equal(loadConfig({}, { EASEL_STORE: secret }).store, secret);
  assert.throws(
    () => loadConfig({ store: secret }, {}),
    (error: Error) => /^--store: .*EASEL_STORE/.test(error.message) && !error.message.includes('secret'),
  );
});

const mistakes: [Partial<Record<SettingName, string>>, Record<string, string>, string][] = [
  [{ http: '8080' }, {}, "--http: '8080' is not possible; allowed: HOST:PORT (port 0 takes a free one), or 'none'"],
  [
    { https: 'a:70000' },
    {},
    "--https: 'a:70000' is not possible; allowed: HOST:PORT (port 0 takes a free one), or 'none'",
  ],
  [
    {},
    { EASEL_SMTP: 'x y:25' },
    "EASEL_SMTP: 'x y:25' is not possible; allowed: HOST:PORT (port 0 takes a free one), or 'none'",
  ],
  [
    { store: 'mongo' },
    {},
    "--store: 'mongo' is not possible; allowed: sqlite, or mongodb://HOST[,HOST…]/NAME?replicaSet=…; with a password only in EASEL_STORE or the file",
  ],
  [{ domain: 'exa mple' }, {}, "--domain: 'exa mple' is not possible; allowed: domain names, separated by commas"],
  [
    {},
    { EASEL_SMARTHOST: 'u:geheim@nowhere' },
    "EASEL_SMARTHOST: '***@nowhere' is not possible; allowed: HOST:PORT, or 'mx'; USER:PASSWORD@HOST:PORT only in EASEL_SMARTHOST or the file",
  ],
  [{ cert: 'a.pem' }, {}, '--cert: it needs --key beside it'],
  [{ tlsMin: '1' }, {}, "--tls-min: '1' is not possible; allowed: 1.0, 1.1, 1.2 or 1.3"],
  [
    { trustProxy: '10.0.0.0/33' },
    {},
    "--trust-proxy: '10.0.0.0/33' is not possible; allowed: addresses or networks, separated by commas, as 10.0.0.0/8",
  ],
  [{}, { EASEL_QUIET_DELAY: 'soon' }, "EASEL_QUIET_DELAY: 'soon' is not possible; allowed: seconds, 0 to 600"],
  [{}, { EASEL_HEARTBEAT_MAX: '4000' }, "EASEL_HEARTBEAT_MAX: '4000' is not possible; allowed: seconds, 60 to 3540"],
  [
    {},
    { EASEL_HEARTBEAT_MIN: '900', EASEL_HEARTBEAT_MAX: '100' },
    "EASEL_HEARTBEAT_MIN: '900' is not possible; allowed: at most EASEL_HEARTBEAT_MAX (100)",
  ],
  [
    {},
    { EASEL_LOG_LEVEL: 'loud' },
    "EASEL_LOG_LEVEL: 'loud' is not possible; allowed: error, warn, info, debug or silent",
  ],
  [{}, { EASEL_MAX_MAIL: '1.5' }, "EASEL_MAX_MAIL: '1.5' is not possible; allowed: bytes, 65536 to 268435456"],
];
for (const [options, env, message] of mistakes) {
  test(`a mistake is told: ${message}`, () => {
    assert.throws(() => loadConfig(options, env), { name: 'ConfigError', message });
  });
}

test('a policy says how strict it is and what differs from the open one', () => {
  const given = { enforce: true, refreshHours: 24, DevicePasswordEnabled: true, MinDevicePasswordLength: 6 };
  const lists = { ApprovedApplicationList: ['abc'] };
  const { policy } = loadConfig({}, { EASEL_POLICY: JSON.stringify({ ...given, ...lists }) });
  assert.deepEqual([policy.enforce, policy.refresh, policy.allowNonProvisionable], [true, 86_400_000, true]);
  assert.deepEqual(policy.document, {
    ...openPolicy.document,
    DevicePasswordEnabled: true,
    MinDevicePasswordLength: 6,
    ApprovedApplicationList: { Hash: ['abc'] },
  });
});

test('a mistake in a policy is named', () => {
  const cases: [string, RegExp][] = [
    ['{"MaxCalendarAgeFilter":3}', /MaxCalendarAgeFilter must be equal to one of the allowed values/],
    ['{', /EASEL_POLICY: it is no JSON; allowed: JSON/],
    ['[]', /must be object/],
    ['{"DevicePassword":true}', /DevicePassword must NOT have additional properties/],
    ['{"MinDevicePasswordLength":17}', /MinDevicePasswordLength must be <= 16/],
    ['{"AllowCamera":1}', /AllowCamera must be boolean/],
  ];
  for (const [text, message] of cases) assert.throws(() => loadConfig({}, { EASEL_POLICY: text }), message);
});

test('a file stands between a variable and its default; lists and objects may be written as such', () => {
  const path = 'easel.config.json';
  const values = {
    http: 'none',
    smtp: '127.0.0.1:26',
    domain: ['a.test', 'b.test'],
    maxDevices: 3,
    policy: { enforce: true },
  };
  const config = loadConfig({}, { EASEL_SMTP: '127.0.0.1:27' }, { path, values });
  assert.equal('http' in config, false);
  assert.deepEqual(config.smtp, { host: '127.0.0.1', port: 27 });
  assert.deepEqual(config.domains, ['a.test', 'b.test']);
  assert.equal(config.maxDevices, 3);
  assert.equal(config.policy.enforce, true);
  const refused = (wrong: unknown, message: RegExp) =>
    assert.throws(() => loadConfig({}, {}, { path, values: wrong }), message);
  refused({ htp: 1 }, /^ConfigError: easel\.config\.json: there is no setting 'htp'; allowed: data, http, /);
  refused({ https: 'x' }, /^ConfigError: https in easel\.config\.json: 'x' is not possible; allowed: HOST:PORT/);
  refused([], /^ConfigError: easel\.config\.json: it must hold one JSON object/);
});

test('what holds is told with who says so, once for every setting', () => {
  const chosen = explainConfig({ http: 'none' }, { EASEL_SMARTHOST: 'u:p@relay.test:25' });
  assert.deepEqual(
    chosen.map(({ name }) => name),
    Object.keys(settings),
  );
  const by = (name: string) => chosen.find((one) => one.name === name)!;
  assert.deepEqual([by('http').text, by('http').source], ['none', '--http']);
  assert.deepEqual([by('smtp').source, by('cert').source, by('cert').text], ['default', 'not given', undefined]);
  assert.equal(by('smarthost').setting.conceal?.('u:p@relay.test:25'), '***@relay.test:25');
});

test('proxies are addresses or networks, of both families', () => {
  const { trustProxy } = loadConfig({ trustProxy: '10.1.0.0/16, ::1,192.0.2.7' }, {});
  assert.equal(trustProxy!.check('10.1.200.3'), true);
  assert.equal(trustProxy!.check('10.2.0.1'), false);
  assert.equal(trustProxy!.check('192.0.2.7'), true);
  assert.equal(trustProxy!.check('::1', 'ipv6'), true);
});
