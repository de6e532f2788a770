import { existsSync } from 'node:fs';
import { type Config, loadConfig } from '../config/config.ts';
import type { SettingName } from '../config/settings.ts';
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

export function configOf(options: Partial<Record<SettingName, string>>): Config {
  return loadConfig(options, process.env);
}

/** Opens the store of `--data`, also beside a running server. Unless `make`, a folder without one is a mistake. */
export async function withStore<T>(
  options: { data?: string },
  work: (store: Store) => Promise<T>,
  make = false,
): Promise<T> {
  const { data } = configOf(options);
  if (!make && !existsSync(data)) {
    throw new CliError(`--data: there is nothing in '${data}'; name the folder that the server runs on`);
  }
  const store = await openStore({ data, log: createLog({ level: 'error' }) });
  try {
    return await work(store);
  } finally {
    await store[Symbol.asyncDispose]();
  }
}
