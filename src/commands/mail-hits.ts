// Mails that Search and Find are asked for: from the words of the index, newest first, in the folders that are meant.
import type { Alternative } from '../content/email/query.ts';
import { type Collection, folderTypes } from '../domain/collection.ts';
import type { CollectionId, ServerId } from '../domain/ids.ts';
import { isMail, type Mail } from '../domain/item.ts';
import type { Reader } from '../store/port.ts';

export interface MailSearch {
  readonly alternatives: readonly Alternative[];
  /** Empty: all folders of mail. */
  readonly folders: readonly string[];
  /** With the folders in them. */
  readonly deep: boolean;
  /** Milliseconds, both outside what is found. */
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly most: number;
}

/** Candidates looked at for one answer. */
const looked = 1000;

/** At most `most` of them; undefined when a folder is not there. */
export async function findMail(reader: Reader, search: MailSearch): Promise<Mail[] | undefined> {
  const collections = foldersOf(await reader.collections(), search);
  if (!collections) return undefined;
  const found = new Map<ServerId, Mail>();
  for (const { words, fits } of search.alternatives) {
    let taken = 0;
    for (const id of await reader.search({ words, collections, limit: looked })) {
      if (taken >= search.most) break;
      const item = await reader.item(id);
      if (!isMail(item) || !isBetween(item.sortDate, search) || !fits(item.content)) continue;
      found.set(id, item);
      taken += 1;
    }
  }
  return [...found.values()].sort((a, b) => b.sortDate - a.sortDate || b.number - a.number).slice(0, search.most);
}

function isBetween(date: number, { after, before }: MailSearch): boolean {
  return (after === undefined || date > after) && (before === undefined || date < before);
}

function foldersOf(all: readonly Collection[], { folders, deep }: MailSearch): CollectionId[] | undefined {
  const ofMail = all.filter(({ type }) => folderTypes[type].class === 'Email');
  if (folders.length === 0) return ofMail.map(({ id }) => id);
  const named = new Set<string>(folders);
  if (folders.some((id) => !all.some((folder) => folder.id === id))) return undefined;
  // Children come behind their parents only by chance: go on until nothing is added.
  for (let size = 0; deep && size !== named.size; ) {
    size = named.size;
    for (const { id, parent } of all) if (named.has(parent)) named.add(id);
  }
  return ofMail.filter(({ id }) => named.has(id)).map(({ id }) => id);
}

/** `m-n`, zero-based; undefined for anything else. */
export function parseRange(text: string | undefined, usual: string): { from: number; to: number } | undefined {
  const [, from, to] = /^(\d{1,4})-(\d{1,4})$/.exec(text ?? usual) ?? [];
  if (from === undefined || to === undefined || Number(from) > Number(to)) return undefined;
  return { from: Number(from), to: Number(to) };
}
