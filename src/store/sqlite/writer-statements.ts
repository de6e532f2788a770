import type { ClaimedRow } from '../list/lists.ts';
import { type ItemRow, itemColumns } from '../list/rows.ts';
import type { RecordRow } from '../list/statements.ts';
import { type Connection, prepare } from './connection.ts';

/** Every statement of the writer thread, prepared once. Positional parameters stand in the order of the text. */
export function prepareWriter(db: Connection) {
  return {
    begin: prepare<unknown[]>(db, 'begin immediate'),
    commit: prepare<unknown[]>(db, 'commit'),
    rollback: prepare<unknown[]>(db, 'rollback'),
    savepoint: prepare<unknown[]>(db, 'savepoint list'),
    release: prepare<unknown[]>(db, 'release list'),
    rollbackTo: prepare<unknown[]>(db, 'rollback to list'),
    ...prepareAccounts(db),
    ...prepareItems(db),
    ...prepareKept(db),
    ...prepareBlobs(db),
    ...prepareShared(db),
  };
}
export type WriterStatements = ReturnType<typeof prepareWriter>;

function prepareAccounts(db: Connection) {
  return {
    nextCommit: prepare<[], { commit_number: number }>(
      db,
      'update file set commit_number = commit_number + 1 returning commit_number',
    ),
    account: prepare<[number], { modseq: number; bytes: number; facts: string; generation: number }>(
      db,
      'select modseq, bytes, facts, generation from accounts where account = ?',
    ),
    closeAccount: prepare<unknown[]>(
      db,
      `update accounts set modseq = @modseq, bytes = @bytes, commit_number = @commit,
      credentials_commit = coalesce(@credentials, credentials_commit),
      hierarchy_commit = coalesce(@hierarchy, hierarchy_commit),
      outbox_commit = coalesce(@outbox, outbox_commit) where account = @account`,
    ),
    putAccount: prepare<unknown[]>(
      db,
      `update accounts set facts = ?, prune_horizon = ?, generation = generation + 1
      where account = ?`,
    ),
    insertAccount: prepare<unknown[]>(
      db,
      `insert into accounts values
      (@account, @facts, @now, 0, 0, 1, @modseq, @commit, @commit, @commit, 0)`,
    ),
    removeAccount: prepare<unknown[]>(db, 'delete from accounts where account = ?'),
    insertRemoved: prepare<unknown[]>(db, 'insert into removed_accounts values (?, ?, ?)'),
    insertAddress: prepare<unknown[]>(db, 'insert or ignore into addresses values (?, ?)'),
    removeAddresses: prepare<unknown[]>(db, 'delete from addresses where account = ?'),
    collection: prepare<[number, string], { generation: number; died: number | null }>(
      db,
      'select generation, died from collections where account = ? and collection = ?',
    ),
    raiseHigh: prepare<unknown[]>(
      db,
      'update collections set high = ?, commit_number = ? where account = ? and collection = ?',
    ),
    insertCollection: prepare<unknown[]>(
      db,
      `insert into collections values
      (@account, @id, @parent, @name, @type, @stamp, @stamp, null, 0, 0, 1, @commit)`,
    ),
    updateCollection: prepare<unknown[]>(
      db,
      `update collections set parent = @parent, name = @name, type = @type, modseq = @stamp,
      generation = generation + 1, commit_number = @commit where account = @account and collection = @id`,
    ),
    killCollection: prepare<unknown[]>(
      db,
      `update collections set died = @stamp, modseq = @stamp, generation = generation + 1,
      commit_number = @commit where account = @account and collection = @id`,
    ),
  };
}

function prepareItems(db: Connection) {
  return {
    itemGeneration: prepare<[number, number], { generation: number; collection: string }>(
      db,
      'select generation, collection from items where account = ? and number = ?',
    ),
    record: prepare<[number, number], RecordRow>(
      db,
      `select key, number, collection, created, modseq, died, changed, generation, sort_date, bytes,
      history, touched, brought_by, origin, removed_by, moved_to, blobs from items where account = ? and number = ?`,
    ),
    saveRecord: prepare<unknown[]>(
      db,
      `update items set modseq = @modseq, died = @died, changed = @changed,
      generation = @generation + 1, sort_date = @sort_date, bytes = @bytes, history = @history, touched = @touched,
      brought_by = @brought_by, origin = @origin, removed_by = @removed_by, moved_to = @moved_to where key = @key`,
    ),
    saveContent: prepare<unknown[]>(
      db,
      `update items set content = @content, blobs = @blobs, conversation = @conversation,
      added_device = @device, added_client = @client, added_hash = @hash where key = @key`,
    ),
    dropContent: prepare<unknown[]>(db, 'update items set content = null, blobs = null where key = ?'),
    insertItem: prepare<unknown[]>(
      db,
      `insert into items (account, number, collection, class, created, modseq, generation, sort_date,
      bytes, history, touched, brought_by, origin, added_device, added_client, added_hash, conversation, blobs, content)
      values (@account, @number, @collection, @class, @stamp, @stamp, 1, @sortDate, @bytes, @history, '{}', @broughtBy,
      @origin, @device, @client, @hash, @conversation, @blobs, @content)`,
    ),
    // The row goes on with its content and its words; what stays behind is a copy without them.
    leaveTombstone: prepare<unknown[]>(
      db,
      `insert into items (account, number, collection, class, created, modseq, died, changed, generation, sort_date,
      bytes, history, touched, brought_by, origin, removed_by, moved_to, moved_at, added_device, added_client, added_hash,
      conversation)
      select account, @number, @collection, class, @created, @modseq, @died, @changed, @generation + 1, @sort_date,
      0, @history, @touched, @brought_by, @origin, @removed_by, @moved_to, @now, added_device, added_client, added_hash,
      conversation from items where key = @key`,
    ),
    renumber: prepare<unknown[]>(db, 'update items set number = @number where key = @key'),
    enterAs: prepare<unknown[]>(
      db,
      `update items set collection = @collection, created = @stamp, modseq = @stamp, changed = null, generation = 1,
      history = @history, touched = '{}', brought_by = @broughtBy, origin = @origin, removed_by = null, moved_to = null,
      added_device = iif(collection = @collection, added_device, null),
      added_client = iif(collection = @collection, added_client, null),
      added_hash = iif(collection = @collection, added_hash, null) where key = @key`,
    ),
    wholeItem: prepare<[number], ItemRow>(db, `select ${itemColumns} from items i where i.key = ?`),
    wholeItemsOf: prepare<[number, string], ItemRow>(
      db,
      `select ${itemColumns} from items i where i.account = ? and i.collection = ? and i.died is null`,
    ),
    folder: prepare<[number, string], { parent: string; name: string; type: number }>(
      db,
      'select parent, name, type from collections where account = ? and collection = ?',
    ),
    insertJournal: prepare<unknown[]>(
      db,
      `insert into journal (account, at, device, act, item, folder, moved_to, blobs)
      values (@account, @at, @device, @act, @item, @folder, @movedTo, @blobs)`,
    ),
    expiredJournal: prepare<[number, number], { key: number; blobs: string }>(
      db,
      'select key, blobs from journal where at < ? limit ? + 0',
    ),
    removeJournal: prepare<unknown[]>(db, 'delete from journal where key = ?'),
    quarantine: prepare<unknown[]>(
      db,
      `insert into quarantine values (@account, @number, @collection, @reason, @at, 1)
      on conflict do update set reason = excluded.reason, at = excluded.at, times = times + 1`,
    ),
    unquarantine: prepare<unknown[]>(db, 'delete from quarantine where account = ? and number = ?'),
    unquarantineAll: prepare<unknown[]>(db, 'delete from quarantine where account = ? and collection = ?'),
    insertWords: prepare<unknown[]>(db, 'insert or replace into words (rowid, text) values (?, ?)'),
    removeWords: prepare<unknown[]>(db, 'delete from words where rowid = ?'),
    insertLog: prepare<unknown[]>(db, 'insert into log values (?, ?, ?, ?, ?)'),
    removeLog: prepare<unknown[]>(db, 'delete from log where account = ? and collection = ? and stamp = ?'),
    heldBlobs: prepare<[number, string], { key: number; blobs: string | null; bytes: number }>(
      db,
      `select key, blobs, bytes from items where account = ? and collection = ? and died is null`,
    ),
    removeItemsOf: prepare<unknown[]>(
      db,
      'delete from items where account = ? and collection = ? and moved_to is null',
    ),
    removeLogOf: prepare<unknown[]>(db, 'delete from log where account = ? and collection = ?'),
    prunedMoves: prepare<[number, string, number], { number: number }>(
      db,
      `select distinct number from log
      where account = ? and collection = ? and stamp <= ? and kind = 3`,
    ),
    saveHistory: prepare<unknown[]>(db, 'update items set history = ?, generation = generation + 1 where key = ?'),
    forgetChanged: prepare<unknown[]>(
      db,
      `update items set changed = null where account = ? and number in
      (select number from log where account = ? and collection = ? and stamp <= ? and kind = 5)`,
    ),
    pruneTombstones: prepare<unknown[]>(
      db,
      `delete from items where account = ? and collection = ? and died <= ?
      and (moved_to is null or coalesce(moved_at, 0) <= ?)`,
    ),
    pruneLog: prepare<unknown[]>(db, 'delete from log where account = ? and collection = ? and stamp <= ?'),
    markPruned: prepare<unknown[]>(
      db,
      'update collections set pruned = max(pruned, ?) where account = ? and collection = ?',
    ),
  };
}

function prepareKept(db: Connection) {
  return {
    device: prepare<[number, string], { generation: number }>(
      db,
      'select generation from devices where account = ? and device = ? and body is not null',
    ),
    putDevice: prepare<unknown[]>(
      db,
      `insert into devices (account, device, generation, commit_number, body) values (?, ?, 1, ?, ?)
      on conflict do update set generation = generation + 1, commit_number = excluded.commit_number, body = excluded.body`,
    ),
    removeDevice: prepare<unknown[]>(
      db,
      `update devices set body = null, generation = generation + 1, commit_number = ?
      where account = ? and device = ?`,
    ),
    syncRecord: prepare<[number, string, string], { generation: number }>(
      db,
      `select generation from sync_records
      where account = ? and device = ? and collection = ?`,
    ),
    putSyncRecord: prepare<unknown[]>(
      db,
      `insert into sync_records (account, device, collection, generation, body)
      values (?, ?, ?, ?, ?) on conflict do update set generation = generation + 1, body = excluded.body`,
    ),
    removeSyncRecordsOfDevice: prepare<unknown[]>(db, 'delete from sync_records where account = ? and device = ?'),
    removeSyncRecordsOfCollection: prepare<unknown[]>(
      db,
      'delete from sync_records where account = ? and collection = ?',
    ),
  };
}

function prepareBlobs(db: Connection) {
  return {
    holdBlob: prepare<[string], { size: number }>(db, 'update blobs set refs = refs + 1 where id = ? returning size'),
    releaseBlob: prepare<unknown[]>(db, 'update blobs set refs = refs - 1, touched = ? where id = ?'),
    touchBlob: prepare<[number, Uint8Array, number], { id: string }>(
      db,
      'update blobs set touched = ? where sha256 = ? and size = ? returning id',
    ),
    insertBlob: prepare<unknown[]>(db, 'insert into blobs values (?, ?, ?, ?, 0, ?)'),
    insertBytes: prepare<unknown[]>(db, 'insert into blob_bytes (id, bytes) values (?, ?)'),
    unreferenced: prepare<[number, number], { id: string; inline: number }>(
      db,
      'select id, inline from blobs where refs = 0 and touched < ? limit ? + 0',
    ),
    removeBlob: prepare<unknown[]>(db, 'delete from blobs where id = ?'),
    removeBytes: prepare<unknown[]>(db, 'delete from blob_bytes where id = ?'),
    blobsOfItems: prepare<[number], { blobs: string }>(
      db,
      'select blobs from items where account = ? and blobs is not null',
    ),
    blobsOfOutbox: prepare<[number], { mime: string }>(db, 'select mime from outbox where account = ?'),
    blobsOfJournal: prepare<[number], { blobs: string }>(db, 'select blobs from journal where account = ?'),
  };
}

const accountTables = [
  'items',
  'log',
  'collections',
  'devices',
  'sync_records',
  'outbox',
  'addresses',
  'journal',
  'quarantine',
];

function prepareShared(db: Connection) {
  return {
    insertMessage: prepare<unknown[]>(
      db,
      'insert into outbox values (@id, @account, @from, @recipients, @mime, @queued, @queued, 0, null)',
    ),
    claim: prepare<[number, number], ClaimedRow>(
      db,
      `select id, account, sender, recipients, mime, queued, attempts, last_error from outbox
      where due <= ? order by due limit ? + 0`,
    ),
    claimed: prepare<unknown[]>(db, 'update outbox set due = ?, attempts = attempts + 1 where id = ?'),
    removeMessage: prepare<[string], { mime: string }>(db, 'delete from outbox where id = ? returning mime'),
    keep: prepare<unknown[]>(db, 'update outbox set due = ? where id = ?'),
    retryAt: prepare<unknown[]>(db, 'update outbox set due = ?, last_error = ? where id = ?'),
    // One that ends beyond any lease is of a clock that was ahead: its holder renews it, a dead one must not keep it.
    hold: prepare<[{ name: string; node: string; until: number; now: number }], { node: string }>(
      db,
      `insert into leases values (@name, @node, @until) on conflict do update
      set node = excluded.node, until = excluded.until where node = excluded.node or until not between @now + 1 and @now + 3600000 returning node`,
    ),
    giveUp: prepare<unknown[]>(db, 'delete from leases where name = ? and node = ?'),
    group: prepare<[string], { facts: string }>(db, 'select facts from groups where address = ?'),
    addressOwner: prepare<[string], { account: number }>(db, 'select account from addresses where address = ?'),
    putGroup: prepare<unknown[]>(db, 'insert or replace into groups values (?, ?)'),
    removeGroup: prepare<unknown[]>(db, 'delete from groups where address = ?'),
    removeAddress: prepare<unknown[]>(db, 'delete from addresses where address = ?'),
    insertName: prepare<unknown[]>(db, 'insert or ignore into names values (?, ?, ?)'),
    removeNames: prepare<unknown[]>(db, 'delete from names where address = ?'),
    removeWordsOf: prepare<unknown[]>(db, 'delete from words where rowid in (select key from items where account = ?)'),
    removeOf: accountTables.map((table) => prepare<unknown[]>(db, `delete from ${table} where account = ?`)),
  };
}
