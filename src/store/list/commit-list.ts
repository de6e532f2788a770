// What the commit of one list is, whatever the engine: its look-ups still hold, its writes are done, its ledger is closed.
import { EasError, type ErrorCode } from '../../domain/errors.ts';
import { accountWrites } from './account-writes.ts';
import { itemWrites } from './item-writes.ts';
import { closeLedger, type Ledger } from './ledger.ts';
import type { Expectation, List, Outcome, Write } from './lists.ts';
import { accountId } from './rows.ts';
import type { Statements } from './statements.ts';

const writes = { ...itemWrites, ...accountWrites };
/** Errors that a re-run on today's data may not meet again. */
export const passing: readonly ErrorCode[] = ['collection-not-found', 'item-not-found', 'device-not-found'];

/** Throws what must undo it: 'over-quota', 'blob-missing', 'collection-not-found', … */
export function commitList(sql: Statements, list: List, commit: number): Outcome {
  const before = sql.account.get(list.account);
  if (before === undefined) throw new EasError('account-not-found', accountId(list.account));
  if (before.modseq !== list.seen && !list.expect.every((each) => holds(sql, list.account, each, before.generation))) {
    return { outcome: 'again' };
  }
  const ledger: Ledger = {
    sql,
    account: list.account,
    commit,
    now: list.now,
    modseq: before.modseq,
    bytes: before.bytes,
    highs: new Map(),
    devices: new Set(),
    credentials: false,
    hierarchy: false,
    outbox: false,
  };
  for (const write of list.writes) apply(ledger, write);
  return { outcome: 'done', output: null, event: closeLedger(ledger, before) };
}

function apply(ledger: Ledger, write: Write): void {
  // The table's function takes exactly the write of its name; the union of both cannot be told to the compiler.
  (writes[write.write] as (ledger: Ledger, write: Write) => void)(ledger, write);
}

function holds(sql: Statements, account: number, expected: Expectation, accountGeneration: number): boolean {
  return expected.generation === generationOf(sql, account, expected, accountGeneration);
}
function generationOf(
  sql: Statements,
  account: number,
  { kind, id, collection }: Expectation,
  accountGeneration: number,
): number | null {
  switch (kind) {
    case 'account':
      return accountGeneration;
    case 'item': {
      const row = sql.itemGeneration.get(account, id as number);
      return row !== undefined && row.collection === collection ? row.generation : null;
    }
    case 'collection':
      return sql.collection.get(account, id as string)?.generation ?? null;
    case 'device':
      return sql.device.get(account, id as string)?.generation ?? null;
    case 'sync':
      return sql.syncRecord.get(account, id as string, collection!)?.generation ?? null;
    default:
      return kind satisfies never;
  }
}
