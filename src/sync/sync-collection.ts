// One device's Sync of one collection: from its key and commands to the answer and the next state, all listed in one
// transaction. Invariants: every answer that says something has a key never used before; state and commands are saved
// together; what was answered before is not done again. It must never render content or know a Status number.
import type { Collection } from '../domain/collection.ts';
import type { DeviceId, Modseq, ServerId, SyncKey } from '../domain/ids.ts';
import type { Item, LivingItem } from '../domain/item.ts';
import { above, comparePositions } from '../domain/position.ts';
import type { AnsweredCommand, SyncOptions, SyncRecord, SyncState } from '../domain/sync-record.ts';
import type { Transaction } from '../store/port.ts';
import { type Brake, type BrakeLimits, startBrake } from './brake.ts';
import { applyCommand, type DeviceCommand, type Speaker } from './commands.ts';
import { targetsOf } from './filter.ts';
import { byConversation, isSameEitherWay, switchMode } from './modes.ts';
import { type Page, type Room, unlimited } from './page.ts';
import { asWithdrawn, wouldDeliver } from './pending.ts';
import { type Bounds, produce } from './produce.ts';
import { confirm, forgotten, newRecord, recognise, sameCommand, withAnswer, withdraw, withdrawn } from './record.ts';
import { sourceOn } from './source.ts';
import { freshKey } from './sync-key.ts';
import { broughtBehind, type Change, changedId, viewOf } from './view.ts';

export interface SyncRequest {
  readonly device: DeviceId;
  readonly version: string;
  readonly key: SyncKey | '0';
  /** Absent: those of the state it speaks from. */
  readonly options?: SyncOptions;
  /** Absent: as before. */
  readonly conversationMode?: boolean;
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
type Changed = Extract<Change, { kind: 'Change' }>;
/** `since`: parts that changed behind this stamp may be new to the device. */
export type ToldChange = Exclude<Change, Changed> | (Changed & { readonly since: Modseq });
export type SyncAnswer =
  | { readonly kind: 'stale' }
  | { readonly kind: 'primed'; readonly key: SyncKey }
  | { readonly kind: 'unchanged'; readonly key: SyncKey; readonly options: SyncOptions }
  | {
      readonly kind: 'answered';
      readonly key: SyncKey;
      readonly options: SyncOptions;
      readonly changes: readonly ToldChange[];
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
  // Without room for what it changes, the switch waits.
  const mode = request.getChanges && request.room.commands > 0 ? request.conversationMode : undefined;
  const { conversationMode: _, ...asBefore } = recognised.state.options;
  const options = {
    ...(request.options ?? asBefore),
    ...keptBeside(mode ?? byConversation(recognised.state.options), supported),
  };
  const { state } = recognised;
  const confirms = recognised.kind === 'confirms';
  const confirmed = confirms ? confirm(record, state) : record;
  const touched = confirms ? await withdraw(tx, record, state) : [];
  const gone = confirms ? withdrawn(record, state) : [];
  const givenUp = gone.filter(({ kind }) => kind === 'Add');
  const unanswered = [...(confirms ? gone : record.tried), ...(state.givenUp ?? [])];
  return answer(tx, request, collection, { record, confirmed, state, options, touched, givenUp, unanswered });
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
  const options = {
    ...(request.options ?? defaultOptions),
    ...keptBeside(request.conversationMode === true, supported),
  };
  const state: SyncState = { key, watermark: collection.high, floor: above, options, commands: [] };
  tx.saveSyncRecord({ ...withAnswer(base, state, counter), version: request.version });
  return { kind: 'primed', key };
}

/** Calendar and Drafts mean something else from 16.0 on: a device that crosses it starts them again, and only them. */
function shapeChanged(before: string, after: string, { type }: Collection): boolean {
  const crosses = Number(before) >= 16 !== Number(after) >= 16;
  return crosses && (type === 3 || type === 8 || type === 13);
}

/** What stands beside the Options and is not replaced with them. */
function keptBeside(conversationMode: boolean, supported: SyncOptions['supported']): Partial<SyncOptions> {
  return { ...(conversationMode && { conversationMode }), ...(supported && { supported }) };
}

interface Turn {
  readonly record: SyncRecord;
  readonly confirmed: SyncRecord;
  readonly state: SyncState;
  readonly options: SyncOptions;
  readonly touched: readonly ServerId[];
  /** Adds given up with this request's key. Some clients take what the server has, their own Add with it, before they repeat it. */
  readonly givenUp: readonly AnsweredCommand[];
  /** Commands that the device never saw answered. */
  readonly unanswered: readonly AnsweredCommand[];
}

async function answer(tx: Transaction, request: SyncRequest, collection: Collection, turn: Turn): Promise<SyncAnswer> {
  const { state, options, confirmed } = turn;
  const hadCommands = request.commands.length > 0;
  const bounds = boundsOf(request, collection, turn);
  const pageIn = (touched: Touched, room: Room) => pageOf(tx, { request, collection, turn, bounds, touched, room });
  // Before any command has listed a write: what has to start again has done nothing.
  if (hadCommands && switches(request, turn) && !(await pageIn(await itemsOf(tx, turn.touched), request.room)))
    return { kind: 'stale' };
  const brake = startBrake(tx, collection.id, turn.record.deletes, request.brake, request.now);
  const ran = await runCommands(tx, request, { ...turn, collection: collection.id, target: bounds.target }, brake);
  const touched = await itemsOf(tx, [...turn.touched, ...ran.touched]);
  const page = await pageIn(touched, hadCommands && switches(request, turn) ? unlimited : request.room);
  if (!page) return { kind: 'stale' };
  const unsaid = unsaidBy(state, ran.commands);
  const changes = withUnknown(page.changes, ran.unknown).map((change) =>
    change.kind === 'Change' ? { ...change, since: toldUpTo(change.item, request.device, unsaid) } : change,
  );
  const cursor = { ...page, ...unsaidThen(state, page, ran, bounds) };

  const nothing = changes.length === 0 && !hadCommands && !request.fetches;
  if (nothing && confirmed.answers.length === 0) {
    const moved = stateOf(state.key, cursor, options, state.commands);
    const next = { ...confirmed, confirmed: moved, version: request.version };
    if (!sameRecord(turn.record, next)) tx.saveSyncRecord(next);
    return { kind: 'unchanged', key: state.key, options };
  }
  const { key, counter } = freshKey(confirmed);
  const commands = ran.commands;
  const next = {
    ...stateOf(key, cursor, options, commands),
    ...(turn.givenUp.length > 0 && { givenUp: turn.givenUp }),
  };
  const saved: SyncRecord = {
    ...withAnswer(confirmed, next, counter),
    version: request.version,
    tried: mergeTried(confirmed.tried, commands),
    ...(hadCommands && confirmed.base === undefined ? { base: bounds.end } : {}),
    ...(brake.count && { deletes: brake.count }),
  };
  tx.saveSyncRecord(brake.held ? forgotten(saved) : saved);
  const undone = await asWithdrawn(tx, saved, next);
  const then = new Map([...touched, ...undone]);
  const source = sourceOn(tx, collection.id, { byConversation: byConversation(options), touched: then });
  const more =
    request.getChanges &&
    (ran.altered ||
      ran.touched.some((id) => undone.has(id)) ||
      takesAway(changes, commands) ||
      (await wouldDeliver(source, viewOf(request.device, next), bounds)) !== 'nothing');
  return { kind: 'answered', key, options, changes, responses: commands, more };
}

/** An item that a command touched leaves as it lay before: where it lies now is told later. */
function takesAway(changes: readonly Change[], commands: readonly AnsweredCommand[]): boolean {
  const left = new Set(changes.filter(({ kind }) => kind === 'SoftDelete').map(changedId));
  return commands.some(({ item }) => item !== undefined && left.has(item));
}

type Touched = ReadonlyMap<ServerId, Item>;

/** ConversationMode was switched, and it makes a difference. */
function switches({ getChanges }: SyncRequest, { state, options }: Turn): boolean {
  return getChanges && byConversation(state.options) !== byConversation(options) && !isSameEitherWay(state);
}

interface Asked {
  readonly request: SyncRequest;
  readonly collection: Collection;
  readonly turn: Turn;
  readonly bounds: Bounds;
  readonly touched: Touched;
  /** For a switch; what follows it keeps to the request's. */
  readonly room: Room;
}
/** Undefined: only a new start leads there. */
async function pageOf(tx: Transaction, asked: Asked): Promise<Page | undefined> {
  const { request, collection, turn, bounds, touched, room } = asked;
  const { state, options } = turn;
  const view = viewOf(request.device, state);
  const { device: _, ...unmoved } = view;
  if (!request.getChanges) return { ...unmoved, changes: [] };
  const weigh = (item: LivingItem) => request.weigh(item, options);
  const to = sourceOn(tx, collection.id, { byConversation: byConversation(options), touched });
  if (!switches(request, turn)) return produce(to, view, bounds, request.room, weigh);
  const from = sourceOn(tx, collection.id, { byConversation: byConversation(state.options), touched });
  const begun = await switchMode({ from, to, end: bounds.end, target: bounds.target }, view, room, weigh);
  return begun && produce(to, view, bounds, request.room, weigh, begun);
}

type Cursor = Page & Pick<SyncState, 'unsaid'>;

function stateOf(key: SyncKey, page: Cursor, options: SyncOptions, commands: readonly AnsweredCommand[]): SyncState {
  const { changes: _, ...cursor } = page;
  return { key, ...cursor, options, commands };
}

/** Behind which stamp changed parts are told in an answer. What was refused for a conflict the device has as its own: it hears all. */
function unsaidBy({ unsaid, watermark }: SyncState, commands: readonly AnsweredCommand[]): Modseq {
  return commands.some(isConflict) ? 0 : (unsaid ?? watermark);
}

/** What the device brought in behind the stamp it may show as it was before: a repeated move has it told as a whole. */
function toldUpTo(item: LivingItem, device: DeviceId, stamp: Modseq): Modseq {
  return broughtBehind(item, device, stamp) ? 0 : stamp;
}

function isConflict({ result }: AnsweredCommand): boolean {
  return result === 'item-conflict';
}

/** What the answer leaves unsaid: an item that changes once more behind its end is told there, and only there. */
function unsaidThen(before: SyncState, page: Page, { altered, commands }: Ran, { high }: Bounds): Partial<SyncState> {
  const told = new Set(page.changes.map(changedId));
  const untold = commands.filter(({ item }) => item === undefined || !told.has(item));
  const isWhole = page.watermark >= high && !altered;
  const left = unsaidBy(before, untold);
  return (untold.some(isConflict) || !isWhole) && left < page.watermark ? { unsaid: left } : {};
}

interface Ran {
  readonly commands: AnsweredCommand[];
  readonly touched: ServerId[];
  readonly altered: boolean;
  /** Ids that a Change named and that are not there. */
  readonly unknown: ServerId[];
}

type Spoken = Turn & Pick<Speaker, 'collection' | 'target'>;

async function runCommands(tx: Transaction, request: SyncRequest, turn: Spoken, brake: Brake): Promise<Ran> {
  const { confirmed, state, options, collection, target } = turn;
  const source = sourceOn(tx, collection, { byConversation: byConversation(state.options) });
  const unanswered = turn.unanswered.filter((one) => !request.commands.some((command) => sameCommand(command, one)));
  const said = { ...state, options };
  const speaker: Speaker = { device: request.device, collection, state: said, source, target, unanswered };
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
function boundsOf({ commands, now }: SyncRequest, { high }: Collection, { confirmed, state, options }: Turn): Bounds {
  const hadCommands = commands.length > 0;
  const { base } = confirmed;
  const end: Modseq = base === undefined ? high : Math.min(high, base);
  return {
    end: Math.max(end, state.watermark),
    high,
    target: targetsOf(options, now),
    mayLoad: !hadCommands,
  };
}

async function itemsOf(tx: Transaction, ids: readonly ServerId[]): Promise<Touched> {
  const touched = new Map<ServerId, Item>();
  for (const id of ids) {
    const item = await tx.item(id);
    if (item) touched.set(id, item);
  }
  return touched;
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
    same(was.smsFloor, is.smsFloor) &&
    same(was.part, is.part) &&
    was.unsaid === is.unsaid &&
    same(was.options, is.options)
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
