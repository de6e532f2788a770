// Configuration: options, environment and a file's values in, one checked object out. Pure: it reads no file and no
// process.env by itself. Invariants: an option beats its variable, a variable the file, the file its default; a mistake names
// the option, what was given and what is allowed. It must never print a password.
import type { BlockList } from 'node:net';
import { Ajv, type ErrorObject } from 'ajv';
import type { Policy } from '../domain/policy.ts';
import type { LogLevel } from '../log.ts';
import { type Listen, parseDomains, parseListener, parseNetworks, parseSmarthost, type Smarthost } from './address.ts';
import { type FileValues, fileTexts } from './file.ts';
import { parsePolicy } from './policy.ts';
import { type Setting, type SettingName, settings } from './settings.ts';
import type { TlsVersion } from './tls.ts';

export interface Config {
  /** Absolute or relative to the working folder. */
  readonly data: string;
  /** 'sqlite', or the URL of a MongoDB. */
  readonly store: string;
  /** Absent: that listener is off. */
  readonly http?: Listen;
  readonly https?: Listen;
  readonly smtp?: Listen;
  readonly lmtp?: Listen;
  /** Lower case; empty: every domain of a user's address is local. */
  readonly domains: readonly string[];
  /** 'mx': each domain's own servers. */
  readonly smarthost?: Smarthost | 'mx';
  /** Domains that share one address list. */
  readonly joinDomains: readonly string[];
  /** Files; absent: of an authority of its own. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly tlsMin: TlsVersion;
  /** Whose X-Forwarded-* are believed. */
  readonly trustProxy?: BlockList;
  readonly workers: number;
  /** Of incoming SMTP: recipients of a message, messages a minute of one address; of an account: recipients elsewhere an hour. */
  readonly mailRates: { readonly recipients: number; readonly incoming: number; readonly outgoing: number };
  /** Seconds: what Ping and a waiting Sync may ask for. */
  readonly heartbeat: { readonly min: number; readonly max: number };
  /** Seconds that a change which needs no hurry may wait; 0: none. */
  readonly quietDelay: number;
  readonly logLevel: LogLevel;
  /** Of a large folder, 0 to 1: what a phone may delete in an hour. */
  readonly massDelete: number;
  readonly policy: Policy;
  /** A folder of roots beside the system's. */
  readonly trustedCas?: string;
  /** Requests of one device in five minutes; 0: any number. */
  readonly deviceRate: number;
  /** Of one account. */
  readonly maxDevices: number;
  /** Bytes of a request body: WBXML commands, and whole mails. */
  readonly limits: { readonly wbxml: number; readonly mail: number };
}

const tlsVersions: Readonly<Record<string, TlsVersion>> = {
  '1.0': 'TLSv1',
  '1.1': 'TLSv1.1',
  '1.2': 'TLSv1.2',
  '1.3': 'TLSv1.3',
};

/** `message` is one line for the person who wrote the mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Given = Partial<Record<SettingName, string | undefined>>;
type Environment = Readonly<Record<string, string | undefined>>;
type Values = Record<SettingName, string | number | undefined>;

const ajv = new Ajv({ coerceTypes: true, allErrors: false });
ajv.addFormat('listener', (text: string) => parseListener(text) !== undefined);
ajv.addFormat('domains', (text: string) => parseDomains(text) !== undefined);
ajv.addFormat('networks', (text: string) => parseNetworks(text) !== undefined);
ajv.addFormat('policy', (text: string) => typeof parsePolicy(text) !== 'string');
ajv.addFormat('smarthost', (text: string) => text === 'mx' || parseSmarthost(text) !== undefined);
const entries = Object.entries(settings) as [SettingName, Setting][];
const validate = ajv.compile({
  type: 'object',
  properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
});

/** One setting as it holds. */
export interface Chosen {
  readonly name: SettingName;
  readonly setting: Setting;
  /** Absent: not given, and there is no default. */
  readonly text?: string;
  /** `--http`, `EASEL_HTTP`, `http in easel.config.json`, 'default'. */
  readonly source: string;
}

/** `options` by setting name, as text. Throws ConfigError. */
export function loadConfig(options: Given, env: Environment, file?: FileValues): Config {
  return build(checked(chooseSettings(options, env, file)));
}

/** What holds of each setting, in the order of the table, checked. Throws ConfigError. */
export function explainConfig(options: Given, env: Environment, file?: FileValues): Chosen[] {
  const chosen = chooseSettings(options, env, file);
  build(checked(chosen));
  return chosen;
}

function chooseSettings(options: Given, env: Environment, file?: FileValues): Chosen[] {
  const texts = file ? fileTexts(file) : {};
  if (typeof texts === 'string') throw new ConfigError(texts);
  return entries.map(([name, setting]) => {
    const found: [string | undefined, string][] = [
      [options[name], setting.option ? `--${setting.option}` : setting.env],
      [env[setting.env] || undefined, setting.env],
      [texts[name], `${name} in ${file?.path}`],
      [setting.default, 'default'],
    ];
    const [text, source] = found.find(([given]) => given !== undefined) ?? [undefined, 'not given'];
    if (text !== undefined && options[name] === text && setting.conceal && setting.conceal(text) !== text) {
      throw new ConfigError(
        `${source}: a password on the command line can be read by everybody; set ${setting.env} instead`,
      );
    }
    return { name, setting, source, ...(text !== undefined && { text }) };
  });
}

function checked(chosen: readonly Chosen[]): Values {
  const values = Object.fromEntries(
    chosen.filter(({ text }) => text !== undefined).map(({ name, text }) => [name, text]),
  );
  if (!validate(values)) throw mistake(validate.errors![0]!, chosen);
  return values as Values;
}

function mistake(error: ErrorObject, chosen: readonly Chosen[]): ConfigError {
  const name = error.instancePath.slice(1) as SettingName;
  const { setting, source, text = '' } = chosen.find((one) => one.name === name)!;
  if (name === 'policy') return new ConfigError(`${source}: ${parsePolicy(text)}; allowed: ${setting.allowed}`);
  const shown = setting.conceal ? setting.conceal(text) : text;
  return new ConfigError(`${source}: '${shown}' is not possible; allowed: ${setting.allowed}`);
}

function build(values: Values): Config {
  const { cert, key, trustProxy } = values;
  if ((cert === undefined) !== (key === undefined)) {
    const [given, missing] = cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    throw new ConfigError(`--${given}: it needs --${missing} beside it`);
  }
  const heartbeat = { min: Number(values.heartbeatMin), max: Number(values.heartbeatMax) };
  if (heartbeat.min > heartbeat.max) {
    throw new ConfigError(
      `EASEL_HEARTBEAT_MIN: '${heartbeat.min}' is not possible; allowed: at most EASEL_HEARTBEAT_MAX (${heartbeat.max})`,
    );
  }
  return {
    data: String(values.data),
    store: String(values.store),
    ...listeners(values),
    domains: values.domain === undefined ? [] : parseDomains(String(values.domain))!,
    joinDomains: values.joinDomains === undefined ? [] : parseDomains(String(values.joinDomains))!,
    ...smarthostOf(values.smarthost),
    ...(cert !== undefined && { certificate: { cert: String(cert), key: String(key) } }),
    tlsMin: tlsVersions[String(values.tlsMin)]!,
    ...(trustProxy !== undefined && { trustProxy: parseNetworks(String(trustProxy))! }),
    workers: Number(values.workers),
    mailRates: {
      recipients: Number(values.maxRecipients),
      incoming: Number(values.smtpRate),
      outgoing: Number(values.sendRate),
    },
    heartbeat,
    quietDelay: Number(values.quietDelay),
    logLevel: values.logLevel as LogLevel,
    massDelete: Number(values.massDelete) / 100,
    ...(values.trustedCas !== undefined && { trustedCas: String(values.trustedCas) }),
    deviceRate: Number(values.deviceRate),
    maxDevices: Number(values.maxDevices),
    policy: parsePolicy(String(values.policy)) as Policy,
    limits: { wbxml: Number(values.maxWbxml), mail: Number(values.maxMail) },
  };
}

function smarthostOf(given: string | number | undefined): Pick<Config, 'smarthost'> {
  if (given === undefined) return {};
  return { smarthost: given === 'mx' ? 'mx' : parseSmarthost(String(given))! };
}

function listeners(values: Values): Pick<Config, 'http' | 'https' | 'smtp' | 'lmtp'> {
  const names = ['http', 'https', 'smtp', 'lmtp'] as const;
  const found = names.map((name) => [name, parseListener(String(values[name]))] as const);
  return Object.fromEntries(found.filter(([, listen]) => listen !== 'none'));
}
