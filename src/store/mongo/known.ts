// Records that were read before: they hold as long as their account's modseq stands, since every commit moves it. Who reads the
// account again need not read them again; what this process commits is laid over them.
import { LRUCache } from 'lru-cache';
import { toCollection, toDevice } from '../list/rows.ts';
import { toSyncRecord } from '../list/sync-record-row.ts';
import type { GroupRows } from './group-rows.ts';
import { collectionRow } from './rows.ts';

/** By their names; undefined: there is none. */
export type KnownRecords = Map<string, unknown>;
export interface Known {
  /** Those of the account as of this modseq: what is added to them stays. */
  at(account: number, modseq: number): KnownRecords;
  /** These rows are durable. */
  committed(rows: GroupRows): void;
}

const mostAccounts = 2000;
const mostRecords = 64;

export function createKnown(): Known {
  const accounts = new LRUCache<number, { modseq: number; records: KnownRecords }>({ max: mostAccounts });
  return {
    at(account, modseq) {
      const kept = accounts.get(account);
      if (kept?.modseq === modseq && kept.records.size <= mostRecords) return kept.records;
      const records: KnownRecords = new Map();
      // A snapshot may be older than what is known by now.
      if (!kept || kept.modseq <= modseq) accounts.set(account, { modseq, records });
      return records;
    },
    committed(rows) {
      const { account, accountDoc, loaded } = rows;
      const kept = accounts.get(account);
      if (!kept || kept.modseq >= accountDoc.modseq) return;
      const follows = kept.modseq === loaded.account.modseq;
      // Where records went that were not read, all is read anew.
      if (!follows || rows.collectionsGone.size > 0 || rows.devicesGone.size > 0) return void accounts.delete(account);
      const records = new Map(kept.records);
      for (const doc of changed(rows.collections, loaded.collections))
        records.set(nameOf({ kind: 'collection', id: doc._id.c }), toCollection(collectionRow(doc)));
      for (const { _id, generation, body } of changed(rows.devices, loaded.devices))
        records.set(nameOf({ kind: 'device', id: _id.d }), body === null ? undefined : toDevice({ generation, body }));
      for (const doc of changed(rows.syncRecords, loaded.syncRecords))
        records.set(nameOf({ kind: 'sync', id: doc._id.d, collection: doc._id.c }), toSyncRecord(doc));
      accounts.set(account, { modseq: accountDoc.modseq, records });
    },
  };
}

function changed<Doc>(after: ReadonlyMap<string, Doc>, before: readonly Doc[]): Doc[] {
  return [...after.values()].filter((doc) => !before.includes(doc));
}

export function nameOf({ kind, id, collection }: { kind: string; id: number | string; collection?: string }): string {
  return `${kind} ${id} ${collection ?? ''}`;
}
