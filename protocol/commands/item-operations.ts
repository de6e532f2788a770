import { bodyPartPreference, bodyPreference } from '../classes/air-sync-base.ts';
import {
  airSync,
  airSyncBase,
  documentLibrary,
  itemOperations as page,
  rightsManagement,
  search,
} from '../pages/index.ts';
import {
  boolean,
  container,
  dateTime,
  flag,
  int,
  many,
  mixed,
  one,
  opaque,
  optional,
  type ReadOf,
  raw,
  since,
  text,
  textOrLate,
  type WrittenOf,
} from '../schema/index.ts';

const emptyFolderContents = container(
  page.EmptyFolderContents,
  one(airSync.CollectionId, text),
  optional(container(page.Options, flag(page.DeleteSubFolders))),
);

/** An element given twice is seen in `order(fetch, value)`. */
export const fetch = container(
  page.Fetch,
  one(page.Store, text),
  optional(airSync.CollectionId, text),
  optional(airSync.ServerId, text),
  optional(search.LongId, text),
  optional(airSyncBase.FileReference, text),
  optional(documentLibrary.LinkId, text),
  optional(
    container(
      page.Options,
      optional(raw(page.Schema)),
      optional(page.Range, text),
      since('12.1', optional(page.UserName, text)),
      since('12.1', optional(page.Password, text)),
      optional(airSync.MIMESupport, int),
      many(bodyPreference),
      since('14.1', many(bodyPartPreference)),
      since('14.1', optional(rightsManagement.RightsManagementSupport, boolean)),
    ),
  ),
  since('14.1', flag(rightsManagement.RemoveRightsManagementProtection)),
);

/** Older versions do not have it: nothing in it is read. */
const move = container(
  page.Move,
  since('14.0', one(page.ConversationId, opaque)),
  since('14.0', one(page.DstFldId, text)),
  since('14.0', optional(container(page.Options, flag(page.MoveAlways)))),
);

const request = mixed(page.ItemOperations, emptyFolderContents, fetch, move);

const response = container(
  page.ItemOperations,
  one(page.Status, int),
  optional(
    container(
      page.Response,
      since('14.0', many(container(page.Move, one(page.Status, int), one(page.ConversationId, opaque)))),
      many(container(page.EmptyFolderContents, one(page.Status, int), one(airSync.CollectionId, text))),
      many(
        container(
          page.Fetch,
          one(page.Status, int),
          optional(airSync.CollectionId, text),
          optional(airSync.ServerId, text),
          optional(search.LongId, text),
          optional(airSync.Class, text),
          optional(documentLibrary.LinkId, text),
          optional(airSyncBase.FileReference, text),
          optional(raw(page.Properties)),
        ),
      ),
    ),
  ),
);

/**
 * Properties of a fetched file. Those of an item are the item's class under another tag:
 * `retagged(write(email, …), itemOperations.Properties)`.
 */
export const fileProperties = container(
  page.Properties,
  optional(page.Range, text),
  optional(page.Total, int),
  optional(page.Data, textOrLate),
  optional(page.Part, int),
  optional(page.Version, dateTime),
  optional(airSyncBase.ContentType, text),
);

/** [MS-ASCMD] 2.2.1.10 ItemOperations. */
export const itemOperations = { request, response };
export type ItemOperationsRequest = ReadOf<typeof request>;
export type ItemOperation = ItemOperationsRequest[number];
export type ItemOperationsFetch = ReadOf<typeof fetch>;
export type ItemOperationsResponse = WrittenOf<typeof response>;
export type FileProperties = WrittenOf<typeof fileProperties>;
