import type { Command } from 'commander';
import { userAdd } from './user-add.ts';
import { userList } from './user-list.ts';
import { userPasswd } from './user-passwd.ts';
import { userQuarantine } from './user-quarantine.ts';
import { userRemove } from './user-remove.ts';
import { userRestore } from './user-restore.ts';
import { userRules } from './user-rules.ts';

export function user(program: Command): void {
  const parent = program.command('user').description('accounts');
  for (const add of [userAdd, userList, userPasswd, userRemove, userRestore, userQuarantine, userRules]) add(parent);
}
