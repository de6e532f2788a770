// One device's Sync of one collection: from its key and commands to the answer and the next state, all listed in one
// transaction. Invariants: every answer that says something has a key never used before; state and commands are saved
// together; what was answered before is not done again. It must never render content or know a Status number.
import type { Collection } from '../domain/collection.ts';
import type { CollectionId, DeviceId, Modseq, ServerId, SyncKey } from '../domain/ids.ts';
import type { Item, LivingItem } from '../domain/item.ts';
import { above, comparePositions, type Position } from '../domain/position.ts';
import type { AnsweredCommand, SyncOptions, SyncRecord, SyncState } from '../domain/sync-record.ts';
import type { Reader, Transaction } from '../store/port.ts';
import { type Brake, type BrakeLimits, startBrake } from './brake.ts';
import { applyCommand, type DeviceCommand, type Speaker } from './commands.ts';
import { filterTarget } from './filter.ts';
import { type Bounds, type Page, produce, type Room, type Source } from './produce.ts';
import { confirm, newestState, newRecord, recognise, sameCommand, withAnswer, withdraw, withdrawn } from './record.ts';
import { freshKey } from './sync-key.ts';
import { type Change, changedId } from './view.ts';

export interface SyncRequest {
  readonly device: DeviceId;
  readonly version: string;
  readonly key: SyncKey | '0';
  /** Absent: those of the state it speaks from. */
  readonly options?: SyncOptions;
  /** With key 0: the tags that the device handles; kept until the next one. */
  readonly supported?: readonly number[];
  readonly commands: readonly DeviceCommand[];
  /** False: pending changes stay pending. */
  readonly getChanges: boolean;
  /** It asks for items by Fetch: the answer has a body, hence a key of its own. */
  readonly fetches: boolean;
  readonly room: Room;
  /** Bytes that an item takes in this answer, by the sizes it keeps. */
  readonly weigh: (item: LivingItem, options: SyncOptions) => number;
  /** Milliseconds: the filter's today. */
  readonly now: number;
  readonly brake: BrakeLimits;
}
export type SyncAnswer =
  | { readonly kind: 'stale' }
  | { readonly kind: 'primed'; readonly key: SyncKey }
  | { readonly kind: 'unchanged'; readonly key: SyncKey; readonly options: SyncOptions }
  | {
      readonly kind: 'answered';
      readonly key: SyncKey;
      readonly options: SyncOptions;
      readonly changes: readonly Change[];
      readonly responses: readonly AnsweredCommand[];
      readonly more: boolean;
    };

export const defaultOptions: SyncOptions = {
  filterType: 0,
  classes: [],
  conflict: 1,
  mimeSupport: 0,
  bodyPreferences: [],
};

/** `collection`: the living one that the request names, looked up in this transaction. */
export async function syncCollection(
  tx: Transaction,
  collection: Collection,
  request: SyncRequest,
): Promise<SyncAnswer> {
  const record = await tx.syncRecord(request.device, collection.id);
  if (request.key === '0') return prime(tx, request, collection, record);
  const recognised = record ? recognise(record, request.key) : undefined;
  if (!record || !recognised || recognised.kind === 'stale') return { kind: 'stale' };
  if (shapeChanged(record.version, request.version, collection)) return { kind: 'stale' };
  const { supported } = recognised.state.options;
  const options = { ...(request.options ?? recognised.state.options), ...(supported && { supported }) };
  if (mailLeavesOrEnters(recognised.state.options, options)) return { kind: 'stale' };
  const confirmed = recognised.kind === 'confirms' ? confirm(record, recognised.state) : record;
  const touched = recognised.kind === 'confirms' ? await withdraw(tx, record, recognised.state) : [];
  return answer(tx, request, collection, { record, confirmed, state: recognised.state, options, touched });
}

async function prime(
  tx: Transaction,
  request: SyncRequest,
  collection: Collection,
  record: SyncRecord | undefined,
): Promise<SyncAnswer> {
  const base = record ?? newRecord(request.device, collection.id, request.version);
  const { key, counter } = freshKey(base);
  const { supported } = request;
  const options = { ...(request.options ?? defaultOptions), ...(supported && { supported }) };
  const state: SyncState = { key, watermark: collection.high, floor: above, options, commands: [] };
  tx.saveSyncRecord({ ...withAnswer(base, state, counter), version: request.version });
  return { kind: 'primed', key };
}

/** Calendar and Drafts mean something else from 16.0 on: a device that crosses it starts them again, and only them. */
function shapeChanged(before: string, after: string, { type }: Collection): boolean {
  const crosses = Number(before) >= 16 !== Number(after) >= 16;
  return crosses && (type === 3 || type === 8 || type === 13);
}

/** A collection that was synced for SMS alone and now for mail (or the reverse) has another content: it starts again. */
function mailLeavesOrEnters(before: SyncOptions, after: SyncOptions): boolean {
  return isSmsOnly(before) !== isSmsOnly(after);
}

/** Some of what is kept is of a class that an Options block names. */
export function listensTo(options: SyncOptions): boolean {
  return !isSmsOnly(options);
}

/** No Options block names the class of what is kept: the view holds nothing. */
function isSmsOnly({ classes }: SyncOptions): boolean {
  return classes.length === 1 && classes[0] === 'SMS';
}

interface Turn {
  readonly record: SyncRecord;
  readonly confirmed: SyncRecord;
  readonly state: SyncState;
  readonly options: SyncOptions;
  readonly touched: readonly ServerId[];
}

async function answer(tx: Transaction, request: SyncRequest, collection: Collection, turn: Turn): Promise<SyncAnswer> {
  const { state, options, confirmed } = turn;
  const target = filterTarget(options.filterType, request.now);
  const brake = startBrake(tx, collection.id, turn.record.deletes, request.brake, request.now);
  const ran = await runCommands(tx, request, { ...turn, collection: collection.id, target }, brake);
  const hadCommands = request.commands.length > 0;
  const bound = boundOf(collection.high, hadCommands, confirmed.base, state.watermark);
  const source = await sourceOf(tx, collection.id, [...turn.touched, ...ran.touched]);
  const view = { device: request.device, watermark: state.watermark, floor: state.floor };
  const bounds: Bounds = {
    end: bound,
    high: collection.high,
    target,
    mayLoad: !hadCommands,
  };
  const page =
    request.getChanges && !isSmsOnly(options)
      ? await produce(source, view, bounds, request.room, (item) => request.weigh(item, options))
      : { changes: [], watermark: state.watermark, floor: state.floor };
  const changes = withUnknown(page.changes, ran.unknown);

  const nothing = changes.length === 0 && !hadCommands && !request.fetches;
  if (nothing && confirmed.answers.length === 0) {
    const moved = { ...state, watermark: page.watermark, floor: page.floor, options };
    const next = { ...confirmed, confirmed: moved, version: request.version };
    if (!sameRecord(turn.record, next)) tx.saveSyncRecord(next);
    return { kind: 'unchanged', key: state.key, options };
  }
  const { key, counter } = freshKey(confirmed);
  const commands = ran.commands;
  const next: SyncState = { key, watermark: page.watermark, floor: page.floor, options, commands };
  const saved: SyncRecord = {
    ...withAnswer(confirmed, next, counter),
    version: request.version,
    tried: mergeTried(confirmed.tried, commands),
    ...(hadCommands && confirmed.base === undefined ? { base: bound } : {}),
    ...(brake.count && { deletes: brake.count }),
  };
  tx.saveSyncRecord(brake.held ? startedOver(saved) : saved);
  const after = { ...view, watermark: next.watermark, floor: next.floor };
  const more =
    request.getChanges &&
    !isSmsOnly(options) &&
    (ran.altered || hasWithdrawn(saved, next) || (await wouldDeliver(source, after, bounds)) !== 'nothing');
  return { kind: 'answered', key, options, changes, responses: commands, more };
}

interface Ran {
  readonly commands: AnsweredCommand[];
  readonly touched: ServerId[];
  readonly altered: boolean;
  /** Ids that a Change named and that are not there. */
  readonly unknown: ServerId[];
}

type Spoken = Turn & Pick<Speaker, 'collection' | 'target'>;

/** Without its states: the device's next request starts the collection again, and gets back what it may not delete. */
function startedOver({ confirmed: _, base: __, ...record }: SyncRecord): SyncRecord {
  return { ...record, answers: [], tried: [] };
}

async function runCommands(tx: Transaction, request: SyncRequest, turn: Spoken, brake: Brake): Promise<Ran> {
  const { confirmed, state, options, collection, target } = turn;
  const speaker: Speaker = { device: request.device, collection, state: { ...state, options }, target };
  const commands: AnsweredCommand[] = [];
  let altered = false;
  for (const command of request.commands) {
    const earlier = confirmed.tried.findLast((tried) => sameCommand(tried, command));
    if (earlier && earlier.hash === command.hash) {
      commands.push(earlier);
      continue;
    }
    const isHeld = command.kind === 'Delete' && !('change' in command) && !(await brake.admit());
    const asked = isHeld ? { ...command, refused: 'deletes-held' as const } : command;
    const applied = await applyCommand(tx, speaker, asked, earlier);
    commands.push(applied.command);
    altered ||= applied.altered;
  }
  const touched = commands.flatMap((command) => (command.item === undefined ? [] : [command.item]));
  const unknown = commands
    .filter((command) => command.kind === 'Change' && command.result === 'item-not-found')
    .map((command) => command.id as ServerId);
  return { commands, touched, altered, unknown };
}

/** A request with commands, and its retries, are answered with what was there before the first of them. */
function boundOf(high: Modseq, hadCommands: boolean, base: Modseq | undefined, watermark: Modseq): Modseq {
  const end = base === undefined ? high : Math.min(high, base);
  return Math.max(hadCommands || base !== undefined ? end : high, watermark);
}

async function sourceOf(tx: Transaction, collection: CollectionId, ids: readonly ServerId[]): Promise<Source> {
  const touched = new Map<ServerId, Item>();
  for (const id of ids) {
    const item = await tx.item(id);
    if (item) touched.set(id, item);
  }
  return { reader: tx, collection, touched };
}

function withUnknown(changes: readonly Change[], unknown: readonly ServerId[]): readonly Change[] {
  const named = new Set(changes.map(changedId));
  const missing = unknown.filter((id) => !named.has(id));
  return missing.length === 0 ? changes : [...changes, ...missing.map((id) => ({ kind: 'Delete', id }) as const)];
}

function mergeTried(tried: readonly AnsweredCommand[], now: readonly AnsweredCommand[]): AnsweredCommand[] {
  const repeated = (old: AnsweredCommand) =>
    now.some((command) => sameCommand(command, old) && command.hash === old.hash);
  return [...tried.filter((old) => !repeated(old)), ...now];
}

function sameRecord(before: SyncRecord, after: SyncRecord): boolean {
  const was = before.confirmed;
  const is = after.confirmed;
  return (
    before.version === after.version &&
    before.answers.length === after.answers.length &&
    was !== undefined &&
    is !== undefined &&
    was.key === is.key &&
    was.watermark === is.watermark &&
    comparePositions(was.floor, is.floor) === 0 &&
    JSON.stringify(was.options) === JSON.stringify(is.options)
  );
}

/** Tried commands whose fate this answer has not settled: they will be withdrawn when it is used. */
function hasWithdrawn(record: SyncRecord, state: SyncState): boolean {
  return withdrawn(record, state).some((command) => command.item !== undefined);
}

/** What a Sync from this state would bring: an item new to the device wakes at once, anything else may wait. */
export type Pending = 'nothing' | 'additions' | 'others';

const urgencyRoom: Room = { commands: 200, bytes: Number.MAX_SAFE_INTEGER };

async function wouldDeliver(
  source: Source,
  view: { device: DeviceId; watermark: Modseq; floor: SyncState['floor'] },
  bounds: Bounds,
  room: Room = { commands: 1, bytes: Number.MAX_SAFE_INTEGER },
): Promise<Pending> {
  const full = { ...bounds, end: Math.max(bounds.high, view.watermark), mayLoad: true };
  if (bounds.high <= view.watermark && comparePositions(view.floor, bounds.target) === 0) return 'nothing';
  const page: Page = await produce(source, view, full, room, () => 0);
  const cut = page.changes.length === room.commands && page.changes.length > 1;
  if (cut || page.changes.some((change) => change.kind === 'Add')) return 'additions';
  return page.changes.length > 0 || (await loadIsDue(source, view.floor, bounds.target)) ? 'others' : 'nothing';
}

/** Items lie below the floor: a window smaller than this look may name them, and the cursor moves in any case. */
async function loadIsDue({ reader, collection }: Source, floor: Position, target: Position): Promise<boolean> {
  if (comparePositions(floor, target) <= 0) return false;
  return (await reader.range(collection, { from: target, to: floor, order: 'newest', limit: 1 })).length > 0;
}

/** What the next Sync of this collection would bring the device; 'nothing' when it was never synced. Ping asks this. */
export async function pendingIn(
  reader: Reader,
  device: DeviceId,
  collectionId: CollectionId,
  now: number,
): Promise<Pending> {
  const record = await reader.syncRecord(device, collectionId);
  const state = newestState(record);
  if (!record || !state || isSmsOnly(state.options)) return 'nothing';
  const collection = await reader.collection(collectionId);
  if (!collection || collection.died !== undefined) return 'nothing';
  if (hasWithdrawn(record, state)) return 'others';
  const source: Source = { reader, collection: collectionId, touched: new Map() };
  const view = { device, watermark: state.watermark, floor: state.floor };
  const bounds: Bounds = {
    end: collection.high,
    high: collection.high,
    target: filterTarget(state.options.filterType, now),
    mayLoad: true,
  };
  return wouldDeliver(source, view, bounds, urgencyRoom);
}
