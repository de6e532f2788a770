import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';

/** Whether `who` may have so many more now. */
export type Rate = (who: string, count: number) => boolean;

/** `limit` in `span` milliseconds for each, as a bucket that fills by itself; 0: any number. */
export function createRate(limit: number, span: number, clock: Clock): Rate {
  const buckets = new LRUCache<string, { readonly left: number; readonly at: number }>({ max: 50_000 });
  return (who, count) => {
    if (limit === 0) return true;
    const now = clock.now();
    const { left, at } = buckets.get(who) ?? { left: limit, at: now };
    const filled = Math.min(limit, left + ((now - at) / span) * limit);
    // What asks for more than there ever is goes when nothing else went.
    if (Math.min(count, limit) > filled) return false;
    buckets.set(who, { left: filled - Math.min(count, limit), at: now });
    return true;
  };
}
