import type { Command } from 'commander';
import { removeDevice, setBlocked } from '../admin/devices.ts';
import type { DeviceId } from '../domain/ids.ts';
import type { Store } from '../store/port.ts';
import { withStore } from './context.ts';

type Act = (store: Store, address: string, device: DeviceId) => Promise<void>;

const acts: readonly [name: string, description: string, act: Act, done: string][] = [
  ['block', 'refuse a phone, whatever it asks', (store, ...which) => setBlocked(store, ...which, true), 'blocked'],
  ['allow', 'let a blocked phone in again', (store, ...which) => setBlocked(store, ...which, false), 'allowed'],
  [
    'remove',
    'forget a phone; when it comes again it starts anew, also after it was erased',
    (store, ...which) => removeDevice(store, ...which),
    'removed',
  ],
];

export function deviceAccess(parent: Command): void {
  for (const [name, description, act, done] of acts) {
    parent
      .command(name)
      .description(description)
      .argument('<address>', 'whose phone')
      .argument('<device>', 'its id, as `easel device list` names it')
      .action(async (address: string, device: string, _options, command: Command) => {
        await withStore(command.optsWithGlobals(), (store) => act(store, address, device as DeviceId));
        process.stdout.write(`${done}\n`);
      });
  }
}
