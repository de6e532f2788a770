import type { Command } from 'commander';
import { userOf } from '../admin/accounts.ts';
import { withStore } from './context.ts';

export function userQuarantine(parent: Command): void {
  parent
    .command('quarantine')
    .description('items that phones could not be given: id, last time, how often, why')
    .argument('<address>', 'whose items')
    .option('--retry', 'give them to the phones again')
    .action(async (address: string, _options, command: Command) => {
      const { retry = false } = command.opts<{ retry?: boolean }>();
      const listed = await withStore(command.optsWithGlobals(), async (store) => {
        const { id } = await userOf(store, address);
        const found = await store.read(id, (reader) => reader.quarantined());
        if (retry) {
          for (const { item } of found) await store.transact(id, async (tx) => tx.release(item));
        }
        return found;
      });
      for (const { item, at, times, reason } of listed) {
        process.stdout.write(
          `${[item, new Date(at).toISOString(), times, reason.replaceAll(/\s+/g, ' ')].join('\t')}\n`,
        );
      }
      if (retry) process.stdout.write(`${listed.length} released\n`);
    });
}
