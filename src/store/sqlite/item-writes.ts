// What each write of an item does to its row and to the log. Invariants: one 'entered' row per item; a membership
// event's row is never overwritten; the 'changed' row is, and is stamped last, so that `modseq` and `touched` agree.
import { EasError } from '../../domain/errors.ts';
import type { Writes } from '../list/lists.ts';
import { kindCode, serverId } from '../list/rows.ts';
import type { Facts } from '../port.ts';
import { hold, type Ledger, release, stampIn } from './ledger.ts';
import type { RecordRow } from './writer-statements.ts';

type ItemWrites = {
  readonly [Name in 'create' | 'put' | 'move' | 'remove' | 'mark' | 'announce']: (
    ledger: Ledger,
    write: Writes[Name],
  ) => void;
};

export const itemWrites: ItemWrites = {
  create(ledger, write) {
    requireCollection(ledger, write.collection);
    const bytes = holdAll(ledger, write.blobs);
    const stamp = stampIn(ledger, write.collection);
    ledger.sql.insertItem.run({
      account: ledger.account,
      number: write.number,
      collection: write.collection,
      class: write.class,
      stamp,
      sortDate: write.sortDate,
      bytes,
      history: JSON.stringify([stamp, write.sortDate]),
      ...newFacts(write.facts, stamp),
      ...addedColumns(write.addedAs),
      conversation: write.conversation ?? null,
      blobs: JSON.stringify(write.blobs),
      content: write.content,
    });
    logEvent(ledger, write.collection, stamp, 'entered', write.number);
  },

  put(ledger, write) {
    const row = livingRecord(ledger, write.number);
    if (row.sort_date !== write.sortDate) {
      const moved = stampIn(ledger, row.collection);
      row.history = JSON.stringify([...(JSON.parse(row.history) as number[]), moved, write.sortDate]);
      row.sort_date = write.sortDate;
      logEvent(ledger, row.collection, moved, 'moved', row.number);
    }
    const stamp = stampIn(ledger, row.collection);
    if (row.changed !== null) ledger.sql.removeLog.run(ledger.account, row.collection, row.changed);
    logEvent(ledger, row.collection, stamp, 'changed', row.number);
    const touched = JSON.parse(row.touched) as Record<string, number>;
    for (const part of write.touched) touched[part] = stamp;
    row.touched = JSON.stringify(touched);
    row.changed = stamp;
    row.modseq = stamp;
    row.origin = null;
    exchangeBlobs(ledger, row, write.blobs);
    applyFacts(row, write.facts, stamp);
    ledger.sql.saveRecord.run(row);
    ledger.sql.saveContent.run({
      key: row.key,
      content: write.content,
      blobs: JSON.stringify(write.blobs),
      conversation: write.conversation ?? null,
      ...addedColumns(write.addedAs),
    });
  },

  move(ledger, write) {
    requireCollection(ledger, write.to);
    const row = livingRecord(ledger, write.number);
    const stamp = stampIn(ledger, write.to);
    ledger.sql.copyItem.run({
      key: row.key,
      number: write.newNumber,
      collection: write.to,
      stamp,
      history: JSON.stringify([stamp, row.sort_date]),
      ...newFacts(write.facts, stamp),
    });
    logEvent(ledger, write.to, stamp, 'entered', write.newNumber);
    if (write.old?.moved === true) row.moved_to = serverId(write.to, write.newNumber);
    // The blobs' references went to the new item.
    bury(ledger, row, write.old);
  },

  remove(ledger, write) {
    const row = livingRecord(ledger, write.number);
    exchangeBlobs(ledger, row, []);
    bury(ledger, row, write.facts);
  },

  mark(ledger, write) {
    const row = anyRecord(ledger, write.number);
    applyFacts(row, write.facts, row.modseq);
    ledger.sql.saveRecord.run(row);
  },

  announce(ledger, write) {
    const row = anyRecord(ledger, write.number);
    const stamp = stampIn(ledger, row.collection);
    row.modseq = stamp;
    if (row.died !== null) row.died = stamp;
    applyFacts(row, { origin: null, removedBy: null, broughtBy: { [write.device]: stamp } }, stamp);
    ledger.sql.saveRecord.run(row);
    logEvent(ledger, row.collection, stamp, 'announced', row.number);
  },
};

/** Throws 'collection-not-found' for one that is not there or was removed. */
export function requireCollection(ledger: Ledger, collection: string): void {
  const row = ledger.sql.collection.get(ledger.account, collection);
  if (row === undefined || row.died !== null) throw new EasError('collection-not-found', collection);
}

function bury(ledger: Ledger, row: RecordRow, facts: Facts | undefined): void {
  const stamp = stampIn(ledger, row.collection);
  row.died = stamp;
  row.modseq = stamp;
  row.bytes = 0;
  applyFacts(row, facts, stamp);
  ledger.sql.saveRecord.run(row);
  ledger.sql.dropContent.run(row.key);
  logEvent(ledger, row.collection, stamp, 'left', row.number);
}

function logEvent(
  ledger: Ledger,
  collection: string,
  stamp: number,
  kind: Parameters<typeof kindCode>[0],
  number: number,
): void {
  ledger.sql.insertLog.run(ledger.account, collection, stamp, kindCode(kind), number);
}

function anyRecord(ledger: Ledger, number: number): RecordRow {
  const row = ledger.sql.record.get(ledger.account, number);
  if (row === undefined) throw new EasError('item-not-found', String(number));
  return row;
}
function livingRecord(ledger: Ledger, number: number): RecordRow {
  const row = anyRecord(ledger, number);
  if (row.died !== null) throw new EasError('item-not-found', String(number));
  return row;
}

function applyFacts(row: RecordRow, facts: Facts | undefined, stamp: number): void {
  if (facts === undefined) return;
  if (facts.origin !== undefined) row.origin = facts.origin;
  if (facts.removedBy !== undefined) row.removed_by = facts.removedBy;
  if (facts.broughtBy !== undefined) {
    row.brought_by = broughtByText(JSON.parse(row.brought_by) as Record<string, number>, facts.broughtBy, stamp);
  }
}
function newFacts(facts: Facts | undefined, stamp: number): { origin: string | null; broughtBy: string } {
  return { origin: facts?.origin ?? null, broughtBy: broughtByText({}, facts?.broughtBy ?? {}, stamp) };
}
function broughtByText(brought: Record<string, number>, said: NonNullable<Facts['broughtBy']>, stamp: number): string {
  for (const [device, since] of Object.entries(said)) {
    if (since === null) delete brought[device];
    else brought[device] = since === 'now' ? stamp : since;
  }
  return JSON.stringify(brought);
}
function addedColumns(added: Writes['create']['addedAs']): Record<'device' | 'client' | 'hash', string | null> {
  return { device: added?.device ?? null, client: added?.clientId ?? null, hash: added?.hash ?? null };
}

/** Bytes of all the blobs, each counted and referenced once. */
function holdAll(ledger: Ledger, blobs: readonly string[]): number {
  let bytes = 0;
  for (const blob of new Set(blobs)) bytes += hold(ledger.sql, blob);
  ledger.bytes += bytes;
  return bytes;
}
function exchangeBlobs(ledger: Ledger, row: RecordRow, blobs: readonly string[]): void {
  const text = JSON.stringify(blobs);
  if (text === row.blobs) return;
  const before = row.bytes;
  row.bytes = holdAll(ledger, blobs);
  for (const blob of new Set(JSON.parse(row.blobs ?? '[]') as string[])) release(ledger.sql, blob, ledger.now);
  ledger.bytes -= before;
}
