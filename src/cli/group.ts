import type { Command } from 'commander';
import { addToGroup, groupOf, removeFromGroup, unknownMembers } from '../admin/groups.ts';
import { tellForeign, withStore } from './context.ts';

/** `easel group …`: one address for several people. */
export function group(program: Command): void {
  const parent = program.command('group').description('one address for several people');
  parent
    .command('add')
    .description('make a group, or add members to one')
    .argument('<address>', 'its mail address')
    .argument('[members...]', 'addresses of accounts, of groups, or elsewhere')
    .option('--name <name>', 'what people read in the address list')
    .action(async (address: string, members: string[], _options, command: Command) => {
      const { name } = command.opts<{ name?: string }>();
      const added = { address, members, ...(name && { displayName: name }) };
      const { made, unknown } = await withStore(command.optsWithGlobals(), async (store) => {
        const made = await addToGroup(store, added);
        return { made, unknown: await unknownMembers(store, made) };
      });
      process.stdout.write(`${made.address} has ${counted(made.members.length)}\n`);
      tellForeign(command.optsWithGlobals(), made.address);
      for (const member of unknown) process.stderr.write(`easel: there is no ${member} here yet\n`);
    });
  parent
    .command('remove')
    .description('take members out of a group, or without any, remove it')
    .argument('<address>', 'its mail address')
    .argument('[members...]', 'who is to leave it')
    .action(async (address: string, members: string[], _options, command: Command) => {
      await withStore(command.optsWithGlobals(), async (store) => {
        if (members.length === 0) {
          await store.directory.removeGroup(address);
          process.stdout.write(`removed ${address.trim().toLowerCase()}\n`);
        } else {
          const left = await removeFromGroup(store, address, members);
          process.stdout.write(`${left.address} has ${counted(left.members.length)}\n`);
        }
      });
    });
  parent
    .command('members')
    .description('one line per member')
    .argument('<address>', 'its mail address')
    .action(async (address: string, _options, command: Command) => {
      const { members } = await withStore(command.optsWithGlobals(), (store) => groupOf(store, address));
      for (const member of members) process.stdout.write(`${member}\n`);
    });
  parent
    .command('list')
    .description('one line per group: address, members, name')
    .action(async (_options, command: Command) => {
      for (const { address, members, displayName } of await withStore(command.optsWithGlobals(), (store) =>
        store.directory.groups(),
      )) {
        process.stdout.write(`${address}\t${members.length}\t${displayName}\n`);
      }
    });
}

function counted(members: number): string {
  return members === 1 ? '1 member' : `${members} members`;
}
