// [MS-ASCON] 3.1.4.6 Setting up a Conversation to Be Moved Always: what there is of it moves now, and a rule of the account says where the
// rest goes when it comes; delivery keeps it.
import type { ItemOperation, ItemOperationsResponse } from '../../protocol/index.ts';
import { folderTypes } from '../domain/collection.ts';
import type { CollectionId, ConversationId } from '../domain/ids.ts';
import type { Reader, Transaction } from '../store/port.ts';
import { isLiving } from '../sync/view.ts';
import type { Context } from './define.ts';

type Asked = Extract<ItemOperation, { Move: unknown }>['Move'];
type Answer = NonNullable<NonNullable<ItemOperationsResponse['Response']>['Move']>[number];

/** [MS-ASCMD] 2.2.3.177.8 Status (ItemOperations). */
const status = { done: 1, notFound: 6, wrongIds: 105, notAlways: 155, wrongFolder: 156 } as const;
const recipientCache = { id: 'RI', type: 19 };
/** [MS-ASCON] R175: drafts and what waits to be sent are no place for a conversation. */
const noTargets: readonly number[] = [3, 6];
/** Sent Items keep what was sent; drafts and the outbox are not part of a conversation yet. */
const leftAlone: readonly number[] = [3, 5, 6];
/** Rules of an account; the oldest goes when there are more. */
const mostRules = 1000;

export async function moveConversation(context: Context, asked: Asked): Promise<Answer> {
  const { ConversationId = new Uint8Array(), DstFldId = '', Options } = asked;
  const answer = (Status: number): Answer => ({ Status, ConversationId });
  if (!Options?.MoveAlways) return answer(status.notAlways);
  if (DstFldId === recipientCache.id) return answer(status.wrongIds);
  const conversation = Buffer.from(ConversationId).toString('hex') as ConversationId;
  const target = DstFldId as CollectionId;
  const moved = await context.transact(async (tx) => {
    const refusal = await refuse(tx, conversation, target);
    if (refusal !== undefined) return refusal;
    await moveAll(tx, conversation, target);
    await keepRule(tx, conversation, target, context.clock.now());
    return status.done;
  });
  return answer(moved);
}

async function refuse(reader: Reader, conversation: ConversationId, target: CollectionId): Promise<number | undefined> {
  const folder = await reader.collection(target);
  if (!folder || folder.died !== undefined) return status.notFound;
  if (folder.type === recipientCache.type) return status.wrongIds;
  if (folderTypes[folder.type].class !== 'Email' || noTargets.includes(folder.type)) return status.wrongFolder;
  for (const { id } of await mailFolders(reader)) {
    if ((await reader.conversation(id, conversation)).some(isLiving)) return undefined;
  }
  return status.notFound;
}

async function moveAll(tx: Transaction, conversation: ConversationId, target: CollectionId): Promise<void> {
  for (const { id, type } of await mailFolders(tx)) {
    if (id === target || leftAlone.includes(type)) continue;
    // Without removedBy: the phone still shows them, and is told.
    for (const item of await tx.conversation(id, conversation)) if (isLiving(item)) tx.move(item.id, target);
  }
}

async function mailFolders(reader: Reader) {
  return (await reader.collections()).filter(({ type }) => folderTypes[type].class === 'Email');
}

async function keepRule(
  tx: Transaction,
  conversation: ConversationId,
  folder: CollectionId,
  since: number,
): Promise<void> {
  const account = await tx.account();
  const others = (account.moveRules ?? []).filter((rule) => rule.conversation !== conversation);
  tx.putAccount({ ...account, moveRules: [...others, { conversation, folder, since }].slice(-mostRules) });
}
