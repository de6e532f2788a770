// The items of a collection where a view sees them: at their own positions, or (ConversationMode) each mail where the newest
// one of its conversation lies. What the request itself touched is laid over what the scans say. It must never write.
import type { ItemClass } from '../domain/collection.ts';
import type { CollectionId, ConversationId, Modseq, ServerId } from '../domain/ids.ts';
import type { Item } from '../domain/item.ts';
import { comparePositions, type ItemNumber, type Position } from '../domain/position.ts';
import { type LogRow, openStamp, type Range, type Reader } from '../store/port.ts';
import { conversationOf, entryAt, isLiving, type Placed, placedAlone } from './view.ts';

const pageRows = 200;

export interface Source {
  readonly reader: Reader;
  readonly collection: CollectionId;
  readonly byConversation: boolean;
  place(item: Item): Promise<Placed>;
  /** Every item whose place an event of this one may change, by number: those of its conversation, or it alone. */
  together(item: Item): Promise<readonly Placed[]>;
  /** after < stamp ≤ end, by stamp. */
  rows(after: Modseq, end: Modseq): AsyncGenerator<LogRow>;
  /** The living, where they lie in this snapshot: from ≤ position < to. `limit`: how many are read at once. */
  scan(range: Scan): AsyncGenerator<Placed>;
}
export interface Scan extends Pick<Range, 'order'> {
  readonly from: Position;
  readonly to: Position;
  readonly limit?: number;
  /** Absent: all. */
  readonly class?: ItemClass;
}

export interface SourceOptions {
  readonly byConversation: boolean;
  /** Items that this request's own commands touched: scans do not show what was listed. */
  readonly touched?: ReadonlyMap<ServerId, Item>;
}

export function sourceOn(reader: Reader, collection: CollectionId, options: SourceOptions): Source {
  const { byConversation, touched = new Map<ServerId, Item>() } = options;
  const asTouched = (item: Item): Item => touched.get(item.id) ?? item;
  async function* rows(after: Modseq, end: Modseq): AsyncGenerator<LogRow> {
    for (let from = after; from < end; ) {
      const page = await reader.log(collection, from, pageRows);
      for (const row of page) if (row.stamp <= end) yield { ...row, item: asTouched(row.item) };
      const last = page.at(-1);
      if (!last || page.length < pageRows) return;
      from = last.stamp;
    }
  }
  const flat = (range: Scan) => scanFlat(reader, collection, range, asTouched);
  const conversations = conversationsOf(reader, collection, asTouched);
  const place = async (item: Item): Promise<Placed> => {
    const id = byConversation ? conversationOf(item) : undefined;
    if (id === undefined) return placedAlone(item);
    return placedIn(item, (await conversations(id)).dates);
  };
  const together = async (item: Item): Promise<readonly Placed[]> => {
    const id = byConversation ? conversationOf(item) : undefined;
    if (id === undefined) return [placedAlone(item)];
    const { members, dates } = await conversations(id);
    const all = members.some((member) => member.id === item.id) ? members : [...members, item];
    return all.map((member) => placedIn(member, dates)).sort((a, b) => a.item.number - b.item.number);
  };
  const scan = byConversation ? (range: Scan) => scanConversations(flat, together, range) : flat;
  return { reader, collection, byConversation, place, together, rows, scan };
}

async function* scanFlat(
  reader: Reader,
  collection: CollectionId,
  { from, to, order, limit = pageRows, class: itemClass }: Scan,
  asTouched: (item: Item) => Item,
): AsyncGenerator<Placed> {
  const rows = Math.min(pageRows, Math.max(1, limit));
  const only = itemClass === undefined ? {} : { class: itemClass };
  for (let low = from, high = to; ; ) {
    const items = await reader.range(collection, { from: low, to: high, order, limit: rows, ...only });
    for (const item of items) yield placedAlone(asTouched(item));
    const last = items.at(-1);
    if (!last || items.length < rows) return;
    const position = last.history.at(-1)!.position;
    if (order === 'newest') high = position;
    else low = { date: position.date, number: (position.number + 1) as ItemNumber };
  }
}

/**
 * In order of the conversations' dates: a conversation is met at its newest mail, with all that belongs to it; its older
 * mails are passed over where they themselves lie.
 */
async function* scanConversations(
  flat: (range: Scan) => AsyncGenerator<Placed>,
  together: Source['together'],
  range: Scan,
): AsyncGenerator<Placed> {
  const { from, to, order } = range;
  const dates = {
    from: { date: from.date, number: 0 as ItemNumber },
    to: { date: Math.min(to.date + 1, Number.MAX_SAFE_INTEGER), number: 0 as ItemNumber },
  };
  let group: Placed[] = [];
  const inOrder = (): Placed[] => {
    const inside = group.filter((placed) => {
      const position = current(placed);
      return comparePositions(position, from) >= 0 && comparePositions(position, to) < 0;
    });
    group = [];
    return inside.sort((a, b) => (order === 'newest' ? -1 : 1) * (a.item.number - b.item.number));
  };
  let date: number | undefined;
  const met = new Set<ConversationId>();
  for await (const own of flat({ ...range, ...dates })) {
    const lies = current(own).date;
    if (lies !== date) {
      yield* inOrder();
      met.clear();
      date = lies;
    }
    const conversation = conversationOf(own.item);
    if (conversation === undefined) group.push(own);
    else if (!met.has(conversation)) {
      const members = (await together(own.item)).filter(({ item }) => livesNow(item));
      if (members.every((member) => current(member).date === lies)) {
        met.add(conversation);
        group.push(...members);
      }
    }
  }
  yield* inOrder();
}

/** In this snapshot: what the request itself listed has no stamp yet. */
function current({ item, at }: Placed): Position {
  return at(openStamp - 1) ?? item.history[0]!.position;
}
function livesNow(item: Item): boolean {
  return item.created < openStamp && (isLiving(item) || item.died === openStamp);
}

interface Conversation {
  readonly members: readonly Item[];
  /** The newest date among those that were there, by stamp. */
  readonly dates: Dates;
}
type Dates = readonly { readonly stamp: Modseq; readonly date: number }[];

function placedIn(item: Item, dates: Dates): Placed {
  const at = (stamp: Modseq): Position | undefined => {
    const entry = entryAt(dates, stamp);
    return entry && { date: entry.date, number: item.number };
  };
  return { item, at };
}

const rememberedConversations = 500;

function conversationsOf(reader: Reader, collection: CollectionId, asTouched: (item: Item) => Item) {
  const known = new Map<ConversationId, Conversation>();
  return async (id: ConversationId): Promise<Conversation> => {
    const found = known.get(id);
    if (found) return found;
    const members = (await reader.conversation(collection, id)).filter((item) => conversationOf(item) === id);
    const all = members.map(asTouched);
    const conversation = { members: all, dates: datesOf(all) };
    if (known.size >= rememberedConversations) known.clear();
    known.set(id, conversation);
    return conversation;
  };
}

function datesOf(members: readonly Item[]): Dates {
  const events = members.flatMap(({ number, history, died }) => [
    ...history.map(({ stamp, position }) => ({ stamp, number, date: position.date })),
    ...(died === undefined ? [] : [{ stamp: died, number, date: undefined }]),
  ]);
  events.sort((a, b) => a.stamp - b.stamp);
  const there = new Map<number, number>();
  let newest = Number.NEGATIVE_INFINITY;
  const dates: { stamp: Modseq; date: number }[] = [];
  for (const { stamp, number, date } of events) {
    const before = there.get(number);
    if (date === undefined) there.delete(number);
    else there.set(number, date);
    if (date !== undefined && date >= newest) newest = date;
    else if (before === newest) newest = Math.max(...there.values());
    if (there.size > 0 && dates.at(-1)?.date !== newest) dates.push({ stamp, date: newest });
  }
  return dates;
}
