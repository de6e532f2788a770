// What a Sync request asks for, after the strict checks ([MS-ASCMD] 2.2.1.21 Sync): which collections, with which keys,
// options and windows. An empty or partial request is completed from the last full one. It must never touch an item.
import {
  order,
  rank,
  requestCollection,
  type SyncRequest,
  type SyncRequestCollection,
  type SyncRequestCommand,
  type Version,
  type SyncOptions as WireOptions,
} from '../../protocol/index.ts';
import { type Collection, folderTypes, type ItemClass } from '../domain/collection.ts';
import type { StoredSync } from '../domain/device.ts';
import type { CollectionId, SyncKey } from '../domain/ids.ts';
import type { BodyPreference, SyncOptions, SyncRecord } from '../domain/sync-record.ts';
import { filterFits } from '../sync/filter.ts';
import { newestState } from '../sync/record.ts';
import { bodyPartOf, bodyPreferencesOf, mimeSupportOf } from './body-preference.ts';
import type { Limits } from './define.ts';

/** A request that cannot be served: the Status of the whole Sync, with the nearest bound where there is one. */
export class SyncRefused extends Error {
  readonly status: number;
  readonly limit: number | undefined;
  constructor(status: number, limit?: number) {
    super(`Sync Status ${status}`);
    this.status = status;
    this.limit = limit;
  }
}
const malformed = () => new SyncRefused(4);

export interface PlannedCollection {
  readonly id: CollectionId;
  /** Absent: the newest one, of a collection that an empty or partial request left out. */
  readonly key: SyncKey | '0' | undefined;
  readonly windowSize: number;
  readonly getChanges: boolean;
  readonly deletesAsMoves: boolean;
  /** Absent: as before. */
  readonly conversationMode: boolean | undefined;
  /** Tags of the elements that it says it handles. */
  readonly supported: readonly number[] | undefined;
  /** Absent: those it had. */
  readonly options: SyncOptions | undefined;
  readonly commands: readonly SyncRequestCommand[];
}
export interface SyncPlan {
  readonly collections: readonly PlannedCollection[];
  /** Commands of all collections together. */
  readonly windowSize: number;
  /** Seconds; 0: answers at once. */
  readonly wait: number;
}

const windows = { usual: 100, most: 512 };
/** Any size that a device names, as one that is served. */
function windowOf(size: number | undefined, usual: number): number {
  if (size === undefined) return usual;
  return size <= 0 || size > windows.most ? windows.most : size;
}

/** [MS-ASCMD] R976: the order that a Collection's children must have. */
const childOrder = [
  'SyncKey',
  'CollectionId',
  'Supported',
  'DeletesAsMoves',
  'GetChanges',
  'WindowSize',
  'ConversationMode',
  'Options',
  'Commands',
];

function inOrder(keys: readonly string[], table: readonly string[], repeatable?: string): boolean {
  const places = keys.map((key) => table.indexOf(key));
  return places.every(
    (place, i) => i === 0 || place > places[i - 1]! || (keys[i] === repeatable && place === places[i - 1]),
  );
}

export interface PlanOptions {
  readonly limits: Limits;
  readonly version: Version;
  /** Commands of an answer, where a client needs fewer. */
  readonly most?: number | undefined;
}

/** Throws SyncRefused. `stored`: the last full request of the device. */
export function planSync(
  request: SyncRequest | undefined,
  stored: StoredSync | undefined,
  { limits, version, most = windows.most }: PlanOptions,
): SyncPlan {
  const plan = planAsked(request, stored, limits, version);
  return { ...plan, windowSize: Math.min(plan.windowSize, most) };
}

function planAsked(
  request: SyncRequest | undefined,
  stored: StoredSync | undefined,
  limits: Limits,
  version: Version,
): SyncPlan {
  if (request === undefined) return repeat(stored);
  if (!saysSomething(request)) throw malformed();
  if (request.Partial && !stored) throw new SyncRefused(13);
  const wait = waitOf(request, limits);
  const named = (request.Collections?.Collection ?? []).map((one) => planCollection(one, version));
  if (named.length > limits.collections) throw new SyncRefused(15, limits.collections);
  const commands = named.reduce((sum, collection) => sum + collection.commands.length, 0);
  if (commands > limits.commands) throw malformed();
  const rest = request.Partial ? storedCollections(stored, new Set(named.map(({ id }) => id))) : [];
  const windowSize = request.WindowSize ?? (request.Partial ? stored?.windowSize : undefined);
  return {
    collections: [...named, ...rest],
    windowSize: windowOf(windowSize, windows.most),
    wait: wait ?? (request.Partial ? stored?.wait : undefined) ?? 0,
  };
}

/** [MS-ASCMD] R3642: Partial comes with something else. */
function saysSomething({ Collections, Partial, Wait, HeartbeatInterval, WindowSize }: SyncRequest): boolean {
  return (
    Collections !== undefined || (Partial && [Wait, HeartbeatInterval, WindowSize].some((one) => one !== undefined))
  );
}

function repeat(stored: StoredSync | undefined): SyncPlan {
  if (!stored) throw new SyncRefused(13);
  return {
    collections: storedCollections(stored, new Set()),
    windowSize: windowOf(stored.windowSize, windows.most),
    wait: stored.wait ?? 0,
  };
}

function storedCollections(stored: StoredSync | undefined, named: ReadonlySet<CollectionId>): PlannedCollection[] {
  return (stored?.collections ?? [])
    .filter(({ id }) => !named.has(id))
    .map(({ windowSize, options, conversationMode, ...rest }) => ({
      ...rest,
      key: undefined,
      supported: undefined,
      conversationMode,
      windowSize: windowOf(windowSize, windows.usual),
      options,
      commands: [],
    }));
}

/** What an empty request will repeat: this one without its commands. Behind key 0, which brings nothing, changes are due. */
export function storedPlan(plan: SyncPlan): StoredSync {
  return {
    windowSize: plan.windowSize,
    wait: plan.wait,
    collections: plan.collections.map(({ id, key, options, ...asked }) => ({
      id,
      windowSize: asked.windowSize,
      getChanges: asked.getChanges || key === '0',
      deletesAsMoves: asked.deletesAsMoves,
      ...(asked.conversationMode !== undefined && { conversationMode: asked.conversationMode }),
      ...(options && { options }),
    })),
  };
}

/** Seconds. [MS-ASCMD] R4748, R3226: not both, and inside the bounds. */
function waitOf({ Wait, HeartbeatInterval }: SyncRequest, { heartbeat }: Limits): number | undefined {
  if (Wait !== undefined && HeartbeatInterval !== undefined) throw malformed();
  if (Wait !== undefined) {
    const minutes = {
      min: Math.max(1, Math.ceil(heartbeat.min / 60)),
      max: Math.max(1, Math.floor(heartbeat.max / 60)),
    };
    if (Wait < minutes.min) throw new SyncRefused(14, minutes.min);
    if (Wait > minutes.max) throw new SyncRefused(14, minutes.max);
    return Wait * 60;
  }
  if (HeartbeatInterval === undefined) return undefined;
  if (HeartbeatInterval < heartbeat.min) throw new SyncRefused(14, heartbeat.min);
  if (HeartbeatInterval > heartbeat.max) throw new SyncRefused(14, heartbeat.max);
  return HeartbeatInterval;
}

function planCollection(collection: SyncRequestCollection, version: Version): PlannedCollection {
  const { CollectionId: id, SyncKey: key, GetChanges, Options } = collection;
  const keys = order(requestCollection, collection).filter((name) => name !== 'Class'); // before or behind SyncKey
  if (!inOrder(keys, childOrder, 'Options')) throw malformed();
  if (id === undefined || id === '') throw malformed();
  // [MS-ASCMD] R3128: from 12.1 on; what came before reads over it.
  if (key === '0' && GetChanges === true && rank(version) >= rank('12.1')) throw malformed();
  return {
    id: id as CollectionId,
    key: key as SyncKey | '0',
    windowSize: windowOf(collection.WindowSize, windows.usual),
    getChanges: key !== '0' && (GetChanges ?? true),
    deletesAsMoves: collection.DeletesAsMoves ?? true,
    conversationMode: collection.ConversationMode,
    supported: collection.Supported?.children.map(({ tag }) => tag),
    options: Options.length === 0 ? undefined : planOptions(Options, version),
    commands: collection.Commands ?? [],
  };
}

/** [MS-ASCMD] R907, R908, R930, R935: one block of each, and SMS beside none but mail. */
export function classesFit(blocks: readonly { readonly Class?: string | undefined }[]): boolean {
  const sms = blocks.filter(({ Class }) => Class === 'SMS');
  const others = blocks.filter(({ Class }) => Class !== 'SMS');
  if (sms.length > 1 || others.length > 1) return false;
  return sms.length === 0 || others.every(({ Class = 'Email' }) => Class === 'Email');
}

function planOptions(blocks: readonly WireOptions[], version: Version): SyncOptions {
  if (!classesFit(blocks)) throw malformed();
  const sms = blocks.find((block) => block.Class === 'SMS');
  const other = blocks.find((block) => block.Class !== 'SMS');
  const block = other ?? sms!;
  return {
    filterType: block.FilterType ?? 0,
    ...(sms && { smsFilterType: sms.FilterType ?? 0 }),
    classes: [...classesOf(other), ...(sms ? (['SMS'] as const) : [])],
    conflict: block.Conflict === 0 ? 0 : 1,
    mimeSupport: mimeSupportOf(block.MIMESupport),
    ...(block.MIMETruncation !== undefined && { mimeTruncation: block.MIMETruncation }),
    bodyPreferences: rank(version) < rank('12.0') ? preferencesOf25(block) : bodyPreferencesOf(block.BodyPreference),
    ...(block.MaxItems !== undefined && { maxItems: block.MaxItems }),
    ...planBodyPart(block),
  };
}

const classNames: ReadonlySet<string> = new Set<ItemClass>(['Email', 'Calendar', 'Contacts', 'Tasks', 'Notes']);
/** The class that a block names; none for the one that leaves it to the folder. */
function classesOf(block: WireOptions | undefined): ItemClass[] {
  if (!block) return [];
  if (block.Class === undefined) return ['Email'];
  if (!classNames.has(block.Class)) throw malformed();
  return [block.Class as ItemClass];
}

/** [MS-ASCON] R241: body parts are HTML. */
function planBodyPart({ BodyPartPreference }: WireOptions): Pick<SyncOptions, 'bodyPart'> {
  if (BodyPartPreference.some(({ Type }) => Type !== 2)) throw new SyncRefused(164);
  const bodyPart = bodyPartOf(BodyPartPreference);
  return bodyPart ? { bodyPart } : {};
}

/** [MS-ASCMD] 2.2.3.185 Truncation: bytes per code; 9, or none, is all. */
const truncations25 = [0, 512, 1024, 2048, 5120, 10_240, 20_480, 51_200, 102_400] as const;

/** Before BodyPreference there was text, cut by a code, or the message as it is where MIMESupport lets it. */
function preferencesOf25({ Truncation = 9 }: WireOptions): BodyPreference[] {
  const truncationSize = truncations25[Truncation];
  return [{ type: 1, ...(truncationSize !== undefined && { truncationSize }) }, { type: 4 }];
}

/** What only the folder can tell: what its class does not know ([MS-ASCMD] R3080, R2117, [MS-ASNOTE] R114). */
export function checkAgainstFolder(planned: PlannedCollection, { type }: Collection): void {
  const itemClass = folderTypes[type].class;
  if (planned.conversationMode !== undefined && itemClass !== 'Email') throw malformed();
  if (planned.supported !== undefined && itemClass === 'Notes') throw malformed();
  if (!planned.options) return;
  const { filterType, smsFilterType = 0, classes } = planned.options;
  if (classes.includes('SMS') && itemClass !== 'Email') throw malformed();
  if (!filterFits(filterType, itemClass) || !filterFits(smsFilterType, 'SMS')) throw malformed();
}

/**
 * An empty request is the last one again, with its key ([MS-ASCMD] R673): an answer in between never reached the device. Behind commands there
 * is no such request ([MS-ASCMD] R674): throws SyncRefused.
 */
export function cachedKey(record: SyncRecord | undefined): SyncKey | undefined {
  if (record?.answers.some(({ commands }) => commands.length > 0)) throw new SyncRefused(13);
  return record?.confirmed?.key ?? newestState(record)?.key;
}
