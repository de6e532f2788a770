import type { Command } from 'commander';
import { deviceOf, takePassword } from '../admin/devices.ts';
import { type Device, type WipeOrder, wipeState } from '../domain/device.ts';
import type { DeviceId } from '../domain/ids.ts';
import { createSealer } from '../sealer.ts';
import { CliError, configOf, withStore } from './context.ts';

export function deviceShow(parent: Command): void {
  parent
    .command('show')
    .description('what is known of one phone')
    .argument('<address>', 'whose phone')
    .argument('<device>', 'its id, as `easel device list` names it')
    .option('--password', 'the password that unlocks it, once: it is forgotten as soon as it is shown')
    .action(async (address: string, id: string, _options, command: Command) => {
      const options = command.optsWithGlobals<{ data?: string; password?: boolean }>();
      if (options.password) return showPassword(options, address, id as DeviceId);
      const { device, held } = await withStore(options, (store) => deviceOf(store, address, id as DeviceId));
      const lines = [...factsOf(device), ['deletions', held ? 'held' : undefined]];
      for (const [name, value] of lines) {
        if (value !== undefined) process.stdout.write(`${name}\t${String(value).replaceAll(/\s+/g, ' ')}\n`);
      }
    });
}

async function showPassword(options: { data?: string }, address: string, id: DeviceId): Promise<void> {
  const sealer = createSealer(configOf(options).data);
  const password = await withStore(options, (store) => takePassword(store, sealer, address, id));
  if (password === undefined) throw new CliError('the phone has given none, or it was shown already');
  process.stdout.write(`${password}\n`);
}

function factsOf(device: Device): (readonly [string, string | undefined])[] {
  const { policyKey, wipe, blocked } = device;
  return [
    ['id', device.id],
    ['type', device.type],
    ['version', device.version],
    ['user agent', device.userAgent],
    ['first seen', time(device.created)],
    ['last seen', time(device.lastSeen)],
    ['policy', policyKey?.current === undefined ? 'not taken' : `taken ${time(policyKey.at) ?? ''}`.trim()],
    ['access', blocked ? 'blocked' : 'allowed'],
    ['wipe', wipe && describeWipe(wipe)],
    ['password', device.password === undefined ? undefined : 'kept; --password shows it once'],
    ...Object.entries(device.information ?? {}).map(([name, value]) => [name, value] as const),
  ];
}

function describeWipe(order: WipeOrder): string {
  const times = [
    `requested ${time(order.requested)}`,
    order.delivered && `delivered ${time(order.delivered.at)}`,
    order.failed && `failed ${time(order.failed)}`,
    order.closed && `closed ${time(order.closed)}`,
  ];
  return `${wipeState(order)}, of the ${order.scope}: ${times.filter(Boolean).join(', ')}`;
}

function time(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}
