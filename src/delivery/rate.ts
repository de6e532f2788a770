import { createBuckets } from '../buckets.ts';
import type { Clock } from '../clock.ts';
import type { Count } from '../tally.ts';

/** Whether `who` may have so many more now. */
export type Rate = (who: string, count: number) => boolean;

/** `limit` in `span` milliseconds for each; 0: any number. `shared`: with what other processes let go. */
export function createRate(limit: number, span: number, clock: Clock, shared?: (hear: Count) => Count): Rate {
  const buckets = createBuckets(clock);
  const measure = { most: limit, span };
  const take = (who: string, count: number): void => buckets.spend(who, count, measure);
  const tell = shared?.(take);
  return (who, count) => {
    if (limit === 0) return true;
    // What asks for more than there ever is goes when nothing else went.
    const counted = Math.min(count, limit);
    if (counted > buckets.left(who, measure)) return false;
    take(who, counted);
    tell?.(who, counted);
    return true;
  };
}
