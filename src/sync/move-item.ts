// MoveItems: no SyncKey, hence no acknowledgement; a repeat is known by the tombstone that the first one left
// (sync-model "MoveItems"). Invariant: both collections stay silent towards the device that moved.
import type { CollectionId, DeviceId, ServerId } from '../domain/ids.ts';
import type { Item, LivingItem, Tombstone } from '../domain/item.ts';
import type { Transaction } from '../store/port.ts';
import { byConversation } from './modes.ts';
import { keptStates } from './record.ts';
import { sourceOn } from './source.ts';
import { holds, isLiving, seenAt, viewOf } from './view.ts';

export interface MoveRequest {
  readonly device: DeviceId;
  readonly id: ServerId;
  readonly from: CollectionId;
  readonly to: CollectionId;
}
export type MoveAnswer =
  | { readonly kind: 'moved'; readonly id: ServerId }
  | { readonly kind: 'no-source' | 'no-target' | 'same' };

export async function moveItem(tx: Transaction, request: MoveRequest): Promise<MoveAnswer> {
  if (request.from === request.to) return { kind: 'same' };
  const source = await livingCollection(tx, request.from);
  const target = await livingCollection(tx, request.to);
  const item = await tx.item(request.id);
  const here = item && item.collection === request.from ? item : undefined;
  if (here && isLiving(here) && source) return target ? move(tx, request, here) : { kind: 'no-target' };
  if (here && !isLiving(here)) return repeat(tx, request, here, target);
  return { kind: 'no-source' };
}

async function livingCollection(tx: Transaction, id: CollectionId): Promise<boolean> {
  const collection = await tx.collection(id);
  return collection !== undefined && collection.died === undefined;
}

async function move(tx: Transaction, { device, id, from, to }: MoveRequest, item: LivingItem): Promise<MoveAnswer> {
  const states = keptStates(await tx.syncRecord(device, from));
  const placed = await Promise.all(
    states.map(({ options }) => sourceOn(tx, from, { byConversation: byConversation(options) }).place(item)),
  );
  const held = states.some((state, at) => holds(viewOf(device, state), placed[at]!));
  const current = states.length > 0 && states.every((state) => item.modseq <= seenAt(state, item));
  const facts = held ? { broughtBy: { [device]: 'now' as const }, ...(current && { origin: device }) } : {};
  return { kind: 'moved', id: tx.move(id, to, facts, { removedBy: device, moved: true }) };
}

async function repeat(
  tx: Transaction,
  { device, to }: MoveRequest,
  old: Tombstone,
  target: boolean,
): Promise<MoveAnswer> {
  if (old.removedBy !== device) return { kind: 'no-source' };
  const moved: Item | undefined = old.movedTo === undefined ? undefined : await tx.item(old.movedTo);
  if (!moved || !isLiving(moved) || moved.collection !== to || !target) {
    // It cannot succeed: the device is sent a Delete for what it still shows.
    tx.announce(old.id, device);
    return { kind: 'no-source' };
  }
  const states = keptStates(await tx.syncRecord(device, to));
  const mayHaveHeard = states.some((state) => state.watermark >= moved.created);
  if (mayHaveHeard || moved.modseq !== moved.created) tx.announce(moved.id, device);
  return { kind: 'moved', id: moved.id };
}
