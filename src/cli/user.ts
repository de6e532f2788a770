import type { Command } from 'commander';
import { userAccess } from './user-access.ts';
import { userAdd } from './user-add.ts';
import { userAppPassword } from './user-app-password.ts';
import { userList } from './user-list.ts';
import { userPasswd } from './user-passwd.ts';
import { userQuarantine } from './user-quarantine.ts';
import { userRemove } from './user-remove.ts';
import { userRestore } from './user-restore.ts';
import { userRules } from './user-rules.ts';
import { userSet } from './user-set.ts';

const acts = [
  ...[userAdd, userList, userSet, userPasswd, userAppPassword, userAccess, userRemove],
  ...[userRestore, userQuarantine, userRules],
];

export function user(program: Command): void {
  const parent = program.command('user').description('accounts');
  for (const add of acts) add(parent);
}
