import { smartForward } from '../../protocol/index.ts';
import { composeReply } from '../content/email/reply.ts';
import { EasError } from '../domain/errors.ts';
import { defineCommand } from './define.ts';
import { reader, requireMail } from './email-items.ts';
import { forwardToPeople, isEvent, sourceEvent, withEvent } from './forward-meeting.ts';
import { messageAbout, send } from './send.ts';
import { markSource, namesInstance, sourceItem } from './source.ts';

const invalidDateTime = 104;
/** [MS-ASCMD] 2.2.2 Common Status Codes */
const invalidCombination = 178;

/**
 * [MS-ASCMD] 2.2.1.19 SmartForward: the original's text goes below the message and its attachments along, unless
 * ReplaceMime; the original is marked. An event goes along as iCalendar. Forwardees are for events: a mail refuses them.
 */
export const smartForwardCommand = defineCommand({
  name: 'SmartForward',
  ...smartForward,
  body: 'required',
  carriesMessage: 'sent',
  fromMessage: messageAbout,
  handle: async (context, request) => {
    const { Source, Mime, ReplaceMime, SaveInSentItems, TemplateID, Forwardees, Body } = request!;
    if (!namesInstance(Source)) return { Status: invalidDateTime };
    if (Forwardees || Body) {
      const combined = Mime !== undefined || ReplaceMime || SaveInSentItems || TemplateID !== undefined;
      if (combined) return { Status: invalidCombination };
      return forwardToPeople(context, request!, (tx) => sourceItem(tx, Source));
    }
    if (!Mime) throw new EasError('invalid-request', 'no Mime');
    const now = context.clock.now();
    // Looked up when the message is made: a repeat is one also when the original is gone by then.
    const compose = async (mime: Buffer): Promise<Buffer> => {
      const item = await context.read((reading) => sourceItem(reading, Source));
      const event = sourceEvent(item, Source);
      if (isEvent(item)) return ReplaceMime ? mime : withEvent(mime, event!);
      const { content } = requireMail(item);
      const original = { email: content, read: reader(context, content) };
      return composeReply(original, mime, { kind: 'forward', replaceMime: ReplaceMime, now });
    };
    return send(context, request!, Mime, compose, (tx) => markSource(tx, Source, { verb: 3, time: now }));
  },
});
