import type { Device } from '../domain/device.ts';
import type { Context } from './define.ts';

/** Writes what changed of the device, on what the store has of it by then. */
export async function updateDevice(context: Context, change: (device: Device) => Device): Promise<void> {
  await context.transact(async (tx) => {
    const device = await tx.device(context.device.id);
    if (device) tx.putDevice(change(device));
  });
}
