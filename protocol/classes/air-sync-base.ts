import { airSyncBase, email2, itemOperations } from '../pages/index.ts';
import {
  boolean,
  container,
  double,
  flag,
  int,
  many,
  one,
  opaque,
  optional,
  since,
  text,
  textOrBytes,
  unsignedByte,
  type WrittenOf,
} from '../schema/index.ts';

/** [MS-ASAIRS] 2.2.2.12 BodyPreference. Its order is checked: Type, TruncationSize, AllOrNone, Preview. */
export const bodyPreference = container(
  airSyncBase.BodyPreference,
  one(airSyncBase.Type, unsignedByte),
  optional(airSyncBase.TruncationSize, int),
  optional(airSyncBase.AllOrNone, boolean),
  since('14.0', optional(airSyncBase.Preview, int)),
);

/** [MS-ASAIRS] 2.2.2.11 BodyPartPreference. */
export const bodyPartPreference = container(
  airSyncBase.BodyPartPreference,
  one(airSyncBase.Type, unsignedByte),
  optional(airSyncBase.TruncationSize, int),
  optional(airSyncBase.AllOrNone, boolean),
  optional(airSyncBase.Preview, int),
);

/** [MS-ASAIRS] 2.2.2.9 Body. `Data` holds bytes when the message goes out unchanged (Type 4). */
export const body = container(
  airSyncBase.Body,
  one(airSyncBase.Type, unsignedByte),
  optional(airSyncBase.EstimatedDataSize, int),
  optional(airSyncBase.Truncated, boolean),
  optional(airSyncBase.Data, textOrBytes),
  since('14.0', optional(airSyncBase.Preview, text)),
  optional(itemOperations.Part, int),
);
export type Body = WrittenOf<typeof body>;

/** [MS-ASAIRS] 2.2.2.10 BodyPart. */
export const bodyPart = container(
  airSyncBase.BodyPart,
  one(airSyncBase.Status, unsignedByte),
  one(airSyncBase.Type, unsignedByte),
  one(airSyncBase.EstimatedDataSize, int),
  optional(airSyncBase.Truncated, boolean),
  optional(airSyncBase.Data, textOrBytes),
  optional(airSyncBase.Preview, text),
);

/** [MS-ASAIRS] 2.2.2.8 Attachments: what an item has, and (16.0 and later, from clients) what to add and delete. */
export const attachments = container(
  airSyncBase.Attachments,
  many(
    container(
      airSyncBase.Attachment,
      optional(airSyncBase.DisplayName, text),
      one(airSyncBase.FileReference, text),
      since('16.0', optional(airSyncBase.ClientId, text)),
      optional(airSyncBase.Method, unsignedByte),
      optional(airSyncBase.EstimatedDataSize, int),
      optional(airSyncBase.ContentId, text),
      optional(airSyncBase.ContentLocation, text),
      optional(airSyncBase.IsInline, boolean),
      since('14.0', optional(email2.UmAttDuration, int)),
      since('14.0', optional(email2.UmAttOrder, int)),
    ),
  ),
  since(
    '16.0',
    many(
      container(
        airSyncBase.Add,
        one(airSyncBase.ClientId, text),
        one(airSyncBase.Content, opaque),
        optional(airSyncBase.Method, unsignedByte),
        optional(airSyncBase.DisplayName, text),
        optional(airSyncBase.ContentType, text),
        optional(airSyncBase.ContentId, text),
        optional(airSyncBase.ContentLocation, text),
        flag(airSyncBase.IsInline),
      ),
    ),
  ),
  since('16.0', many(container(airSyncBase.Delete, one(airSyncBase.FileReference, text)))),
);
export type Attachments = WrittenOf<typeof attachments>;

/** [MS-ASAIRS] 2.2.2.28 Location (16.0 and later); empty: no location. */
export const location = container(
  airSyncBase.Location,
  optional(airSyncBase.DisplayName, text),
  optional(airSyncBase.Annotation, text),
  optional(airSyncBase.Street, text),
  optional(airSyncBase.City, text),
  optional(airSyncBase.State, text),
  optional(airSyncBase.Country, text),
  optional(airSyncBase.PostalCode, text),
  optional(airSyncBase.Latitude, double),
  optional(airSyncBase.Longitude, double),
  optional(airSyncBase.Accuracy, double),
  optional(airSyncBase.Altitude, double),
  optional(airSyncBase.AltitudeAccuracy, double),
  optional(airSyncBase.LocationUri, text),
);
