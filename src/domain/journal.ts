import type { NewCollection } from './collection.ts';
import type { DeviceId, JournalId, ServerId } from './ids.ts';
import type { LivingItem } from './item.ts';

/**
 * What a device did to an item, and the item as it was before: how it is brought back. 'lost': what the device made of it and
 * nobody has, because the server's change won.
 */
export interface JournalEntry {
  readonly id: JournalId;
  /** Milliseconds. */
  readonly at: number;
  readonly device: DeviceId;
  readonly act: 'removed' | 'changed' | 'moved' | 'lost';
  readonly item: LivingItem;
  /** Where it lay, as the folder was then. */
  readonly folder: NewCollection;
  /** Of a move: what it became. */
  readonly movedTo?: ServerId;
}

/** An item that could not be given to devices. */
export interface Quarantined {
  readonly item: ServerId;
  readonly reason: string;
  /** Milliseconds: the last time. */
  readonly at: number;
  readonly times: number;
}
