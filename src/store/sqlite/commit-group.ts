// One group: one `begin immediate`, a savepoint per task, one synced `commit`. A list whose look-ups no longer hold is
// left out ('again'); one that fails leaves no trace and takes none with it. It must never answer before the commit.
import { isEasError } from '../../domain/errors.ts';
import { commitList, passing } from '../list/commit-list.ts';
import type { GroupReply, JobName, Jobs, Outcome, Task } from '../list/lists.ts';
import type { Connection } from './connection.ts';
import { jobs } from './jobs.ts';
import type { WriterStatements } from './writer-statements.ts';

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
