import { credentialsOf, domainOf, type NewAccount } from '../../domain/account.ts';
import { EasError } from '../../domain/errors.ts';
import type { Group } from '../../domain/group.ts';
import { type itemWrites, keepInJournal, requireCollection } from './item-writes.ts';
import { hold, type Ledger, release, stampIn, takeStamp } from './ledger.ts';
import type { WriteName, Writes } from './lists.ts';
import { nameWords } from './names.ts';

type AccountWrites = {
  readonly [Name in Exclude<WriteName, keyof typeof itemWrites>]: (ledger: Ledger, write: Writes[Name]) => void;
};

/** What each write beside items does to its rows. */
export const accountWrites: AccountWrites = {
  putCollection(ledger, { id, parent, name, type }) {
    const row = ledger.sql.collection.get(ledger.account, id);
    if (row?.died != null) throw new EasError('collection-not-found', id);
    const values = { account: ledger.account, id, parent, name, type, stamp: takeStamp(ledger), commit: ledger.commit };
    (row === undefined ? ledger.sql.insertCollection : ledger.sql.updateCollection).run(values);
    ledger.hierarchy = true;
  },

  removeCollection(ledger, { id, by }) {
    requireCollection(ledger, id);
    const { sql, account, commit } = ledger;
    // Raises `high` too: who waits for the collection must hear of its end.
    const stamp = stampIn(ledger, id);
    for (const { key, blobs, bytes } of sql.heldBlobs.all(account, id)) {
      keepInJournal(ledger, { key, collection: id }, 'removed', by);
      sql.removeWords.run(key);
      for (const blob of new Set(JSON.parse(blobs ?? '[]') as string[])) release(sql, blob, ledger.now);
      ledger.bytes -= bytes;
    }
    sql.unquarantineAll.run(account, id);
    sql.removeItemsOf.run(account, id);
    sql.removeLogOf.run(account, id);
    sql.removeSyncRecordsOfCollection.run(account, id);
    sql.killCollection.run({ account, id, stamp, commit });
    ledger.hierarchy = true;
  },

  putDevice(ledger, { id, body }) {
    ledger.sql.putDevice.run(ledger.account, id, ledger.commit, body);
    ledger.devices.add(id);
  },
  removeDevice(ledger, { id }) {
    ledger.sql.removeDevice.run(ledger.commit, ledger.account, id);
    ledger.sql.removeSyncRecordsOfDevice.run(ledger.account, id);
    ledger.devices.add(id);
  },

  putAccount(ledger, { facts, pruneHorizon }) {
    const { sql, account, now } = ledger;
    const before = sql.account.get(account)!.facts;
    sql.putAccount.run(facts, pruneHorizon, account);
    exchangePicture(sql, before, facts, now);
    sql.removeAddresses.run(account);
    nameAccount(sql, account, facts, before);
    ledger.credentials ||= credentialsOf(JSON.parse(facts)) !== credentialsOf(JSON.parse(before));
  },

  prune(ledger, { collection, below, moved }) {
    const { sql, account } = ledger;
    for (const { number } of sql.prunedMoves.all(account, collection, below)) {
      const row = sql.record.get(account, number);
      if (row !== undefined) sql.saveHistory.run(pruneHistory(row.history, below), row.key);
    }
    sql.forgetChanged.run(account, account, collection, below);
    sql.pruneTombstones.run(account, collection, below, moved);
    sql.pruneLog.run(account, collection, below);
    sql.markPruned.run(below, account, collection);
  },

  saveSyncRecord(ledger, { device, collection, body }) {
    if (ledger.sql.device.get(ledger.account, device) === undefined) throw new EasError('device-not-found', device);
    if (collection !== 'hierarchy') requireCollection(ledger, collection);
    ledger.sql.putSyncRecord.run(ledger.account, device, collection, ledger.modseq + 1, body);
  },

  send(ledger, { id, from, recipients, mime, queued }) {
    hold(ledger.sql, mime);
    ledger.sql.insertMessage.run({ id, account: ledger.account, from, recipients, mime, queued });
    ledger.outbox = true;
  },
};

/** Its addresses and its words in the address list. `before`: its facts until now. Throws 'address-taken'. */
export function nameAccount(sql: Ledger['sql'], account: number, facts: string, before?: string): void {
  const named = JSON.parse(facts) as NewAccount;
  for (const name of new Set([named.address, ...named.aliases])) {
    if (sql.insertAddress.run(name, account).changes === 0) throw new EasError('address-taken', name);
  }
  if (before !== undefined) sql.removeNames.run((JSON.parse(before) as NewAccount).address);
  listNames(sql, named);
}
export function listNames(sql: Ledger['sql'], named: NewAccount | Group): void {
  for (const word of nameWords(named)) sql.insertName.run(domainOf(named.address), word, named.address);
}

function exchangePicture(sql: Ledger['sql'], before: string, after: string, now: number): void {
  const [old, next] = [before, after].map((facts) => (JSON.parse(facts) as NewAccount).picture);
  if (old === next) return;
  if (next !== undefined) hold(sql, next);
  if (old !== undefined) release(sql, old, now);
}

/** The newest entry at or below the stamp stays: it says where the item lay as of it. */
function pruneHistory(text: string, below: number): string {
  const flat = JSON.parse(text) as number[];
  let first = 0;
  while (first + 2 < flat.length && flat[first + 2]! <= below) first += 2;
  return JSON.stringify(flat.slice(first));
}
