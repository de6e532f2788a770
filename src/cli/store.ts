import { hostname } from 'node:os';
import type { Command } from 'commander';
import { underLease } from '../admin/jobs.ts';
import { systemClock } from '../clock.ts';
import { concealed } from '../config/address.ts';
import { backupStore, type Copied, checkStore, migrateStore, restoreStore } from '../store/open.ts';
import { CliError, configOf, requireStore, withStore } from './context.ts';

/** `easel store …`: looks after the data folder as a whole. */
export function store(program: Command): void {
  const parent = program.command('store').description('the data folder as a whole');
  parent
    .command('check')
    .description('look for anything that contradicts itself; a server may run beside it')
    .action(async (_options, command: Command) => {
      const wrong = await checkStore(keptOf(command));
      for (const sentence of wrong) process.stdout.write(`${sentence}\n`);
      if (wrong.length > 0)
        throw new CliError(`${wrong.length} ${wrong.length === 1 ? 'thing is' : 'things are'} wrong`);
      process.stdout.write('nothing is wrong\n');
    });
  parent
    .command('migrate')
    .description('bring it to the schema of this release, as a start of the server would; a copy is kept beside it')
    .action(async (_options, command: Command) => {
      const { from, to } = await migrateStore(keptOf(command));
      process.stdout.write(from === to ? `schema ${to}, nothing to do\n` : `schema ${from} is now ${to}\n`);
    });
  parent
    .command('backup')
    .description(
      'copy it to a new folder, also beside a server; its authority (ca.pem, ca-key.pem) and sealer.key are not in it',
    )
    .argument('<folder>', 'a folder that is not there yet, or is empty')
    .action(async (folder: string, _options, command: Command) => {
      const kept = keptOf(command);
      // A blob that the copy names must not be swept before it is copied.
      const lease = {
        name: 'sweep',
        node: `backup ${hostname()} ${process.pid}`,
        milliseconds: 60_000,
        clock: systemClock,
      };
      const copied = await withStore(command.optsWithGlobals(), ({ leases }) =>
        underLease(leases, lease, () => backupStore(kept, folder)),
      );
      if (copied === undefined) throw new CliError('the server is sweeping its blobs; try again in a few minutes');
      process.stdout.write(`copied ${said(copied)} to ${folder}\n`);
    });
  parent
    .command('restore')
    .description('put a backup into --data, which must hold no store; every blob is checked first')
    .argument('<folder>', 'what `easel store backup` made')
    .action(async (folder: string, _options, command: Command) => {
      const { data, store } = configOf(command.optsWithGlobals());
      const copied = await restoreStore({ data, store }, folder);
      process.stdout.write(`restored ${said(copied)} to ${store === 'sqlite' ? data : concealed(store)}\n`);
    });
}

function keptOf(command: Command): { readonly data: string; readonly store: string } {
  const { data, store } = configOf(command.optsWithGlobals());
  requireStore(data, store);
  return { data, store };
}

function said({ blobs, bytes }: Copied): string {
  return `${blobs} ${blobs === 1 ? 'blob' : 'blobs'}, ${(bytes / 1e6).toFixed(1)} MB, and the database`;
}
