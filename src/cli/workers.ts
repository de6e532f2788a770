// Several serving processes on the same ports. Invariant: the first one is ready before the others start, since it makes what
// must be made once (certificates, the store's schema); the kernel hands out connections, not the parent, which would need a
// descriptor for each. What one counts for a cap is told to the others by the parent.
import cluster, { type Worker } from 'node:cluster';
import type { RunningServer } from '../server.ts';
import { type Counted, createTally, isCounted, type Tally } from '../tally.ts';

type Addresses = RunningServer['addresses'];
const restartAfter = 1_000;

/** Tells the parent that this process serves. */
export function tellReady(addresses: Addresses): void {
  process.send?.({ addresses });
}

/** Of this process and its siblings. */
export function workersTally(): Tally {
  return createTally({
    send: (message) => process.connected && process.send?.(message),
    on: (listener) => process.on('message', (message) => isCounted(message) && listener(message)),
  });
}

/** Starts `count` of them, each again when it ends by itself; resolves when all serve. Rejects when the first cannot. */
export async function startWorkers(count: number): Promise<{ addresses: Addresses; close(): Promise<void> }> {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  let closing = false;
  const fork = (): Worker => {
    const worker = cluster.fork();
    worker.on('message', (message: Counted | object) => isCounted(message) && tellOthers(worker, message));
    worker.once('exit', () => {
      if (!closing && started) setTimeout(() => closing || fork(), restartAfter);
    });
    return worker;
  };
  let started = false;
  const addresses = await ready(fork());
  await Promise.all(Array.from({ length: count - 1 }, () => ready(fork())));
  started = true;
  const each = (act: (worker: Worker) => void): void => {
    for (const worker of Object.values(cluster.workers ?? {})) if (worker) act(worker);
  };
  const hangUp = () => each((worker) => worker.process.kill('SIGHUP'));
  process.on('SIGHUP', hangUp);
  return {
    addresses,
    close: async () => {
      closing = true;
      process.off('SIGHUP', hangUp);
      const ended: Promise<unknown>[] = [];
      each((worker) => {
        ended.push(new Promise((resolve) => void worker.once('exit', resolve)));
        worker.process.kill('SIGTERM');
      });
      await Promise.all(ended);
    },
  };
}

function tellOthers(from: Worker, message: Counted): void {
  for (const worker of Object.values(cluster.workers ?? {})) {
    if (worker && worker !== from && worker.isConnected()) worker.send(message);
  }
}

function ready(worker: Worker): Promise<Addresses> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: { readonly addresses: Addresses } | Counted) => {
      if ('addresses' in message) resolve(message.addresses);
    });
    worker.once('exit', (code) => reject(new Error(`a worker ended with ${code} before it served`)));
  });
}
