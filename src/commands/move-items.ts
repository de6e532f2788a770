import { isRepeated, itemMove, type MoveItemsResponse, moveItems } from '../../protocol/index.ts';
import { folderTypes } from '../domain/collection.ts';
import { EasError } from '../domain/errors.ts';
import type { CollectionId, ServerId } from '../domain/ids.ts';
import type { Transaction } from '../store/port.ts';
import { type MoveAnswer, type MoveRequest, moveItem } from '../sync/move-item.ts';
import { type Context, defineCommand } from './define.ts';
import { statusOf } from './status.ts';

/** [MS-ASCMD] 2.2.3.177.10 Status (MoveItems): 3 is success. */
const statuses: Readonly<Record<MoveAnswer['kind'], number>> = { moved: 3, 'no-source': 1, 'no-target': 2, same: 4 };
/** [MS-ASCMD] R4222. */
const twoTargets = 5;
/** [MS-ASCMD] 3.1.5.10 Limiting Size of Command Requests: more are refused as a whole. */
const most = 1000;

/** [MS-ASCMD] 2.2.1.12 MoveItems: each move in a transaction of its own, so that a lost answer can be repeated. */
export const moveItemsCommand = defineCommand({
  name: 'MoveItems',
  ...moveItems,
  body: 'required',
  handle: async (context, request): Promise<MoveItemsResponse> => {
    const { Move } = request!;
    if (Move.length === 0 || Move.length > most) throw new EasError('invalid-request', `${Move.length} moves`);
    const Response: { SrcMsgId: string; Status: number; DstMsgId: string | undefined }[] = [];
    for (const asked of Move) {
      const { SrcMsgId, SrcFldId, DstFldId } = asked;
      if (isRepeated(itemMove, asked, 'DstFldId')) {
        Response.push({ SrcMsgId, Status: twoTargets, DstMsgId: undefined });
        continue;
      }
      const from = SrcFldId as CollectionId;
      const to = DstFldId as CollectionId;
      const answer = await move(context, { device: context.device.id, id: SrcMsgId as ServerId, from, to });
      Response.push({ SrcMsgId, ...answer });
    }
    return { Response };
  },
});

/** One that fails stops no other. */
async function move(context: Context, request: MoveRequest): Promise<{ Status: number; DstMsgId: string | undefined }> {
  try {
    const answer = await context.transact(async (tx): Promise<MoveAnswer> => {
      if (!(await sameClass(tx, request.from, request.to))) return { kind: 'no-target' };
      return moveItem(tx, request);
    });
    return { Status: statuses[answer.kind], DstMsgId: answer.kind === 'moved' ? answer.id : undefined };
  } catch (error) {
    if (!(error instanceof EasError)) throw error;
    context.log.info('a move failed', { account: context.account, item: request.id, error });
    return { Status: statusOf('MoveItems', error.code), DstMsgId: undefined };
  }
}

/**
 * A mail does not become an event by moving, nothing goes into the recipient information cache; a folder that is missing is
 * told apart later.
 */
async function sameClass(tx: Transaction, from: CollectionId, to: CollectionId): Promise<boolean> {
  const source = await tx.collection(from);
  const target = await tx.collection(to);
  if (target?.type === 19) return false;
  if (!source || !target) return true;
  return folderTypes[source.type].class === folderTypes[target.type].class;
}
