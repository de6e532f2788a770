import { documentLibrary as page, search } from '../pages/index.ts';
import { boolean, container, dateTime, int, optional, type ReadOf, text, type WrittenOf } from '../schema/index.ts';

/** [MS-ASDOC] 2.2.2 Elements: Properties of a Search result in the store `DocumentLibrary`, 12.0 and later. */
export const documentProperties = container(
  search.Properties,
  optional(page.LinkId, text),
  optional(page.DisplayName, text),
  optional(page.IsFolder, boolean),
  optional(page.CreationDate, dateTime),
  optional(page.LastModifiedDate, dateTime),
  optional(page.IsHidden, boolean),
  optional(page.ContentLength, int),
  optional(page.ContentType, text),
);
export type ReadDocument = ReadOf<typeof documentProperties>;
export type WrittenDocument = WrittenOf<typeof documentProperties>;
