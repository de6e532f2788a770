import { folderTypes, type ItemClass } from '../domain/collection.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { CollectionId, DeviceId, SyncKey } from '../domain/ids.ts';
import { comparePositions } from '../domain/position.ts';
import type { Floors, SyncOptions } from '../domain/sync-record.ts';
import type { Reader } from '../store/port.ts';
import { targetsOf } from './filter.ts';
import { byConversation, isSameEitherWay, switchMode } from './modes.ts';
import { type Page, unlimited } from './page.ts';
import { type Bounds, isBetween, produce, uncovered } from './produce.ts';
import { recognise } from './record.ts';
import { type Source, sourceOn } from './source.ts';
import { floorOf, isEcho, isLiving, viewOf } from './view.ts';

export interface EstimateRequest {
  readonly device: DeviceId;
  readonly collection: CollectionId;
  readonly key: SyncKey | '0';
  /** What differs from the options of the state it speaks from. */
  readonly options: Partial<Pick<SyncOptions, 'filterType' | 'smsFilterType' | 'classes' | 'conversationMode'>>;
  /** Milliseconds: the filter's today. */
  readonly now: number;
}

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
  const { state } = recognised;
  const options = { ...state.options, ...request.options };
  const view = viewOf(device, state);
  const { high } = collection;
  const target = targetsOf(options, now);
  const end = Math.max(high, state.watermark);
  const source = sourceOn(reader, id, { byConversation: byConversation(options) });
  const bounds: Bounds = { end, high, target, mayLoad: false };
  const before = sourceOn(reader, id, { byConversation: byConversation(state.options) });
  const switches = before.byConversation !== source.byConversation && !isSameEitherWay(state);
  const begun = switches
    ? await switchMode({ from: before, to: source, end, target }, view, unlimited, () => 0)
    : undefined;
  const page = await produce(source, view, bounds, unlimited, () => 0, begun);
  const below = await countUncovered(source, page, target, folderTypes[collection.type].class);
  return page.changes.length + below - (await countMerged(source, page, target, device));
}

/** An item that leaves the view and is loaded again in the same answer is named once, or not at all. */
async function countMerged(source: Source, page: Page, target: Floors, device: DeviceId): Promise<number> {
  let count = 0;
  for (const change of page.changes) {
    const item = change.kind === 'SoftDelete' ? await source.reader.item(change.id) : undefined;
    if (!item || !isLiving(item)) continue;
    const position = (await source.place(item)).at(source.reader.now);
    if (position && isBetween(position, page, target, item.class)) count += isEcho(item, device) ? 2 : 1;
  }
  return count;
}

async function countUncovered(
  source: Source,
  floors: Floors,
  target: Floors,
  own: ItemClass | undefined,
): Promise<number> {
  let count = 0;
  if (source.byConversation) {
    for await (const _ of uncovered(source, floors, target, source.reader.now)) count += 1;
    return count;
  }
  const classes: (ItemClass | undefined)[] = own === 'Email' ? ['Email', 'SMS'] : [undefined];
  for (const one of classes) {
    const range = { from: floorOf(target, one ?? 'Email'), to: floorOf(floors, one ?? 'Email') };
    const only = one === undefined ? {} : { class: one };
    if (comparePositions(range.to, range.from) > 0)
      count += await source.reader.count(source.collection, { ...range, ...only });
  }
  return count;
}
