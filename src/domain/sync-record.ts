import type { ItemClass } from './collection.ts';
import type { ErrorCode } from './errors.ts';
import type { CollectionId, ConversationId, DeviceId, Modseq, ServerId, SyncKey } from './ids.ts';
import type { ItemNumber, Position } from './position.ts';

/** [MS-ASCMD] 2.2.3.125.6 Options (Sync), as the device last sent them. */
export interface SyncOptions {
  /** Days; 0 all; [MS-ASCMD] 2.2.3.68.2 FilterType (Sync), kept as its code. */
  readonly filterType: number;
  /** The SMS block's own, when there is one. */
  readonly smsFilterType?: number;
  /** Those that the blocks name; none: the folder's own. */
  readonly classes: readonly ItemClass[];
  /** A mail lies where the newest one of its conversation does. */
  readonly conversationMode?: boolean;
  /** 0 the client wins, 1 the server. */
  readonly conflict: 0 | 1;
  readonly mimeSupport: 0 | 1 | 2;
  readonly mimeTruncation?: number;
  readonly bodyPreferences: readonly BodyPreference[];
  /** [MS-ASAIRS] 2.2.2.11 BodyPartPreference. */
  readonly bodyPart?: BodyPreference;
  /** [MS-ASCMD] 2.2.3.103.2 MaxItems (Sync): of the recipient cache. */
  readonly maxItems?: number;
  /** [MS-ASCMD] 2.2.3.179 Supported: the tags (page × 256 + token) that key 0 named. Absent: it never said. */
  readonly supported?: readonly number[];
}
/** How items are to be told. */
export type RenderOptions = Pick<SyncOptions, 'bodyPreferences' | 'bodyPart' | 'mimeSupport' | 'mimeTruncation'>;
export interface BodyPreference {
  /** 1 text, 2 HTML, 3 RTF, 4 MIME. */
  readonly type: 1 | 2 | 3 | 4;
  /** Bytes; absent: whole. */
  readonly truncationSize?: number;
  readonly allOrNone?: boolean;
  /** Characters. */
  readonly preview?: number;
}

/** Positions: the device holds what lies at or above its class's. */
export interface Floors {
  readonly floor: Position;
  /** Of text messages; absent: above everything. */
  readonly smsFloor?: Position;
}
/** A page that ended among the items of one conversation, which one stamp moved: those up to `number` were told of it. */
export interface Part {
  readonly stamp: Modseq;
  readonly conversation: ConversationId;
  readonly number: ItemNumber;
}

/** What the server knows of a device's view of one collection; sync-model.md. Constant size, never a list of ids. */
export interface SyncState extends Floors {
  /** The key that names this state; never used for another. */
  readonly key: SyncKey;
  readonly watermark: Modseq;
  readonly part?: Part;
  /**
   * Of an item that changed behind the watermark, parts that changed behind this stamp may be unsaid: the log keeps its last change alone, and
   * an answer may have ended before that. 0: perhaps all of it. Absent: the watermark.
   */
  readonly unsaid?: Modseq;
  readonly options: SyncOptions;
  readonly commands: readonly AnsweredCommand[];
  /** Adds that the device gave up with the state before this one: the items may have been told in this state's answer. */
  readonly givenUp?: readonly AnsweredCommand[];
  /**
   * Of a hierarchy state: folders as the device made them, though they are stamped behind the watermark; 'unsure': one that
   * may have gone with a folder that it deleted.
   */
  readonly own?: Readonly<Record<CollectionId, KnownFolder | 'gone' | 'unsure'>>;
  /** Of a collection that is computed anew each time (the recipient cache): what was sent, with a mark of its content. */
  readonly list?: Readonly<Record<ServerId, string>>;
}
export interface KnownFolder {
  readonly parent: CollectionId | '0';
  readonly name: string;
  readonly type: number;
}
/** A command of a device and what it was answered. */
export interface AnsweredCommand {
  readonly kind: 'Add' | 'Change' | 'Delete' | 'FolderCreate' | 'FolderUpdate' | 'FolderDelete';
  /** The ClientId of an Add, else the ServerId. */
  readonly id: string;
  /** The occurrence that was meant, as the device wrote it; absent: the whole item. */
  readonly instance?: string;
  readonly hash: string;
  readonly result: 'done' | ErrorCode;
  /** The item it made or met. */
  readonly item?: ServerId;
}
/** All that is kept per device and collection: the state it last spoke from, and the answers it may continue with. */
export interface SyncRecord {
  readonly device: DeviceId;
  readonly collection: CollectionId | 'hierarchy';
  readonly version: string;
  readonly confirmed?: SyncState;
  /** Four at most, oldest first. */
  readonly answers: readonly SyncState[];
  /** Every command of all the answers. */
  readonly tried: readonly AnsweredCommand[];
  /** `high` before the commands of the first answer that had any. */
  readonly base?: Modseq;
  /** Part of the next key. */
  readonly counter: number;
  readonly deletes?: DeleteCount;
  /** The last key that named no state, and how often it came: a run-away client is let start again. */
  readonly unknown?: { readonly key: string; readonly times: number };
  readonly generation: number;
}

/** How much a device deleted in a collection lately. Times in milliseconds. */
export interface DeleteCount {
  readonly since: number;
  readonly count: number;
  /** It went too far, and waits for the administrator. */
  readonly held?: true;
  /** When the administrator said that it was meant. */
  readonly confirmed?: number;
}
