import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { cancelWipe, deviceOf, orderWipe } from '../admin/devices.ts';
import type { DeviceId } from '../domain/ids.ts';
import type { Store } from '../store/port.ts';
import { CliError, withStore } from './context.ts';

interface Options {
  readonly accountOnly?: boolean;
  readonly yes?: boolean;
  readonly cancel?: boolean;
  readonly data?: string;
}

export function deviceWipe(parent: Command): void {
  parent
    .command('wipe')
    .description('have a phone erase itself when it comes next; asks to type its id first')
    .argument('<address>', 'whose phone')
    .argument('<device>', 'its id, as `easel device list` names it')
    .option('--account-only', 'erase what it has of this account and nothing else; for phones that speak 16.1')
    .option('--yes', 'do not ask')
    .option('--cancel', 'take back an order that the phone has not fetched yet')
    .action(async (address: string, device: string, _options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await withStore(options, (store) => wipe(store, address, device as DeviceId, options));
    });
}

async function wipe(store: Store, address: string, id: DeviceId, options: Options): Promise<void> {
  if (options.cancel) {
    const was = await cancelWipe(store, address, id);
    process.stdout.write(was ? 'taken back\n' : 'there is no order to take back\n');
    return;
  }
  const scope = options.accountOnly ? 'account' : 'device';
  const { device } = await deviceOf(store, address, id);
  if (scope === 'device' && !options.yes) await confirm(id, device.information?.Model ?? device.type);
  await orderWipe(store, address, id, scope, Date.now());
  process.stdout.write(`the ${scope} is erased when the phone comes next\n`);
}

async function confirm(id: string, model: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CliError('this erases everything on the phone; there is no terminal to confirm it: give --yes', 2);
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await lines.question(`Everything on this phone (${model}) will be erased. Type its id to go on: `);
    if (typed.trim() !== id) throw new CliError('that is not its id; nothing was done');
  } finally {
    lines.close();
  }
}
