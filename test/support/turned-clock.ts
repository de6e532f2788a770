import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';

export interface TurnedClock extends Clock {
  /** Runs what falls due on the way, and waits until what that began is likely over. */
  turn(milliseconds: number): Promise<void>;
  /** Jumps, and runs nothing. */
  set(now: number): void;
}

/** A clock that stands still until it is turned. `now` in milliseconds. */
export function turnedClock(now = 1_000_000): TurnedClock {
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  return {
    now: () => now,
    elapsed: () => now,
    after: (milliseconds, run) => {
      const timer = { at: now + milliseconds, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    turn: async (milliseconds) => {
      now += milliseconds;
      for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
        if (timer.at <= now && timers.delete(timer)) timer.run();
      }
      for (let turns = 0; turns < 50; turns += 1) await nextTurn();
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
    set: (to) => {
      now = to;
    },
  };
}
