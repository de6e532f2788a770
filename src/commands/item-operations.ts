// [MS-ASCMD] 2.2.1.10 ItemOperations. Every operation has its own Status; one that fails stops no other. They run in request order and are
// answered grouped ([MS-ASCMD] R193).
import { type ItemOperation, type ItemOperationsResponse, itemOperations } from '../../protocol/index.ts';
import { recipientCache } from '../domain/collection.ts';
import { EasError } from '../domain/errors.ts';
import type { CollectionId } from '../domain/ids.ts';
import { type Context, defineCommand } from './define.ts';
import { emptyFolder } from './empty-folder.ts';
import { type FetchAnswer, fetch } from './fetch.ts';
import { moveConversation } from './move-conversation.ts';
import { statusOf } from './status.ts';

type Answers = NonNullable<ItemOperationsResponse['Response']>;
type EmptyAnswer = NonNullable<Answers['EmptyFolderContents']>[number];
type MoveAnswer = NonNullable<Answers['Move']>[number];
type EmptyRequest = Extract<ItemOperation, { EmptyFolderContents: unknown }>['EmptyFolderContents'];

/** [MS-ASCMD] R196: nothing is done to the recipient information cache. */
const accessDenied = 16;
/** [MS-ASCMD] R7490. */
const most = 100;

export const itemOperationsCommand = defineCommand({
  name: 'ItemOperations',
  ...itemOperations,
  body: 'required',
  multipart: true,
  handle: async (context, request): Promise<ItemOperationsResponse> => {
    const operations = request!.filter(isRead);
    if (operations.length === 0) throw new EasError('invalid-request', 'no operation');
    if (operations.length > most) throw new EasError('too-large', `${operations.length} operations`);
    const Move: MoveAnswer[] = [];
    const EmptyFolderContents: EmptyAnswer[] = [];
    const Fetch: FetchAnswer[] = [];
    for (const operation of operations) {
      if ('Move' in operation) Move.push(await moveConversation(context, operation.Move));
      if ('EmptyFolderContents' in operation)
        EmptyFolderContents.push(await empty(context, operation.EmptyFolderContents));
      if ('Fetch' in operation) Fetch.push(await fetch(context, operation.Fetch));
    }
    return { Status: 1, Response: { Move, EmptyFolderContents, Fetch } };
  },
});

/** A Move of a version that does not have it says nothing. */
function isRead(operation: ItemOperation): boolean {
  return !('Move' in operation) || operation.Move.ConversationId !== undefined;
}

/** [MS-ASCMD] 2.2.3.58 EmptyFolderContents: for good, but for the journal; every phone is told by Sync. */
async function empty(context: Context, asked: EmptyRequest): Promise<EmptyAnswer> {
  const { CollectionId, Options } = asked;
  if (CollectionId === recipientCache) return { Status: accessDenied, CollectionId };
  try {
    await emptyFolder(context, CollectionId as CollectionId, Options?.DeleteSubFolders ?? false);
    return { Status: 1, CollectionId };
  } catch (error) {
    if (!(error instanceof EasError)) throw error;
    return { Status: statusOf('ItemOperations', error.code), CollectionId };
  }
}
