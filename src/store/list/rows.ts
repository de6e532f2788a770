// Rows of the file and what they say: the only place that knows both the columns and the domain's shapes.
// An item's row that cannot be read is a damaged item: it must never stop the others of its collection.
import type { Account, NewAccount } from '../../domain/account.ts';
import type { Collection, FolderType, ItemClass } from '../../domain/collection.ts';
import type { Device } from '../../domain/device.ts';
import type {
  AccountId,
  BlobId,
  ClientId,
  CollectionId,
  ConversationId,
  DeviceId,
  OutboxId,
  ServerId,
} from '../../domain/ids.ts';
import type { Content, Item, ItemRecord, LivingItem, StoredClass, Tombstone } from '../../domain/item.ts';
import type { QueuedMessage } from '../../domain/outbox.ts';
import type { ItemNumber } from '../../domain/position.ts';
import type { LogRow } from '../port.ts';
import type { ClaimedRow } from './lists.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface AccountRow {
  account: number;
  facts: string;
  created: number;
  bytes: number;
  prune_horizon: number;
  generation: number;
  modseq: number;
}
export interface CollectionRow {
  collection: string;
  parent: string;
  name: string;
  type: number;
  created: number;
  modseq: number;
  died: number | null;
  high: number;
  generation: number;
}
export interface ItemRow {
  number: number;
  collection: string;
  class: string;
  created: number;
  modseq: number;
  died: number | null;
  generation: number;
  sort_date: number;
  history: string;
  touched: string;
  brought_by: string;
  origin: string | null;
  removed_by: string | null;
  moved_to: string | null;
  added_device: string | null;
  added_client: string | null;
  added_hash: string | null;
  conversation: string | null;
  blobs: string | null;
  content: string | null;
}
export interface BodyRow {
  generation: number;
  body: string;
}
/** What `itemRowOf` takes, in its order. */
export const itemColumns =
  'i.number, i.collection, i.class, i.created, i.modseq, i.died, i.generation, i.sort_date, i.history, i.touched, ' +
  'i.brought_by, i.origin, i.removed_by, i.moved_to, i.added_device, i.added_client, i.added_hash, i.conversation, ' +
  'i.blobs, i.content';
/** From values in the order of `itemColumns`: half the price of a driver that names twenty columns row by row. */
export function itemRowOf(values: readonly unknown[]): ItemRow {
  return {
    number: values[0],
    collection: values[1],
    class: values[2],
    created: values[3],
    modseq: values[4],
    died: values[5],
    generation: values[6],
    sort_date: values[7],
    history: values[8],
    touched: values[9],
    brought_by: values[10],
    origin: values[11],
    removed_by: values[12],
    moved_to: values[13],
    added_device: values[14],
    added_client: values[15],
    added_hash: values[16],
    conversation: values[17],
    blobs: values[18],
    content: values[19],
  } as ItemRow;
}

export const kinds = ['entered', 'left', 'moved', 'announced', 'changed'] as const satisfies readonly LogRow['kind'][];
export function kindCode(kind: LogRow['kind']): number {
  return kinds.indexOf(kind) + 1;
}
export function kindOf(code: number): LogRow['kind'] {
  return kinds[code - 1]!;
}

export function serverId(collection: string, number: number): ServerId {
  return `${collection}:${number}` as ServerId;
}
/** Undefined for what no item of ours was ever called. */
export function parseServerId(id: string): { collection: CollectionId; number: number } | undefined {
  const colon = id.lastIndexOf(':');
  const digits = id.slice(colon + 1);
  if (colon < 1 || !/^[1-9][0-9]{0,15}$/.test(digits)) return undefined;
  const number = Number(digits);
  return Number.isSafeInteger(number) ? { collection: id.slice(0, colon) as CollectionId, number } : undefined;
}
/** Undefined for what no account was ever called. */
export function accountNumber(id: AccountId): number | undefined {
  if (!/^[1-9][0-9]{0,15}$/.test(id)) return undefined;
  const number = Number(id);
  return Number.isSafeInteger(number) ? number : undefined;
}
export function accountId(number: number): AccountId {
  return String(number) as AccountId;
}

/** What cannot be read of it is left out; of a living item that shows as `damaged`. */
export function toItem(row: ItemRow): Item {
  const id = serverId(row.collection, row.number);
  try {
    return row.died === null ? toLiving(row, id) : toTombstone(row, id, row.died);
  } catch (error) {
    const readable = mended(row);
    if (row.died !== null) return toTombstone(readable, id, row.died);
    return { ...toLiving(readable, id), damaged: error instanceof Error ? error.message : String(error) };
  }
}

/** The row with what its own columns still say in place of the JSON that cannot be read. */
function mended(row: ItemRow): ItemRow {
  const readable = (text: string | null, fallback: string, isFine: (value: unknown) => boolean): string => {
    try {
      return text !== null && isFine(JSON.parse(text)) ? text : fallback;
    } catch {
      return fallback;
    }
  };
  const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  const isHistory = (value: unknown): boolean =>
    Array.isArray(value) && value.length > 0 && value.length % 2 === 0 && value.every(Number.isSafeInteger);
  return {
    ...row,
    history: readable(row.history, JSON.stringify([row.created, row.sort_date]), isHistory),
    touched: readable(row.touched, '{}', isObject),
    brought_by: readable(row.brought_by, '{}', isObject),
    blobs: row.died === null ? readable(row.blobs, '[]', Array.isArray) : null,
    content: row.died === null ? '{}' : null,
  };
}

function toLiving(row: ItemRow, id: ServerId): LivingItem {
  const content = JSON.parse(row.content as string) as Content | null;
  const blobs = JSON.parse(row.blobs as string) as LivingItem['blobs'] | null;
  if (content === null || typeof content !== 'object' || !Array.isArray(blobs)) throw new TypeError('no content');
  const item: Mutable<LivingItem> = {
    id,
    number: row.number as ItemNumber,
    created: row.created,
    modseq: row.modseq,
    history: readHistory(row.history, row.number),
    touched: readStamps(row.touched),
    broughtBy: readStamps(row.brought_by),
    generation: row.generation,
    collection: row.collection as CollectionId,
    class: row.class as StoredClass,
    content,
    sortDate: row.sort_date,
    blobs,
  };
  addNamed(item, row);
  return item;
}

function toTombstone(row: ItemRow, id: ServerId, died: number): Tombstone {
  const item: Mutable<Tombstone> = {
    id,
    number: row.number as ItemNumber,
    created: row.created,
    modseq: row.modseq,
    history: readHistory(row.history, row.number),
    touched: readStamps(row.touched),
    broughtBy: readStamps(row.brought_by),
    generation: row.generation,
    collection: row.collection as CollectionId,
    class: row.class as ItemClass,
    died,
  };
  addNamed(item, row);
  if (row.removed_by !== null) item.removedBy = row.removed_by as DeviceId;
  if (row.moved_to !== null) item.movedTo = row.moved_to as ServerId;
  return item;
}

function readStamps(text: string): Record<string, number> {
  return text === '{}' ? {} : (JSON.parse(text) as Record<string, number>);
}

function addNamed(item: Mutable<LivingItem> | Mutable<Tombstone>, row: ItemRow): void {
  if (row.origin !== null) item.origin = row.origin as DeviceId;
  if (row.conversation !== null) item.conversation = row.conversation as ConversationId;
  if (row.added_device !== null) {
    item.addedAs = {
      device: row.added_device as DeviceId,
      clientId: row.added_client as ClientId,
      hash: row.added_hash as string,
    };
  }
}

/** Kept as [stamp, date, stamp, date, …]: the number of all its positions is the item's. */
export function readHistory(text: string, number: number): ItemRecord['history'] {
  const flat = JSON.parse(text) as number[];
  if (!Array.isArray(flat) || flat.length === 0 || flat.length % 2 !== 0) throw new TypeError('no history');
  const history: { stamp: number; position: { date: number; number: ItemNumber } }[] = [];
  for (let index = 0; index < flat.length; index += 2) {
    history.push({ stamp: flat[index]!, position: { date: flat[index + 1]!, number: number as ItemNumber } });
  }
  return history;
}

export function toAccount(row: AccountRow): Account {
  return {
    ...(JSON.parse(row.facts) as NewAccount),
    id: accountId(row.account),
    created: row.created,
    bytes: row.bytes,
    pruneHorizon: row.prune_horizon,
    generation: row.generation,
  };
}

export function toCollection(row: CollectionRow): Collection {
  const collection: Mutable<Collection> = {
    id: row.collection as CollectionId,
    parent: row.parent as CollectionId | '0',
    name: row.name,
    type: row.type as FolderType,
    created: row.created,
    modseq: row.modseq,
    high: row.high,
    generation: row.generation,
  };
  if (row.died !== null) collection.died = row.died;
  return collection;
}

export function toDevice(row: BodyRow): Device {
  return { ...(JSON.parse(row.body) as Omit<Device, 'generation'>), generation: row.generation };
}
/** What of an account is kept as JSON. */
export function accountFacts(account: NewAccount): string {
  const { id: _, created: __, bytes: ___, pruneHorizon: ____, generation: _____, ...facts } = account as Account;
  return JSON.stringify({
    ...facts,
    address: account.address.toLowerCase(),
    aliases: account.aliases.map((alias) => alias.toLowerCase()),
  });
}

export function toMessage(row: ClaimedRow): QueuedMessage {
  return {
    id: row.id as OutboxId,
    account: accountId(row.account),
    from: row.sender,
    recipients: JSON.parse(row.recipients) as string[],
    mime: row.mime as BlobId,
    queued: row.queued,
    attempts: row.attempts,
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
  };
}
