// The documents of the mongo engine: the columns of list/rows.ts under an _id that begins with the account. Texts that are
// read and written as a whole stay JSON text, as in every engine.
import type { Binary, Collection, Db, MongoClient } from 'mongodb';
import type { AccountRow, CollectionRow, ItemRow } from '../list/rows.ts';
import type { Sessions } from './sessions.ts';

export interface AccountDoc extends Omit<AccountRow, 'account'> {
  readonly _id: number;
  /** Counts commits: the first write of each, so that two of them cannot pass each other. */
  commits: number;
  /** When it was last written, in milliseconds. */
  touched: number;
  /** The last commit as a FeedEvent, in JSON: what a change stream tells other nodes. */
  event: string;
}
export interface CollectionDoc extends Omit<CollectionRow, 'collection'> {
  readonly _id: { readonly a: number; readonly c: string };
  /** Tombstones and log rows at or below it are gone. */
  pruned: number;
}
export interface ItemDoc extends Omit<ItemRow, 'number'> {
  readonly _id: { readonly a: number; readonly n: number };
  /** By which `words` names it; it stays when the item moves. Tombstones have none. */
  words: number | null;
  /** Not died; what indexes of the living go by. */
  living: boolean;
  changed: number | null;
  bytes: number;
  moved_at: number | null;
}
export interface WordsDoc {
  readonly _id: { readonly a: number; readonly w: number };
  tokens: string[];
}
export interface LogDoc {
  readonly _id: { readonly a: number; readonly c: string; readonly s: number };
  kind: number;
  number: number;
}
export interface DeviceDoc {
  readonly _id: { readonly a: number; readonly d: string };
  generation: number;
  /** null: removed; the document stays so that its generation never repeats. */
  body: string | null;
  /** Order of coming. */
  since: number;
}
export interface SyncRecordDoc {
  readonly _id: { readonly a: number; readonly d: string; readonly c: string };
  generation: number;
  body: string;
}
export interface JournalDoc {
  readonly _id: { readonly a: number; readonly at: number; readonly r: number };
  device: string;
  act: string;
  item: string;
  folder: string;
  moved_to: string | null;
  blobs: string;
}
export interface QuarantineDoc {
  readonly _id: { readonly a: number; readonly n: number };
  collection: string;
  reason: string;
  at: number;
  times: number;
}
export interface BlobDoc {
  readonly _id: string;
  sha256: string;
  size: number;
  /** Items, journal entries, messages and accounts that name it. */
  refs: number;
  /** When it was last put or released, in milliseconds. */
  touched: number;
}
export interface ChunkDoc {
  readonly _id: { readonly b: string; readonly n: number };
  bytes: Buffer;
}
export interface OutboxDoc {
  readonly _id: string;
  account: number;
  sender: string;
  recipients: string;
  mime: string;
  queued: number;
  /** When it may next be claimed; a claim moves it to the claim's end. */
  due: number;
  attempts: number;
  last_error: string | null;
}
export interface LeaseDoc {
  readonly _id: string;
  node: string;
  until: number;
}
/** A process that serves the store. */
export interface NodeDoc {
  readonly _id: string;
  /** Those that its transactions run on. */
  sessions: Binary[];
  /** When it is dead unless it was heard of since. */
  until: Date;
}
export interface GroupDoc {
  readonly _id: string;
  facts: string;
}
/** Of accounts, and of groups with account 0. */
export interface AddressDoc {
  readonly _id: string;
  account: number;
}
export interface NameDoc {
  readonly _id: { readonly domain: string; readonly word: string; readonly address: string };
}
/** A removed account: its numbers never come again. */
export interface RemovedDoc {
  readonly _id: number;
  modseq: number;
}
export interface SchemaDoc {
  readonly _id: 'schema';
  version: number;
}

export interface Collections {
  readonly accounts: Collection<AccountDoc>;
  readonly removed: Collection<RemovedDoc>;
  readonly addresses: Collection<AddressDoc>;
  readonly names: Collection<NameDoc>;
  readonly groups: Collection<GroupDoc>;
  readonly collections: Collection<CollectionDoc>;
  readonly items: Collection<ItemDoc>;
  readonly words: Collection<WordsDoc>;
  readonly log: Collection<LogDoc>;
  readonly devices: Collection<DeviceDoc>;
  readonly syncRecords: Collection<SyncRecordDoc>;
  readonly journal: Collection<JournalDoc>;
  readonly quarantine: Collection<QuarantineDoc>;
  readonly blobs: Collection<BlobDoc>;
  readonly chunks: Collection<ChunkDoc>;
  readonly outbox: Collection<OutboxDoc>;
  readonly leases: Collection<LeaseDoc>;
  readonly nodes: Collection<NodeDoc>;
  readonly schema: Collection<SchemaDoc>;
}
export const collectionNames = [
  'accounts',
  'removed',
  'addresses',
  'names',
  'groups',
  'collections',
  'items',
  'words',
  'log',
  'devices',
  'syncRecords',
  'journal',
  'quarantine',
  'blobs',
  'chunks',
  'outbox',
  'leases',
  'nodes',
  'schema',
] as const satisfies readonly (keyof Collections)[];

export function collectionsOf(db: Db): Collections {
  return Object.fromEntries(collectionNames.map((name) => [name, db.collection(name)])) as unknown as Collections;
}

/** An open database. */
export interface Mongo {
  readonly client: MongoClient;
  readonly db: Db;
  readonly docs: Collections;
  readonly sessions: Sessions;
}
