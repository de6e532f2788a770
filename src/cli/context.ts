import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, loadConfig } from '../config/config.ts';
import type { FileValues } from '../config/file.ts';
import type { SettingName } from '../config/settings.ts';
import { domainOf } from '../domain/account.ts';
import { createLog } from '../log.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/port.ts';

/** A failure whose message is meant for the person at the terminal. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

type Options = Partial<Record<SettingName, string>> & { readonly config?: string };

export function configOf(options: Options): Config {
  return loadConfig(options, process.env, fileOf(options));
}

export const usualFile = 'easel.config.json';

/** The file named by `--config` or EASEL_CONFIG, else the usual one where it is there. */
export function fileOf(options: Options): FileValues | undefined {
  const named = options.config ?? (process.env.EASEL_CONFIG || undefined);
  const path = named ?? usualFile;
  if (named === undefined && !existsSync(path)) return undefined;
  try {
    return { path, values: JSON.parse(readFileSync(path, 'utf8')) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      code === 'ENOENT' ? `--config: there is no '${path}'` : `${path}: it cannot be read: ${message}`,
    );
  }
}

/** Opens the store of `--data`, also beside a running server. Unless `make`, a folder without one is a mistake. */
export async function withStore<T>(options: Options, work: (store: Store) => Promise<T>, make = false): Promise<T> {
  const { data, store: kept } = configOf(options);
  if (!make) requireStore(data, kept);
  const store = await openStore({ data, store: kept, log: createLog({ level: 'error' }) });
  try {
    return await work(store);
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

/** A folder without a store is more often a wrong folder than a new one. */
export function requireStore(data: string, kept: string): void {
  if (kept !== 'sqlite' || existsSync(join(data, 'easel.sqlite'))) return;
  throw new CliError(`--data: there is no store in '${data}'; name the folder that the server runs on`);
}

/** Where `--domain` names domains, an address in another one gets no mail: said, since the setting may follow. */
export function tellForeign(options: Options, address: string): void {
  const { domains } = configOf(options);
  const domain = domainOf(address.trim());
  if (domains.length === 0 || domains.includes(domain)) return;
  process.stderr.write(`easel: no mail comes to ${domain}, which is none of --domain: ${domains.join(', ')}\n`);
}
