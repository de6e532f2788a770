import type { ItemClass } from '../domain/collection.ts';
import { above, below, farFuture, type ItemNumber, type Position } from '../domain/position.ts';
import type { Floors, SyncOptions } from '../domain/sync-record.ts';

const day = 86_400_000;
/** [MS-ASCMD] 2.2.3.68.2 FilterType (Sync): the code's window in days. */
const days: Readonly<Record<number, number>> = { 1: 1, 2: 3, 3: 7, 4: 14, 5: 30, 6: 90, 7: 180 };
/** Which codes a class knows; 0, all, is known to each. */
const known: Readonly<Partial<Record<ItemClass, readonly number[]>>> = {
  Email: [1, 2, 3, 4, 5],
  SMS: [1, 2, 3, 4, 5],
  Calendar: [4, 5, 6, 7],
  Tasks: [8],
};

export function filterFits(filterType: number, itemClass: ItemClass | undefined): boolean {
  const codes = itemClass && known[itemClass];
  return filterType === 0 || codes === undefined || codes.includes(filterType);
}

/** The lowest position inside the filter's window today; whole days, so that a day's requests agree. `now` in milliseconds. */
export function filterTarget(filterType: number, now: number): Position {
  if (filterType === 8) return { date: farFuture, number: 0 as ItemNumber };
  const window = days[filterType];
  if (window === undefined) return below;
  return { date: Math.floor(now / day) * day - window * day, number: 0 as ItemNumber };
}

/** Where the floors belong today. A class that no Options block names lies outside: its floor is above everything. */
export function targetsOf({ classes, filterType, smsFilterType = 0 }: SyncOptions, now: number): Floors {
  const namesSms = classes.includes('SMS');
  const onlySms = namesSms && classes.length === 1;
  return {
    floor: onlySms ? above : filterTarget(filterType, now),
    ...(namesSms && { smsFloor: filterTarget(smsFilterType, now) }),
  };
}
