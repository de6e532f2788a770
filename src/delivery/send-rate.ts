import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { AccountId } from '../domain/ids.ts';

const hour = 3_600_000;

/** Whether an account may write to so many more now: `limit` an hour, as a bucket that fills by itself; 0: any number. */
export type SendRate = (account: AccountId, recipients: number) => boolean;

export function createSendRate(limit: number, clock: Clock): SendRate {
  const buckets = new LRUCache<AccountId, { readonly left: number; readonly at: number }>({ max: 50_000 });
  return (account, recipients) => {
    if (limit === 0) return true;
    const now = clock.now();
    const { left, at } = buckets.get(account) ?? { left: limit, at: now };
    const filled = Math.min(limit, left + ((now - at) / hour) * limit);
    // What asks for more than there ever is goes when nothing else went.
    if (Math.min(recipients, limit) > filled) return false;
    buckets.set(account, { left: filled - Math.min(recipients, limit), at: now });
    return true;
  };
}
