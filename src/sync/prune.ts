import type { CollectionId } from '../domain/ids.ts';
import type { Transaction } from '../store/port.ts';
import { lowestWatermark } from './record.ts';

/** Lets go of what no kept state of any device can ask for (sync-model "Pruning, ends"). */
export async function pruneCollection(tx: Transaction, collection: CollectionId): Promise<void> {
  const found = await tx.collection(collection);
  if (!found) return;
  const lowest = lowestWatermark(await tx.syncRecords(collection)) ?? found.high;
  if (lowest > 0) tx.prune(collection, lowest);
}
