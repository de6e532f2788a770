import type { Command } from 'commander';
import { confirmDeletes } from '../admin/devices.ts';
import type { DeviceId } from '../domain/ids.ts';
import { withStore } from './context.ts';

export function deviceConfirm(parent: Command): void {
  parent
    .command('confirm')
    .description('a phone that was stopped because it deleted so much may go on, for a day')
    .argument('<address>', 'whose phone')
    .argument('<device>', 'its id, as `easel device list` names it')
    .action(async (address: string, device: string, _options, command: Command) => {
      const held = await withStore(command.optsWithGlobals(), (store) =>
        confirmDeletes(store, address, device as DeviceId, Date.now()),
      );
      process.stdout.write(
        held === 0 ? 'nothing was held\n' : `may delete again in ${held} ${held === 1 ? 'folder' : 'folders'}\n`,
      );
    });
}
