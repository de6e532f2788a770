// A limit on the size of files stands for a full disk: the write-ahead log, which is short, fits; the database file does not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { startCheckpointer } from '../../src/store/sqlite/checkpointer.ts';
import { connect } from '../../src/store/sqlite/connection.ts';

const limitFiles = (bytes: number | 'unlimited') =>
  spawnSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
const skip = limitFiles('unlimited').status === 0 ? false : 'prlimit (util-linux) is not here';

test('a checkpoint that fails is told once and tried again until it succeeds', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'easel-checkpointer-'));
  const file = join(folder, 'easel.sqlite');
  const db = connect(file, 'write');
  db.exec('create table rows (id integer primary key, bytes blob)');
  const insert = db.prepare('insert into rows (bytes) values (zeroblob(?))');
  insert.run(2_000_000);
  db.pragma('wal_checkpoint(TRUNCATE)');
  /** Undefined while only a part of a checkpoint is in the file. */
  const inFileAlone = (): number | undefined => {
    const bytes = readFileSync(file);
    bytes.fill(1, 18, 20); // not in WAL mode, which a database in memory cannot have
    const alone = new Database(bytes);
    try {
      return alone.prepare('select count(*) from rows').pluck().get() as number;
    } catch {
      return undefined;
    } finally {
      alone.close();
    }
  };
  limitFiles(1_000_000);
  t.after(() => limitFiles('unlimited'));
  const told: unknown[] = [];
  let hear = () => {};
  const heard = new Promise<void>((resolve) => (hear = resolve));
  const walPages = new SharedArrayBuffer(4);
  const checkpointer = startCheckpointer({ file, walPages, every: 5 }, (error) => {
    told.push(error);
    hear();
  });
  t.after(async () => {
    await checkpointer.close();
    db.close();
    rmSync(folder, { recursive: true });
  });
  insert.run(10_000);
  await heard;
  assert.notEqual(inFileAlone(), 2);
  limitFiles('unlimited');
  while (inFileAlone() !== 2) await pause(5);
  assert.equal(told.length, 1, String(told));
});
