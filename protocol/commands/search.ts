import { bodyPartPreference, bodyPreference } from '../classes/air-sync-base.ts';
import { airSync, documentLibrary, email, search as page, rightsManagement } from '../pages/index.ts';
import {
  boolean,
  container,
  flag,
  int,
  many,
  one,
  opaque,
  optional,
  type ReadOf,
  raw,
  since,
  text,
  type WrittenOf,
} from '../schema/index.ts';

/** Comparisons name what they compare by an empty element. Value stays text: the command judges its form. */
const than = [flag(email.DateReceived), optional(page.Value, text)] as const;
const terms = [
  many(airSync.Class, text),
  many(airSync.CollectionId, text),
  many(page.FreeText, text),
  since('14.0', many(page.ConversationId, opaque)),
  many(container(page.GreaterThan, ...than)),
  many(container(page.LessThan, ...than)),
] as const;

// What lies deeper than one And or Or stays an Element: it is seen, and too complex.
const group = [...terms, many(raw(page.And)), many(raw(page.Or))] as const;

/**
 * [MS-ASCMD] 2.2.3.142.2 Query (Search) in the store `Mailbox`. Terms outside And, Or and a second And are read so that
 * the command can answer that they are too complex; elements of items are unknown here.
 */
export const mailboxQuery = container(
  page.Query,
  many(container(page.And, ...group)),
  many(container(page.Or, ...group)),
  ...terms,
);
export type MailboxQuery = ReadOf<typeof mailboxQuery>;

/** [MS-ASCMD] 2.2.3.142.2 Query (Search) in the store `DocumentLibrary`. */
export const documentQuery = container(
  page.Query,
  optional(container(page.EqualTo, flag(documentLibrary.LinkId), optional(page.Value, text))),
);
export type DocumentQuery = ReadOf<typeof documentQuery>;

/** [MS-ASCMD] 2.2.3.135.3 Picture(Search): an empty one asks for pictures without limits. */
const picture = container(page.Picture, optional(page.MaxSize, int), optional(page.MaxPictures, int));

const options = container(
  page.Options,
  since('12.0', flag(page.RebuildResults)),
  since('12.0', flag(page.DeepTraversal)),
  optional(page.Range, text),
  since('12.1', optional(page.UserName, text)),
  since('12.1', optional(page.Password, text)),
  optional(airSync.MIMESupport, int),
  since('12.0', many(bodyPreference)),
  since('14.1', many(bodyPartPreference)),
  since('14.1', optional(rightsManagement.RightsManagementSupport, boolean)),
  since('14.1', optional(picture)),
);

// Query is text in the store `GAL`, else read it as mailboxQuery or documentQuery.
const request = container(
  page.Search,
  one(container(page.Store, one(page.Name, text), one(raw(page.Query)), optional(options))),
);

// Properties are galProperties, documentProperties, or the item's class: retagged(write(email, …), search.Properties).
const response = container(
  page.Search,
  optional(page.Status, int),
  optional(
    container(
      page.Response,
      one(
        container(
          page.Store,
          one(page.Status, int),
          many(
            container(
              page.Result,
              optional(airSync.Class, text),
              since('12.0', optional(page.LongId, text)),
              optional(airSync.CollectionId, text),
              optional(raw(page.Properties)),
            ),
          ),
          optional(page.Range, text),
          optional(page.Total, int),
        ),
      ),
    ),
  ),
);

/** [MS-ASCMD] 2.2.1.16 Search. */
export const search = { request, response };
export type SearchRequest = ReadOf<typeof request>;
export type SearchResponse = WrittenOf<typeof response>;
