import type { Command } from 'commander';
import { listDevices } from '../admin/devices.ts';
import { wipeState } from '../domain/device.ts';
import { withStore } from './context.ts';

export function deviceList(parent: Command): void {
  parent
    .command('list')
    .description(
      'one line per phone: account, id, type, protocol version, last seen, model, and whether its deletions are held, it is blocked or to be erased',
    )
    .argument('[address]', 'of one account')
    .action(async (address: string | undefined, _options, command: Command) => {
      const devices = await withStore(command.optsWithGlobals(), (store) => listDevices(store, address));
      for (const { account, device, held } of devices) {
        const model = device.information?.FriendlyName ?? device.information?.Model ?? device.userAgent ?? '';
        const seen = new Date(device.lastSeen).toISOString();
        const line = [account.address, device.id, device.type, device.version ?? '', seen, model];
        if (held) line.push('deletions held');
        if (device.blocked) line.push('blocked');
        if (device.wipe) line.push(`wipe ${wipeState(device.wipe)}`);
        process.stdout.write(`${line.map((field) => field.replaceAll(/\s+/g, ' ')).join('\t')}\n`);
      }
    });
}
