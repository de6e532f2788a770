import type { Command } from 'commander';
import { listUsers } from '../admin/accounts.ts';
import { withStore } from './context.ts';

export function userList(parent: Command): void {
  parent
    .command('list')
    .description('one line per account: address, bytes, name')
    .action(async (_options, command: Command) => {
      const users = await withStore(command.optsWithGlobals(), listUsers);
      for (const { address, bytes, displayName } of users) {
        process.stdout.write(`${address}\t${bytes}\t${displayName}\n`);
      }
    });
}
