// The command line: argv to one act, one file per command. Whatever it learns or changes goes through the store, never to a
// running server. Invariants: an error is one line on stderr; exit code 2 is a mistake in what was typed, 1 any other failure.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { settings } from '../config/settings.ts';
import { config } from './config.ts';
import { usualFile } from './context.ts';
import { device } from './device.ts';
import { explain } from './explain.ts';
import { files } from './files.ts';
import { group } from './group.ts';
import { mail } from './mail.ts';
import { serve } from './serve.ts';
import { service } from './service.ts';
import { store } from './store.ts';
import { user } from './user.ts';
import { wbxml } from './wbxml.ts';

/** Returns the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return usageCode(error);
    const { message, exitCode } = explain(error);
    process.stderr.write(`easel: ${message}\n`);
    return exitCode;
  }
}

/** `easel` alone shows the help because something is missing; `easel --help` because it was asked for. */
function usageCode({ code, exitCode }: CommanderError): number {
  return exitCode === 0 && code !== 'commander.help' ? 0 : 2;
}

function createProgram(): Command {
  const { data } = settings;
  const program = new Command('easel')
    .description('An Exchange ActiveSync server')
    .option(`--data <${data.placeholder}>`, `${data.help} (${data.env}, default ${data.default})`)
    .option('--config <FILE>', `a file with settings as JSON (EASEL_CONFIG, default ${usualFile} where it is there)`)
    .version(version(), '-V, --version', 'which release this is')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'easel: ')) })
    .exitOverride();
  serve(program);
  user(program);
  mail(program);
  device(program);
  group(program);
  files(program);
  store(program);
  config(program);
  service(program);
  wbxml(program);
  return program;
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')).version;
}
