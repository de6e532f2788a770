// What a class whose items are plain fields (an event, a contact, a task, a note) does with ApplicationData: pure, and
// without the store. Items are kept in the newest version's shape; a codec speaks every version's. One file a class has one.
import type { Version } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import type { Account } from '../domain/account.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { EventFile } from '../domain/event.ts';
import type { BlobId, ServerId } from '../domain/ids.ts';
import type { Fields } from '../domain/item.ts';
import type { BodyPreference } from '../domain/sync-record.ts';

/** How the device speaks. */
export interface Spoken {
  readonly version: Version;
  readonly account: Pick<Account, 'address' | 'displayName' | 'timeZone' | 'firstDayOfWeek'> &
    Partial<Pick<Account, 'aliases'>>;
  /** Milliseconds. */
  readonly now: number;
  /** Of the item that is written. */
  readonly id?: ServerId;
  /** Files that came with it, stored already, and keys of those that go. */
  readonly files?: { readonly added: readonly EventFile[]; readonly removed: readonly string[] };
}
export interface SpokenChange extends Spoken {
  /** Tags that the device said it handles ([MS-ASCMD] 2.2.3.179 Supported): those it leaves out are taken away. Absent: it never said. */
  readonly supported?: ReadonlySet<string>;
  /** The occurrence that is meant, as it came on the wire (16.0 and later). */
  readonly instanceId?: string;
  /** How it was shown bodies. */
  readonly bodies?: readonly BodyPreference[];
}

/** `exact`: what is stored is to the letter what the device shows; else the item is sent to it as a Change. */
export interface Stored {
  readonly fields: Fields;
  readonly exact: boolean;
  /** What of an Add could not be done, though the item is there. */
  readonly partly?: ErrorCode;
}

export interface FieldsCodec {
  /** What differs of an item that holds objects of its own: the names of those. */
  changedObjects?(before: Fields, after: Fields): string[];
  /** What an Add makes. Throws EasError 'item-invalid' naming the element. */
  create(data: Element, spoken: Spoken): Stored;
  /** `before` with a Change of it; only what the Change names or takes away differs. Throws as `create`. */
  change(before: Fields, data: Element, spoken: SpokenChange): Stored;
  /** A Delete of one occurrence (16.0 and later). Throws EasError 'item-not-found' when the class has none. */
  removeInstance?(before: Fields, instanceId: string, spoken: Spoken): Stored;
  /** ApplicationData with the whole item. */
  write(fields: Fields, spoken: Spoken, bodies: readonly BodyPreference[]): Element;
  /** What the answer to an Add tells the device beside the ServerId (16.0 and later). */
  added?(fields: Fields, version: Version): Element | undefined;
  /** An item that says `text` and nothing else, in place of one that cannot be read. */
  stub(text: string, now: number): Fields;
  /** Milliseconds: the item's position for filters; sync-model.md, Position. */
  sortDate(fields: Fields, now: number): number;
  /** What search finds it by (`wordsOf`). */
  words(fields: Fields): string[];
  /** What it holds beside its fields. */
  blobs?(fields: Fields): BlobId[];
}
