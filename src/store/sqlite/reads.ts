import {
  type AccountRow,
  type BodyRow,
  type CollectionRow,
  type ItemRow,
  itemColumns,
  itemRowOf,
} from '../list/rows.ts';
import { type Connection, prepare, prepareMapped, preparePlucked } from './connection.ts';

export interface JournalRow {
  key: number;
  at: number;
  device: string;
  act: string;
  item: string;
  folder: string;
  moved_to: string | null;
}

type Bounds = [
  account: number,
  collection: string,
  fromDate: number,
  fromNumber: number,
  toDate: number,
  toNumber: number,
  itemClass: string | null,
  itemClass: string | null,
];
export type LogItemRow = ItemRow & { stamp: number; kind: number };
function logRowOf(values: readonly unknown[]): LogItemRow {
  const [stamp, kind] = values.slice(-2) as [number, number];
  return Object.assign(itemRowOf(values), { stamp, kind });
}

const bounds = `i.account = ? and i.collection = ? and i.died is null
  and (i.sort_date, i.number) >= (?, ?) and (i.sort_date, i.number) < (?, ?) and (? is null or i.class = ?)`;
const accountColumns = 'account, facts, created, bytes, prune_horizon, generation, modseq';
const collectionColumns = 'collection, parent, name, type, created, modseq, died, high, generation';

/**
 * Every statement of a reading handle, prepared once. Positional parameters stand in the order of the text.
 * `limit ? + 0`: SQLite plans by the value of a bare `limit ?` and prepares anew at each binding, 40 µs for nothing.
 */
export function prepareReads(db: Connection) {
  return {
    begin: prepare<unknown[]>(db, 'begin'),
    end: prepare<unknown[]>(db, 'commit'),
    ...prepareAccountReads(db),
    item: prepareMapped<[number, number], ItemRow>(
      db,
      `select ${itemColumns} from items i where i.account = ? and i.number = ?`,
      itemRowOf,
    ),
    added: prepareMapped<[number, string, string, string], ItemRow>(
      db,
      `select ${itemColumns} from items i where i.account = ? and i.added_device = ? and i.added_client = ?
      and i.died is null and i.collection = ? order by i.created`,
      itemRowOf,
    ),
    conversation: prepareMapped<[number, string, string], ItemRow>(
      db,
      `select ${itemColumns} from items i
      where i.account = ? and i.collection = ? and i.conversation = ? order by i.created`,
      itemRowOf,
    ),
    log: prepareMapped<[number, string, number, number], LogItemRow>(
      db,
      `select ${itemColumns}, l.stamp, l.kind from log l
      cross join items i on i.account = l.account and i.number = l.number
      where l.account = ? and l.collection = ? and l.stamp > ? order by l.stamp limit ? + 0`,
      logRowOf,
    ),
    oldest: prepareMapped<[...Bounds, number], ItemRow>(
      db,
      `select ${itemColumns} from items i indexed by items_by_position
      where ${bounds} order by i.sort_date, i.number limit ? + 0`,
      itemRowOf,
    ),
    newest: prepareMapped<[...Bounds, number], ItemRow>(
      db,
      `select ${itemColumns} from items i indexed by items_by_position
      where ${bounds} order by i.sort_date desc, i.number desc limit ? + 0`,
      itemRowOf,
    ),
    count: prepare<Bounds, { items: number }>(
      db,
      `select count(*) as items from items i indexed by items_by_position where ${bounds}`,
    ),
    ...prepareOthers(db),
  };
}
export type Reads = ReturnType<typeof prepareReads>;

function prepareAccountReads(db: Connection) {
  return {
    modseq: preparePlucked<[number], number>(db, 'select modseq from accounts where account = ?'),
    account: prepare<[number], AccountRow>(db, `select ${accountColumns} from accounts where account = ?`),
    accounts: prepare<[], AccountRow>(db, `select ${accountColumns} from accounts order by created, account`),
    accountByAddress: prepare<[string], AccountRow>(
      db,
      `select ${accountColumns} from accounts
      where account = (select account from addresses where address = ?)`,
    ),
    collection: prepare<[number, string], CollectionRow>(
      db,
      `select ${collectionColumns} from collections where account = ? and collection = ?`,
    ),
    livingCollections: prepare<[number], CollectionRow>(
      db,
      `select ${collectionColumns} from collections
      where account = ? and died is null order by modseq`,
    ),
    changedCollections: prepare<[number, number], CollectionRow>(
      db,
      `select ${collectionColumns} from collections
      where account = ? and modseq > ? order by modseq`,
    ),
    device: prepare<[number, string], BodyRow>(
      db,
      'select generation, body from devices where account = ? and device = ? and body is not null',
    ),
    devices: prepare<[number], BodyRow>(
      db,
      'select generation, body from devices where account = ? and body is not null order by key',
    ),
    syncRecord: prepare<[number, string, string], BodyRow>(
      db,
      `select generation, body from sync_records
      where account = ? and device = ? and collection = ?`,
    ),
    syncRecords: prepare<[number, string], BodyRow>(
      db,
      `select generation, body from sync_records
      where account = ? and collection = ? order by device`,
    ),
  };
}

function prepareOthers(db: Connection) {
  return {
    // Each account's own word stands in the match, so that the index never walks another's.
    search: prepare<
      [{ match: string; collections: string | null; limit: number }],
      { number: number; collection: string }
    >(
      db,
      `select i.number, i.collection from words w cross join items i on i.key = w.rowid
      where w.words match @match and i.died is null
      and (@collections is null or i.collection in (select value from json_each(@collections)))
      order by i.sort_date desc, i.number desc limit @limit + 0`,
    ),
    journal: prepare<[number, number, string | null, string | null], JournalRow>(
      db,
      `select key, at, device, act, item, folder, moved_to from journal
      where account = ? and at >= ? and (? is null or device = ?) order by at desc, key desc`,
    ),
    quarantined: prepare<[number], { number: number; collection: string; reason: string; at: number; times: number }>(
      db,
      'select number, collection, reason, at, times from quarantine where account = ? order by number',
    ),
    group: prepare<[string], { facts: string }>(db, 'select facts from groups where address = ?'),
    groups: prepare<[], { facts: string }>(db, 'select facts from groups order by address'),
    names: prepare<[{ domain: string; first: string; words: string; limit: number }], { address: string }>(
      db,
      `select distinct n.address from names n
      where n.domain = @domain and n.word >= @first and n.word < @first || char(1114111) and not exists (
        select 1 from json_each(@words) p where not exists (
          select 1 from names m where m.address = n.address and m.word >= p.value and m.word < p.value || char(1114111)
        )
      ) limit @limit + 0`,
    ),
    blob: prepare<[string], { size: number; inline: number }>(db, 'select size, inline from blobs where id = ?'),
    blobBytes: prepare<[number, number, string], { bytes: Buffer }>(
      db,
      'select substr(bytes, ?, ?) as bytes from blob_bytes where id = ?',
    ),
    nextDue: prepare<[], { due: number | null }>(db, 'select min(due) as due from outbox'),
    commitNumber: preparePlucked<[], number>(db, 'select commit_number from file'),
    accountsSince: prepare<
      [{ since: number }],
      { account: number; modseq: number; credentials: number; hierarchy: number; outbox: number }
    >(
      db,
      `select account, modseq, credentials_commit > @since as credentials,
      hierarchy_commit > @since as hierarchy, outbox_commit > @since as outbox
      from accounts where commit_number > @since`,
    ),
    removedSince: prepare<[number], { account: number; modseq: number }>(
      db,
      'select account, modseq from removed_accounts where commit_number > ?',
    ),
    collectionsSince: prepare<[number, number], { collection: string; high: number }>(
      db,
      `select collection, high from collections
      where account = ? and commit_number > ? and high > 0`,
    ),
    devicesSince: prepare<[number, number], { device: string }>(
      db,
      'select device from devices where account = ? and commit_number > ?',
    ),
  };
}
