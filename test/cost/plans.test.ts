import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { prepareReads } from '../../src/store/sqlite/reads.ts';
import { prepareWriter } from '../../src/store/sqlite/writer-statements.ts';
import { withStore } from '../support/temp-store.ts';

/** Small tables, asked for as a whole by an administrator or once at a start. */
const wholeTables = /^SCAN (accounts|groups|file)\b/;

test('every statement of the sqlite engine finds its rows by an index', async () => {
  await withStore(async (_store, data) => {
    const db = new Database(join(data, 'easel.sqlite'));
    try {
      const statements = Object.entries({ ...prepareReads(db), ...prepareWriter(db) })
        .flatMap(([name, one]) => (Array.isArray(one) ? one : [one]).map((each) => [name, each] as const))
        .map(([name, statement]) => [name, (statement as unknown as { source?: string }).source] as const);
      assert.ok(statements.length > 80);
      for (const [name, source] of statements) {
        if (source === undefined || !/^\s*(select|insert|update|delete)/i.test(source)) continue;
        const text = source.replaceAll(/[@:$][a-zA-Z_]+|\?/g, '1');
        const plan = db.prepare(`explain query plan ${text}`).all() as { detail: string }[];
        for (const { detail } of plan) {
          const scans =
            detail.startsWith('SCAN') && !/USING (COVERING )?INDEX|VIRTUAL TABLE|json_each|CONSTANT/.test(detail);
          assert.ok(!scans || wholeTables.test(detail), `${name}: ${detail}\n${source}`);
        }
      }
    } finally {
      db.close();
    }
  });
});
