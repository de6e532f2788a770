import { type SmartReplyRequest, smartReply } from '../../protocol/index.ts';
import { composeReply } from '../content/email/reply.ts';
import { EasError } from '../domain/errors.ts';
import type { ServerId } from '../domain/ids.ts';
import type { LivingItem } from '../domain/item.ts';
import { isLiving } from '../sync/view.ts';
import { type Context, defineCommand } from './define.ts';
import { reader } from './email-items.ts';
import { send } from './send.ts';

/** [MS-ASCMD] 2.2.1.20 SmartReply: the original's text goes below the reply unless ReplaceMime; the original is marked. */
export const smartReplyCommand = defineCommand({
  name: 'SmartReply',
  ...smartReply,
  body: 'required',
  carriesMessage: 'sent',
  handle: async (context, request) => {
    const source = await findSource(context, request!);
    const original = { email: source.content, read: reader(context, source.content) };
    const options = { kind: 'reply' as const, replaceMime: request!.ReplaceMime, now: context.clock.now() };
    return send(
      context,
      request!,
      request!.Mime,
      (mime) => composeReply(original, mime, options),
      async (tx, { recipients }) => {
        const item = await tx.item(source.id);
        if (!item || !isLiving(item)) return;
        const lastVerb = { verb: recipients.length > 1 ? (2 as const) : (1 as const), time: options.now };
        tx.put({ ...item, content: { ...item.content, lastVerb } }, ['verb']);
      },
    );
  },
});

/** ItemId without FolderId is of the Inbox ([MS-ASCMD] 2.2.3.161 Source); an id tells its folder by itself. */
async function findSource(context: Context, { Source }: SmartReplyRequest): Promise<LivingItem> {
  const { FolderId, ItemId } = Source;
  const item = ItemId === undefined ? undefined : await context.read((reading) => reading.item(ItemId as ServerId));
  if (!item || !isLiving(item) || (FolderId !== undefined && FolderId !== item.collection)) {
    throw new EasError('item-not-found', ItemId ?? 'no ItemId');
  }
  return item;
}
