// Time, passed in: whoever needs the date or a timer takes a Clock, so that a test can turn it.

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment: for how long something lasts, whatever is done to the date meanwhile. */
  elapsed(): number;
  /** Runs once after `milliseconds`; the returned function cancels it. A pending one keeps no process alive. */
  after(milliseconds: number, run: () => void): () => void;
}

/** setTimeout fires at once above this. */
const longest = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, Math.min(Math.max(milliseconds, 0), longest));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
