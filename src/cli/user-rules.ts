import type { Command } from 'commander';
import { listRules, removeRule } from '../admin/rules.ts';
import { withStore } from './context.ts';

export function userRules(parent: Command): void {
  parent
    .command('rules')
    .description('conversations that always go into one folder, as phones asked for: id, folder, since, a subject')
    .argument('<address>', 'whose')
    .option('--remove <id>', 'let new mail of that conversation come into the Inbox again')
    .action(async (address: string, _options, command: Command) => {
      const options = command.optsWithGlobals<{ remove?: string; data?: string }>();
      const { remove } = options;
      if (remove !== undefined) {
        const was = await withStore(options, (store) => removeRule(store, address, remove));
        process.stdout.write(was ? 'removed\n' : 'there is no such rule\n');
        return;
      }
      for (const { rule, folder, subject } of await withStore(options, (store) => listRules(store, address))) {
        const line = [rule.conversation, folder, new Date(rule.since).toISOString(), subject];
        process.stdout.write(`${line.map((field) => field.replaceAll(/\s+/g, ' ')).join('\t')}\n`);
      }
    });
}
