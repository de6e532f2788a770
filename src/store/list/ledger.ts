// What one group commits: the open transaction, the stamps it takes and what the feed will say of it.
// Invariant: a stamp is a value of the account's clock that nothing else ever gets, and `high` follows every one.
import { EasError } from '../../domain/errors.ts';
import type { CollectionId, DeviceId } from '../../domain/ids.ts';
import type { FeedEvent } from '../port.ts';
import { accountId } from './rows.ts';
import type { Statements } from './statements.ts';

/** One list in the making. */
export interface Ledger {
  readonly sql: Statements;
  readonly account: number;
  readonly commit: number;
  /** Milliseconds. */
  readonly now: number;
  modseq: number;
  bytes: number;
  readonly highs: Map<string, number>;
  readonly devices: Set<string>;
  credentials: boolean;
  hierarchy: boolean;
  outbox: boolean;
}

export function takeStamp(ledger: Ledger): number {
  ledger.modseq += 1;
  return ledger.modseq;
}

/** A stamp of something in this collection. */
export function stampIn(ledger: Ledger, collection: string): number {
  const stamp = takeStamp(ledger);
  ledger.highs.set(collection, stamp);
  return stamp;
}

/** Counts an item or message that names the blob; says its size. Throws 'blob-missing'. */
export function hold(sql: Statements, blob: string): number {
  const row = sql.holdBlob.get(blob);
  if (row === undefined) throw new EasError('blob-missing', blob);
  return row.size;
}
export function release(sql: Statements, blob: string, now: number): void {
  sql.releaseBlob.run(now, blob);
}

/** Writes what the whole list amounts to, and says it as an event. Throws 'over-quota'. */
export function closeLedger(ledger: Ledger, before: { modseq: number; bytes: number; facts: string }): FeedEvent {
  const { sql, account, commit } = ledger;
  if (ledger.bytes > before.bytes) {
    const { quota } = JSON.parse(before.facts) as { quota?: number };
    if (quota !== undefined && ledger.bytes > quota) throw new EasError('over-quota', accountId(account));
  }
  if (ledger.modseq === before.modseq) ledger.modseq += 1;
  for (const [collection, high] of ledger.highs) sql.raiseHigh.run(high, commit, account, collection);
  sql.closeAccount.run({
    account,
    modseq: ledger.modseq,
    bytes: ledger.bytes,
    commit,
    credentials: ledger.credentials ? commit : null,
    hierarchy: ledger.hierarchy ? commit : null,
    outbox: ledger.outbox ? commit : null,
  });
  return {
    account: accountId(account),
    modseq: ledger.modseq,
    collections: Object.fromEntries(ledger.highs) as Record<CollectionId, number>,
    devices: [...ledger.devices] as DeviceId[],
    credentials: ledger.credentials,
    hierarchy: ledger.hierarchy,
    outbox: ledger.outbox,
  };
}
