// The main thread's end of the writer thread: what is asked for while a group is being committed makes the next one.
// Invariant: a promise resolves after its group is durable, and the feed hears of it after that.
import { Worker } from 'node:worker_threads';
import { EasError } from '../../domain/errors.ts';
import type { GroupReply, GroupRequest, JobName, Jobs, List, Outcome, Task } from '../list/lists.ts';
import type { FeedEvent } from '../port.ts';
import type { WriterData } from './writer-thread.ts';

export interface Writer {
  /** True when committed, false when it must run again. */
  commit(list: List): Promise<boolean>;
  ask<Name extends JobName>(job: Name, input: Jobs[Name]['input']): Promise<Jobs[Name]['output']>;
  /** Waits for what is queued. */
  close(): Promise<void>;
}
interface Waiting {
  readonly task: Task;
  readonly resolve: (outcome: Exclude<Outcome, { outcome: 'failed' }>) => void;
  readonly reject: (error: Error) => void;
}
const largestGroup = 200;
/** One being committed, one waiting at the thread's door. */
const groupsInFlight = 2;

export function startWriter(
  data: WriterData,
  committed: (commit: number, events: readonly FeedEvent[]) => void,
): Writer {
  const worker = new Worker(new URL('./writer-thread.js', import.meta.url), { workerData: data });
  const queue: Waiting[] = [];
  const inFlight: Waiting[][] = [];
  let flushing = false;
  let closing = false;
  let failed: Error | undefined;
  let idle: (() => void) | undefined;

  const flush = () => {
    flushing = false;
    while (queue.length > 0 && inFlight.length < groupsInFlight) {
      const group = queue.splice(0, largestGroup);
      inFlight.push(group);
      worker.postMessage({ tasks: group.map((each) => each.task) } satisfies GroupRequest);
    }
    if (queue.length === 0 && inFlight.length === 0) idle?.();
  };

  worker.on('message', ({ outcomes, commit }: GroupReply) => {
    const group = inFlight.shift()!;
    flush();
    for (const [index, waiting] of group.entries()) settle(waiting, outcomes[index]!);
    if (commit !== undefined) setImmediate(committed, commit, outcomes.flatMap(eventOf));
    if (queue.length === 0 && inFlight.length === 0) idle?.();
  });
  const fail = (cause: unknown) => {
    failed ??= new EasError('store-unavailable', 'the writer ended', { cause });
    for (const { reject } of [...inFlight.splice(0).flat(), ...queue.splice(0)]) reject(failed);
    idle?.();
  };
  worker.on('error', fail);
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      fail(`exit code ${code}`);
      resolve();
    });
  });

  const enqueue = (task: Task): Promise<Exclude<Outcome, { outcome: 'failed' }>> =>
    new Promise((resolve, reject) => {
      if (closing || failed !== undefined) {
        reject(failed ?? new EasError('store-unavailable', 'closed'));
        return;
      }
      queue.push({ task, resolve, reject });
      if (flushing || inFlight.length >= groupsInFlight) return;
      // What the same turn of the loop asks for goes along.
      flushing = true;
      setImmediate(flush);
    });

  return {
    commit: async (list) => (await enqueue(list)).outcome === 'done',
    ask: async <Name extends JobName>(job: Name, input: Jobs[Name]['input']) => {
      for (;;) {
        const outcome = await enqueue({ job, input } as Task);
        if (outcome.outcome === 'done') return outcome.output as Jobs[Name]['output'];
      }
    },
    close: async () => {
      closing = true;
      if (queue.length > 0 || inFlight.length > 0) await new Promise<void>((resolve) => (idle = resolve));
      if (failed === undefined) worker.postMessage('close');
      await exited;
    },
  };
}

function settle(waiting: Waiting, outcome: Outcome): void {
  if (outcome.outcome === 'failed') waiting.reject(new EasError(outcome.code, outcome.detail));
  else waiting.resolve(outcome);
}
function eventOf(outcome: Outcome): FeedEvent[] {
  return outcome.outcome === 'done' && outcome.event !== undefined ? [outcome.event] : [];
}
