import type { Command } from 'commander';
import { setPassword, userOf } from '../admin/accounts.ts';
import { withStore } from './context.ts';
import { readPassword } from './password.ts';

export function userPasswd(parent: Command): void {
  parent
    .command('passwd')
    .description('set another password; phones with the old one are asked anew')
    .argument('<address>')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (address: string, _options, command: Command) => {
      const options = command.optsWithGlobals();
      await withStore(options, async (store) => {
        await userOf(store, address);
        await setPassword(store, address, await readPassword(options));
      });
      process.stdout.write(`changed the password of ${address.trim().toLowerCase()}\n`);
    });
}
