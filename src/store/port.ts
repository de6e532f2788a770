// The store port: the only doors to what is kept. It holds interfaces and plain data; engines implement it below.
// Invariants: a Reader is a snapshot at `now`; a transaction lists writes, which the engine commits together if every
// record that `work` looked up by id is still as it was, else `work` runs again; every stamp of an account has its own value.
// It must never classify a change, know a status code, or let an engine's type through.
import type { Readable } from 'node:stream';
import type { Account, NewAccount } from '../domain/account.ts';
import type { Collection, ItemClass, NewCollection } from '../domain/collection.ts';
import type { Device, NewDevice } from '../domain/device.ts';
import type { Group } from '../domain/group.ts';
import type {
  AccountId,
  BlobId,
  ClientId,
  CollectionId,
  ConversationId,
  DeviceId,
  Modseq,
  OutboxId,
  ServerId,
} from '../domain/ids.ts';
import type { Item, LivingItem, NewItem } from '../domain/item.ts';
import type { JournalEntry, Quarantined } from '../domain/journal.ts';
import type { OutboxMessage, QueuedMessage } from '../domain/outbox.ts';
import type { Position } from '../domain/position.ts';
import type { SyncRecord } from '../domain/sync-record.ts';
import type { SearchWord } from '../domain/words.ts';

export interface Store extends AsyncDisposable {
  /** A snapshot: everything this Reader tells is the account at `now`. Throws 'account-not-found'. */
  read<T>(account: AccountId, look: (reader: Reader) => Promise<T>): Promise<T>;
  /** Resolves once durable. `work` may run again: its only effect is what it lists on `tx`. Throws 'busy' after the last try. */
  transact<T>(account: AccountId, work: (tx: Transaction) => Promise<T>): Promise<T>;
  readonly directory: Directory;
  readonly blobs: Blobs;
  readonly outbox: Outbox;
  readonly leases: Leases;
  readonly feed: Feed;
  readonly journal: Journal;
  /** Counters since it opened: how cost is asserted without a clock. */
  readonly stats: Stats;
}

export interface Stats {
  /** Rows that reads (scans and look-ups) fetched. */
  readonly rowsRead: number;
  readonly lookups: number;
  readonly commits: number;
  /** Runs of `work` beyond the first. */
  readonly retries: number;
}

export interface Reader {
  readonly now: Modseq;
  account(): Promise<Account>;
  device(id: DeviceId): Promise<Device | undefined>;
  devices(): Promise<Device[]>;
  /** Stamped behind `after`, removed ones included (with `died`), by stamp; without `after`: the living. */
  collections(after?: Modseq): Promise<Collection[]>;
  /** Removed ones too. */
  collection(id: CollectionId): Promise<Collection | undefined>;
  /** Tombstones too, and what is damaged; never another account's. */
  item(id: ServerId): Promise<Item | undefined>;
  /** Living items that an Add of this device with this ClientId made: small ClientIds come again. */
  added(collection: CollectionId, device: DeviceId, clientId: ClientId): Promise<LivingItem[]>;
  /** Tombstones too. */
  conversation(collection: CollectionId, id: ConversationId): Promise<Item[]>;
  /** Membership events and last content changes behind `after`, by stamp, at most `limit` rows. */
  log(collection: CollectionId, after: Modseq, limit: number): Promise<LogRow[]>;
  /** The living, by position: from ≤ p < to. */
  range(collection: CollectionId, range: Range): Promise<LivingItem[]>;
  count(collection: CollectionId, range: Pick<Range, 'from' | 'to' | 'class'>): Promise<number>;
  syncRecord(device: DeviceId, collection: CollectionId | 'hierarchy'): Promise<SyncRecord | undefined>;
  /** Of all devices, for pruning. */
  syncRecords(collection: CollectionId): Promise<SyncRecord[]>;
  /** Living items that have every word, newest first. */
  search(query: SearchQuery): Promise<ServerId[]>;
  /** What devices deleted, changed or moved since (milliseconds), as it was before, newest first. */
  journal(since: number, device?: DeviceId): Promise<JournalEntry[]>;
  /** By item. */
  quarantined(): Promise<Quarantined[]>;
}

export interface Range {
  readonly from?: Position;
  readonly to?: Position;
  /** Absent: all. */
  readonly class?: ItemClass;
  readonly order: 'newest' | 'oldest';
  readonly limit: number;
}
export interface SearchQuery {
  readonly words: readonly SearchWord[];
  /** Absent: all. */
  readonly collections?: readonly CollectionId[];
  readonly limit: number;
}
/** One event of a collection's log. An item has one row per membership event and one for its last content change. */
export interface LogRow {
  readonly stamp: Modseq;
  readonly kind: 'entered' | 'left' | 'moved' | 'announced' | 'changed';
  /** As it is in this snapshot. */
  readonly item: Item;
}

/** What a look-up tells, inside its transaction, of a stamp that the commit has yet to give: above every other. */
export const openStamp: Modseq = Number.MAX_SAFE_INTEGER;

export interface Transaction extends Reader {
  /** A new item; its id is drawn when it is listed: the handler answers and records it. */
  create(item: NewItem, facts?: Facts): ServerId;
  /** Other content for a living item; `touched` names what changed of it. Logs a change of position when sortDate differs. */
  put(item: LivingItem, touched: readonly string[], facts?: Facts): void;
  /** A new item with the same content in `to`; the old one stays as a tombstone. `facts` are the new one's, `old` the tombstone's. */
  move(id: ServerId, to: CollectionId, facts?: Facts, old?: Facts): ServerId;
  remove(id: ServerId, facts?: Facts): void;
  /** Without a stamp: withdrawal. */
  mark(id: ServerId, facts: Facts): void;
  /** Stamped anew (a tombstone's `died` too), origin none, removedBy cleared, broughtBy[device] = that stamp. */
  announce(id: ServerId, device: DeviceId): void;
  putCollection(collection: NewCollection | Collection): void;
  /** Removes its items and its states with it; `by`: the device whose act it is. Its id is never used again. */
  removeCollection(id: CollectionId, by?: DeviceId): void;
  putDevice(device: NewDevice): void;
  /** With its sync records. */
  removeDevice(id: DeviceId): void;
  putAccount(account: Account): void;
  /**
   * Drops the tombstones, log rows and history entries at or below the stamp, but for tombstones of moves after `moved`
   * (milliseconds); what may go is `sync/`'s answer.
   */
  prune(collection: CollectionId, below: Modseq, moved: number): void;
  /** Compare-and-set on the record's generation: 0 for a new one. */
  saveSyncRecord(next: SyncRecord): void;
  send(message: OutboxMessage): void;
  /** Into the journal alone, without a stamp: what the device made of a living item, and lost to the server's change. */
  keepLost(item: LivingItem, by: DeviceId): void;
  /** Lists a living item as one that devices could not be given, once more. Without a stamp. */
  quarantine(id: ServerId, reason: string): void;
  /** Off the list, and stamped as a change of all of it, so that every device gets it again. Throws 'item-not-found'. */
  release(id: ServerId): void;
}
/**
 * What is said of an item beside its content. 'now' is the stamp of the write itself; null clears; absent leaves.
 * `create` and `put` set origin to none unless it is given. `moved` lets the tombstone's movedTo name the new item.
 */
export interface Facts {
  readonly origin?: DeviceId | null;
  readonly removedBy?: DeviceId | null;
  readonly moved?: true;
  /** The device whose act it is: what was there before goes into the journal. */
  readonly by?: DeviceId;
  readonly broughtBy?: Readonly<Record<DeviceId, Modseq | 'now' | null>>;
}

/** Across accounts. */
export interface Directory {
  /** By primary address or alias, any case. */
  find(address: string): Promise<Account | undefined>;
  get(id: AccountId): Promise<Account | undefined>;
  /** With its special folders. Throws 'address-taken'. */
  create(account: NewAccount): Promise<AccountId>;
  /** Everything of it goes, its blobs' references too. Throws 'account-not-found'. */
  remove(id: AccountId): Promise<void>;
  list(): Promise<Account[]>;
  /** Made, or replaced. Throws 'address-taken'. */
  putGroup(group: Group): Promise<void>;
  /** Throws 'group-not-found'. */
  removeGroup(address: string): Promise<void>;
  findGroup(address: string): Promise<Group | undefined>;
  groups(): Promise<Group[]>;
  /** The address list of these domains: whose names have, for each word, one that begins with it; by display name. */
  names(query: NamesQuery): Promise<(Account | Group)[]>;
}
export interface NamesQuery {
  readonly domains: readonly string[];
  readonly words: readonly string[];
  readonly limit: number;
}

export interface Blobs {
  /** Durable when it resolves, unreferenced until an item or an outbox message names it. */
  put(data: Uint8Array | Readable): Promise<{ readonly id: BlobId; readonly size: number }>;
  /** Throws 'blob-missing'. `range`: from ≤ byte < to. */
  get(id: BlobId, range?: { readonly from: number; readonly to: number }): Promise<Buffer>;
  /** The same as a stream, for what is too large to hold. */
  stream(id: BlobId, range?: { readonly from: number; readonly to: number }): Promise<Readable>;
  /** Deletes what nothing has named for `olderThan` milliseconds, until `signal`; says how many. */
  sweep(olderThan: number, signal?: AbortSignal): Promise<number>;
}

export interface Outbox {
  /** At most `limit` messages that are due, claimed for `node` until `until`: nobody else gets them before. */
  claim(node: string, until: number, limit: number): Promise<QueuedMessage[]>;
  /** Its claim lasts until then: said again and again while it is handed over. */
  keep(id: OutboxId, until: number): Promise<void>;
  /** Sent or given up: it and its blob's reference go. */
  done(id: OutboxId): Promise<void>;
  retryAt(id: OutboxId, at: number, error: string): Promise<void>;
  /** When the next one falls due; absent: never. */
  next(): Promise<number | undefined>;
}

export interface Leases {
  /** True when this node holds `name` for the next `ms` milliseconds. Asking again prolongs. */
  hold(name: string, node: string, ms: number): Promise<boolean>;
  /** Nothing when another node holds it. */
  release(name: string, node: string): Promise<void>;
}

export interface Journal {
  /** Entries older than this (milliseconds) go, and their blobs' references, until `signal`; says how many. */
  expire(before: number, signal?: AbortSignal): Promise<number>;
}

/** What another process or waiter must learn. Receivers compare numbers: a repeated event is harmless. */
export interface FeedEvent {
  readonly account: AccountId;
  readonly modseq: Modseq;
  /** Collections that something was stamped in, with their `high`; unknown writers: all that grew. */
  readonly collections: Readonly<Record<CollectionId, Modseq>>;
  readonly devices: readonly DeviceId[];
  /** Password, addresses or existence changed. */
  readonly credentials: boolean;
  /** A folder was made, renamed, moved or removed. */
  readonly hierarchy: boolean;
  /** Something was put into the outbox. */
  readonly outbox: boolean;
}
export interface Feed {
  /** Returns the function that ends it. The listener must not throw. */
  on(listener: (event: FeedEvent) => void): () => void;
}
