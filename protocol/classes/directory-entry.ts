import { gal as page, search } from '../pages/index.ts';
import { container, int, one, opaque, optional, type ReadOf, since, text, type WrittenOf } from '../schema/index.ts';

/** [MS-ASCMD] 2.2.3.135.3 Picture(Search): its Status, and the bytes when that is 1. */
export const galPicture = container(page.Picture, one(page.Status, int), optional(page.Data, opaque));

/** An entry of the global address list, as Search and Find answer with it. */
export const galChildren = [
  optional(page.DisplayName, text),
  optional(page.Phone, text),
  optional(page.Office, text),
  optional(page.Title, text),
  optional(page.Company, text),
  optional(page.Alias, text),
  optional(page.FirstName, text),
  optional(page.LastName, text),
  optional(page.HomePhone, text),
  optional(page.MobilePhone, text),
  optional(page.EmailAddress, text),
  since('14.1', optional(galPicture)),
] as const;

/** Properties of a Search result in the store `GAL`. */
export const galProperties = container(search.Properties, ...galChildren);
export type ReadGalProperties = ReadOf<typeof galProperties>;
export type WrittenGalProperties = WrittenOf<typeof galProperties>;
