import { parseDate, type SmartReplyRequest, smartReply } from '../../protocol/index.ts';
import { composeReply } from '../content/email/reply.ts';
import { EasError } from '../domain/errors.ts';
import type { ServerId } from '../domain/ids.ts';
import type { LivingItem } from '../domain/item.ts';
import type { Transaction } from '../store/port.ts';
import { isLiving } from '../sync/view.ts';
import { type Context, defineCommand } from './define.ts';
import { reader } from './email-items.ts';
import { send } from './send.ts';

const invalidDateTime = 104;

/** [MS-ASCMD] 2.2.1.20 SmartReply: the original's text goes below the reply unless ReplaceMime; the original is marked. */
export const smartReplyCommand = defineCommand({
  name: 'SmartReply',
  ...smartReply,
  body: 'required',
  carriesMessage: 'sent',
  handle: async (context, request) => {
    const { Source, Mime, ReplaceMime } = request!;
    if (Source.InstanceId !== undefined && !isInstanceId(Source.InstanceId)) return { Status: invalidDateTime };
    const now = context.clock.now();
    // Looked up when the message is made: a repeat is one also when the original is gone by then.
    const compose = async (mime: Buffer): Promise<Buffer> => {
      const { content } = await findSource(context, Source);
      const original = { email: content, read: reader(context, content) };
      return composeReply(original, mime, { kind: 'reply', replaceMime: ReplaceMime, now });
    };
    return send(context, request!, Mime, compose, (tx, { recipients }) =>
      markReplied(tx, Source.ItemId as ServerId, { verb: recipients.length > 1 ? 2 : 1, time: now }),
    );
  },
});

/** [MS-ASCMD] R541: `2010-04-08T18:16:00.000Z` and no other form. */
function isInstanceId(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && parseDate(text) !== undefined;
}

async function markReplied(
  tx: Transaction,
  id: ServerId,
  lastVerb: NonNullable<LivingItem['content']['lastVerb']>,
): Promise<void> {
  const item = await tx.item(id);
  if (item && isLiving(item)) tx.put({ ...item, content: { ...item.content, lastVerb } }, ['verb']);
}

/** ItemId without FolderId is of the Inbox ([MS-ASCMD] 2.2.3.173 Source); an id tells its folder by itself. */
async function findSource(context: Context, { FolderId, ItemId }: SmartReplyRequest['Source']): Promise<LivingItem> {
  const item = ItemId === undefined ? undefined : await context.read((reading) => reading.item(ItemId as ServerId));
  if (!item || !isLiving(item) || (FolderId !== undefined && FolderId !== item.collection)) {
    throw new EasError('item-not-found', ItemId ?? 'no ItemId');
  }
  return item;
}
