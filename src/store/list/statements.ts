// What the writes of a list ask of an engine's rows: the same for every engine, so that what a write does is said once.
// Parameters stand as the engines' texts have them; rows have the columns of rows.ts.
import type { ItemRow } from './rows.ts';

/** Parameters by position, or one object by name. */
export interface Query<Parameters extends unknown[], Row = unknown> {
  run(...parameters: Parameters): { readonly changes: number };
  get(...parameters: Parameters): Row | undefined;
  all(...parameters: Parameters): Row[];
}

/** An item as a write handles it: everything but its content. `key` names the row whatever its number becomes. */
export interface RecordRow {
  key: number;
  number: number;
  collection: string;
  created: number;
  modseq: number;
  died: number | null;
  changed: number | null;
  generation: number;
  sort_date: number;
  bytes: number;
  history: string;
  touched: string;
  brought_by: string;
  origin: string | null;
  removed_by: string | null;
  moved_to: string | null;
  blobs: string | null;
}
export interface Generation {
  generation: number;
}

/** What `saveContent` and `insertItem` say of the Add that made an item. */
export interface AddedColumns {
  readonly device: string | null;
  readonly client: string | null;
  readonly hash: string | null;
}
type Numbered = [account: number, number: number];
type InCollection = [account: number, collection: string];

export interface AccountStatements {
  readonly account: Query<[account: number], Generation & { modseq: number; bytes: number; facts: string }>;
  /** The last three: the commit, when something of that kind was in it. */
  readonly closeAccount: Query<
    [
      {
        readonly account: number;
        readonly modseq: number;
        readonly bytes: number;
        readonly commit: number;
        readonly credentials: number | null;
        readonly hierarchy: number | null;
        readonly outbox: number | null;
      },
    ]
  >;
  readonly putAccount: Query<[facts: string, pruneHorizon: number, account: number]>;
  /** Changes nothing when it is taken. */
  readonly insertAddress: Query<[address: string, account: number]>;
  readonly removeAddresses: Query<[account: number]>;
  readonly insertName: Query<[domain: string, word: string, address: string]>;
  readonly removeNames: Query<[address: string]>;
  readonly collection: Query<InCollection, Generation & { died: number | null }>;
  readonly raiseHigh: Query<[high: number, commit: number, ...InCollection]>;
  readonly insertCollection: Query<[CollectionValues]>;
  readonly updateCollection: Query<[CollectionValues]>;
  readonly killCollection: Query<[Pick<CollectionValues, 'account' | 'id' | 'stamp' | 'commit'>]>;
  readonly device: Query<[account: number, device: string], Generation>;
  readonly putDevice: Query<[account: number, device: string, commit: number, body: string]>;
  readonly removeDevice: Query<[commit: number, account: number, device: string]>;
  readonly syncRecord: Query<[account: number, device: string, collection: string], Generation>;
  /** `first`: the generation of a new one. */
  readonly putSyncRecord: Query<[account: number, device: string, collection: string, first: number, body: string]>;
  readonly removeSyncRecordsOfDevice: Query<[account: number, device: string]>;
  readonly removeSyncRecordsOfCollection: Query<InCollection>;
  readonly insertMessage: Query<
    [
      {
        readonly id: string;
        readonly account: number;
        readonly from: string;
        readonly recipients: string;
        readonly mime: string;
        readonly queued: number;
      },
    ]
  >;
}
export interface CollectionValues {
  readonly account: number;
  readonly id: string;
  readonly parent: string;
  readonly name: string;
  readonly type: number;
  readonly stamp: number;
  readonly commit: number;
}
export interface ItemStatements {
  readonly itemGeneration: Query<Numbered, Generation & { collection: string }>;
  readonly record: Query<Numbered, RecordRow>;
  readonly saveRecord: Query<[RecordRow]>;
  readonly saveContent: Query<
    [AddedColumns & { key: number; content: string; blobs: string; conversation: string | null }]
  >;
  readonly saveHistory: Query<[history: string, key: number]>;
  readonly dropContent: Query<[key: number]>;
  readonly insertItem: Query<
    [
      AddedColumns & {
        readonly account: number;
        readonly number: number;
        readonly collection: string;
        readonly class: string;
        readonly stamp: number;
        readonly sortDate: number;
        readonly bytes: number;
        readonly history: string;
        readonly origin: string | null;
        readonly broughtBy: string;
        readonly conversation: string | null;
        readonly blobs: string;
        readonly content: string;
      },
    ]
  >;
  readonly leaveTombstone: Query<[RecordRow & { readonly now: number }]>;
  readonly renumber: Query<[{ readonly key: number; readonly number: number }]>;
  readonly enterAs: Query<
    [
      {
        readonly key: number;
        readonly collection: string;
        readonly stamp: number;
        readonly history: string;
        readonly origin: string | null;
        readonly broughtBy: string;
      },
    ]
  >;
  readonly wholeItem: Query<[key: number], ItemRow>;
  readonly folder: Query<InCollection, { parent: string; name: string; type: number }>;
  readonly insertJournal: Query<
    [
      {
        readonly account: number;
        readonly at: number;
        readonly device: string;
        readonly act: string;
        readonly item: string;
        readonly folder: string;
        readonly movedTo: string | null;
        readonly blobs: string;
      },
    ]
  >;
  readonly quarantine: Query<[{ account: number; number: number; collection: string; reason: string; at: number }]>;
  readonly unquarantine: Query<Numbered>;
  readonly unquarantineAll: Query<InCollection>;
  /** The account's word stands first. */
  readonly insertWords: Query<[key: number, text: string]>;
  readonly removeWords: Query<[key: number]>;
  readonly insertLog: Query<[...InCollection, stamp: number, kind: number, number: number]>;
  readonly removeLog: Query<[...InCollection, stamp: number]>;
  readonly holdBlob: Query<[id: string], { size: number }>;
  readonly releaseBlob: Query<[now: number, id: string]>;
}
/** Of whole collections. */
export interface BulkStatements {
  readonly heldBlobs: Query<InCollection, { key: number; blobs: string | null; bytes: number }>;
  readonly removeItemsOf: Query<InCollection>;
  readonly removeLogOf: Query<InCollection>;
  readonly prunedMoves: Query<[...InCollection, below: number], { number: number }>;
  readonly forgetChanged: Query<[account: number, ...InCollection, below: number]>;
  readonly pruneTombstones: Query<[...InCollection, below: number, moved: number]>;
  readonly pruneLog: Query<[...InCollection, below: number]>;
  readonly markPruned: Query<[below: number, ...InCollection]>;
}
export interface Statements extends AccountStatements, ItemStatements, BulkStatements {}
