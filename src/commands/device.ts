import type { Device } from '../domain/device.ts';
import type { CollectionId } from '../domain/ids.ts';
import type { Context } from './define.ts';
import { statusOf } from './status.ts';

/** Writes what changed of the device, on what the store has of it by then. */
export async function updateDevice(context: Context, change: (device: Device) => Device): Promise<void> {
  await context.transact(async (tx) => {
    const device = await tx.device(context.device.id);
    if (device) tx.putDevice(change(device));
  });
}

/** How often a device asked for a folder that is gone: some phones only understand the third answer. */
const goneAnswers = new Map<string, number>();

/** 12, and after the second time a key that must start again. */
export function goneStatus(context: Context, folder: CollectionId): number {
  const key = `${context.account} ${context.device.id} ${folder}`;
  const times = (goneAnswers.get(key) ?? 0) + 1;
  if (goneAnswers.size > 10_000) goneAnswers.clear();
  goneAnswers.set(key, times);
  return times <= 2 ? 12 : statusOf('Sync', 'sync-key-stale');
}
