import type { Command } from 'commander';
import { userOf } from '../admin/accounts.ts';
import { restore } from '../admin/restore.ts';
import type { DeviceId } from '../domain/ids.ts';
import { CliError, withStore } from './context.ts';

export function userRestore(parent: Command): void {
  parent
    .command('restore')
    .description(
      'undo what phones deleted, moved to Deleted Items or changed, and bring what they lost to a conflict; the last 30 days are kept',
    )
    .argument('<address>', 'whose items')
    .requiredOption('--since <date>', 'a date or time: 2026-01-31, or 2026-01-31T14:00:00Z')
    .option('--device <id>', 'what one phone did, as `easel device list` names it')
    .action(async (address: string, _options, command: Command) => {
      const { since, device } = command.opts<{ since: string; device?: string }>();
      const from = Date.parse(since);
      if (Number.isNaN(from)) throw new CliError(`--since: '${since}' is no date; write it as 2026-01-31`, 2);
      const { brought, moved, reverted } = await withStore(command.optsWithGlobals(), async (store) =>
        restore(store, (await userOf(store, address)).id, from, device as DeviceId | undefined),
      );
      process.stdout.write(`${brought} brought back, ${moved} moved back, ${reverted} as they were\n`);
    });
}
