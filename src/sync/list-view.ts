// A collection that is computed whenever it is asked for: at most a hundred items without stamps (the recipient cache). Its
// state holds what was sent: ServerId and a mark of the content. Keys, retries and lost answers are those of every
// collection; a device's commands are the caller's to refuse. Invariant: what is held is what the state's answers said.
import type { CollectionId, DeviceId, ServerId, SyncKey } from '../domain/ids.ts';
import { above } from '../domain/position.ts';
import type { SyncOptions, SyncRecord, SyncState } from '../domain/sync-record.ts';
import type { Reader, Transaction } from '../store/port.ts';
import { confirm, newestState, newRecord, recognise, withAnswer } from './record.ts';
import { defaultOptions } from './sync-collection.ts';
import { freshKey } from './sync-key.ts';

/** More would not fit a state. */
export const longestList = 100;

export interface ListItem {
  readonly id: ServerId;
  /** Differs whenever what is told of the item does; short. */
  readonly mark: string;
}
/** The list as the options want it, the most wanted first. */
export type ListOf = (options: SyncOptions) => readonly ListItem[] | Promise<readonly ListItem[]>;

export interface ListRequest {
  readonly device: DeviceId;
  readonly collection: CollectionId;
  readonly version: string;
  readonly key: SyncKey | '0';
  /** Absent: those of the state it speaks from. */
  readonly options?: SyncOptions;
  readonly list: ListOf;
  /** False: pending changes stay pending. */
  readonly getChanges: boolean;
  /** Changes in one answer. */
  readonly window: number;
}
export type ListChange = { readonly kind: 'Add' | 'Change' | 'Delete'; readonly id: ServerId };
export type ListAnswer =
  | { readonly kind: 'stale' }
  | { readonly kind: 'primed' | 'unchanged'; readonly key: SyncKey; readonly options: SyncOptions }
  | {
      readonly kind: 'answered';
      readonly key: SyncKey;
      readonly options: SyncOptions;
      readonly changes: readonly ListChange[];
      readonly more: boolean;
    };

type Held = NonNullable<SyncState['list']>;

export async function syncList(tx: Transaction, request: ListRequest): Promise<ListAnswer> {
  const { device, collection, version, key } = request;
  const record = await tx.syncRecord(device, collection);
  if (key === '0') {
    const options = request.options ?? defaultOptions;
    return { ...answer(tx, record ?? newRecord(device, collection, version), version, options, {}), kind: 'primed' };
  }
  const recognised = recognise(record, key);
  if (!record || recognised.kind === 'stale') return { kind: 'stale' };
  const { state } = recognised;
  const confirmed = recognised.kind === 'confirms' ? confirm(record, state) : record;
  const options = request.options ?? state.options;
  const pending = request.getChanges ? await difference(request.list, options, state.list ?? {}) : [];
  if (pending.length === 0 && confirmed.answers.length === 0) {
    const moved = { ...confirmed, confirmed: { ...state, options }, version };
    if (JSON.stringify(moved) !== JSON.stringify(record)) tx.saveSyncRecord(moved);
    return { kind: 'unchanged', key: state.key, options };
  }
  const now = pending.slice(0, Math.max(0, request.window));
  return {
    ...answer(tx, confirmed, version, options, after(state.list ?? {}, now)),
    kind: 'answered',
    changes: now.map(({ kind, id }) => ({ kind, id })),
    more: now.length < pending.length,
  };
}

/** How many changes a Sync from the newest state (or `key`) would bring; undefined when that names no state. */
export async function listPending(
  reader: Reader,
  request: Pick<ListRequest, 'device' | 'collection' | 'options' | 'list'> & { readonly key?: SyncKey },
): Promise<number | undefined> {
  const record = await reader.syncRecord(request.device, request.collection);
  const recognised = request.key === undefined ? undefined : recognise(record, request.key);
  const state = recognised === undefined ? newestState(record) : 'state' in recognised ? recognised.state : undefined;
  if (!state) return undefined;
  return (await difference(request.list, request.options ?? state.options, state.list ?? {})).length;
}

type Pending = ListChange & { readonly mark: string };

/** What leaves first, so that no more than the list is ever held. */
async function difference(list: ListOf, options: SyncOptions, held: Held): Promise<Pending[]> {
  const wanted = (await list(options)).slice(0, longestList);
  const ids = new Set(wanted.map(({ id }) => id));
  const gone = (Object.keys(held) as ServerId[]).filter((id) => !ids.has(id));
  const told = wanted
    .filter(({ id, mark }) => held[id] !== mark)
    .map(({ id, mark }): Pending => ({ kind: held[id] === undefined ? 'Add' : 'Change', id, mark }));
  return [...gone.map((id): Pending => ({ kind: 'Delete', id, mark: '' })), ...told];
}

function after(held: Held, changes: readonly Pending[]): Held {
  const next: Record<ServerId, string> = { ...held };
  for (const { kind, id, mark } of changes) {
    if (kind === 'Delete') delete next[id];
    else next[id] = mark;
  }
  return next;
}

function answer(
  tx: Transaction,
  record: SyncRecord,
  version: string,
  options: SyncOptions,
  list: Held,
): { readonly key: SyncKey; readonly options: SyncOptions } {
  const { key, counter } = freshKey(record);
  const state: SyncState = { key, watermark: tx.now, floor: above, options, commands: [], list };
  tx.saveSyncRecord({ ...withAnswer(record, state, counter), version });
  return { key, options };
}
