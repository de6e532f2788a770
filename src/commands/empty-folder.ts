import { EasError } from '../domain/errors.ts';
import type { CollectionId } from '../domain/ids.ts';
import type { Transaction } from '../store/port.ts';
import { admitAll } from '../sync/brake.ts';
import type { Context } from './define.ts';

const deletedItems = 4;
/** Items of one commit: others get their turn in between. */
const atOnce = 200;

/**
 * Removes every item of the folder, oldest first, and with `subfolders` the folders in it. What arrives meanwhile stays: only
 * what lay there at the beginning goes. Throws 'collection-not-found', and 'deletes-held' while the administrator has not said that it is meant.
 */
export async function emptyFolder(context: Context, id: CollectionId, subfolders: boolean): Promise<void> {
  const began = await context.read(async (reader) => reader.now);
  if (!(await context.transact((tx) => mayEmpty(tx, context, id)))) throw new EasError('deletes-held', id);
  while ((await context.transact((tx) => removeSome(tx, context, id, began))) === atOnce);
  if (subfolders) await context.transact((tx) => removeFoldersIn(tx, context, id));
}

/** A large folder is not emptied by accident: but for Deleted Items, which is there to be emptied. */
async function mayEmpty(tx: Transaction, { device, limits, clock }: Context, id: CollectionId): Promise<boolean> {
  const record = await tx.syncRecord(device.id, id);
  if (!record || (await tx.collection(id))?.type === deletedItems) return true;
  return admitAll(tx, record, id, await tx.count(id, {}), limits.deletes, clock.now());
}

async function removeSome(tx: Transaction, { device }: Context, id: CollectionId, began: number): Promise<number> {
  const folder = await tx.collection(id);
  if (!folder || folder.died !== undefined) throw new EasError('collection-not-found', id);
  const items = await tx.range(id, { order: 'oldest', limit: atOnce });
  const lay = items.filter(({ created }) => created <= began);
  // Without removedBy: the phone still shows them, and is told.
  for (const item of lay) tx.remove(item.id, { by: device.id });
  return lay.length;
}

async function removeFoldersIn(tx: Transaction, { device }: Context, id: CollectionId): Promise<void> {
  const folders = await tx.collections();
  const bury = (parent: CollectionId): void => {
    for (const folder of folders) {
      if (folder.parent !== parent) continue;
      bury(folder.id);
      tx.removeCollection(folder.id, device.id);
    }
  };
  bury(id);
}
