// Items that Search and Find are asked for: from the words of the index, newest first, in the folders that are meant.
import type { Alternative } from '../content/email/query.ts';
import { type Collection, folderTypes, type ItemClass } from '../domain/collection.ts';
import type { CollectionId, ConversationId, ServerId } from '../domain/ids.ts';
import { isMail, type LivingItem, type Mail } from '../domain/item.ts';
import { above, below, type Position } from '../domain/position.ts';
import type { Reader } from '../store/port.ts';
import { isLiving } from '../sync/view.ts';

export interface ItemSearch {
  readonly alternatives: readonly Alternative[];
  readonly classes: readonly ItemClass[];
  /** Empty: all folders of these classes. */
  readonly folders: readonly string[];
  /** With the folders in them. */
  readonly deep: boolean;
  /** Mail of this conversation alone. */
  readonly conversation?: ConversationId | undefined;
  /** When mail or a text message was received, in milliseconds, both outside what is found. */
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly most: number;
}

/** What a search without words asks for: whatever else it names. */
export const everything: readonly Alternative[] = [{ words: [], plain: true, fits: () => true, matches: () => true }];

/** Candidates looked at for one answer. */
const looked = 1000;
/** Items of a folder that are looked at when the words tell nothing, page by page. */
const scanned = { most: 5000, page: 500 };

/** At most `most` of them; undefined when a folder is not there. */
export async function findItems(reader: Reader, search: ItemSearch): Promise<LivingItem[] | undefined> {
  const collections = foldersOf(await reader.collections(), search);
  if (!collections) return undefined;
  const found = new Map<ServerId, LivingItem>();
  for (const alternative of search.alternatives) {
    let taken = 0;
    for await (const item of candidates(reader, collections, search, alternative)) {
      if (taken >= search.most) break;
      if (!search.classes.includes(item.class) || !fits(item, search, alternative)) continue;
      found.set(item.id, item);
      taken += 1;
    }
  }
  return newestFirst([...found.values()]).slice(0, search.most);
}

function newestFirst(items: LivingItem[]): LivingItem[] {
  return items.sort((a, b) => b.sortDate - a.sortDate || b.number - a.number);
}

/** Newest first. */
async function* candidates(
  reader: Reader,
  collections: readonly CollectionId[],
  { conversation, after, before, most }: ItemSearch,
  { words, matches }: Alternative,
): AsyncGenerator<LivingItem> {
  if (conversation !== undefined) {
    const all = await Promise.all(collections.map((id) => reader.conversation(id, conversation)));
    yield* newestFirst(all.flat().filter(isLiving)).filter((item) => isMail(item) && matches(item.content));
  } else if (words.length > 0) {
    for (const id of await reader.search({ words, collections, limit: looked })) {
      const item = await reader.item(id);
      if (item && isLiving(item)) yield item;
    }
  } else {
    // Each folder gives its newest that match, the newest of all are taken then.
    const all = await Promise.all(collections.map((id) => scan(reader, id, { after, before, most, matches })));
    yield* newestFirst(all.flat());
  }
}

async function scan(
  reader: Reader,
  collection: CollectionId,
  { after, before, most, matches }: Pick<ItemSearch, 'after' | 'before' | 'most'> & Pick<Alternative, 'matches'>,
): Promise<LivingItem[]> {
  const found: LivingItem[] = [];
  const from = after === undefined ? below : { ...below, date: after };
  let to: Position = before === undefined ? above : { ...above, date: before };
  for (let seen = 0; seen < scanned.most && found.length < most; ) {
    const page = await reader.range(collection, { from, to, order: 'newest', limit: scanned.page });
    found.push(...page.filter((item) => !isMail(item) || matches(item.content)));
    if (page.length < scanned.page) break;
    seen += page.length;
    to = { date: page.at(-1)!.sortDate, number: page.at(-1)!.number };
  }
  return found.slice(0, most);
}

function fits(item: LivingItem, search: ItemSearch, alternative: Alternative): boolean {
  if (isMail(item)) return isBetween(item.sortDate, search) && alternative.fits(item.content);
  if (item.damaged !== undefined || !alternative.plain) return false;
  if (item.class === 'SMS') return isBetween(item.sortDate, search);
  return search.after === undefined && search.before === undefined;
}

/** Mail alone. */
export async function findMail(reader: Reader, search: Omit<ItemSearch, 'classes'>): Promise<Mail[] | undefined> {
  return (await findItems(reader, { ...search, classes: ['Email'] }))?.filter(isMail);
}

function isBetween(date: number, { after, before }: ItemSearch): boolean {
  return (after === undefined || date > after) && (before === undefined || date < before);
}

function foldersOf(all: readonly Collection[], { folders, deep, classes }: ItemSearch): CollectionId[] | undefined {
  // Text messages lie among mail.
  const wanted = new Set<ItemClass | undefined>(classes.map((one) => (one === 'SMS' ? 'Email' : one)));
  const ofClass = all.filter(({ type }) => wanted.has(folderTypes[type].class));
  if (folders.length === 0) return ofClass.map(({ id }) => id);
  const named = new Set<string>(folders);
  if (folders.some((id) => !all.some((folder) => folder.id === id))) return undefined;
  // Children come behind their parents only by chance: go on until nothing is added.
  for (let size = 0; deep && size !== named.size; ) {
    size = named.size;
    for (const { id, parent } of all) if (named.has(parent)) named.add(id);
  }
  return ofClass.filter(({ id }) => named.has(id)).map(({ id }) => id);
}

/** `m-n`, zero-based; undefined for anything else. */
export function parseRange(text: string | undefined, usual: string): { from: number; to: number } | undefined {
  const [, from, to] = /^(\d{1,4})-(\d{1,4})$/.exec(text ?? usual) ?? [];
  if (from === undefined || to === undefined || Number(from) > Number(to)) return undefined;
  return { from: Number(from), to: Number(to) };
}
