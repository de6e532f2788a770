import { Worker } from 'node:worker_threads';
import type { CheckpointerData } from './checkpointer-thread.ts';

export interface Checkpointer {
  close(): Promise<void>;
}

/** `failed`: the WAL grows until it succeeds again, nothing else is wrong; told once each time. */
export function startCheckpointer(data: CheckpointerData, failed: (error: unknown) => void): Checkpointer {
  const worker = new Worker(new URL('./checkpointer-thread.js', import.meta.url), { workerData: data });
  worker.on('message', failed);
  worker.on('error', failed);
  const exited = new Promise<void>((resolve) => worker.on('exit', () => resolve()));
  return {
    close: async () => {
      worker.postMessage('close');
      await exited;
    },
  };
}
