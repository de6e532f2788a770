// Configuration: options and environment in, one checked object out. Pure: it reads no file and no process.env by itself.
// Invariants: an option beats its variable, a variable its default; a mistake names the option, what was given and what
// is allowed. It must never print a password.
import { Ajv, type ErrorObject } from 'ajv';
import type { Policy } from '../domain/policy.ts';
import type { LogLevel } from '../log.ts';
import { concealed, type Listen, parseDomains, parseListener, parseSmarthost, type Smarthost } from './address.ts';
import { parsePolicy } from './policy.ts';
import { type Setting, type SettingName, settings } from './settings.ts';

export interface Config {
  /** Absolute or relative to the working folder. */
  readonly data: string;
  readonly store: 'sqlite';
  /** Absent: that listener is off. */
  readonly http?: Listen;
  readonly https?: Listen;
  readonly smtp?: Listen;
  /** Lower case; empty: every domain of a user's address is local. */
  readonly domains: readonly string[];
  readonly smarthost?: Smarthost;
  /** Seconds: what Ping and a waiting Sync may ask for. */
  readonly heartbeat: { readonly min: number; readonly max: number };
  /** Seconds that a change which needs no hurry may wait; 0: none. */
  readonly quietDelay: number;
  readonly logLevel: LogLevel;
  /** Of a large folder, 0 to 1: what a phone may delete in an hour. */
  readonly massDelete: number;
  readonly policy: Policy;
  /** Requests of one device in five minutes; 0: any number. */
  readonly deviceRate: number;
  /** Of one account. */
  readonly maxDevices: number;
  /** Bytes of a request body: WBXML commands, and whole mails. */
  readonly limits: { readonly wbxml: number; readonly mail: number };
}

/** `message` is one line for the person who wrote the mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Given = Partial<Record<SettingName, string | undefined>>;
type Values = Record<SettingName, string | number | undefined>;

const ajv = new Ajv({ coerceTypes: true, allErrors: false });
ajv.addFormat('listener', (text: string) => parseListener(text) !== undefined);
ajv.addFormat('domains', (text: string) => parseDomains(text) !== undefined);
ajv.addFormat('policy', (text: string) => typeof parsePolicy(text) !== 'string');
ajv.addFormat('smarthost', (text: string) => parseSmarthost(text) !== undefined);
const entries = Object.entries(settings) as [SettingName, Setting][];
const validate = ajv.compile({
  type: 'object',
  properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
});

/** `options` by setting name, as text. Throws ConfigError. */
export function loadConfig(options: Given, env: Readonly<Record<string, string | undefined>>): Config {
  if (options.smarthost?.includes('@')) {
    throw new ConfigError(
      '--smarthost: a password on the command line can be read by everybody; set EASEL_SMARTHOST instead',
    );
  }
  const given = Object.fromEntries(
    entries
      .map(([name, setting]) => [name, options[name] ?? (env[setting.env] || undefined) ?? setting.default] as const)
      .filter(([, value]) => value !== undefined),
  );
  const values = { ...given };
  if (!validate(values)) throw mistake(validate.errors![0]!, given, options);
  return build(values as Values);
}

function mistake(error: ErrorObject, given: Record<string, unknown>, options: Given): ConfigError {
  const name = error.instancePath.slice(1) as SettingName;
  const setting: Setting = settings[name];
  const source = options[name] !== undefined && setting.option ? `--${setting.option}` : setting.env;
  const text = String(given[name]);
  if (name === 'policy') return new ConfigError(`${source}: ${parsePolicy(text)}; allowed: ${setting.allowed}`);
  return new ConfigError(
    `${source}: '${name === 'smarthost' ? concealed(text) : text}' is not possible; allowed: ${setting.allowed}`,
  );
}

function build(values: Values): Config {
  const smarthost = values.smarthost === undefined ? undefined : parseSmarthost(String(values.smarthost));
  const heartbeat = { min: Number(values.heartbeatMin), max: Number(values.heartbeatMax) };
  if (heartbeat.min > heartbeat.max) {
    throw new ConfigError(
      `EASEL_HEARTBEAT_MIN: '${heartbeat.min}' is not possible; allowed: at most EASEL_HEARTBEAT_MAX (${heartbeat.max})`,
    );
  }
  return {
    data: String(values.data),
    store: 'sqlite',
    ...listeners(values),
    domains: values.domain === undefined ? [] : parseDomains(String(values.domain))!,
    ...(smarthost && { smarthost }),
    heartbeat,
    quietDelay: Number(values.quietDelay),
    logLevel: values.logLevel as LogLevel,
    massDelete: Number(values.massDelete) / 100,
    deviceRate: Number(values.deviceRate),
    maxDevices: Number(values.maxDevices),
    policy: parsePolicy(String(values.policy)) as Policy,
    limits: { wbxml: Number(values.maxWbxml), mail: Number(values.maxMail) },
  };
}

function listeners(values: Values): Pick<Config, 'http' | 'https' | 'smtp'> {
  const names = ['http', 'https', 'smtp'] as const;
  const found = names.map((name) => [name, parseListener(String(values[name]))] as const);
  return Object.fromEntries(found.filter(([, listen]) => listen !== 'none'));
}
