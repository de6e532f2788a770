import type { ItemClass } from './collection.ts';
import type { Email } from './email.ts';
import type { BlobId, ClientId, CollectionId, ConversationId, DeviceId, Modseq, ServerId } from './ids.ts';
import type { ItemNumber, Position } from './position.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
/** The fields of an item by name, in the newest version's shape; what they mean is content/'s. */
export type Fields = Readonly<Record<string, Json>>;

/** What an item says, by class. */
export interface Contents extends Record<ItemClass, Email | Fields> {
  Email: Email;
  Calendar: Fields;
  Contacts: Fields;
  Tasks: Fields;
  Notes: Fields;
  SMS: Fields;
}
export type StoredClass = keyof Contents;
export type Content = Contents[StoredClass];

/** The Add of a device that made an item: how a repeat of it is recognised. */
export interface AddedAs {
  readonly device: DeviceId;
  readonly clientId: ClientId;
  readonly hash: string;
}

export interface NewItem<Class extends StoredClass = StoredClass> {
  readonly collection: CollectionId;
  readonly class: Class;
  readonly content: Contents[Class];
  /** The date of its position, see Position. */
  readonly sortDate: number;
  /** The blobs that the item holds: referenced with it, released when its content goes. */
  readonly blobs: readonly BlobId[];
  /** What search finds it by (`wordsOf`). Never read back; a `put` without them leaves them. */
  readonly words?: readonly string[];
  readonly conversation?: ConversationId;
  readonly addedAs?: AddedAs;
}

/** A living item. Written by no one but the store: `put` takes one with other content and stamps it. */
export interface LivingItem<Class extends StoredClass = StoredClass> extends NewItem<Class>, ItemRecord {
  readonly died?: undefined;
  /** Why its content cannot be read: it is `{}` then, and only the facts of sync hold. */
  readonly damaged?: string;
}
/** The whole record without its content: what is left when an item leaves its collection. */
export interface Tombstone extends ItemRecord {
  readonly class: ItemClass;
  readonly collection: CollectionId;
  readonly conversation?: ConversationId;
  readonly addedAs?: AddedAs;
  readonly died: Modseq;
  readonly removedBy?: DeviceId;
  /** The item that a move made of it. */
  readonly movedTo?: ServerId;
}
export type Item = LivingItem | Tombstone;
export type Mail = LivingItem<'Email'>;

/** A living mail that can be read. */
export function isMail(item: Item | undefined): item is Mail {
  return item?.died === undefined && item?.class === 'Email' && item.damaged === undefined;
}

/** A living item of plain fields of this class that can be read. */
export function isLivingFields<Class extends Exclude<StoredClass, 'Email'>>(
  item: Item | undefined,
  itemClass: Class,
): item is LivingItem<Class> {
  return item?.died === undefined && item?.class === itemClass && item.damaged === undefined;
}

/** The facts that sync needs of an item; sync-model.md, "What an item keeps". */
export interface ItemRecord {
  readonly id: ServerId;
  readonly number: ItemNumber;
  readonly created: Modseq;
  /** Its last stamp. */
  readonly modseq: Modseq;
  /** Stamp and position: one entry when it enters, one per change of position; oldest first, never empty. */
  readonly history: readonly { readonly stamp: Modseq; readonly position: Position }[];
  /** Stamp of the last content change per part, as the writer named them. */
  readonly touched: Readonly<Record<string, Modseq>>;
  /** The device whose copy equals the item exactly. */
  readonly origin?: DeviceId;
  /** Device → stamp since when it has the item by its own doing. */
  readonly broughtBy: Readonly<Record<DeviceId, Modseq>>;
  /** Counts writes, marks included. */
  readonly generation: number;
}
