import { airSync, airSyncBase, notes as page } from '../pages/index.ts';
import {
  compactDateTime,
  container,
  many,
  optional,
  type ReadOf,
  since,
  text,
  unsignedByte,
  type WrittenOf,
} from '../schema/index.ts';
import { body } from './air-sync-base.ts';

/** [MS-ASNOTE] 2.2.2 Elements: what ApplicationData (or Properties) of a note holds. LastModifiedDate is the server's. */
export const noteChildren = [
  since('14.0', optional(page.Subject, text)),
  since('14.0', optional(body)),
  since('14.0', optional(airSyncBase.NativeBodyType, unsignedByte)),
  since('14.0', optional(page.MessageClass, text)),
  since('14.0', optional(page.LastModifiedDate, compactDateTime)),
  since('14.0', optional(container(page.Categories, many(page.Category, text)))),
] as const;

export const note = container(airSync.ApplicationData, ...noteChildren);
export type ReadNote = ReadOf<typeof note>;
export type WrittenNote = WrittenOf<typeof note>;
