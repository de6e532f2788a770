import type { Command } from 'commander';
import { userOf } from '../admin/accounts.ts';
import { addAppPassword, removeAppPassword } from '../admin/app-passwords.ts';
import { withStore } from './context.ts';

export function userAppPassword(user: Command): void {
  const parent = user.command('app-password').description('passwords for one phone or program each');
  parent
    .command('add')
    .description('make one; it is shown now and never again')
    .argument('<address>', 'whose')
    .argument('<name>', 'what it is for: "Alice\'s phone"')
    .action(async (address: string, name: string, _options, command: Command) => {
      const made = await withStore(command.optsWithGlobals(), (store) =>
        addAppPassword(store, address, name, Date.now()),
      );
      process.stdout.write(`${made}\n`);
    });
  parent
    .command('list')
    .description('one line each: when it was made, its name')
    .argument('<address>', 'whose')
    .action(async (address: string, _options, command: Command) => {
      const { appPasswords = [] } = await withStore(command.optsWithGlobals(), (store) => userOf(store, address));
      for (const { name, created } of appPasswords) {
        process.stdout.write(`${new Date(created).toISOString()}\t${name.replaceAll(/\s+/g, ' ')}\n`);
      }
    });
  parent
    .command('remove')
    .description('take one back; what used it is asked anew')
    .argument('<address>', 'whose')
    .argument('<name>')
    .action(async (address: string, name: string, _options, command: Command) => {
      await withStore(command.optsWithGlobals(), (store) => removeAppPassword(store, address, name));
      process.stdout.write(`removed ${name}\n`);
    });
}
