// How an operation is measured: so many lanes at once, its rate, its latencies, and the CPU of the whole process for each.
import { percentile } from '../server/report.ts';

export interface Figures {
  readonly perSecond: number;
  /** Microseconds of this process, all its threads. */
  readonly cpu: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** `act` is asked `count` times, `lanes` at once. */
export async function measure(count: number, lanes: number, act: (n: number) => Promise<unknown>): Promise<Figures> {
  const times: number[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const n = next++;
      const began = performance.now();
      await act(n);
      times.push(performance.now() - began);
    }
  };
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    perSecond: count / seconds,
    cpu: (user + system) / count,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}
