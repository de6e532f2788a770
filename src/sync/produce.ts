// What a device lacks: raise, changes, load, in this order, over the port's scans (sync-model "Producing a Sync response").
// Invariants: a step begins only when the one before is finished; a page is the exact difference of two views; an id is
// named once. It must never write, and never keep a list of what a device holds.
import type { ItemClass } from '../domain/collection.ts';
import type { Modseq, ServerId } from '../domain/ids.ts';
import type { LivingItem } from '../domain/item.ts';
import { above, below, comparePositions, type Position } from '../domain/position.ts';
import type { Floors, Part } from '../domain/sync-record.ts';
import { type Page, PageBuilder, type Room, type Weigh } from './page.ts';
import type { Source } from './source.ts';
import {
  broughtBehind,
  conversationOf,
  difference,
  floorOf,
  holds,
  isLiving,
  type Placed,
  seenAt,
  type View,
  viewOf,
} from './view.ts';

export interface Bounds {
  /** Where the walk over the log ends: `high`, or before the request's own commands. */
  readonly end: Modseq;
  /** The highest stamp of anything in the collection. */
  readonly high: Modseq;
  /** Where the floors belong today. */
  readonly target: Floors;
  /** False beside own commands: what they stamp is not in this snapshot. */
  readonly mayLoad: boolean;
}

/** `begun`: what the answer says already, and as far as that leads; the rest follows in the room that is left. */
export async function produce(
  source: Source,
  before: View,
  bounds: Bounds,
  room: Room,
  weigh: Weigh,
  begun?: Page,
): Promise<Page> {
  const page = new PageBuilder(before, room, weigh, begun);
  const view = begun ? viewOf(before.device, begun) : before;
  await raise(source, view, bounds.target, page);
  if (!page.full) await walk(source, viewOf(view.device, page.result()), bounds.end, page);
  if (bounds.mayLoad && !page.full && page.watermark >= bounds.high) await load(source, bounds.target, page);
  return page.result();
}

const floorClasses = ['Email', 'SMS'] as const;

/** Where floors and targets stand apart in one direction; `class` when only that one's do. */
function between(floors: Floors, target: Floors, direction: 'up' | 'down') {
  const sign = direction === 'up' ? 1 : -1;
  const apart = floorClasses.filter((one) => sign * comparePositions(floorOf(target, one), floorOf(floors, one)) > 0);
  if (apart.length === 0) return undefined;
  const ends = apart.flatMap((one) => [floorOf(floors, one), floorOf(target, one)]).sort(comparePositions);
  const only: { class?: ItemClass } = apart.length === 1 && apart[0] === 'SMS' ? { class: 'SMS' } : {};
  return { from: ends[0]!, to: ends.at(-1)!, ...only };
}

/** The floors when one moves over a position on the way from `floors` to `target`: no further than it has to go. */
function movedTo(position: Position, floors: Floors, target: Floors, direction: 'up' | 'down'): Floors {
  const move = (one: ItemClass): Position => {
    const floor = floorOf(floors, one);
    const end = floorOf(target, one);
    const sign = direction === 'up' ? 1 : -1;
    if (sign * comparePositions(end, floor) <= 0 || sign * comparePositions(position, floor) <= 0) return floor;
    return sign * comparePositions(position, end) < 0 ? position : end;
  };
  return floorsOf(move('Email'), move('SMS'));
}

function floorsOf(floor: Position, smsFloor: Position): Floors {
  return { floor, ...(comparePositions(smsFloor, above) < 0 && { smsFloor }) };
}

/** Step 1: the floors move up to their targets; what they pass is soft-deleted, lowest first. */
async function raise(source: Source, view: View, target: Floors, page: PageBuilder): Promise<void> {
  const range = between(view, target, 'up');
  if (!range) return;
  const lost = (placed: Placed): Position | undefined => {
    const { item, at } = placed;
    const seen = seenAt(view, item);
    if (broughtBehind(item, view.device, seen) || !holds(view, placed)) return undefined;
    const position = at(seen)!;
    return comparePositions(position, floorOf(target, item.class)) < 0 ? position : undefined;
  };
  const stirred = await stirredBehind(source, view.watermark);
  const rest = [...stirred.values()]
    .map((placed) => ({ placed, position: lost(placed) }))
    .filter((entry): entry is { placed: Placed; position: Position } => entry.position !== undefined)
    .sort((a, b) => comparePositions(a.position, b.position));
  for await (const placed of source.scan({ ...range, order: 'oldest' })) {
    if (stirred.has(placed.item.id)) continue;
    const position = lost(placed);
    if (!position) continue;
    while (rest[0] && comparePositions(rest[0].position, position) < 0) if (!passes(rest.shift()!)) return;
    if (!passes({ placed, position })) return;
  }
  for (const entry of rest) if (!passes(entry)) return;
  page.floors = movedTo(above, view, target, 'up');

  function passes(entry: { placed: Placed; position: Position }): boolean {
    page.floors = movedTo(entry.position, view, target, 'up');
    return page.add({ kind: 'SoftDelete', id: entry.placed.item.id });
  }
}

/** Items with membership events behind the watermark: where they lie today says nothing about where they lay. */
async function stirredBehind(source: Source, watermark: Modseq): Promise<Map<ServerId, Placed>> {
  const items = new Map<ServerId, Placed>();
  for await (const row of source.rows(watermark, Number.POSITIVE_INFINITY)) {
    if (row.kind === 'changed' || items.has(row.item.id)) continue;
    for (const placed of await source.together(row.item)) items.set(placed.item.id, placed);
  }
  return items;
}

/**
 * Step 2: the log behind the watermark, as far as the page has room; then the exact difference of the two views. A row that
 * moves a whole conversation may end the page among its items.
 */
async function walk(source: Source, view: View, end: Modseq, page: PageBuilder): Promise<void> {
  if (view.watermark >= end) return;
  const seen = new Map<ServerId, Placed>();
  const count = page.counter();
  let reached = view.watermark;
  let part: Part | undefined;
  rows: for await (const row of source.rows(view.watermark, end)) {
    const stirred = row.kind === 'changed' ? [await source.place(row.item)] : await source.together(row.item);
    for (const placed of stirred) {
      const { item } = placed;
      const change = difference(view, placed, Math.max(row.stamp, seenAt(view, item)));
      if (!count.takes(item.id, change)) {
        page.full = true;
        break rows;
      }
      if (change) seen.set(item.id, placed);
      const conversation = source.byConversation ? conversationOf(item) : undefined;
      if (conversation !== undefined && stirred.length > 1)
        part = { stamp: row.stamp, conversation, number: item.number };
    }
    reached = row.stamp;
    part = undefined;
  }
  const watermark = page.full ? reached : end;
  const told = page.full ? (part ?? keptPart(view, reached)) : undefined;
  page.watermark = watermark;
  page.part = told;
  for (const placed of seen.values()) {
    const change = difference(view, placed, seenAt({ watermark, ...(told && { part: told }) }, placed.item));
    if (change) page.place(change);
  }
}

/** The page did not even get as far as the one before. */
function keptPart({ part, watermark }: View, reached: Modseq): Part | undefined {
  return reached === watermark ? part : undefined;
}

/** Step 3: the floors move down to their targets; what they uncover is added, newest first. */
async function load(source: Source, target: Floors, page: PageBuilder): Promise<void> {
  const start = page.floors;
  for await (const { item, position } of uncovered(source, start, target, page.watermark, page.free.commands + 1)) {
    if (!page.add({ kind: 'Add', item })) return;
    page.floors = movedTo(position, start, target, 'down');
  }
  page.floors = movedTo(below, start, target, 'down');
}

/** What lies between the floors and targets below them, as of a stamp that is the newest. `limit`: how many are read at once. */
export async function* uncovered(
  source: Source,
  floors: Floors,
  target: Floors,
  stamp: Modseq,
  limit?: number,
): AsyncGenerator<{ readonly item: LivingItem; readonly position: Position }> {
  const range = between(floors, target, 'down');
  if (!range) return;
  for await (const { item, at } of source.scan({ ...range, order: 'newest', ...(limit !== undefined && { limit }) })) {
    const position = at(stamp);
    if (position === undefined || !isLiving(item)) continue;
    if (isBetween(position, floors, target, item.class)) yield { item, position };
  }
}

/** Below its class's floor, and not below its target. */
export function isBetween(position: Position, floors: Floors, target: Floors, itemClass: ItemClass): boolean {
  const isBelow = comparePositions(position, floorOf(floors, itemClass)) < 0;
  return isBelow && comparePositions(position, floorOf(target, itemClass)) >= 0;
}
