import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import type { RunningServer } from '../server.ts';
import { CliError, configOf } from './context.ts';
import { settingOptions } from './setting-options.ts';

/** Runs until SIGTERM or SIGINT; a second one ends it at once. */
export function serve(program: Command): void {
  const command = program.command('serve').description('run the server');
  settingOptions(command);
  command.action(async (_options, self: Command) => {
    const config = configOf(self.optsWithGlobals());
    const fresh = !existsSync(config.data);
    const server = await started(config);
    const ended = signal(); // before anyone is told that it runs
    onHangUp(async () => server.reload(configOf(self.optsWithGlobals())));
    const { http, https, smtp, lmtp } = server.addresses;
    const where = Object.entries({ http, https, smtp, lmtp }).filter(([, address]) => address !== undefined);
    process.stdout.write(`${['easel ready', ...where.map(([name, address]) => `${name}=${address}`)].join(' ')}\n`);
    if (process.getuid?.() === 0) {
      process.stderr.write('easel: it runs as root, which it need not; `easel service` prints a unit that does not\n');
    }
    if (fresh) process.stderr.write(firstSteps(config, server));
    await ended;
    await server.close();
  });
}

/** Loaded when it is needed: the other commands start in half the time without it. */
async function started(config: Config): Promise<RunningServer> {
  const { ListenError, startServer } = await import('../server.ts');
  try {
    return await startServer(config);
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
  process.on('SIGHUP', () => {
    act().catch((error: unknown) => void process.stderr.write(`easel: ${(error as Error).message}\n`));
  });
}

function firstSteps(config: Config, { addresses }: RunningServer): string {
  const domain = config.domains[0] ?? 'example.test';
  const data = config.data === settings.data.default ? '' : ` --data ${config.data}`;
  const port = addresses.https === undefined ? '' : `:${new URL(addresses.https).port || 443}`;
  return [
    '',
    'Add a user:',
    `  npx easel user add alice@${domain}${data}`,
    'On the phone: add an Exchange account; the server is',
    `  ${hostname()}${port} (or this machine's address), user name and mail address alice@${domain}`,
    ...(addresses.https === undefined ? [] : [`The phone must trust ${join(config.data, 'ca.pem')}.`]),
    '',
    '',
  ].join('\n');
}
