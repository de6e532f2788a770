// What a device's view of a collection holds, and what separates two views. Pure arithmetic over an item's stamps and
// positions (sync-model: "Device D holds an item at watermark w"). It must never ask the store or know a command's Status.
import type { DeviceId, Modseq, ServerId } from '../domain/ids.ts';
import type { Item, LivingItem } from '../domain/item.ts';
import { comparePositions, type Position } from '../domain/position.ts';

/** What a device is to be told of an item. `since`: the watermark that a Change starts from. */
export type Change =
  | { readonly kind: 'Add' | 'Change'; readonly item: LivingItem; readonly since: Modseq }
  | { readonly kind: 'Delete' | 'SoftDelete'; readonly id: ServerId };

export function changedId(change: Change): ServerId {
  return 'item' in change ? change.item.id : change.id;
}

/** A view: everything stamped ≤ watermark and lying at or above the floor, as one device sees it. */
export interface View {
  readonly device: DeviceId;
  readonly watermark: Modseq;
  readonly floor: Position;
}

/** The item's position as of a stamp; undefined before it entered. */
export function positionAt(item: Item, stamp: Modseq): Position | undefined {
  for (let i = item.history.length - 1; i >= 0; i--) {
    const entry = item.history[i]!;
    if (entry.stamp <= stamp) return entry.position;
  }
  return undefined;
}

export function isLiving(item: Item): item is LivingItem {
  return item.died === undefined;
}

/** The device brought the item in behind the watermark by its own doing. */
export function broughtBehind(item: Item, device: DeviceId, watermark: Modseq): boolean {
  return (item.broughtBy[device] ?? 0) > watermark;
}

export function holds(view: View, item: Item): boolean {
  if (item.died !== undefined && (item.died <= view.watermark || item.removedBy === view.device)) return false;
  if (broughtBehind(item, view.device, view.watermark)) return true;
  return reaches(item, view.watermark, view.floor);
}

/** It was there at the stamp and lay at or above the floor. */
function reaches(item: Item, stamp: Modseq, floor: Position): boolean {
  if (item.created > stamp || (item.died !== undefined && item.died <= stamp)) return false;
  const position = positionAt(item, stamp);
  return position !== undefined && comparePositions(position, floor) >= 0;
}

/** The device's copy equals the item: a Change would tell it nothing. */
export function isEcho(item: Item, device: DeviceId): boolean {
  return item.origin === device;
}

/** The command that leads from the view to the same view at stamp `end`, with today's content; the table of the sync model. */
export function difference(view: View, item: Item, end: Modseq): Change | undefined {
  if (!isLiving(item) && item.removedBy === view.device) return undefined;
  if (broughtBehind(item, view.device, end)) return undefined;
  const was = holds(view, item);
  const is = reaches(item, end, view.floor);
  if (was && is) {
    const changed = isLiving(item) && item.modseq > view.watermark && item.modseq <= end;
    return changed && !isEcho(item, view.device) ? { kind: 'Change', item, since: view.watermark } : undefined;
  }
  if (is) return isLiving(item) ? { kind: 'Add', item, since: view.watermark } : undefined;
  if (!was) return undefined;
  const died = item.died !== undefined && item.died <= end;
  return { kind: died ? 'Delete' : 'SoftDelete', id: item.id };
}
