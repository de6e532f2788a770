import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '../../src/config/config.ts';
import type { SettingName } from '../../src/config/settings.ts';
import { openPolicy } from '../../src/domain/policy.ts';

test('without options and variables the defaults hold', () => {
  assert.deepEqual(loadConfig({}, {}), {
    data: './data',
    store: 'sqlite',
    http: { host: '127.0.0.1', port: 8080 },
    https: { host: '0.0.0.0', port: 8443 },
    smtp: { host: '127.0.0.1', port: 2525 },
    domains: [],
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
  [{ store: 'mongo' }, {}, "--store: 'mongo' is not possible; allowed: sqlite"],
  [{ domain: 'exa mple' }, {}, "--domain: 'exa mple' is not possible; allowed: domain names, separated by commas"],
  [
    {},
    { EASEL_SMARTHOST: 'u:geheim@nowhere' },
    "EASEL_SMARTHOST: '***@nowhere' is not possible; allowed: HOST:PORT; USER:PASSWORD@HOST:PORT only in EASEL_SMARTHOST",
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
    ['{', /EASEL_POLICY: it is no JSON; allowed: JSON/],
    ['[]', /must be object/],
    ['{"DevicePassword":true}', /DevicePassword must NOT have additional properties/],
    ['{"MinDevicePasswordLength":17}', /MinDevicePasswordLength must be <= 16/],
    ['{"AllowCamera":1}', /AllowCamera must be boolean/],
  ];
  for (const [text, message] of cases) assert.throws(() => loadConfig({}, { EASEL_POLICY: text }), message);
});
