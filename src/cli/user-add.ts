import type { Command } from 'commander';
import { addUser } from '../admin/accounts.ts';
import { tellForeign, withStore } from './context.ts';
import { readPassword } from './password.ts';

export function userAdd(parent: Command): void {
  parent
    .command('add')
    .description('make an account')
    .argument('<address>', 'its mail address')
    .option('--name <name>', 'what people read as the sender')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (address: string, _options, command: Command) => {
      const options = command.optsWithGlobals();
      const password = await readPassword(options);
      const { name } = options;
      await withStore(
        options,
        (store) => addUser(store, { address, password, ...(name && { displayName: name }) }),
        true,
      );
      process.stdout.write(`added ${address.trim().toLowerCase()}\n`);
      tellForeign(options, address);
    });
}
