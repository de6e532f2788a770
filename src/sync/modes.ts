// From one way of placing mail to the other (ConversationMode switched on or off): the difference of the two views in one
// answer (sync-model "What the server knows of a device's view"). Invariant: it is whole, or there is none.
import type { Modseq, ServerId } from '../domain/ids.ts';
import { above, below, comparePositions, type ItemNumber } from '../domain/position.ts';
import type { Floors, SyncOptions } from '../domain/sync-record.ts';
import type { Page, Room, Weigh } from './page.ts';
import type { Source } from './source.ts';
import { type Change, difference, type Placed, type View } from './view.ts';

export function byConversation(options: SyncOptions): boolean {
  return options.conversationMode === true;
}

/** All or nothing lies above the floor, wherever mails are placed. */
export function isSameEitherWay({ floor }: Floors): boolean {
  return comparePositions(floor, above) === 0 || comparePositions(floor, below) === 0;
}

export interface Switch {
  readonly from: Source;
  readonly to: Source;
  readonly end: Modseq;
  readonly target: Floors;
}

/**
 * The page that leads from the view to what it is in the other mode; a load that runs goes on from there. Undefined when the
 * room is too small.
 */
export async function switchMode(
  { from, to, end, target }: Switch,
  view: View,
  room: Room,
  weigh: Weigh,
): Promise<Page | undefined> {
  const { device: _, part: __, ...state } = view;
  const floor = comparePositions(view.floor, target.floor) > 0 ? view.floor : target.floor;
  const floors: Floors = { ...state, floor };
  const low = comparePositions(view.floor, floor) < 0 ? view.floor : floor;
  const changes: Change[] = [];
  const met = new Set<ServerId>();
  let bytes = 0;
  const fits = async (placed: readonly Placed[]): Promise<boolean> => {
    for (const { item } of placed) {
      if (met.has(item.id)) continue;
      met.add(item.id);
      const change = difference(view, await from.place(item), end, { placed: await to.place(item), floors });
      if (!change) continue;
      changes.push(change);
      bytes += 'item' in change ? weigh(change.item) : 0;
      if (changes.length > room.commands || (bytes > room.bytes && changes.length > 1)) return false;
    }
    return true;
  };
  const conversations = from.byConversation ? from : to;
  const flat = from.byConversation ? to : from;
  for await (const row of from.rows(view.watermark, Number.POSITIVE_INFINITY))
    if (!(await fits(await conversations.together(row.item)))) return undefined;
  const lowest = { date: low.date, number: 0 as ItemNumber };
  for await (const placed of flat.scan({ from: lowest, to: above, order: 'newest' }))
    if (!(await fits(await conversations.together(placed.item)))) return undefined;
  return { ...state, floor, changes, watermark: Math.max(end, view.watermark) };
}
