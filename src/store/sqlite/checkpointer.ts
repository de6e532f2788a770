import { Worker } from 'node:worker_threads';
import type { CheckpointerData } from './checkpointer-thread.ts';

export interface Checkpointer {
  close(): Promise<void>;
}

/** `failed`: the WAL grows from here on, nothing else is wrong. */
export function startCheckpointer(data: CheckpointerData, failed: (error: unknown) => void): Checkpointer {
  const worker = new Worker(new URL('./checkpointer-thread.js', import.meta.url), { workerData: data });
  worker.on('error', failed);
  const exited = new Promise<void>((resolve) => worker.on('exit', () => resolve()));
  return {
    close: async () => {
      worker.postMessage('close');
      await exited;
    },
  };
}
