// Items that Search and Find are asked for: from the words of the index, newest first, in the folders that are meant.
import type { Alternative } from '../content/email/query.ts';
import { type Collection, folderTypes, type ItemClass } from '../domain/collection.ts';
import type { CollectionId, ServerId } from '../domain/ids.ts';
import { isMail, type LivingItem, type Mail } from '../domain/item.ts';
import type { Reader } from '../store/port.ts';
import { isLiving } from '../sync/view.ts';

export interface ItemSearch {
  readonly alternatives: readonly Alternative[];
  readonly classes: readonly ItemClass[];
  /** Empty: all folders of these classes. */
  readonly folders: readonly string[];
  /** With the folders in them. */
  readonly deep: boolean;
  /** When mail was received, in milliseconds, both outside what is found. */
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly most: number;
}

/** Candidates looked at for one answer. */
const looked = 1000;

/** At most `most` of them; undefined when a folder is not there. */
export async function findItems(reader: Reader, search: ItemSearch): Promise<LivingItem[] | undefined> {
  const collections = foldersOf(await reader.collections(), search);
  if (!collections) return undefined;
  const found = new Map<ServerId, LivingItem>();
  for (const alternative of search.alternatives) {
    const { words } = alternative;
    let taken = 0;
    for (const id of await reader.search({ words, collections, limit: looked })) {
      if (taken >= search.most) break;
      const item = await reader.item(id);
      if (!item || !isLiving(item) || !search.classes.includes(item.class) || !fits(item, search, alternative))
        continue;
      found.set(id, item);
      taken += 1;
    }
  }
  return [...found.values()].sort((a, b) => b.sortDate - a.sortDate || b.number - a.number).slice(0, search.most);
}

function fits(item: LivingItem, search: ItemSearch, alternative: Alternative): boolean {
  if (isMail(item)) return isBetween(item.sortDate, search) && alternative.fits(item.content);
  return item.damaged === undefined && alternative.plain && search.after === undefined && search.before === undefined;
}

/** Mail alone. */
export async function findMail(reader: Reader, search: Omit<ItemSearch, 'classes'>): Promise<Mail[] | undefined> {
  return (await findItems(reader, { ...search, classes: ['Email'] }))?.filter(isMail);
}

function isBetween(date: number, { after, before }: ItemSearch): boolean {
  return (after === undefined || date > after) && (before === undefined || date < before);
}

function foldersOf(all: readonly Collection[], { folders, deep, classes }: ItemSearch): CollectionId[] | undefined {
  const wanted = new Set<ItemClass | undefined>(classes);
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
