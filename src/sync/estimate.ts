import type { ErrorCode } from '../domain/errors.ts';
import type { CollectionId, DeviceId, SyncKey } from '../domain/ids.ts';
import { comparePositions } from '../domain/position.ts';
import type { Reader } from '../store/port.ts';
import { filterTarget } from './filter.ts';
import { produce, type Room, type Source } from './produce.ts';
import { recognise } from './record.ts';
import { listensTo } from './sync-collection.ts';

export interface EstimateRequest {
  readonly device: DeviceId;
  readonly collection: CollectionId;
  readonly key: SyncKey | '0';
  /** Absent: that of the state it speaks from. */
  readonly filterType?: number;
  /** Milliseconds: the filter's today. */
  readonly now: number;
}

const unlimited: Room = { commands: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };

/**
 * How many commands a Sync from this key would bring, window apart: what changed is worked out, what a load still lacks is
 * counted in the index. 'not-yet' before the first Sync, 'sync-key-stale' for a key that names no state.
 */
export async function estimate(reader: Reader, request: EstimateRequest): Promise<number | ErrorCode> {
  const { device, collection: id, key, now } = request;
  const collection = await reader.collection(id);
  if (!collection || collection.died !== undefined) return 'collection-not-found';
  const record = await reader.syncRecord(device, id);
  if (key === '0' || !record) return 'not-yet';
  const recognised = recognise(record, key);
  if (recognised.kind === 'stale') return 'sync-key-stale';
  const { watermark, floor, options } = recognised.state;
  if (!listensTo(options)) return 0;
  const target = filterTarget(request.filterType ?? options.filterType, now);
  const source: Source = { reader, collection: id, touched: new Map() };
  const bounds = { end: Math.max(collection.high, watermark), high: collection.high, target, mayLoad: false };
  const page = await produce(source, { device, watermark, floor }, bounds, unlimited, () => 0);
  const below = comparePositions(page.floor, target) > 0 ? await reader.count(id, { from: target, to: page.floor }) : 0;
  return page.changes.length + below;
}
