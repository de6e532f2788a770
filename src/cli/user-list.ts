import type { Command } from 'commander';
import { listUsers } from '../admin/accounts.ts';
import { withStore } from './context.ts';

export function userList(parent: Command): void {
  parent
    .command('list')
    .description('one line per account: address, bytes, name, and whether it is disabled or lives elsewhere')
    .action(async (_options, command: Command) => {
      const users = await withStore(command.optsWithGlobals(), listUsers);
      for (const { address, bytes, displayName, disabled, redirect } of users) {
        const line = [address, bytes, displayName];
        if (disabled) line.push('disabled');
        if (redirect !== undefined) line.push(`at ${redirect}`);
        process.stdout.write(`${line.join('\t')}\n`);
      }
    });
}
