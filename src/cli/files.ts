import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { exportFile, type FileKind, importFile, type Progress } from '../admin/files.ts';
import { CliError, withStore } from './context.ts';
import { progressBar } from './progress.ts';

const kinds: Readonly<Record<FileKind, { readonly about: string; readonly one: string; readonly file: string }>> = {
  calendar: { about: 'calendars', one: 'event', file: '.ics file' },
  contacts: { about: 'address books', one: 'contact', file: '.vcf file (vCard 2.1, 3 or 4)' },
  tasks: { about: 'task lists', one: 'task', file: '.ics file' },
};

/** `easel calendar|contacts|tasks import|export ADDRESS FILE`. */
export function files(program: Command): void {
  for (const [kind, { about, one, file }] of Object.entries(kinds) as [FileKind, (typeof kinds)[FileKind]][]) {
    const count = (number: number) => `${number} ${one}${number === 1 ? '' : 's'}`;
    const parent = program.command(kind).description(about);
    parent
      .command('import')
      .description(`put the ${one}s of a file into an account; those that it has already are left alone`)
      .argument('<address>')
      .argument('<file>', `${file}; - reads standard input`)
      .action(async (address: string, path: string, _options, command: Command) => {
        const text = path === '-' ? await standardInput() : await readFile(path, 'utf8');
        const bar = progressBar();
        const step: Progress = ({ done, total }) => bar.show(`${done} of ${count(total)}`, done / total);
        const { made, known, errors } = await withStore(command.optsWithGlobals(), (store) =>
          importFile(store, kind, address, text, Date.now(), step),
        ).finally(bar.end);
        for (const { line, reason } of errors) process.stderr.write(`${path}:${line}: ${reason}\n`);
        if (made + known === 0 && errors.length > 0) throw new CliError(`nothing of '${path}' could be read`);
        process.stdout.write(`imported ${count(made)}${known > 0 ? `, ${known} were there already` : ''}\n`);
      });
    parent
      .command('export')
      .description(`write all ${one}s of an account into a file`)
      .argument('<address>')
      .argument('<file>', `${file}; - writes to standard output`)
      .action(async (address: string, path: string, _options, command: Command) => {
        const bar = progressBar();
        const step: Progress = ({ done, total }) => bar.show(`${done} of ${count(total)}`, done / total);
        const { text, count: written } = await withStore(command.optsWithGlobals(), (store) =>
          exportFile(store, kind, address, Date.now(), step),
        ).finally(bar.end);
        if (path === '-') {
          process.stdout.write(text);
          return;
        }
        await writeFile(path, text, { mode: 0o600 });
        process.stdout.write(`exported ${count(written)}\n`);
      });
  }
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
