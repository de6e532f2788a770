// The longest turn of this thread's event loop: by the clock, and by the CPU time that it took, which other programs on the
// machine do not lengthen.
import { closeSync, openSync, readSync } from 'node:fs';

export interface LongestTurn {
  readonly milliseconds: number;
  /** Of these, on the CPU; NaN where the system does not say (not Linux). */
  readonly onCpu: number;
}

/** Watches until the returned function is called, by a timer: what it tells may be two short turns, never less than the longest. */
export function watchTurns(): () => LongestTurn {
  const onCpu = cpuClock();
  let [clock, cpu] = [performance.now(), onCpu.now()];
  let [longest, longestOnCpu] = [0, 0];
  let watching = true;
  const turn = (): void => {
    const [now, used] = [performance.now(), onCpu.now()];
    longest = Math.max(longest, now - clock);
    longestOnCpu = Math.max(longestOnCpu, used - cpu);
    [clock, cpu] = [now, used];
    if (watching) setTimeout(turn, 1);
    else onCpu.close();
  };
  setTimeout(turn, 1);
  return () => {
    watching = false;
    return { milliseconds: longest, onCpu: longestOnCpu };
  };
}

/** Milliseconds that the main thread has run. */
function cpuClock(): { now(): number; close(): void } {
  let file: number;
  try {
    file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  } catch {
    return { now: () => Number.NaN, close: () => {} };
  }
  const buffer = Buffer.alloc(128);
  return {
    now: () => Number.parseInt(buffer.toString('latin1', 0, readSync(file, buffer, 0, 128, 0)), 10) / 1e6,
    close: () => closeSync(file),
  };
}
