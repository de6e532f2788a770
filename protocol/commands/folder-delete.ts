import { folderHierarchy } from '../pages/index.ts';
import { container, int, one, optional, type ReadOf, text, type WrittenOf } from '../schema/index.ts';

const request = container(
  folderHierarchy.FolderDelete,
  one(folderHierarchy.SyncKey, text),
  one(folderHierarchy.ServerId, text),
);

const response = container(
  folderHierarchy.FolderDelete,
  one(folderHierarchy.Status, int),
  optional(folderHierarchy.SyncKey, text),
);

/** [MS-ASCMD] 2.2.1.4 FolderDelete. */
export const folderDelete = { request, response };
export type FolderDeleteRequest = ReadOf<typeof request>;
export type FolderDeleteResponse = WrittenOf<typeof response>;
