// What each write of an item does to its row and to the log. Invariants: one 'entered' row per item; a membership
// event's row is never overwritten; the 'changed' row is, and is stamped last, so that `modseq` and `touched` agree.
import { EasError } from '../../domain/errors.ts';
import type { ServerId } from '../../domain/ids.ts';
import type { JournalEntry } from '../../domain/journal.ts';
import type { Facts } from '../port.ts';
import { hold, type Ledger, release, stampIn } from './ledger.ts';
import type { Writes } from './lists.ts';
import { type ItemRow, kindCode, serverId } from './rows.ts';
import type { RecordRow } from './statements.ts';
import { accountWord, token } from './token.ts';
import { everything } from './transaction.ts';

type ItemWrites = {
  readonly [Name in
    | 'create'
    | 'put'
    | 'move'
    | 'remove'
    | 'keepLost'
    | 'mark'
    | 'announce'
    | 'quarantine'
    | 'release']: (ledger: Ledger, write: Writes[Name]) => void;
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
    const { key } = anyRecord(ledger, write.number);
    if (write.words !== undefined) indexWords(ledger, key, write.words);
  },

  put(ledger, write) {
    const row = livingRecord(ledger, write.number);
    if (write.touched.length !== 1 || write.touched[0] !== 'read')
      keepInJournal(ledger, row, 'changed', write.facts?.by);
    if (row.sort_date !== write.sortDate) {
      const moved = stampIn(ledger, row.collection);
      row.history = JSON.stringify([...(JSON.parse(row.history) as number[]), moved, write.sortDate]);
      row.sort_date = write.sortDate;
      logEvent(ledger, row.collection, moved, 'moved', row.number);
    }
    const stamp = stampChange(ledger, row, write.touched);
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
    if (write.words !== undefined) indexWords(ledger, row.key, write.words);
  },

  move(ledger, write) {
    requireCollection(ledger, write.to);
    const row = livingRecord(ledger, write.number);
    const movedTo = serverId(write.to, write.newNumber);
    keepInJournal(ledger, row, 'moved', write.old?.by, { movedTo });
    const stamp = stampIn(ledger, write.to);
    const died = stampIn(ledger, row.collection);
    const from = row.collection;
    const history = JSON.stringify([stamp, row.sort_date]);
    Object.assign(row, { died, modseq: died });
    if (write.old?.moved === true) row.moved_to = movedTo;
    applyFacts(row, write.old, died);
    ledger.sql.renumber.run({ key: row.key, number: write.newNumber });
    ledger.sql.leaveTombstone.run({ ...row, now: ledger.now });
    ledger.sql.enterAs.run({ key: row.key, collection: write.to, stamp, history, ...newFacts(write.facts, stamp) });
    ledger.sql.unquarantine.run(ledger.account, write.number);
    logEvent(ledger, write.to, stamp, 'entered', write.newNumber);
    logEvent(ledger, from, died, 'left', write.number);
  },

  remove(ledger, write) {
    const row = livingRecord(ledger, write.number);
    keepInJournal(ledger, row, 'removed', write.facts?.by);
    exchangeBlobs(ledger, row, []);
    bury(ledger, row, write.facts);
  },

  keepLost(ledger, { number, content, sortDate, blobs, by }) {
    const said = { content, sort_date: sortDate, blobs: JSON.stringify(blobs) };
    keepInJournal(ledger, livingRecord(ledger, number), 'lost', by, said);
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

  quarantine(ledger, { number, reason }) {
    const { collection } = livingRecord(ledger, number);
    ledger.sql.quarantine.run({ account: ledger.account, number, collection, reason, at: ledger.now });
  },

  release(ledger, { number }) {
    const row = livingRecord(ledger, number);
    if (ledger.sql.unquarantine.run(ledger.account, number).changes === 0) {
      throw new EasError('item-not-found', `${number} is not in quarantine`);
    }
    stampChange(ledger, row, everything);
    ledger.sql.saveRecord.run(row);
  },
};

/** Stamps a change of its content: the log has one row for the last of them. */
function stampChange(ledger: Ledger, row: RecordRow, parts: readonly string[]): number {
  const stamp = stampIn(ledger, row.collection);
  if (row.changed !== null) ledger.sql.removeLog.run(ledger.account, row.collection, row.changed);
  logEvent(ledger, row.collection, stamp, 'changed', row.number);
  const touched = JSON.parse(row.touched) as Record<string, number>;
  for (const part of parts) touched[part] = stamp;
  Object.assign(row, { touched: JSON.stringify(touched), changed: stamp, modseq: stamp, origin: null });
  return stamp;
}

/** The item as it is (`said`: but for that), before a device's act takes it away; its blobs are held for as long. */
export function keepInJournal(
  ledger: Ledger,
  row: Pick<RecordRow, 'key' | 'collection'>,
  act: JournalEntry['act'],
  device: string | undefined,
  {
    movedTo = null,
    ...said
  }: Partial<Pick<ItemRow, 'content' | 'sort_date' | 'blobs'>> & { movedTo?: ServerId | null } = {},
): void {
  if (device === undefined) return;
  const { sql, account, now } = ledger;
  const item = { ...sql.wholeItem.get(row.key)!, ...said };
  const folder = { id: row.collection, ...sql.folder.get(account, row.collection)! };
  const blobs = item.blobs ?? '[]';
  for (const blob of new Set(JSON.parse(blobs) as string[])) hold(sql, blob);
  const texts = { item: JSON.stringify(item), folder: JSON.stringify(folder) };
  sql.insertJournal.run({ account, at: now, device, act, ...texts, movedTo, blobs });
}

function indexWords(ledger: Ledger, key: number, words: readonly string[]): void {
  const all = [accountWord(ledger.account), ...words.map(token)];
  ledger.sql.insertWords.run(key, all.join(' '));
}

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
  ledger.sql.removeWords.run(row.key);
  ledger.sql.unquarantine.run(ledger.account, row.number);
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
