import { type Command, Option } from 'commander';
import { exportMail, type MailFormat } from '../admin/mail-export.ts';
import { withStore } from './context.ts';
import { progressBar } from './progress.ts';

export function mailExport(parent: Command): void {
  parent
    .command('export')
    .description("write an account's mail to files that other programs read")
    .argument('<address>', 'whose')
    .argument('<path>', 'a folder, or a file that ends in .mbox')
    .option('--folder <path>', 'only this one: Inbox, "Projects/2026"')
    .addOption(
      new Option(
        '--format <format>',
        'maildir keeps what was read and flagged (default: maildir, or mbox for a file)',
      ).choices(['maildir', 'eml', 'mbox']),
    )
    .action(async (address: string, path: string, _options, command: Command) => {
      const options = command.optsWithGlobals<{ data?: string; folder?: string; format?: MailFormat }>();
      const format = options.format ?? (path.endsWith('.mbox') ? 'mbox' : 'maildir');
      const bar = progressBar();
      const done = await withStore(options, (store) =>
        exportMail(store, address, path, {
          format,
          folder: options.folder,
          progress: (count) => bar.show(`${count} mails`),
        }),
      ).finally(bar.end);
      process.stdout.write(`exported ${done} ${done === 1 ? 'mail' : 'mails'}\n`);
    });
}
