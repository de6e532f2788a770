import type { Branded } from './ids.ts';

/**
 * Where an item lies in its collection: by date, ties broken by the item's number, so that no two share one.
 * Dates are milliseconds since 1970; `farFuture` and `farPast` stand for never-ending and never-current items.
 */
export interface Position {
  readonly date: number;
  readonly number: ItemNumber;
}
/** Unique in its account, drawn when the item enters a collection. */
export type ItemNumber = Branded<number, 'ItemNumber'>;

export const farFuture = 8.64e15;
export const farPast = -8.64e15;
/** Above every item: the floor of a device that holds nothing yet. */
export const above: Position = { date: Number.MAX_SAFE_INTEGER, number: 0 as ItemNumber };
/** Below every item: the target of a view without a filter. */
export const below: Position = { date: Number.MIN_SAFE_INTEGER, number: 0 as ItemNumber };

export function comparePositions(a: Position, b: Position): number {
  return a.date - b.date || a.number - b.number;
}
