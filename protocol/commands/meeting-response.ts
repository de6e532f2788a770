import { body } from '../classes/air-sync-base.ts';
import { meetingResponse as page, search } from '../pages/index.ts';
import {
  compactDateTime,
  container,
  int,
  many,
  one,
  optional,
  type ReadOf,
  since,
  text,
  type WrittenOf,
} from '../schema/index.ts';

/** [MS-ASCMD] 2.2.3.163 SendResponse; empty: an answer without words. */
export const sendResponse = container(
  page.SendResponse,
  since('16.0', optional(body)),
  since('16.1', optional(page.ProposedStartTime, compactDateTime)),
  since('16.1', optional(page.ProposedEndTime, compactDateTime)),
);

// InstanceId stays text and is read in every version: its form is checked by the command, which answers 104, and
// before 14.1 it answers 2. So it does for a request without UserResponse.
const request = container(
  page.MeetingResponse,
  many(
    container(
      page.Request,
      optional(page.UserResponse, int),
      optional(page.CollectionId, text),
      optional(page.RequestId, text),
      since('12.0', optional(search.LongId, text)),
      optional(page.InstanceId, text),
      since('16.0', optional(sendResponse)),
    ),
  ),
);

const response = container(
  page.MeetingResponse,
  optional(page.Status, int),
  many(
    container(
      page.Result,
      optional(page.RequestId, text),
      // The XML schema lacks it, the documents' own example has it: it is read, and never written.
      since('12.0', optional(search.LongId, text)),
      one(page.Status, int),
      optional(page.CalendarId, text),
      since('14.1', optional(page.InstanceId, text)),
    ),
  ),
);

/** [MS-ASCMD] 2.2.1.11 MeetingResponse. */
export const meetingResponse = { request, response };
export type MeetingResponseRequest = ReadOf<typeof request>;
export type MeetingResponseResponse = WrittenOf<typeof response>;
