import { resolveRecipients as page } from '../pages/index.ts';
import {
  container,
  int,
  many,
  one,
  opaque,
  optional,
  type ReadOf,
  since,
  text,
  unsignedByte,
  type WrittenOf,
} from '../schema/index.ts';

// Times stay text: the command answers 5 when they are none.
const availability = container(page.Availability, one(page.StartTime, text), optional(page.EndTime, text));

const options = container(
  page.Options,
  optional(page.CertificateRetrieval, int),
  optional(page.MaxCertificates, int),
  optional(page.MaxAmbiguousRecipients, int),
  since('14.0', optional(availability)),
  since('14.1', optional(container(page.Picture, optional(page.MaxSize, int), optional(page.MaxPictures, int)))),
);

const request = container(page.ResolveRecipients, many(page.To, text), optional(options));

const certificates = container(
  page.Certificates,
  one(page.Status, int),
  optional(page.CertificateCount, int),
  optional(page.RecipientCount, int),
  many(page.Certificate, text),
  optional(page.MiniCertificate, text),
);

const recipient = container(
  page.Recipient,
  one(page.Type, unsignedByte),
  one(page.DisplayName, text),
  one(page.EmailAddress, text),
  since('14.0', optional(container(page.Availability, one(page.Status, int), optional(page.MergedFreeBusy, text)))),
  optional(certificates),
  since('14.1', many(container(page.Picture, one(page.Status, int), optional(page.Data, opaque)))),
);

const response = container(
  page.ResolveRecipients,
  one(page.Status, int),
  many(
    container(
      page.Response,
      one(page.To, text),
      one(page.Status, int),
      optional(page.RecipientCount, int),
      many(recipient),
    ),
  ),
);

/** [MS-ASCMD] 2.2.1.15 ResolveRecipients. Certificates are base64 text, pictures bytes. */
export const resolveRecipients = { request, response };
export type ResolveRecipientsRequest = ReadOf<typeof request>;
export type ResolveRecipientsResponse = WrittenOf<typeof response>;
