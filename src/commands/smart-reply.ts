import { smartReply } from '../../protocol/index.ts';
import { eventSource } from '../content/calendar/meeting-mail.ts';
import { composeReply, quoteBelow } from '../content/email/reply.ts';
import { defineCommand } from './define.ts';
import { reader, requireMail } from './email-items.ts';
import { isEvent, sourceEvent } from './forward-meeting.ts';
import { messageAbout, send } from './send.ts';
import { markSource, namesInstance, sourceItem } from './source.ts';

const invalidDateTime = 104;

/**
 * [MS-ASCMD] 2.2.1.20 SmartReply: the original's text goes below the reply unless ReplaceMime, also that of an event; a mail
 * is marked.
 */
export const smartReplyCommand = defineCommand({
  name: 'SmartReply',
  ...smartReply,
  body: 'required',
  carriesMessage: 'sent',
  fromMessage: messageAbout,
  handle: async (context, request) => {
    const { Source, Mime, ReplaceMime } = request!;
    if (!namesInstance(Source)) return { Status: invalidDateTime };
    const now = context.clock.now();
    // Looked up when the message is made: a repeat is one also when the original is gone by then.
    const compose = async (mime: Buffer): Promise<Buffer> => {
      const item = await context.read((reading) => sourceItem(reading, Source));
      const event = sourceEvent(item, Source);
      if (isEvent(item)) return ReplaceMime ? mime : quoteBelow(eventSource(event!), mime);
      const { content } = requireMail(item);
      const original = { email: content, read: reader(context, content) };
      return composeReply(original, mime, { kind: 'reply', replaceMime: ReplaceMime, now });
    };
    return send(context, request!, Mime, compose, (tx, { recipients }) =>
      markSource(tx, Source, { verb: recipients.length > 1 ? 2 : 1, time: now }),
    );
  },
});
