import type { Command } from 'commander';
import { updateUser } from '../admin/accounts.ts';
import { withStore } from './context.ts';

const acts = [
  ['disable', 'shut an account out: its phones are refused, its mail is kept and still arrives', true, 'disabled'],
  ['enable', 'let a disabled account in again', undefined, 'enabled'],
] as const;

export function userAccess(parent: Command): void {
  for (const [name, description, disabled, done] of acts) {
    parent
      .command(name)
      .description(description)
      .argument('<address>')
      .action(async (address: string, _options, command: Command) => {
        await withStore(command.optsWithGlobals(), (store) => updateUser(store, address, { disabled }));
        process.stdout.write(`${done} ${address.trim().toLowerCase()}\n`);
      });
  }
}
