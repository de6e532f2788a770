// Brings back what a device took away, from the journal. Invariants: what is there again already is left alone, so that a
// second run restores nothing twice; each entry is a transaction of its own, oldest state first to be reached.
import { createHash, randomBytes } from 'node:crypto';
import { emailWords } from '../content/email/words.ts';
import { specialFolderId } from '../domain/collection.ts';
import type { AccountId, ClientId, CollectionId, DeviceId } from '../domain/ids.ts';
import { isMail, type LivingItem, type NewItem } from '../domain/item.ts';
import type { JournalEntry } from '../domain/journal.ts';
import type { Store, Transaction } from '../store/port.ts';

export interface Restored {
  /** Made again in their folders. */
  readonly brought: number;
  /** Moved back to where they were. */
  readonly moved: number;
  /** Given their old content again. */
  readonly reverted: number;
}
/** Whose items a restore makes: how it knows them again. No device has this id. */
const restorer = 'journal:' as DeviceId;

/** Everything that devices (or one of them) did since then (milliseconds) is undone, the newest first. */
export async function restore(store: Store, account: AccountId, since: number, device?: DeviceId): Promise<Restored> {
  const entries = await store.read(account, (reader) => reader.journal(since, device));
  const counts = { brought: 0, moved: 0, reverted: 0 };
  for (const entry of entries) {
    const done = await store.transact(account, (tx) => acts[entry.act](tx, entry));
    if (done) counts[done] += 1;
  }
  return counts;
}

type Done = keyof Restored | undefined;
const acts: Readonly<Record<JournalEntry['act'], (tx: Transaction, entry: JournalEntry) => Promise<Done>>> = {
  removed: bringBack,

  /** As long as it lies where it was put; else it is made again. */
  moved: async (tx, entry) => {
    const there = entry.movedTo === undefined ? undefined : await tx.item(entry.movedTo);
    if (!there) return bringBack(tx, entry);
    if (there.died === undefined) {
      tx.move(there.id, await folderFor(tx, entry));
      return 'moved';
    }
    // Moved on or back: it lives elsewhere. Removed: its own entry brings it back.
    return undefined;
  },

  /** Beside what won. */
  lost: bringBack,

  changed: async (tx, { item }) => {
    const now = await tx.item(item.id);
    if (!now || now.died !== undefined || now.damaged !== undefined || sameContent(now, item)) return undefined;
    const { content, blobs, sortDate } = item;
    tx.put({ ...now, content, blobs, sortDate, ...wordsOfItem(item) }, ['message']);
    return 'reverted';
  },
};

async function bringBack(tx: Transaction, entry: JournalEntry): Promise<Done> {
  const folder = await folderFor(tx, entry);
  const clientId = nameOf(entry);
  const [again] = await tx.added(folder, restorer, clientId);
  if (again || entry.item.damaged !== undefined) return undefined;
  const { class: itemClass, content, sortDate, blobs, conversation } = entry.item;
  const item: NewItem = {
    ...{ collection: folder, class: itemClass, content, sortDate, blobs },
    ...(conversation && { conversation }),
    ...wordsOfItem(entry.item),
    addedAs: { device: restorer, clientId, hash: entry.item.id },
  };
  tx.create(item);
  return 'brought';
}

/** By which it is known again. A phone may lose the same words many times. */
function nameOf({ id, act, item }: JournalEntry): ClientId {
  if (act !== 'lost') return id as string as ClientId;
  return createHash('sha256')
    .update(JSON.stringify([item.id, item.content]))
    .digest('hex') as ClientId;
}

function wordsOfItem(item: LivingItem): Pick<NewItem, 'words'> {
  return isMail(item) ? { words: emailWords(item.content) } : {};
}

/** Its folder; when that is gone, one of its name; for want of a better place the Inbox. */
async function folderFor(tx: Transaction, { folder }: JournalEntry): Promise<CollectionId> {
  const own = await tx.collection(folder.id);
  if (own && own.died === undefined) return own.id;
  const namesake = (await tx.collections()).find(({ name, type }) => name === folder.name && type === folder.type);
  if (namesake) return namesake.id;
  if (folder.type < 12 && folder.type !== 1) return specialFolderId(2);
  const id = `f${randomBytes(8).toString('hex')}` as CollectionId;
  tx.putCollection({ ...folder, id, parent: '0' });
  return id;
}

function sameContent(a: LivingItem, b: LivingItem): boolean {
  return a.sortDate === b.sortDate && JSON.stringify(a.content) === JSON.stringify(b.content);
}
