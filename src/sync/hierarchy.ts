// The folder hierarchy as one device knows it: a state like a collection's, over the folders' own stamps
// (sync-model "Hierarchy"). Invariants: ServerIds are permanent; key 0 touches nothing but the hierarchy's own state.
import type { Collection } from '../domain/collection.ts';
import type { CollectionId, DeviceId, Modseq, SyncKey } from '../domain/ids.ts';
import { above } from '../domain/position.ts';
import type { KnownFolder, SyncRecord, SyncState } from '../domain/sync-record.ts';
import type { Reader, Transaction } from '../store/port.ts';
import { confirm, newestState, newRecord, recognise, withAnswer } from './record.ts';
import { defaultOptions } from './sync-collection.ts';
import { freshKey } from './sync-key.ts';

export interface HierarchyRequest {
  readonly device: DeviceId;
  readonly key: SyncKey | '0';
  readonly version: string;
}
export interface HierarchyChanges {
  readonly added: readonly Collection[];
  readonly updated: readonly Collection[];
  readonly removed: readonly CollectionId[];
  /** What is left to be told by the next answer: an id is named once. */
  readonly own?: SyncState['own'];
}
export type HierarchyAnswer =
  | { readonly kind: 'stale' }
  | ({ readonly kind: 'answered'; readonly key: SyncKey } & HierarchyChanges);

/** A client that repeats one unknown key for ever is let start again at this many. */
const patience = 3;

export async function syncHierarchy(tx: Transaction, request: HierarchyRequest): Promise<HierarchyAnswer> {
  const record =
    (await tx.syncRecord(request.device, 'hierarchy')) ?? newRecord(request.device, 'hierarchy', request.version);
  if (request.key === '0') return startAgain(tx, record);
  const recognised = recognise(record, request.key);
  if (recognised.kind === 'stale') return unknownKey(tx, record, request.key);
  const confirmed = recognised.kind === 'confirms' ? confirm(record, recognised.state) : record;
  const changes = await changesBehind(tx, recognised.state);
  const nothing = changes.added.length + changes.updated.length + changes.removed.length === 0;
  if (nothing && confirmed.answers.length === 0) {
    // What it made itself is known by the watermark now.
    const { own, ...state } = recognised.state;
    const next = own ? { ...confirmed, confirmed: { ...state, watermark: tx.now } } : confirmed;
    if (next !== record) tx.saveSyncRecord(next);
    return { kind: 'answered', key: request.key, ...changes };
  }
  return answer(tx, confirmed, changes);
}

async function startAgain(tx: Transaction, record: SyncRecord): Promise<HierarchyAnswer> {
  const added = await tx.collections();
  return answer(tx, record, { added: parentsFirst(added), updated: [], removed: [] });
}

function answer(tx: Transaction, record: SyncRecord, changes: HierarchyChanges): HierarchyAnswer {
  const { key, counter } = freshKey(record);
  const { own, ...told } = changes;
  const state: SyncState = {
    ...{ key, watermark: tx.now, floor: above, options: defaultOptions, commands: [] },
    ...(own && { own }),
  };
  tx.saveSyncRecord(withAnswer(record, state, counter));
  return { kind: 'answered', key, ...told };
}

async function unknownKey(tx: Transaction, record: SyncRecord, key: SyncKey): Promise<HierarchyAnswer> {
  const times = record.unknown?.key === key ? record.unknown.times + 1 : 1;
  if (times >= patience) {
    const { unknown: _, ...forgiven } = record;
    return startAgain(tx, forgiven);
  }
  tx.saveSyncRecord({ ...record, unknown: { key, times } });
  return { kind: 'stale' };
}

async function changesBehind(reader: Reader, state: SyncState): Promise<HierarchyChanges> {
  const added: Collection[] = [];
  const updated: Collection[] = [];
  const removed: CollectionId[] = [];
  const back: Record<CollectionId, 'gone'> = {};
  for (const folder of await stirred(reader, state)) {
    const own = state.own?.[folder.id];
    const known = own === undefined ? wasThere(folder, state.watermark) : own !== 'gone';
    if (own === 'unsure') {
      removed.push(folder.id);
      if (folder.died === undefined) back[folder.id] = 'gone';
    } else if (folder.died !== undefined) {
      if (known) removed.push(folder.id);
    } else if (!known) added.push(folder);
    else if (!own || own === 'gone' || !sameFolder(own, folder)) updated.push(folder);
  }
  const own = Object.keys(back).length === 0 ? {} : { own: back };
  return { added: parentsFirst(added), updated, removed, ...own };
}

/** Stamped behind the watermark, and what the device knows otherwise than it stands. */
async function stirred(reader: Reader, { watermark, own = {} }: SyncState): Promise<Collection[]> {
  const folders = await reader.collections(watermark);
  const seen = new Set(folders.map(({ id }) => id));
  for (const id of Object.keys(own) as CollectionId[]) {
    const folder = seen.has(id) ? undefined : await reader.collection(id);
    if (folder) folders.push(folder);
  }
  return folders;
}

function wasThere(folder: Collection, watermark: Modseq): boolean {
  return folder.created <= watermark;
}

function sameFolder(a: KnownFolder, b: KnownFolder): boolean {
  return a.parent === b.parent && a.name === b.name && a.type === b.type;
}

/** Clients build the tree as they read: no folder comes before its parent. */
function parentsFirst(folders: readonly Collection[]): Collection[] {
  const byId = new Map(folders.map((folder) => [folder.id, folder]));
  const placed = new Set<Collection>();
  const place = (folder: Collection): void => {
    if (placed.has(folder)) return;
    const parent = byId.get(folder.parent as CollectionId);
    if (parent && parent !== folder) place(parent);
    placed.add(folder);
  };
  for (const folder of folders) place(folder);
  return [...placed];
}

/** Whether a FolderSync would bring the device anything; false when it never asked. */
export async function hierarchyPending(reader: Reader, device: DeviceId): Promise<boolean> {
  const state = newestState(await reader.syncRecord(device, 'hierarchy'));
  if (!state) return false;
  const { added, updated, removed } = await changesBehind(reader, state);
  return added.length + updated.length + removed.length > 0;
}
