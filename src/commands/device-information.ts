import type { DeviceInformation } from '../../protocol/index.ts';
import type { Context } from './define.ts';
import { updateDevice } from './device.ts';

/** [MS-ASCMD] 2.2.3.45 DeviceInformation: what is given replaces, what is empty clears, the last one wins. */
export async function saveDeviceInformation(context: Context, given: DeviceInformation): Promise<void> {
  await updateDevice(context, (device) => {
    const all = { ...device.information, ...texts(given) };
    const information = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    return { ...device, information };
  });
}

const longest = 1024;

function texts(given: DeviceInformation): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      key,
      typeof value === 'boolean' ? (value ? '1' : '0') : value.slice(0, longest),
    ]),
  );
}
