import type { Command } from 'commander';
import { importMail } from '../admin/mailbox.ts';
import { withStore } from './context.ts';
import { progressBar } from './progress.ts';

export function mailImport(parent: Command): void {
  parent
    .command('import')
    .description('put mails into an account; said again, it goes on where it broke off and brings nothing twice')
    .argument('<address>', 'whose')
    .argument('<path>', "an .eml or mbox file, a Maildir, a folder of them, or '-' for standard input")
    .option('--folder <path>', 'where to; else what a tree of Maildirs or mbox files says, and the Inbox for the rest')
    .action(async (address: string, path: string, _options, command: Command) => {
      const options = command.optsWithGlobals();
      const bar = progressBar();
      const progress = (at: { done: number; known: number; part?: number }) =>
        bar.show(counted(at.done + at.known), at.part);
      const { done, known } = await withStore(options, (store) =>
        importMail(store, address, path === '-' ? process.stdin : path, { folder: options.folder, progress }),
      ).finally(bar.end);
      const rest = known === 0 ? '' : `, ${known} ${known === 1 ? 'was' : 'were'} there already`;
      process.stdout.write(`imported ${counted(done)}${rest}\n`);
    });
}

function counted(mails: number): string {
  return `${mails} ${mails === 1 ? 'mail' : 'mails'}`;
}
