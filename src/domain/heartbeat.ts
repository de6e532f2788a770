/**
 * What a device's Pings tell of the network between: an address translator or a proxy that cuts what is silent for so long cuts
 * each time after about the same. Times in seconds, but `at` in milliseconds.
 */
export interface Heartbeats {
  /** The longest interval that went by to its end. */
  readonly completed: number;
  /** After how long the last Pings broke, since one went by. */
  readonly broken: readonly number[];
  /** What is let go by; absent: nothing was learnt. */
  readonly most?: number;
  /** When it was learnt. */
  readonly at?: number;
}
export const noHeartbeats: Heartbeats = { completed: 0, broken: [] };

const needed = 3;
/** Breaks at about the same time: they differ by so much of the longest. */
const spread = 0.1;
/** A network that cuts earlier than this is one that was left. */
const least = 30;
/** A phone moves: what was learnt holds for so long. */
const holds = 7 * 24 * 3_600_000;

/** What may be asked for now. */
export function longestHeartbeat({ most, at = 0 }: Heartbeats, bound: number, now: number): number {
  return most !== undefined && now - at < holds ? Math.min(most, bound) : bound;
}

/** After a Ping of which the answer went out when its interval was over. */
export function wentBy(before: Heartbeats, interval: number): Heartbeats {
  if (before.broken.length === 0 && interval <= before.completed) return before;
  return { ...before, completed: Math.max(before.completed, interval), broken: [] };
}

/** After a Ping whose connection was gone before; `shortest` is the smallest interval that a device may be given. */
export function broke(before: Heartbeats, after: number, shortest: number, now: number): Heartbeats {
  if (after < least) return before;
  const broken = [...before.broken, after].slice(-needed);
  const [first, last] = [Math.min(...broken), Math.max(...broken)];
  if (broken.length < needed || last - first > spread * last) return { ...before, broken };
  const proven = before.completed < first ? before.completed : 0;
  const most = Math.max(shortest, proven, Math.floor(first * (1 - spread)));
  return { completed: Math.min(before.completed, most), broken: [], most, at: now };
}
