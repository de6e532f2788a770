import { galChildren } from '../classes/directory-entry.ts';
import { airSync, email, email2, itemOperations, find as page } from '../pages/index.ts';
import {
  boolean,
  container,
  dateTime,
  flag,
  int,
  many,
  one,
  optional,
  type ReadOf,
  text,
  unsignedByte,
  type WrittenOf,
} from '../schema/index.ts';

/** The order of iOS; any order is read. */
const mailBoxSearchCriterion = container(
  page.MailBoxSearchCriterion,
  one(
    container(
      page.Query,
      optional(airSync.Class, text),
      optional(airSync.CollectionId, text),
      optional(page.FreeText, text),
    ),
  ),
  optional(container(page.Options, optional(page.Range, text), flag(page.DeepTraversal))),
);

const galSearchCriterion = container(
  page.GalSearchCriterion,
  one(page.Query, text),
  optional(
    container(
      page.Options,
      optional(page.Range, text),
      optional(container(page.Picture, optional(page.MaxSize, int), optional(page.MaxPictures, int))),
    ),
  ),
);

const request = container(
  page.Find,
  one(page.SearchId, text),
  one(container(page.ExecuteSearch, optional(mailBoxSearchCriterion), optional(galSearchCriterion))),
);

/** Of a message, or of an entry of the directory. */
const properties = container(
  page.Properties,
  optional(email.Subject, text),
  optional(email.DateReceived, dateTime),
  optional(email.DisplayTo, text),
  optional(page.DisplayCc, text),
  optional(page.DisplayBcc, text),
  optional(email.Importance, unsignedByte),
  optional(email.Read, boolean),
  optional(email2.IsDraft, boolean),
  optional(page.Preview, text),
  optional(page.HasAttachments, boolean),
  optional(email.From, text),
  ...galChildren,
);

const response = container(
  page.Find,
  one(page.Status, int),
  optional(
    container(
      page.Response,
      optional(itemOperations.Store, text),
      one(page.Status, int),
      many(
        container(
          page.Result,
          optional(airSync.Class, text),
          optional(airSync.ServerId, text),
          optional(airSync.CollectionId, text),
          one(properties),
        ),
      ),
      optional(page.Range, text),
      optional(page.Total, int),
    ),
  ),
);

/** [MS-ASCMD] 2.2.1.2 Find. It is of 16.1, but phones ask it at older versions too: no child is bound to one. */
export const find = { request, response };
export type FindRequest = ReadOf<typeof request>;
export type FindResponse = WrittenOf<typeof response>;
