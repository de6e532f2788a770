import { airSync, email2, email as page } from '../pages/index.ts';
import {
  boolean,
  container,
  dateTime,
  many,
  opaque,
  optional,
  type ReadOf,
  since,
  text,
  unsignedByte,
  type WrittenOf,
} from '../schema/index.ts';
import { body } from './air-sync-base.ts';
import { emailFlag } from './email.ts';

/** [MS-ASEMAIL] 2.2.2 Elements: what ApplicationData of a text message in a mail folder (Class `SMS`, 14.0 and later) holds: a few elements of mail. */
export const smsChildren = [
  since('14.0', optional(page.To, text)),
  since('14.0', optional(page.From, text)),
  since('14.0', optional(page.DateReceived, dateTime)),
  since('14.0', optional(page.Importance, unsignedByte)),
  since('14.0', optional(page.Read, boolean)),
  since('14.0', optional(body)),
  since('14.0', optional(page.MessageClass, text)),
  since('14.0', optional(page.InternetCPID, text)),
  since('14.0', optional(emailFlag)),
  since('14.0', optional(container(page.Categories, many(page.Category, text)))),
  since('14.0', optional(email2.ConversationId, opaque)),
  since('14.0', optional(email2.ConversationIndex, opaque)),
] as const;

export const sms = container(airSync.ApplicationData, ...smsChildren);
export type ReadSms = ReadOf<typeof sms>;
export type WrittenSms = WrittenOf<typeof sms>;
