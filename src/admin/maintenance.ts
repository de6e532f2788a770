import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/port.ts';

const hour = 3_600_000;

/** Deletes the blobs that nothing has named for an hour, once an hour, on whichever node holds the lease. */
export function startSweeper(store: Store, clock: Clock, log: Log, node: string): Disposable {
  let cancel = (): void => {};
  const sweep = async (): Promise<void> => {
    try {
      if (!(await store.leases.hold('sweep', node, hour))) return;
      const swept = await store.blobs.sweep(hour);
      if (swept > 0) log.info('swept', { blobs: swept });
    } catch (error) {
      log.error('the sweep failed', { error });
    }
  };
  const schedule = (): void => {
    cancel = clock.after(hour, () => void sweep().finally(schedule));
  };
  schedule();
  return { [Symbol.dispose]: () => cancel() };
}
