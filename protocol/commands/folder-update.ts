import { folderHierarchy } from '../pages/index.ts';
import { container, int, one, optional, type ReadOf, text, type WrittenOf } from '../schema/index.ts';

// A missing SyncKey and a Status answer with Status 10 of the command, so that neither fails the reading.
const request = container(
  folderHierarchy.FolderUpdate,
  optional(folderHierarchy.SyncKey, text),
  one(folderHierarchy.ServerId, text),
  one(folderHierarchy.ParentId, text),
  one(folderHierarchy.DisplayName, text),
  optional(folderHierarchy.Status, text),
);

const response = container(
  folderHierarchy.FolderUpdate,
  one(folderHierarchy.Status, int),
  optional(folderHierarchy.SyncKey, text),
);

/** [MS-ASCMD] 2.2.1.6 FolderUpdate. */
export const folderUpdate = { request, response };
export type FolderUpdateRequest = ReadOf<typeof request>;
export type FolderUpdateResponse = WrittenOf<typeof response>;
