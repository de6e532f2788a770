// What a device's view of a collection holds, and what separates two views. Pure arithmetic over an item's stamps and
// positions (sync-model: "Device D holds an item at watermark w"). It must never ask the store or know a command's Status.
import type { ItemClass } from '../domain/collection.ts';
import type { ConversationId, DeviceId, Modseq, ServerId } from '../domain/ids.ts';
import type { Item, LivingItem } from '../domain/item.ts';
import { above, comparePositions, type Position } from '../domain/position.ts';
import type { Floors, Part } from '../domain/sync-record.ts';

/** What a device is to be told of an item. */
export type Change =
  | { readonly kind: 'Add'; readonly item: LivingItem }
  | { readonly kind: 'Change'; readonly item: LivingItem }
  | { readonly kind: 'Delete' | 'SoftDelete'; readonly id: ServerId };

export function changedId(change: Change): ServerId {
  return 'item' in change ? change.item.id : change.id;
}

/** What one device was told: everything stamped ≤ watermark (or inside `part`) and lying at or above its class's floor. */
export interface View extends Floors {
  readonly device: DeviceId;
  readonly watermark: Modseq;
  readonly part?: Part;
}

export function viewOf(device: DeviceId, { watermark, floor, smsFloor, part }: Omit<View, 'device'>): View {
  return { device, watermark, floor, ...(smsFloor && { smsFloor }), ...(part && { part }) };
}

/** An item where a view sees it: at its own positions, or at those of its conversation. */
export interface Placed {
  readonly item: Item;
  /** The position as of a stamp; undefined before it entered. */
  readonly at: (stamp: Modseq) => Position | undefined;
}

export function placedAlone(item: Item): Placed {
  return { item, at: (stamp) => entryAt(item.history, stamp)?.position };
}

export function floorOf({ floor, smsFloor = above }: Floors, itemClass: ItemClass): Position {
  return itemClass === 'SMS' ? smsFloor : floor;
}

/** The conversation that an item moves with, when a view goes by conversations. It never changes. */
export function conversationOf(item: Pick<Item, 'class' | 'conversation'>): ConversationId | undefined {
  return item.class === 'Email' ? item.conversation : undefined;
}

/** The stamp up to which the view knows this item. */
export function seenAt({ watermark, part }: Pick<View, 'watermark' | 'part'>, item: Item): Modseq {
  return part && conversationOf(item) === part.conversation && item.number <= part.number ? part.stamp : watermark;
}

/** The last entry that was made by then. */
export function entryAt<Entry extends { readonly stamp: Modseq }>(
  entries: readonly Entry[],
  stamp: Modseq,
): Entry | undefined {
  return entries.findLast((entry) => entry.stamp <= stamp);
}

export function isLiving(item: Item): item is LivingItem {
  return item.died === undefined;
}

/** The device brought the item in behind the stamp by its own doing. */
export function broughtBehind(item: Item, device: DeviceId, stamp: Modseq): boolean {
  return (item.broughtBy[device] ?? 0) > stamp;
}

export function holds(view: View, placed: Placed): boolean {
  const { item } = placed;
  const seen = seenAt(view, item);
  if (item.died !== undefined && (item.died <= seen || item.removedBy === view.device)) return false;
  return broughtBehind(item, view.device, seen) || reaches(placed, seen, floorOf(view, item.class));
}

/** It was there at the stamp and lay at or above the floor. */
function reaches({ item, at }: Placed, stamp: Modseq, floor: Position): boolean {
  if (item.created > stamp || (item.died !== undefined && item.died <= stamp)) return false;
  const position = at(stamp);
  return position !== undefined && comparePositions(position, floor) >= 0;
}

/** The device's copy equals the item: a Change would tell it nothing. */
export function isEcho(item: Item, device: DeviceId): boolean {
  return item.origin === device;
}

/**
 * The command that leads from the view to the same view at stamp `end`, with today's content; the table of the sync model.
 * `to`: the other view's floors, and where it sees the item, when it goes by something else.
 */
export function difference(
  view: View,
  placed: Placed,
  end: Modseq,
  to: { readonly placed: Placed; readonly floors: Floors } = { placed, floors: view },
): Change | undefined {
  const { item } = placed;
  const seen = seenAt(view, item);
  if (!isLiving(item) && item.removedBy === view.device) return undefined;
  if (broughtBehind(item, view.device, end)) return undefined;
  const was = holds(view, placed);
  const is = reaches(to.placed, end, floorOf(to.floors, item.class));
  if (was && is) {
    const changed = isLiving(item) && item.modseq > seen && item.modseq <= end;
    return changed && !isEcho(item, view.device) ? { kind: 'Change', item } : undefined;
  }
  if (is) return isLiving(item) ? { kind: 'Add', item } : undefined;
  if (!was) return undefined;
  const died = item.died !== undefined && item.died <= end;
  return { kind: died ? 'Delete' : 'SoftDelete', id: item.id };
}
