// What a device lacks: raise, changes, load, in this order, over the port's scans (sync-model "Producing a Sync response").
// Invariants: a step begins only when the one before is finished; a page is the exact difference of two views; an id is
// named once. It must never write, and never keep a list of what a device holds.
import type { CollectionId, Modseq, ServerId } from '../domain/ids.ts';
import type { Item, LivingItem } from '../domain/item.ts';
import { comparePositions, type Position } from '../domain/position.ts';
import type { LogRow, Reader } from '../store/port.ts';
import { broughtBehind, type Change, changedId, difference, holds, isEcho, positionAt, type View } from './view.ts';

const pageRows = 200;

export interface Source {
  readonly reader: Reader;
  readonly collection: CollectionId;
  /** Items that this request's own commands touched: scans do not show what was listed. */
  readonly touched: ReadonlyMap<ServerId, Item>;
}
export interface Bounds {
  /** Where the walk over the log ends: `high`, or before the request's own commands. */
  readonly end: Modseq;
  /** The highest stamp of anything in the collection. */
  readonly high: Modseq;
  /** The filter's cutoff today. */
  readonly target: Position;
  /** False beside own commands: what they stamp is not in this snapshot. */
  readonly mayLoad: boolean;
}
/** Commands, and the bytes that their answers may take. */
export interface Room {
  readonly commands: number;
  readonly bytes: number;
}
export interface Page {
  readonly changes: readonly Change[];
  readonly watermark: Modseq;
  readonly floor: Position;
}

export async function produce(source: Source, view: View, bounds: Bounds, room: Room, weigh: Weigh): Promise<Page> {
  const page = new PageBuilder(view, room, weigh);
  await raise(source, view, bounds.target, page);
  if (!page.full) await walk(source, { ...view, floor: page.floor }, bounds.end, page);
  if (bounds.mayLoad && !page.full && page.watermark >= bounds.high) await load(source, bounds.target, page);
  return { changes: page.changes(), watermark: page.watermark, floor: page.floor };
}

/** Bytes that an item takes in an answer, from the sizes that it keeps. */
export type Weigh = (item: LivingItem) => number;

class PageBuilder {
  readonly #byId = new Map<ServerId, Change>();
  readonly #view: View;
  readonly #room: Room;
  readonly weigh: Weigh;
  #bytes = 0;
  full = false;
  watermark: Modseq;
  floor: Position;

  constructor(view: View, room: Room, weigh: Weigh) {
    this.#view = view;
    this.#room = room;
    this.weigh = weigh;
    this.watermark = view.watermark;
    this.floor = view.floor;
  }

  /** Takes the change, or says that the page is full. */
  add(change: Change): boolean {
    const earlier = this.#byId.has(changedId(change));
    const weight = this.#weightOf(change);
    const fits = this.#byId.size === 0 || this.#bytes + weight <= this.#room.bytes;
    if (!earlier && (this.#byId.size >= this.#room.commands || !fits)) {
      this.full = true;
      return false;
    }
    this.place(change);
    return true;
  }

  /** Takes the change; the caller knows that there is room. A SoftDelete and an Add of one item become a Change, or nothing. */
  place(change: Change): void {
    const id = changedId(change);
    const earlier = this.#byId.get(id);
    const merged = earlier ? this.#merge(earlier, change) : change;
    this.#bytes += this.#weightOf(change);
    if (merged) this.#byId.set(id, merged);
    else this.#byId.delete(id);
  }

  #weightOf(change: Change): number {
    return 'item' in change ? this.weigh(change.item) : 0;
  }

  #merge(earlier: Change, later: Change): Change | undefined {
    if (later.kind === 'Delete' || later.kind === 'SoftDelete') return later;
    if (earlier.kind !== 'SoftDelete' || later.kind !== 'Add') return later;
    return isEcho(later.item, this.#view.device)
      ? undefined
      : { kind: 'Change', item: later.item, since: this.#view.watermark };
  }

  /** Room for commands of items that are not named yet. */
  get free(): Room {
    return { commands: this.#room.commands - this.#byId.size, bytes: this.#room.bytes - this.#bytes };
  }

  get empty(): boolean {
    return this.#byId.size === 0;
  }

  changes(): Change[] {
    return [...this.#byId.values()];
  }
}

function asTouched(source: Source, item: Item): Item {
  return source.touched.get(item.id) ?? item;
}

/** Step 1: the floor moves up to the target; what it passes is soft-deleted, lowest first. */
async function raise(source: Source, view: View, target: Position, page: PageBuilder): Promise<void> {
  if (comparePositions(view.floor, target) >= 0) return;
  const lost = (item: Item): Position | undefined => {
    if (broughtBehind(item, view.device, view.watermark) || !holds(view, item)) return undefined;
    const position = positionAt(item, view.watermark)!;
    return comparePositions(position, target) < 0 ? position : undefined;
  };
  const stirred = await stirredBehind(source, view.watermark);
  const rest = [...stirred.values()]
    .map((item) => ({ item, position: lost(item) }))
    .filter((entry): entry is { item: Item; position: Position } => entry.position !== undefined)
    .sort((a, b) => comparePositions(a.position, b.position));
  for await (const living of livingBetween(source, view.floor, target)) {
    if (stirred.has(living.id)) continue;
    const item = asTouched(source, living);
    const position = lost(item);
    if (!position) continue;
    while (rest[0] && comparePositions(rest[0].position, position) < 0) if (!passes(rest.shift()!)) return;
    if (!passes({ item, position })) return;
  }
  for (const entry of rest) if (!passes(entry)) return;
  page.floor = target;

  function passes(entry: { item: Item; position: Position }): boolean {
    page.floor = entry.position;
    return page.add({ kind: 'SoftDelete', id: entry.item.id });
  }
}

/** Items with membership events behind the watermark: where they lie today says nothing about where they lay. */
async function stirredBehind(source: Source, watermark: Modseq): Promise<Map<ServerId, Item>> {
  const items = new Map<ServerId, Item>();
  for await (const row of rowsBehind(source, watermark, Number.POSITIVE_INFINITY)) {
    if (row.kind !== 'changed') items.set(row.item.id, asTouched(source, row.item));
  }
  return items;
}

async function* livingBetween(source: Source, from: Position, to: Position): AsyncGenerator<LivingItem> {
  for (let next = from; ; ) {
    const items = await source.reader.range(source.collection, { from: next, to, order: 'oldest', limit: pageRows });
    yield* items;
    const last = items.at(-1);
    if (!last || items.length < pageRows) return;
    const position = last.history.at(-1)!.position;
    next = { date: position.date, number: (position.number + 1) as Position['number'] };
  }
}

async function* rowsBehind(source: Source, after: Modseq, end: Modseq): AsyncGenerator<LogRow> {
  for (let from = after; from < end; ) {
    const rows = await source.reader.log(source.collection, from, pageRows);
    for (const row of rows) if (row.stamp <= end) yield row;
    const last = rows.at(-1);
    if (!last || rows.length < pageRows) return;
    from = last.stamp;
  }
}

/** Step 2: the log behind the watermark, as far as the page has room; then the exact difference of the two views. */
async function walk(source: Source, view: View, end: Modseq, page: PageBuilder): Promise<void> {
  if (view.watermark >= end) return;
  const seen = new Map<ServerId, Item>();
  const named = new Map<ServerId, number>();
  let { commands, bytes } = page.free;
  const atStart = page.empty;
  let reached = view.watermark;
  for await (const row of rowsBehind(source, view.watermark, end)) {
    const item = asTouched(source, row.item);
    const change = difference(view, item, row.stamp);
    const before = named.get(item.id);
    const weight = change && 'item' in change ? page.weigh(change.item) : 0;
    const commandsLeft = commands + (before === undefined ? 0 : 1) - (change ? 1 : 0);
    const bytesLeft = bytes + (before ?? 0) - weight;
    const first = atStart && named.size - (before === undefined ? 0 : 1) === 0;
    if (commandsLeft < 0 || (change && bytesLeft < 0 && !first)) {
      page.full = true;
      break;
    }
    commands = commandsLeft;
    bytes = bytesLeft;
    seen.set(item.id, item);
    if (change) named.set(item.id, weight);
    else named.delete(item.id);
    reached = row.stamp;
  }
  page.watermark = page.full ? reached : end;
  for (const item of seen.values()) {
    const change = difference(view, item, page.watermark);
    if (change) page.place(change);
  }
}

/** Step 3: the floor moves down to the target; what it uncovers is added, newest first. */
async function load(source: Source, target: Position, page: PageBuilder): Promise<void> {
  while (comparePositions(page.floor, target) > 0) {
    const limit = Math.min(pageRows, Math.max(1, page.free.commands + 1));
    const items = await source.reader.range(source.collection, {
      from: target,
      to: page.floor,
      order: 'newest',
      limit,
    });
    for (const item of items) {
      if (!page.add({ kind: 'Add', item, since: page.watermark })) return;
      page.floor = item.history.at(-1)!.position;
    }
    if (items.length < limit) page.floor = target;
  }
}
