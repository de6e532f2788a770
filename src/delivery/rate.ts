import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { Count } from '../tally.ts';

/** Whether `who` may have so many more now. */
export type Rate = (who: string, count: number) => boolean;

/**
 * `limit` in `span` milliseconds for each, as a bucket that fills by itself; 0: any number. `shared`: with what other processes
 * let go.
 */
export function createRate(limit: number, span: number, clock: Clock, shared?: (hear: Count) => Count): Rate {
  const buckets = new LRUCache<string, { readonly left: number; readonly at: number }>({ max: 50_000 });
  const filled = (who: string): number => {
    const { left, at } = buckets.get(who) ?? { left: limit, at: clock.now() };
    return Math.min(limit, left + ((clock.now() - at) / span) * limit);
  };
  const take = (who: string, count: number): void => {
    buckets.set(who, { left: Math.max(-limit, filled(who) - count), at: clock.now() });
  };
  const tell = shared?.(take);
  return (who, count) => {
    if (limit === 0) return true;
    // What asks for more than there ever is goes when nothing else went.
    const counted = Math.min(count, limit);
    if (counted > filled(who)) return false;
    take(who, counted);
    tell?.(who, counted);
    return true;
  };
}
