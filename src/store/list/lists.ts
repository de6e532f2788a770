// What crosses between the main thread and the writer thread: lists of writes and single jobs, as plain data.
// Contents are JSON text already: the writer binds them as they are. It must hold no code.
import type { ErrorCode } from '../../domain/errors.ts';
import type { Group } from '../../domain/group.ts';
import type { Facts, FeedEvent } from '../port.ts';

/** A record that `work` looked up, and the generation it saw; null: it was absent. */
export interface Expectation {
  readonly kind: 'account' | 'item' | 'collection' | 'device' | 'sync';
  readonly generation: number | null;
  /** The item's number, or the id of the collection or device. */
  readonly id: number | string;
  /** Of an item, its collection; of a sync record, too. */
  readonly collection?: string;
}

export interface ContentWrite {
  readonly number: number;
  readonly collection: string;
  readonly content: string;
  readonly sortDate: number;
  readonly blobs: readonly string[];
  readonly conversation: string | undefined;
  readonly addedAs: { readonly device: string; readonly clientId: string; readonly hash: string } | undefined;
  readonly facts: Facts | undefined;
  /** Undefined: those that it has. */
  readonly words: readonly string[] | undefined;
}
export interface Writes {
  create: ContentWrite & { readonly class: string };
  put: ContentWrite & { readonly touched: readonly string[] };
  move: {
    readonly number: number;
    readonly newNumber: number;
    readonly to: string;
    readonly facts: Facts | undefined;
    readonly old: Facts | undefined;
  };
  remove: { readonly number: number; readonly facts: Facts | undefined };
  keepLost: {
    readonly number: number;
    readonly content: string;
    readonly sortDate: number;
    readonly blobs: readonly string[];
    readonly by: string;
  };
  mark: { readonly number: number; readonly facts: Facts };
  announce: { readonly number: number; readonly device: string };
  putCollection: { readonly id: string; readonly parent: string; readonly name: string; readonly type: number };
  removeCollection: { readonly id: string; readonly by: string | undefined };
  putDevice: { readonly id: string; readonly body: string };
  removeDevice: { readonly id: string };
  putAccount: { readonly facts: string; readonly pruneHorizon: number };
  prune: { readonly collection: string; readonly below: number; readonly moved: number };
  saveSyncRecord: { readonly device: string; readonly collection: string; readonly body: string };
  send: {
    readonly id: string;
    readonly from: string;
    readonly recipients: string;
    readonly mime: string;
    readonly queued: number;
  };
  quarantine: { readonly number: number; readonly reason: string };
  release: { readonly number: number };
}
export type WriteName = keyof Writes;
export type Write = { [Name in WriteName]: { readonly write: Name } & Writes[Name] }[WriteName];

/** A transaction as it reaches the writer. */
export interface List {
  readonly job: 'list';
  readonly account: number;
  /** Milliseconds. */
  readonly now: number;
  /** The account's modseq in the snapshot that `work` ran on. */
  readonly seen: number;
  readonly expect: readonly Expectation[];
  readonly writes: readonly Write[];
}

/** Everything else that is written, each in the same groups as the lists. `now` is in milliseconds. */
export interface Jobs {
  createAccount: { readonly input: { facts: string; now: number }; readonly output: string };
  removeAccount: { readonly input: { account: number; now: number }; readonly output: null };
  putBlob: {
    readonly input: { id: string; sha256: Uint8Array; size: number; bytes: Uint8Array | null; now: number };
    readonly output: string;
  };
  /** The id of a blob with this hash and size, now touched; null when there is none. */
  touchBlob: { readonly input: { sha256: Uint8Array; size: number; now: number }; readonly output: string | null };
  sweepBlobs: { readonly input: { before: number; limit: number }; readonly output: { files: string[]; rows: number } };
  claim: { readonly input: { now: number; until: number; limit: number }; readonly output: ClaimedRow[] };
  done: { readonly input: { id: string; now: number }; readonly output: null };
  keep: { readonly input: { id: string; until: number }; readonly output: null };
  retryAt: { readonly input: { id: string; at: number; error: string }; readonly output: null };
  hold: { readonly input: { name: string; node: string; now: number; ms: number }; readonly output: boolean };
  giveUp: { readonly input: { name: string; node: string }; readonly output: null };
  putGroup: { readonly input: { group: Group }; readonly output: null };
  removeGroup: { readonly input: { address: string }; readonly output: null };
  /** How many went; fewer than `limit`: no more are due. */
  expireJournal: { readonly input: { before: number; limit: number; now: number }; readonly output: number };
}
export interface ClaimedRow {
  readonly id: string;
  readonly account: number;
  readonly sender: string;
  readonly recipients: string;
  readonly mime: string;
  readonly queued: number;
  readonly attempts: number;
  readonly last_error: string | null;
}
export type JobName = keyof Jobs;
export type Job = { [Name in JobName]: { readonly job: Name; readonly input: Jobs[Name]['input'] } }[JobName];
export type Task = List | Job;

export type Outcome =
  | { readonly outcome: 'done'; readonly output: unknown; readonly event: FeedEvent | undefined }
  | { readonly outcome: 'again' }
  | { readonly outcome: 'failed'; readonly code: ErrorCode; readonly detail: string };

export interface GroupRequest {
  readonly tasks: readonly Task[];
}
export interface GroupReply {
  readonly outcomes: readonly Outcome[];
  /** The file's commit number that it took; undefined when nothing was committed. */
  readonly commit: number | undefined;
}
