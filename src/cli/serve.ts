import cluster from 'node:cluster';
import { existsSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { fillDemo } from '../admin/demo.ts';
import type { Config } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import type { RunningServer } from '../server.ts';
import type { Store } from '../store/port.ts';
import type { Tally } from '../tally.ts';
import { CliError, configOf, withStore } from './context.ts';
import { settingOptions } from './setting-options.ts';
import { startWorkers, tellReady, workersTally } from './workers.ts';

/** Runs until SIGTERM or SIGINT; a second one ends it at once. */
export function serve(program: Command): void {
  const command = program.command('serve').description('run the server');
  settingOptions(command);
  command.option('--demo', 'with an account to look at, demo@DOMAIN; its password is told at each start');
  command.action(async (_options, self: Command) => {
    const options = self.optsWithGlobals();
    const config = configOf(options);
    if (cluster.isWorker) return await work(config, options);
    if (config.workers > 1 && config.store === 'sqlite') {
      throw new CliError('--workers: a store of sqlite serves one process; more than 1 needs --store mongodb://…', 2);
    }
    const fresh = !existsSync(config.data) || readdirSync(config.data).length === 0;
    const demo = options.demo ? await withStore(options, (store) => demoOf(store, config), true) : '';
    const server = config.workers > 1 ? await startWorkers(config.workers) : await started(config);
    const ended = signal(); // before anyone is told that it runs
    if ('reload' in server) onHangUp(() => server.reload(configOf(options)));
    const { http, https, smtp, lmtp } = server.addresses;
    const where = Object.entries({ http, https, smtp, lmtp }).filter(([, address]) => address !== undefined);
    process.stdout.write(`${['easel ready', ...where.map(([name, address]) => `${name}=${address}`)].join(' ')}\n`);
    process.stderr.write(`${rootWarning()}${fresh ? firstSteps(config, server) : ''}${demo}`);
    await ended;
    await server.close();
  });
}

/** One of several processes: the parent says that they serve, and when they end. */
async function work(config: Config, options: Parameters<typeof configOf>[0]): Promise<void> {
  const server = await started(config, workersTally());
  const ended = signal();
  onHangUp(() => server.reload(configOf(options)));
  tellReady(server.addresses);
  await ended;
  await server.close();
  process.disconnect();
}

async function demoOf(store: Store, { domains }: Config): Promise<string> {
  const { address, password } = await fillDemo(store, domains[0] ?? 'example.test', Date.now());
  return `\nThe demo account is ${address}, its password ${password}\n\n`;
}

function rootWarning(): string {
  if (process.getuid?.() !== 0) return '';
  return 'easel: it runs as root, which it need not; `easel service` prints a unit that does not\n';
}

/** Loaded when it is needed: the other commands start in half the time without it. */
async function started(config: Config, tally?: Tally): Promise<RunningServer> {
  const { ListenError, startServer } = await import('../server.ts');
  try {
    return await startServer(config, tally ? { tally } : {});
  } catch (error) {
    throw error instanceof ListenError ? new CliError(error.message) : error;
  }
}

function signal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve());
  });
}

/** What is wrong then is told, and all goes on as it was. */
function onHangUp(act: () => Promise<void>): void {
  process.on('SIGHUP', async () => {
    try {
      await act();
    } catch (error) {
      process.stderr.write(`easel: ${(error as Error).message}\n`);
    }
  });
}

function firstSteps(config: Config, { addresses }: Pick<RunningServer, 'addresses'>): string {
  const domain = config.domains[0] ?? 'example.test';
  const data = config.data === settings.data.default ? '' : ` --data ${config.data}`;
  const port = addresses.https === undefined ? '' : `:${new URL(addresses.https).port || 443}`;
  return [
    '',
    'Add a user:',
    `  npx easel user add alice@${domain}${data}`,
    'On the phone: add an Exchange account; the server is',
    `  ${hostname()}${port} (or this machine's address), user name and mail address alice@${domain}`,
    ...trustOf(config, addresses.https),
    '',
    '',
  ].join('\n');
}

function trustOf({ data, certificate }: Config, https: string | undefined): string[] {
  if (https === undefined || certificate) return [];
  return [
    `The phone must trust ${join(data, 'ca.pem')}; https://${hostname()}:${new URL(https).port || 443}/ shows how.`,
  ];
}
