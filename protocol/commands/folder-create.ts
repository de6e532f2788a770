import { folderHierarchy } from '../pages/index.ts';
import { container, int, one, optional, type ReadOf, text, type WrittenOf } from '../schema/index.ts';

const request = container(
  folderHierarchy.FolderCreate,
  one(folderHierarchy.SyncKey, text),
  one(folderHierarchy.ParentId, text),
  one(folderHierarchy.DisplayName, text),
  one(folderHierarchy.Type, int),
);

const response = container(
  folderHierarchy.FolderCreate,
  one(folderHierarchy.Status, int),
  optional(folderHierarchy.SyncKey, text),
  optional(folderHierarchy.ServerId, text),
);

/** [MS-ASCMD] 2.2.1.3 FolderCreate. */
export const folderCreate = { request, response };
export type FolderCreateRequest = ReadOf<typeof request>;
export type FolderCreateResponse = WrittenOf<typeof response>;
