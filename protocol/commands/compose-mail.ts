import { body } from '../classes/air-sync-base.ts';
import { forwardees } from '../classes/meeting-request.ts';
import { composeMail, rightsManagement } from '../pages/index.ts';
import {
  container,
  flag,
  int,
  mime,
  one,
  optional,
  type ReadOf,
  since,
  text,
  type WrittenOf,
} from '../schema/index.ts';

// InstanceId stays text: its form is checked by the command, which answers 104.
const source = container(
  composeMail.Source,
  optional(composeMail.FolderId, text),
  optional(composeMail.ItemId, text),
  optional(composeMail.LongId, text),
  optional(composeMail.InstanceId, text),
);

const sendMailRequest = container(
  composeMail.SendMail,
  one(composeMail.ClientId, text),
  since('14.1', optional(composeMail.AccountId, text)),
  flag(composeMail.SaveInSentItems),
  one(composeMail.Mime, mime),
  since('14.1', optional(rightsManagement.TemplateID, text)),
);

const smartReplyRequest = container(
  composeMail.SmartReply,
  one(composeMail.ClientId, text),
  one(source),
  since('14.1', optional(composeMail.AccountId, text)),
  flag(composeMail.SaveInSentItems),
  flag(composeMail.ReplaceMime),
  one(composeMail.Mime, mime),
  since('14.1', optional(rightsManagement.TemplateID, text)),
);

// Either Mime or (16.0 and later, for meetings) Forwardees.
const smartForwardRequest = container(
  composeMail.SmartForward,
  one(composeMail.ClientId, text),
  one(source),
  since('14.1', optional(composeMail.AccountId, text)),
  flag(composeMail.SaveInSentItems),
  flag(composeMail.ReplaceMime),
  optional(composeMail.Mime, mime),
  since('14.1', optional(rightsManagement.TemplateID, text)),
  since('16.0', optional(forwardees)),
  since('16.0', optional(body)),
);

/** [MS-ASCMD] 2.2.1.17 SendMail, from 14.0 on; success has no body. */
export const sendMail = {
  request: sendMailRequest,
  response: container(composeMail.SendMail, one(composeMail.Status, int)),
};
/** [MS-ASCMD] 2.2.1.20 SmartReply, from 14.0 on; success has no body. */
export const smartReply = {
  request: smartReplyRequest,
  response: container(composeMail.SmartReply, one(composeMail.Status, int)),
};
/** [MS-ASCMD] 2.2.1.19 SmartForward, from 14.0 on; success has no body. */
export const smartForward = {
  request: smartForwardRequest,
  response: container(composeMail.SmartForward, one(composeMail.Status, int)),
};

export type SendMailRequest = ReadOf<typeof sendMailRequest>;
export type SmartReplyRequest = ReadOf<typeof smartReplyRequest>;
export type SmartForwardRequest = ReadOf<typeof smartForwardRequest>;
export type SendMailResponse = WrittenOf<typeof sendMail.response>;
export type SmartReplyResponse = WrittenOf<typeof smartReply.response>;
export type SmartForwardResponse = WrittenOf<typeof smartForward.response>;
