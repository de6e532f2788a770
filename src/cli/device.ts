import type { Command } from 'commander';
import { deviceAccess } from './device-access.ts';
import { deviceConfirm } from './device-confirm.ts';
import { deviceList } from './device-list.ts';
import { deviceShow } from './device-show.ts';
import { deviceWipe } from './device-wipe.ts';

export function device(program: Command): void {
  const parent = program.command('device').description('phones');
  for (const add of [deviceList, deviceShow, deviceAccess, deviceWipe, deviceConfirm]) add(parent);
}
