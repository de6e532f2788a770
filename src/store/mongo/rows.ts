// Documents as rows and rows as documents.
import type { AccountRow, CollectionRow, ItemRow } from '../list/rows.ts';
import type { RecordRow } from '../list/statements.ts';
import type { AccountDoc, CollectionDoc, ItemDoc } from './documents.ts';

export function accountRow({ _id, ...row }: AccountDoc): AccountRow {
  return { ...row, account: _id };
}
export function collectionRow({ _id, ...row }: CollectionDoc): CollectionRow {
  return { ...row, collection: _id.c };
}
export function itemRow({ _id, ...row }: ItemDoc): ItemRow {
  return { ...row, number: _id.n };
}

/** An item in a commit: `key` tells rows apart, whatever their numbers become. */
export interface WorkingRow extends ItemRow, RecordRow {
  words: number | null;
  moved_at: number | null;
}
export function workingRow(doc: ItemDoc, key: number): WorkingRow {
  const { _id, living: _, ...row } = doc;
  return { ...row, number: _id.n, key };
}
export function itemDoc(account: number, { key: _, number, ...row }: WorkingRow): ItemDoc {
  return { _id: { a: account, n: number }, ...row, living: row.died === null };
}
