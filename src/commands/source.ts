// The message that SmartReply and SmartForward start from, and the mark that they leave on it.
import { parseDate, parseLongId, type SmartReplyRequest } from '../../protocol/index.ts';
import type { Email } from '../domain/email.ts';
import { EasError } from '../domain/errors.ts';
import type { ServerId } from '../domain/ids.ts';
import { type Item, isMail } from '../domain/item.ts';
import type { Reader, Transaction } from '../store/port.ts';

/** [MS-ASCMD] 2.2.3.173 Source */
export type SourceName = SmartReplyRequest['Source'];

/** [MS-ASCMD] R541: `2010-04-08T18:16:00.000Z` and no other form. */
export function namesInstance({ InstanceId }: SourceName): boolean {
  if (InstanceId === undefined) return true;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(InstanceId) && parseDate(InstanceId) !== undefined;
}

/** An id tells its folder by itself; a LongId stands alone. Throws 'item-not-found'. */
export async function sourceItem(reader: Reader, source: SourceName): Promise<Item | undefined> {
  const named = addressOf(source);
  const item = named && (await reader.item(named.id));
  if (item && named.folder !== undefined && named.folder !== item.collection)
    throw new EasError('item-not-found', item.id);
  return item;
}

/** Marks it as answered or forwarded, if it is still there. */
export async function markSource(
  tx: Transaction,
  source: SourceName,
  lastVerb: NonNullable<Email['lastVerb']>,
): Promise<void> {
  const named = addressOf(source);
  const item = named && (await tx.item(named.id));
  if (isMail(item)) tx.put({ ...item, content: { ...item.content, lastVerb } }, ['verb']);
}

function addressOf({ FolderId, ItemId, LongId }: SourceName): { id: ServerId; folder: string | undefined } | undefined {
  if (LongId === undefined) return ItemId === undefined ? undefined : { id: ItemId as ServerId, folder: FolderId };
  const hit = ItemId === undefined && FolderId === undefined ? parseLongId(LongId) : undefined;
  return hit && { id: hit.serverId as ServerId, folder: hit.collectionId };
}
