// What a Sync from a state would bring: Ping, a waiting Sync, MoreAvailable and GetItemEstimate ask here, the same functions
// that answer Sync. It must never write.
import type { CollectionId, DeviceId, ServerId } from '../domain/ids.ts';
import type { Item } from '../domain/item.ts';
import { comparePositions } from '../domain/position.ts';
import type { Floors, SyncRecord, SyncState } from '../domain/sync-record.ts';
import type { Reader } from '../store/port.ts';
import { targetsOf } from './filter.ts';
import { byConversation } from './modes.ts';
import { type Room, unlimited } from './page.ts';
import { type Bounds, produce, uncovered } from './produce.ts';
import { newestState, withdrawals } from './record.ts';
import { type Source, sourceOn } from './source.ts';
import { floorOf, type View, viewOf } from './view.ts';

/** An item new to the device wakes at once, anything else may wait. */
export type Pending = 'nothing' | 'additions' | 'others';

const urgencyRoom: Room = { ...unlimited, commands: 200 };

/** Items as they will be when the device uses this answer: of tried commands that it leaves out, what they said is undone. */
export async function asWithdrawn(reader: Reader, record: SyncRecord, state: SyncState): Promise<Map<ServerId, Item>> {
  const items = new Map<ServerId, Item>();
  for (const { item, facts } of await withdrawals(reader, record, state)) {
    const { origin, ...rest } = items.get(item.id) ?? item;
    const { removedBy, ...kept } = 'removedBy' in rest ? rest : { ...rest, removedBy: undefined };
    const broughtBy = Object.entries({ ...kept.broughtBy, ...facts.broughtBy }).filter(([, stamp]) => stamp !== null);
    items.set(item.id, {
      ...kept,
      ...(origin !== undefined && facts.origin !== null && { origin }),
      ...(removedBy !== undefined && facts.removedBy !== null && { removedBy }),
      broughtBy: Object.fromEntries(broughtBy),
    } as Item);
  }
  return items;
}

export async function wouldDeliver(
  source: Source,
  view: View,
  bounds: Bounds,
  room: Room = { ...unlimited, commands: 1 },
): Promise<Pending> {
  const full = { ...bounds, end: Math.max(bounds.high, view.watermark), mayLoad: true };
  if (bounds.high <= view.watermark && isThere(view, bounds.target)) return 'nothing';
  const page = await produce(source, view, full, room, () => 0);
  const cut = page.changes.length === room.commands && page.changes.length > 1;
  if (cut || page.changes.some((change) => change.kind === 'Add')) return 'additions';
  return page.changes.length > 0 || (await loadIsDue(source, view, bounds.target)) ? 'others' : 'nothing';
}

function isThere(floors: Floors, target: Floors): boolean {
  return (['Email', 'SMS'] as const).every((one) => comparePositions(floorOf(floors, one), floorOf(target, one)) === 0);
}

/** Items lie below the floor: a window smaller than this look may name them, and the cursor moves in any case. */
async function loadIsDue(source: Source, view: View, target: Floors): Promise<boolean> {
  for await (const _ of uncovered(source, view, target, source.reader.now, 1)) return true;
  return false;
}

/** What the next Sync of this collection would bring the device; 'nothing' when it was never synced. */
export async function pendingIn(
  reader: Reader,
  device: DeviceId,
  collectionId: CollectionId,
  now: number,
): Promise<Pending> {
  const record = await reader.syncRecord(device, collectionId);
  const state = newestState(record);
  if (!record || !state) return 'nothing';
  const collection = await reader.collection(collectionId);
  if (!collection || collection.died !== undefined) return 'nothing';
  const touched = await asWithdrawn(reader, record, state);
  const source = sourceOn(reader, collectionId, { byConversation: byConversation(state.options), touched });
  const { high } = collection;
  const bounds: Bounds = { end: high, high, target: targetsOf(state.options, now), mayLoad: true };
  return wouldDeliver(source, viewOf(device, state), bounds, urgencyRoom);
}
