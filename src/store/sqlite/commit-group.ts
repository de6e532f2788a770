// One group: one `begin immediate`, a savepoint per task, one synced `commit`. A list whose look-ups no longer hold is
// left out ('again'); one that fails leaves no trace and takes none with it. It must never answer before the commit.
import { EasError, type ErrorCode, isEasError } from '../../domain/errors.ts';
import type { Expectation, GroupReply, JobName, Jobs, List, Outcome, Task, Write } from '../list/lists.ts';
import { accountId } from '../list/rows.ts';
import { accountWrites } from './account-writes.ts';
import type { Connection } from './connection.ts';
import { itemWrites } from './item-writes.ts';
import { jobs } from './jobs.ts';
import { closeLedger, type Ledger } from './ledger.ts';
import type { WriterStatements } from './writer-statements.ts';

const writes = { ...itemWrites, ...accountWrites };
/** Errors that a re-run on today's data may not meet again. */
const passing: readonly ErrorCode[] = ['collection-not-found', 'item-not-found', 'device-not-found'];

export function commitGroup(db: Connection, sql: WriterStatements, tasks: readonly Task[]): GroupReply {
  try {
    sql.begin.run();
    const commit = sql.nextCommit.get()!.commit_number;
    const outcomes = tasks.map((task) => inSavepoint(db, sql, task, commit));
    sql.commit.run();
    return { outcomes, commit };
  } catch (error) {
    if (db.inTransaction) sql.rollback.run();
    const failed = failure(error);
    return { outcomes: tasks.map(() => failed), commit: undefined };
  }
}

function inSavepoint(db: Connection, sql: WriterStatements, task: Task, commit: number): Outcome {
  sql.savepoint.run();
  try {
    return task.job === 'list' ? commitList(sql, task, commit) : doJob(sql, task.job, task.input, commit);
  } catch (error) {
    // A full disk may have ended the whole transaction: then none of the group was written.
    if (!db.inTransaction) throw error;
    sql.rollbackTo.run();
    if (isCollision(error)) return { outcome: 'again' };
    const failed = failure(error);
    if (task.job !== 'list' || !passing.includes(failed.code)) return failed;
    const row = sql.account.get(task.account);
    return row !== undefined && row.modseq !== task.seen ? { outcome: 'again' } : failed;
  } finally {
    if (db.inTransaction) sql.release.run();
  }
}

function doJob<Name extends JobName>(
  sql: WriterStatements,
  name: Name,
  input: Jobs[Name]['input'],
  commit: number,
): Outcome {
  const { output, event } = jobs[name](sql, input, commit);
  return { outcome: 'done', output, event };
}

function commitList(sql: WriterStatements, list: List, commit: number): Outcome {
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

function holds(sql: WriterStatements, account: number, expected: Expectation, accountGeneration: number): boolean {
  return expected.generation === generationOf(sql, account, expected, accountGeneration);
}
function generationOf(
  sql: WriterStatements,
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

/** A drawn number or id that already stood there: the next run draws another. */
function isCollision(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}

function failure(error: unknown): Extract<Outcome, { outcome: 'failed' }> {
  const detail = error instanceof Error ? error.message : String(error);
  if (isEasError(error)) return { outcome: 'failed', code: error.code, detail: detail.replace(`${error.code}: `, '') };
  const full = (error as { code?: unknown }).code === 'SQLITE_FULL';
  return { outcome: 'failed', code: full ? 'full' : 'store-unavailable', detail };
}
