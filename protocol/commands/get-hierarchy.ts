import { folderHierarchy as page } from '../pages/index.ts';
import { container, int, many, one, text, until, type WrittenOf } from '../schema/index.ts';

const response = container(
  page.Folders,
  until(
    '12.1',
    many(
      container(
        page.Folder,
        one(page.DisplayName, text),
        one(page.ServerId, text),
        one(page.Type, int),
        one(page.ParentId, text),
      ),
    ),
  ),
);

/** [MS-ASCMD] 2.2.1.8 GetHierarchy: mail folders without a key, up to 12.1; the request has no body. */
export const getHierarchy = { response };
export type GetHierarchyResponse = WrittenOf<typeof response>;
