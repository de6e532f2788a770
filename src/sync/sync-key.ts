import { randomBytes } from 'node:crypto';
import type { SyncKey } from '../domain/ids.ts';
import type { SyncRecord } from '../domain/sync-record.ts';

/**
 * A key never used before: a counter for the reader of logs, and a random part, so that a store restored from a
 * backup never gives one out twice. At most 64 characters ([MS-ASCMD] 2.2.3.181.4 SyncKey (Sync)).
 */
export function freshKey(record: Pick<SyncRecord, 'counter'>): { key: SyncKey; counter: number } {
  const counter = record.counter + 1;
  return { key: `${counter}-${randomBytes(6).toString('hex')}` as SyncKey, counter };
}
