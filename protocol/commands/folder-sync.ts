import { folderHierarchy } from '../pages/index.ts';
import { container, int, many, one, optional, type ReadOf, text, type WrittenOf } from '../schema/index.ts';

const folder = [
  one(folderHierarchy.ServerId, text),
  one(folderHierarchy.ParentId, text),
  one(folderHierarchy.DisplayName, text),
  one(folderHierarchy.Type, int),
] as const;

const request = container(folderHierarchy.FolderSync, one(folderHierarchy.SyncKey, text));

const response = container(
  folderHierarchy.FolderSync,
  one(folderHierarchy.Status, int),
  optional(folderHierarchy.SyncKey, text),
  optional(
    container(
      folderHierarchy.Changes,
      optional(folderHierarchy.Count, int),
      many(container(folderHierarchy.Update, ...folder)),
      many(container(folderHierarchy.Delete, one(folderHierarchy.ServerId, text))),
      many(container(folderHierarchy.Add, ...folder)),
    ),
  ),
);

/** [MS-ASCMD] 2.2.1.5 FolderSync. */
export const folderSync = { request, response };
export type FolderSyncRequest = ReadOf<typeof request>;
export type FolderSyncResponse = WrittenOf<typeof response>;
