import type { CollectionId } from '../domain/ids.ts';
import type { Transaction } from '../store/port.ts';
import { lowestWatermark } from './record.ts';

/** How long a late repeat of MoveItems is still recognised, in milliseconds. */
const movesKept = 7 * 24 * 3_600_000;

/** Lets go of what no kept state of any device can ask for (sync-model "Pruning, ends"); false: there was nothing. */
export async function pruneCollection(tx: Transaction, id: CollectionId, now: number): Promise<boolean> {
  const collection = await tx.collection(id);
  if (!collection) return false;
  const lowest = lowestWatermark(await tx.syncRecords(id)) ?? collection.high;
  const [first] = await tx.log(id, 0, 1);
  if (first === undefined || first.stamp > lowest) return false;
  tx.prune(id, lowest, now - movesKept);
  return true;
}
