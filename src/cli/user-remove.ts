import type { Command } from 'commander';
import { removeUser } from '../admin/accounts.ts';
import { withStore } from './context.ts';

export function userRemove(parent: Command): void {
  parent
    .command('remove')
    .description('remove an account with everything in it')
    .argument('<address>')
    .action(async (address: string, _options, command: Command) => {
      await withStore(command.optsWithGlobals(), (store) => removeUser(store, address));
      process.stdout.write(`removed ${address.trim().toLowerCase()}\n`);
    });
}
