// A Reader over one handle's open snapshot. It counts what it fetches, and long scans let the loop turn between pages.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NewCollection } from '../../domain/collection.ts';
import { EasError } from '../../domain/errors.ts';
import type { AccountId, CollectionId, DeviceId, JournalId, Modseq, ServerId } from '../../domain/ids.ts';
import type { Item, LivingItem } from '../../domain/item.ts';
import type { JournalEntry } from '../../domain/journal.ts';
import { above, below } from '../../domain/position.ts';
import type { SearchWord } from '../../domain/words.ts';
import type { Lookups } from '../list/pending.ts';
import {
  accountNumber,
  type ItemRow,
  kindOf,
  parseServerId,
  serverId,
  toAccount,
  toCollection,
  toDevice,
  toItem,
} from '../list/rows.ts';
import type { View } from '../list/run.ts';
import type { Counters } from '../list/stats.ts';
import { toSyncRecord } from '../list/sync-record-row.ts';
import { accountWord, token } from '../list/token.ts';
import type { LogRow, Range, Reader } from '../port.ts';
import type { JournalRow, LogItemRow, Reads } from './reads.ts';

const largestPage = 200;

/** One account on an open snapshot. */
export interface Snapshot {
  readonly sql: Reads;
  readonly account: number;
  readonly now: Modseq;
  readonly counters: Counters;
}
/** Its first statement takes the snapshot. Throws 'account-not-found'. */
export function takeSnapshot(sql: Reads, id: AccountId, counters: Counters): Snapshot {
  const account = accountNumber(id);
  const now = account === undefined ? undefined : sql.modseq.get(account);
  if (account === undefined || now === undefined) throw new EasError('account-not-found', id);
  return { sql, account, now, counters };
}

export function viewOf(snapshot: Snapshot): View {
  return {
    account: snapshot.account,
    now: snapshot.now,
    lookups: lookupsOf(snapshot),
    readerWith: (lookups) => readerOf(snapshot, lookups),
  };
}

function lookupsOf({ sql, account, counters }: Snapshot): Lookups {
  const counted = <Row>(row: Row | undefined): Row | undefined => {
    counters.lookups += 1;
    if (row !== undefined) counters.rowsRead += 1;
    return row;
  };
  return {
    account: () => toAccount(counted(sql.account.get(account))!),
    device: (id) => optional(counted(sql.device.get(account, id)), toDevice),
    collection: (id) => optional(counted(sql.collection.get(account, id)), toCollection),
    item: (id) => {
      const parsed = parseServerId(id);
      if (parsed === undefined) return undefined;
      const row = counted(sql.item.get(account, parsed.number));
      return row?.collection === parsed.collection ? toItem(row) : undefined;
    },
    syncRecord: (device, collection) =>
      optional(counted(sql.syncRecord.get(account, device, collection)), toSyncRecord),
  };
}

/** The scans of a Reader, and its look-ups from `lookups`. */
function readerOf({ sql, account, now, counters }: Snapshot, lookups: Lookups): Reader {
  const counted = <Row>(rows: Row[]): Row[] => {
    counters.rowsRead += rows.length;
    return rows;
  };
  return {
    now,
    account: async () => lookups.account(),
    device: async (id) => lookups.device(id),
    collection: async (id) => lookups.collection(id),
    item: async (id) => lookups.item(id),
    syncRecord: async (device, collection) => lookups.syncRecord(device, collection),
    devices: async () => counted(sql.devices.all(account)).map(toDevice),
    collections: async (after) =>
      counted(
        after === undefined ? sql.livingCollections.all(account) : sql.changedCollections.all(account, after),
      ).map(toCollection),
    added: async (collection, device, clientId) =>
      counted(sql.added.all(account, device, clientId, collection)).map(toLivingItem),
    conversation: async (collection, conversation) =>
      counted(sql.conversation.all(account, collection, conversation)).map(toItem),
    log: (collection, after, limit) => readLog(sql, account, collection, after, limit, counted),
    range: (collection, range) => readRange(sql, account, collection, range, counted),
    count: async (collection, range) => counted([sql.count.get(account, collection, ...boundsOf(range))!])[0]!.items,
    syncRecords: async (collection) => counted(sql.syncRecords.all(account, collection)).map(toSyncRecord),
    search: async ({ words, collections, limit }) => {
      if (words.length === 0) return [];
      const match = [accountWord(account), ...words.map(matched)].join(' AND ');
      const among = collections === undefined ? null : JSON.stringify(collections);
      const rows = counted(sql.search.all({ match, collections: among, limit }));
      return rows.map((row) => serverId(row.collection, row.number));
    },
    journal: async (since, device) =>
      counted(sql.journal.all(account, since, device ?? null, device ?? null)).map(toJournalEntry),
    quarantined: async () =>
      counted(sql.quarantined.all(account)).map(({ number, collection, ...rest }) => ({
        item: serverId(collection, number),
        ...rest,
      })),
  };
}

type Counted = <Row>(rows: Row[]) => Row[];

async function readLog(
  sql: Reads,
  account: number,
  collection: CollectionId,
  after: Modseq,
  limit: number,
  counted: Counted,
): Promise<LogRow[]> {
  const found: LogRow[] = [];
  while (found.length < limit) {
    const page = Math.min(limit - found.length, largestPage);
    const rows = counted(sql.log.all(account, collection, found.at(-1)?.stamp ?? after, page));
    for (const row of rows) found.push(toLogRow(row));
    if (rows.length < page) break;
    if (found.length < limit) await nextTurn();
  }
  return found;
}

async function readRange(
  sql: Reads,
  account: number,
  collection: CollectionId,
  range: Range,
  counted: Counted,
): Promise<LivingItem[]> {
  const found: LivingItem[] = [];
  const newest = range.order === 'newest';
  let [fromDate, fromNumber, toDate, toNumber, ...itemClass] = boundsOf(range);
  while (found.length < range.limit) {
    const page = Math.min(range.limit - found.length, largestPage);
    const query = newest ? sql.newest : sql.oldest;
    const rows = counted(query.all(account, collection, fromDate, fromNumber, toDate, toNumber, ...itemClass, page));
    for (const row of rows) found.push(toLivingItem(row));
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) break;
    if (newest) [toDate, toNumber] = [last.sort_date, last.number];
    else [fromDate, fromNumber] = [last.sort_date, last.number + 1];
    if (found.length < range.limit) await nextTurn();
  }
  return found;
}

type Bounds = [
  fromDate: number,
  fromNumber: number,
  toDate: number,
  toNumber: number,
  itemClass: string | null,
  itemClass: string | null,
];
function boundsOf({ from = below, to = above, class: itemClass }: Pick<Range, 'from' | 'to' | 'class'>): Bounds {
  return [from.date, from.number, to.date, to.number, itemClass ?? null, itemClass ?? null];
}
function matched({ text, prefix }: SearchWord): string {
  return `"${token(text)}"${prefix ? '*' : ''}`;
}
function toJournalEntry(row: JournalRow): JournalEntry {
  return {
    id: String(row.key) as JournalId,
    at: row.at,
    device: row.device as DeviceId,
    act: row.act as JournalEntry['act'],
    item: toLivingItem(JSON.parse(row.item) as ItemRow),
    folder: JSON.parse(row.folder) as NewCollection,
    ...(row.moved_to === null ? {} : { movedTo: row.moved_to as ServerId }),
  };
}
function toLogRow(row: LogItemRow): LogRow {
  return { stamp: row.stamp, kind: kindOf(row.kind), item: toItem(row) };
}
function toLivingItem(row: ItemRow): LivingItem {
  const item: Item = toItem(row);
  if (item.died !== undefined) throw new EasError('corrupt-item', item.id);
  return item;
}
function optional<Row, Value>(row: Row | undefined, read: (row: Row) => Value): Value | undefined {
  return row === undefined ? undefined : read(row);
}
