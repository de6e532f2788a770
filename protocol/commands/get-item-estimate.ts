import { airSync, getItemEstimate as page } from '../pages/index.ts';
import {
  boolean,
  container,
  int,
  many,
  one,
  optional,
  type ReadOf,
  since,
  text,
  until,
  type WrittenOf,
} from '../schema/index.ts';
import { options } from './sync.ts';

const request = container(
  page.GetItemEstimate,
  one(
    container(
      page.Collections,
      many(
        container(
          page.Collection,
          until('12.1', optional(page.Class, text)),
          one(airSync.SyncKey, text),
          one(page.CollectionId, text),
          until('12.1', optional(airSync.FilterType, int)),
          since('14.0', optional(airSync.ConversationMode, boolean)),
          since('14.0', many(options)),
        ),
      ),
    ),
  ),
);

const response = container(
  page.GetItemEstimate,
  optional(page.Status, int),
  many(
    container(
      page.Response,
      one(page.Status, int),
      optional(
        container(
          page.Collection,
          until('12.1', optional(page.Class, text)),
          one(page.CollectionId, text),
          optional(page.Estimate, int),
        ),
      ),
    ),
  ),
);

/** [MS-ASCMD] 2.2.1.9 GetItemEstimate. */
export const getItemEstimate = { request, response };
export type GetItemEstimateRequest = ReadOf<typeof request>;
export type GetItemEstimateResponse = WrittenOf<typeof response>;
