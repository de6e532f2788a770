import type { Device } from '../domain/device.ts';
import type { Store, Transaction } from '../store/port.ts';
import type { EasRequest } from './types.ts';

class Rehearsed {
  readonly result: unknown;
  constructor(result: unknown) {
    this.result = result;
  }
}

/** Runs `work` for a trial device and leaves nothing behind: what throws has written nothing. */
export async function rehearse<T>(
  store: Store,
  { account }: EasRequest,
  device: Device,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await store.transact(account, async (tx) => {
      tx.putDevice(device);
      throw new Rehearsed(await work(tx));
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.result as T;
    throw error;
  }
}
