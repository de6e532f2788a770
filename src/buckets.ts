// Who may do how much in how much time, as buckets that fill by themselves. A clock that is put back fills nothing and
// empties nothing.
import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.ts';

/** So much in so many milliseconds. */
export interface Measure {
  readonly most: number;
  readonly span: number;
}

export interface Buckets {
  /** Below zero when other processes let more go. */
  left(key: string, measure: Measure): number;
  spend(key: string, count: number, measure: Measure): void;
}

export function createBuckets(clock: Pick<Clock, 'now'>): Buckets {
  const buckets = new LRUCache<string, { readonly left: number; readonly at: number }>({ max: 50_000 });
  const left = (key: string, { most, span }: Measure): number => {
    const bucket = buckets.get(key);
    if (bucket === undefined) return most;
    const passed = clock.now() - bucket.at;
    if (passed < 0) buckets.set(key, { ...bucket, at: clock.now() });
    return Math.min(most, bucket.left + (Math.max(0, passed) / span) * most);
  };
  return {
    left,
    spend: (key, count, measure) => {
      buckets.set(key, { left: Math.max(-measure.most, left(key, measure) - count), at: clock.now() });
    },
  };
}
