import type { CollectionId } from '../domain/ids.ts';
import type { Transaction } from '../store/port.ts';
import { forgotten, keptStates, lowestWatermark } from './record.ts';

const day = 24 * 3_600_000;
/** How long a late repeat of MoveItems is still recognised, in milliseconds. */
const movesKept = 7 * day;
/** How long what a device may ask for is kept for one that does not come; then it starts its collections again. */
const partnershipsKept = 90 * day;

/** Lets go of what no kept state of any device can ask for (sync-model "Pruning, ends"); false: there was nothing. */
export async function pruneCollection(tx: Transaction, id: CollectionId, now: number): Promise<boolean> {
  const collection = await tx.collection(id);
  if (!collection) return false;
  const records = [];
  for (const record of await tx.syncRecords(id)) {
    const device = await tx.device(record.device);
    if (!device || now - device.lastSeen <= partnershipsKept) records.push(record);
    else if (keptStates(record).length > 0) tx.saveSyncRecord(forgotten(record));
  }
  const lowest = lowestWatermark(records) ?? collection.high;
  const [first] = await tx.log(id, 0, 1);
  if (first === undefined || first.stamp > lowest) return false;
  tx.prune(id, lowest, now - movesKept);
  return true;
}
