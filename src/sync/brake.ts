// The mass-delete brake: a device that deletes most of a large folder within an hour is stopped until an administrator says
// that it was meant. Its state stands in the sync record: a few numbers. What is held is given back, because the record
// forgets its states: the device starts the folder again.
import type { CollectionId } from '../domain/ids.ts';
import type { DeleteCount, SyncRecord } from '../domain/sync-record.ts';
import type { Transaction } from '../store/port.ts';

export interface BrakeLimits {
  /** Of the items in the folder, 0 to 1; 1: never. */
  readonly share: number;
}
/** Fewer deletions are nobody's accident worth a stop. */
const least = 100;
const hour = 3_600_000;
/** How long a confirmation counts. */
const day = 24 * hour;

export interface Brake {
  /** Asked once for each Delete; false: it is held. */
  admit(): Promise<boolean>;
  readonly held: boolean;
  /** To be saved; undefined when nothing was deleted. */
  readonly count: DeleteCount | undefined;
}

/** `now` in milliseconds. */
export function startBrake(
  tx: Transaction,
  collection: CollectionId,
  before: DeleteCount | undefined,
  { share }: BrakeLimits,
  now: number,
): Brake {
  const isOver = before === undefined || (before.held !== true && now - before.since > hour);
  let count: DeleteCount = isOver ? { since: now, count: 0 } : before;
  const earlier = count.count;
  const free = share >= 1 || (before?.confirmed !== undefined && now < before.confirmed + day);
  let asked = false;
  let of: number | undefined;
  return {
    admit: async () => {
      if (free) return true;
      asked = true;
      if (count.held) return false;
      count = { ...count, count: count.count + 1 };
      if (count.count < least) return true;
      // What this request removes is still there for a scan.
      of ??= earlier + (await tx.count(collection, {}));
      if (count.count <= share * of) return true;
      count = { ...count, held: true };
      return false;
    },
    get held() {
      return asked && count.held === true;
    },
    get count() {
      return asked ? count : before;
    },
  };
}

/** The administrator's word: what this device deletes there within a day is meant. */
export function confirmed(now: number): DeleteCount {
  return { since: now, count: 0, confirmed: now };
}

/** The same question for all `count` items of a folder at once. False: held, which the record then says. */
export async function admitAll(
  tx: Transaction,
  record: SyncRecord,
  collection: CollectionId,
  count: number,
  limits: BrakeLimits,
  now: number,
): Promise<boolean> {
  const brake = startBrake(tx, collection, record.deletes, limits, now);
  for (let i = 0; i < count; i++) if (!(await brake.admit())) break;
  if (brake.count && brake.held) tx.saveSyncRecord({ ...record, deletes: brake.count });
  return !brake.held;
}
