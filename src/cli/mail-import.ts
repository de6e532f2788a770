import type { Command } from 'commander';
import { type Imported, importMail } from '../admin/mailbox.ts';
import { withStore } from './context.ts';

export function mailImport(parent: Command): void {
  parent
    .command('import')
    .description("put mails into an account's Inbox")
    .argument('<address>')
    .argument('<path>', 'one mail, or a folder of .eml files')
    .action(async (address: string, path: string, _options, command: Command) => {
      const { done } = await withStore(command.optsWithGlobals(), (store) =>
        importMail(store, address, path, progress()),
      );
      if (process.stderr.isTTY) process.stderr.write('\n');
      process.stdout.write(`imported ${done} ${done === 1 ? 'mail' : 'mails'}\n`);
    });
}

function progress(): (imported: Imported) => void {
  if (!process.stderr.isTTY) return () => {};
  let shown = 0;
  return ({ done, total }) => {
    if (done !== total && Date.now() - shown < 100) return;
    shown = Date.now();
    process.stderr.write(`\r${done} of ${total}`);
  };
}
