import type { Command } from 'commander';
import { mailExport } from './mail-export.ts';
import { mailImport } from './mail-import.ts';

export function mail(program: Command): void {
  const parent = program.command('mail').description('mailboxes');
  for (const add of [mailImport, mailExport]) add(parent);
}
