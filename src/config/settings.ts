import type { JSONSchemaType } from 'ajv';
import { concealed } from './address.ts';

/** One setting as it is given: text from argv, the environment or the default, with a schema that it must satisfy. */
export interface Setting {
  /** Without the dashes; absent: only the environment says it. */
  readonly option?: string;
  readonly env: string;
  readonly default?: string;
  /** What a person is told when the value is wrong, and in `--help`. */
  readonly allowed: string;
  readonly help: string;
  readonly placeholder?: string;
  /** As it may be shown; where that differs from what was given, it may not come from argv. */
  readonly conceal?: (text: string) => string;
  readonly schema: Partial<JSONSchemaType<string>> | Partial<JSONSchemaType<number>>;
}

const listener = { type: 'string', format: 'listener' } as const;

export const settings = {
  data: {
    option: 'data',
    env: 'EASEL_DATA',
    default: './data',
    allowed: 'a folder',
    help: 'the folder that everything is kept in',
    placeholder: 'DIR',
    schema: { type: 'string', minLength: 1 },
  },
  http: {
    option: 'http',
    env: 'EASEL_HTTP',
    default: '127.0.0.1:8080',
    allowed: "HOST:PORT (port 0 takes a free one), or 'none'",
    help: 'where to listen without TLS, for a proxy in front',
    placeholder: 'HOST:PORT',
    schema: listener,
  },
  https: {
    option: 'https',
    env: 'EASEL_HTTPS',
    default: '0.0.0.0:8443',
    allowed: "HOST:PORT (port 0 takes a free one), or 'none'",
    help: 'where phones connect; the certificate is made at the first start',
    placeholder: 'HOST:PORT',
    schema: listener,
  },
  smtp: {
    option: 'smtp',
    env: 'EASEL_SMTP',
    default: '127.0.0.1:2525',
    allowed: "HOST:PORT (port 0 takes a free one), or 'none'",
    help: 'where mail for the users comes in',
    placeholder: 'HOST:PORT',
    schema: listener,
  },
  lmtp: {
    option: 'lmtp',
    env: 'EASEL_LMTP',
    default: 'none',
    allowed: "HOST:PORT (port 0 takes a free one), or 'none'",
    help: 'where a mail server in front hands over mail, with an answer for each recipient',
    placeholder: 'HOST:PORT',
    schema: listener,
  },
  store: {
    option: 'store',
    env: 'EASEL_STORE',
    default: 'sqlite',
    allowed: 'sqlite, or mongodb://HOST[,HOST…]/NAME?replicaSet=…; with a password only in EASEL_STORE or the file',
    help: 'where all is kept: in the data folder, or in a MongoDB that several nodes share',
    placeholder: 'sqlite|URL',
    conceal: concealed,
    schema: { type: 'string', pattern: '^(sqlite|mongodb(\\+srv)?://.+)$' },
  },
  domain: {
    option: 'domain',
    env: 'EASEL_DOMAIN',
    allowed: 'domain names, separated by commas',
    help: "the domains whose mail stays here; none given: every domain of a user's address",
    placeholder: 'DOMAIN[,…]',
    schema: { type: 'string', format: 'domains' },
  },
  smarthost: {
    option: 'smarthost',
    env: 'EASEL_SMARTHOST',
    allowed: "HOST:PORT, or 'mx'; USER:PASSWORD@HOST:PORT only in EASEL_SMARTHOST or the file",
    help: "the server that takes mail for everybody else; 'mx': each domain's own, as the DNS names it",
    placeholder: 'HOST:PORT',
    conceal: concealed,
    schema: { type: 'string', format: 'smarthost' },
  },
  joinDomains: {
    option: 'join-domains',
    env: 'EASEL_JOIN_DOMAINS',
    allowed: 'domain names, separated by commas',
    help: 'domains that share one address list; else each has its own',
    placeholder: 'DOMAIN[,…]',
    schema: { type: 'string', format: 'domains' },
  },
  cert: {
    option: 'cert',
    env: 'EASEL_CERT',
    allowed: 'a PEM file',
    help: 'a certificate with its chain; none given: one of an authority of its own, in the data folder',
    placeholder: 'FILE',
    schema: { type: 'string', minLength: 1 },
  },
  key: {
    option: 'key',
    env: 'EASEL_KEY',
    allowed: 'a PEM file',
    help: "the certificate's private key; both are read again when they change",
    placeholder: 'FILE',
    schema: { type: 'string', minLength: 1 },
  },
  tlsMin: {
    option: 'tls-min',
    env: 'EASEL_TLS_MIN',
    default: '1.2',
    allowed: '1.0, 1.1, 1.2 or 1.3',
    help: 'the oldest TLS; phones from before 2014 need 1.0',
    placeholder: 'VERSION',
    schema: { type: 'string', enum: ['1.0', '1.1', '1.2', '1.3'] },
  },
  trustProxy: {
    option: 'trust-proxy',
    env: 'EASEL_TRUST_PROXY',
    allowed: 'addresses or networks, separated by commas, as 10.0.0.0/8',
    help: 'the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed',
    placeholder: 'CIDR[,…]',
    schema: { type: 'string', format: 'networks' },
  },
  workers: {
    option: 'workers',
    env: 'EASEL_WORKERS',
    default: '1',
    allowed: '1 to 64; more than 1 needs a store that several processes can use',
    help: 'serving processes on the same ports',
    placeholder: 'N',
    schema: { type: 'integer', minimum: 1, maximum: 64 },
  },
  maxRecipients: {
    env: 'EASEL_MAX_RECIPIENTS',
    default: '500',
    allowed: '100 to 10000',
    help: 'recipients of one incoming message',
    schema: { type: 'integer', minimum: 100, maximum: 10_000 },
  },
  smtpRate: {
    env: 'EASEL_SMTP_RATE',
    default: '600',
    allowed: 'messages a minute, 0 to 100000; 0: any number',
    help: 'what one address may bring in over SMTP before it is told to come back later',
    schema: { type: 'integer', minimum: 0, maximum: 100_000 },
  },
  sendRate: {
    env: 'EASEL_SEND_RATE',
    default: '500',
    allowed: 'recipients an hour, 0 to 1000000; 0: any number',
    help: 'whom one account may write to elsewhere before its mail waits',
    schema: { type: 'integer', minimum: 0, maximum: 1_000_000 },
  },
  heartbeatMin: {
    env: 'EASEL_HEARTBEAT_MIN',
    default: '60',
    allowed: 'seconds, 1 to 3540',
    help: 'the shortest wait that a phone may ask for',
    schema: { type: 'integer', minimum: 1, maximum: 3540 },
  },
  heartbeatMax: {
    env: 'EASEL_HEARTBEAT_MAX',
    default: '3540',
    allowed: 'seconds, 60 to 3540',
    help: 'the longest wait that a phone may ask for',
    schema: { type: 'integer', minimum: 60, maximum: 3540 },
  },
  quietDelay: {
    env: 'EASEL_QUIET_DELAY',
    default: '15',
    allowed: 'seconds, 0 to 600',
    help: 'how long a change that needs no hurry may wait before it wakes a phone',
    schema: { type: 'number', minimum: 0, maximum: 600 },
  },
  logLevel: {
    env: 'EASEL_LOG_LEVEL',
    default: 'info',
    allowed: 'error, warn, info, debug or silent',
    help: 'what is logged',
    schema: { type: 'string', enum: ['error', 'warn', 'info', 'debug', 'silent'] },
  },
  massDelete: {
    env: 'EASEL_MASS_DELETE',
    default: '50',
    allowed: 'percent, 1 to 100; 100: never',
    help: 'a phone that deletes more of a folder of over 100 items in an hour is stopped until `easel device confirm`',
    schema: { type: 'integer', minimum: 1, maximum: 100 },
  },
  trustedCas: {
    env: 'EASEL_TRUSTED_CAS',
    allowed: 'a folder of certificates, PEM or DER',
    help: "roots that phones' ValidateCert trusts beside the system's; default: the folder trusted in the data folder",
    schema: { type: 'string', minLength: 1 },
  },
  deviceRate: {
    env: 'EASEL_DEVICE_RATE',
    default: '900',
    allowed: 'requests in five minutes, 0 to 1000000; 0: any number',
    help: 'what one phone may ask before it is told to come back later',
    schema: { type: 'integer', minimum: 0, maximum: 1_000_000 },
  },
  maxDevices: {
    env: 'EASEL_MAX_DEVICES',
    default: '50',
    allowed: '1 to 10000',
    help: 'phones of one account; a new one takes the place of one that was not seen for a week',
    schema: { type: 'integer', minimum: 1, maximum: 10_000 },
  },
  policy: {
    env: 'EASEL_POLICY',
    default: '{}',
    allowed:
      'JSON with enforce, refreshHours, allowNonProvisionable and settings of [MS-ASPROV], as DevicePasswordEnabled',
    help: 'what phones are told to do, where it differs from the open policy; "enforce" refuses those that have not',
    schema: { type: 'string', format: 'policy' },
  },
  maxWbxml: {
    env: 'EASEL_MAX_WBXML',
    default: '1048576',
    allowed: 'bytes, 65536 to 67108864',
    help: 'the largest request body that is not a mail',
    schema: { type: 'integer', minimum: 65_536, maximum: 67_108_864 },
  },
  maxMail: {
    env: 'EASEL_MAX_MAIL',
    default: '52428800',
    allowed: 'bytes, 65536 to 268435456',
    help: 'the largest mail, in and out',
    schema: { type: 'integer', minimum: 65_536, maximum: 268_435_456 },
  },
} as const satisfies Record<string, Setting>;
export type SettingName = keyof typeof settings;
