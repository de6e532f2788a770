// What a search found when it was first asked: its pages go on from there, without what was deleted since.
import { LRUCache } from 'lru-cache';
import type { ServerId } from '../domain/ids.ts';
import type { LivingItem } from '../domain/item.ts';
import type { Reader } from '../store/port.ts';
import { isLiving } from '../sync/view.ts';
import type { Context } from './define.ts';

/** Ids, newest first; a set that was pushed out is found again. */
const sets = new LRUCache<string, readonly ServerId[]>({ max: 5_000, ttl: 3_600_000 });

interface Asked {
  /** Names the set among the device's. */
  readonly key: string;
  /** A later page of a set that was begun. */
  readonly goesOn: boolean;
}

function nameOf({ account, device }: Context, key: string): string {
  return `${account} ${device.id} ${key}`;
}

export function hasSnapshot(context: Context, key: string): boolean {
  return sets.has(nameOf(context, key));
}

/** What `find` finds, or what is left of what it found; undefined when it finds no such folder. */
export async function snapshot(
  context: Context,
  { key, goesOn }: Asked,
  find: (reader: Reader) => Promise<readonly LivingItem[] | undefined>,
): Promise<readonly LivingItem[] | undefined> {
  const name = nameOf(context, key);
  const known = goesOn ? sets.get(name) : undefined;
  return context.read(async (reader) => {
    if (known)
      return (await Promise.all(known.map((id) => reader.item(id)))).filter(
        (item) => item && isLiving(item),
      ) as LivingItem[];
    const found = await find(reader);
    if (found)
      sets.set(
        name,
        found.map(({ id }) => id),
      );
    return found;
  });
}
