// FolderCreate, FolderUpdate and FolderDelete: they check the hierarchy's key and advance it in the transaction that makes the
// change (sync-model "Hierarchy"). Invariants: the device that made a change does not hear of it again, what others changed
// stays pending for it; a repeat with the confirmed key is answered as the first time and does nothing.
import { createHash, randomBytes } from 'node:crypto';
import type { Collection, FolderType } from '../domain/collection.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { CollectionId, DeviceId, SyncKey } from '../domain/ids.ts';
import type { AnsweredCommand, KnownFolder, SyncState } from '../domain/sync-record.ts';
import type { Transaction } from '../store/port.ts';
import { confirm, recognise, withAnswer } from './record.ts';
import { freshKey } from './sync-key.ts';

export type FolderCommand =
  | { readonly kind: 'FolderCreate'; readonly parent: string; readonly name: string; readonly type: number }
  | { readonly kind: 'FolderUpdate'; readonly id: string; readonly parent: string; readonly name: string }
  | { readonly kind: 'FolderDelete'; readonly id: string };
export interface FolderRequest {
  readonly device: DeviceId;
  readonly version: string;
  readonly key: SyncKey;
  readonly command: FolderCommand;
}
export type FolderAnswer =
  | { readonly kind: 'done'; readonly key: SyncKey; readonly id: CollectionId }
  | { readonly kind: 'refused'; readonly code: ErrorCode };

type Own = NonNullable<SyncState['own']>;
type Done = { readonly id: CollectionId; readonly own: Own } | ErrorCode;

/** [MS-ASCMD] 2.2.3.186.2 Type (FolderCreate): what a device may make. */
const creatable: readonly FolderType[] = [1, 12, 13, 14, 15, 16, 17];
const recipientCache = 19;
const longestName = 256;
/** [MS-ASCMD] R4932: of one account. */
const mostFolders = 1000;

export async function changeFolder(tx: Transaction, request: FolderRequest): Promise<FolderAnswer> {
  const { device, key, command } = request;
  const record = await tx.syncRecord(device, 'hierarchy');
  const recognised = recognise(record, key);
  if (!record || recognised.kind === 'stale') return { kind: 'refused', code: 'sync-key-stale' };
  const hash = createHash('sha256').update(JSON.stringify(command)).digest('base64url');
  if (recognised.kind === 'retry') {
    const first = record.answers.find(({ commands: [one] }) => one?.kind === command.kind && one.hash === hash);
    if (first) return { kind: 'done', key: first.key, id: first.commands[0]!.id as CollectionId };
  }
  const done = await apply(tx, device, command, recognised.state);
  if (typeof done === 'string') return { kind: 'refused', code: done };
  const confirmed = recognised.kind === 'confirms' ? confirm(record, recognised.state) : record;
  const { key: next, counter } = freshKey(confirmed);
  const answered: AnsweredCommand = { kind: command.kind, id: done.id, hash, result: 'done' };
  const own = { ...recognised.state.own, ...done.own };
  tx.saveSyncRecord({
    ...withAnswer(confirmed, { ...recognised.state, key: next, commands: [answered], own }, counter),
    version: request.version,
  });
  return { kind: 'done', key: next, id: done.id };
}

async function apply(tx: Transaction, device: DeviceId, command: FolderCommand, state: SyncState): Promise<Done> {
  const folders = new Map((await tx.collections()).map((folder) => [folder.id as string, folder]));
  switch (command.kind) {
    case 'FolderCreate':
      return create(tx, folders, command);
    case 'FolderUpdate':
      return update(tx, folders, command);
    case 'FolderDelete':
      return remove(tx, folders, command.id, device, state);
    default:
      throw command satisfies never;
  }
}

type Folders = ReadonlyMap<string, Collection>;
type Command<Kind extends FolderCommand['kind']> = Extract<FolderCommand, { kind: Kind }>;

function create(tx: Transaction, folders: Folders, { parent, name, type }: Command<'FolderCreate'>): Done {
  if (!creatable.includes(type as FolderType)) return 'invalid-request';
  const refused = refusedParent(folders, parent) ?? refusedName(folders, parent, name);
  if (refused) return refused;
  if (folders.size >= mostFolders) return 'too-many-folders';
  const id = `f${randomBytes(8).toString('hex')}` as CollectionId;
  const known: KnownFolder = { parent: parent as CollectionId, name, type };
  tx.putCollection({ id, parent: parent as CollectionId, name, type: type as FolderType });
  return { id, own: { [id]: known } };
}

function update(tx: Transaction, folders: Folders, { id, parent, name }: Command<'FolderUpdate'>): Done {
  const folder = folders.get(id);
  if (!folder) return 'collection-not-found';
  if (folder.type === recipientCache) return 'folder-special';
  if (isSpecial(folder)) return 'folder-exists';
  const refused =
    refusedParent(folders, parent) ??
    (liesIn(folders, parent, id) ? 'parent-not-found' : undefined) ??
    refusedName(folders, parent, name, id);
  if (refused) return refused;
  tx.putCollection({ ...folder, parent: parent as CollectionId, name });
  return { id: folder.id, own: { [folder.id]: { parent: parent as CollectionId, name, type: folder.type } } };
}

/** With what lies in it, children first: everyone who reads along sees no folder without its parent. */
function remove(tx: Transaction, folders: Folders, id: string, device: DeviceId, state: SyncState): Done {
  const folder = folders.get(id);
  if (!folder) return 'collection-not-found';
  if (isSpecial(folder)) return 'folder-special';
  const buried = new Set<CollectionId>();
  const bury = ({ id: gone }: Collection): void => {
    for (const child of folders.values()) if (child.parent === gone) bury(child);
    tx.removeCollection(gone, device);
    buried.add(gone);
  };
  bury(folder);
  const own: Record<string, 'gone' | 'unsure'> = {};
  for (const one of folders.values()) {
    const fate = fateOf(folders, one.id, id, state);
    // One that went without the device knowing that it lay there is told as gone.
    if (fate === 'gone' || (fate === 'unsure' && !buried.has(one.id))) own[one.id] = fate;
  }
  return { id: folder.id, own };
}

/** What became of a folder on the device's screen, where `deleted` went with all that it saw in there. */
function fateOf(folders: Folders, id: string, deleted: string, state: SyncState): 'gone' | 'kept' | 'unsure' {
  if (id === deleted) return 'gone';
  if (id === '0') return 'kept';
  const folder = folders.get(id);
  const known = state.own?.[id as CollectionId];
  if (known === 'gone') return 'kept';
  if (known === 'unsure' || !folder) return 'unsure';
  if (known) return fateOf(folders, known.parent, deleted, state);
  if (folder.created > state.watermark) return 'kept';
  return folder.modseq > state.watermark ? 'unsure' : fateOf(folders, folder.parent, deleted, state);
}

/** One that every account has, or the server keeps by itself. */
function isSpecial({ type }: Collection): boolean {
  return !creatable.includes(type);
}

function refusedParent(folders: Folders, parent: string): ErrorCode | undefined {
  if (parent === '0') return undefined;
  const found = folders.get(parent);
  if (!found) return 'parent-not-found';
  return found.type === recipientCache ? 'folder-special' : undefined;
}

/** Names differ among siblings, whatever their case. */
function refusedName(folders: Folders, parent: string, name: string, self?: string): ErrorCode | undefined {
  if (name.trim() === '' || name.length > longestName) return 'invalid-request';
  const taken = [...folders.values()].some(
    (other) => other.id !== self && other.parent === parent && other.name.toLowerCase() === name.toLowerCase(),
  );
  return taken ? 'folder-exists' : undefined;
}

function liesIn(folders: Folders, id: string, ancestor: string): boolean {
  for (let at = folders.get(id); at; at = folders.get(at.parent)) if (at.id === ancestor) return true;
  return false;
}
