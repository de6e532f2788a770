// [MS-ASCMD] 2.2.1.21 Sync: plans the request, lets sync/ answer each collection in a transaction of its own, renders what
// came out of it, and waits when it may. The algebra lives in sync/, the meaning of items in item-kinds.ts.
import {
  rank,
  type SyncRequestCommand,
  type SyncResponse,
  type SyncResponseCollection,
  type SyncResponseCommand,
  type SyncResponseResult,
  sync,
  type Version,
  type SyncRequest as WireRequest,
} from '../../protocol/index.ts';
import { folderTypes, type ItemClass, recipientCache, specialFolderId } from '../domain/collection.ts';
import { isEasError } from '../domain/errors.ts';
import type { CollectionId, ServerId, SyncKey } from '../domain/ids.ts';
import type { LivingItem } from '../domain/item.ts';
import type { AnsweredCommand, SyncOptions } from '../domain/sync-record.ts';
import type { Transaction } from '../store/port.ts';
import type { DeviceCommand } from '../sync/commands.ts';
import { filterTarget } from '../sync/filter.ts';
import { type SyncAnswer, type SyncRequest, syncCollection, type ToldChange } from '../sync/sync-collection.ts';
import { isLiving } from '../sync/view.ts';
import { hashOf } from './command-hash.ts';
import { type Context, defineCommand } from './define.ts';
import { goneStatus, updateDevice } from './device.ts';
import { waitFor } from './held-sync.ts';
import { itemKind, kindOf } from './item-kinds.ts';
import { hasRecipientCache, syncRecipients } from './recipient-cache.ts';
import { statusOf } from './status.ts';
import {
  cachedKey,
  checkAgainstFolder,
  type PlannedCollection,
  planSync,
  type SyncPlan,
  SyncRefused,
  storedPlan,
} from './sync-plan.ts';

export const syncCommand = defineCommand({
  name: 'Sync',
  ...sync,
  body: 'cached',
  carriesMessage: 'stored',
  handle: async (context, request): Promise<SyncResponse | undefined> => {
    try {
      const { device, limits, quirks, version } = context;
      return await run(context, request, planSync(request, device.sync, { limits, version, most: quirks.window }));
    } catch (error) {
      if (error instanceof SyncRefused) return { Status: error.status, Limit: error.limit };
      throw error;
    }
  },
});

/** The last full request without commands is what an empty one repeats. */
async function remember(context: Context, request: WireRequest | undefined, plan: SyncPlan): Promise<void> {
  if (request === undefined || plan.collections.some(({ commands }) => commands.length > 0)) return;
  const stored = storedPlan(plan);
  if (JSON.stringify(stored) === JSON.stringify(context.device.sync)) return;
  await updateDevice(context, (device) => ({ ...device, sync: stored }));
}

async function run(
  context: Context,
  request: WireRequest | undefined,
  plan: SyncPlan,
): Promise<SyncResponse | undefined> {
  await checkFolders(context, plan);
  const answer = await round(context, plan);
  await remember(context, request, plan);
  if (answer || plan.wait === 0) return answer;
  const ending = await waitFor(context, plan);
  return ending === 'woken' ? round(context, plan) : undefined;
}

/** A collection that refuses its options, or has no key, refuses the whole request, before any other has changed anything. */
async function checkFolders(context: Context, plan: SyncPlan): Promise<void> {
  if (plan.collections.length < 2) return;
  await context.read(async (reader) => {
    for (const planned of plan.collections) {
      const folder = await reader.collection(planned.id);
      if (folder) checkAgainstFolder(planned, folder);
      if (planned.key === undefined) cachedKey(await reader.syncRecord(context.device.id, planned.id));
    }
  });
}

const longest = 20_000;

/** Answers every collection once; undefined when there is nothing to say. */
async function round(context: Context, plan: SyncPlan): Promise<SyncResponse | undefined> {
  const until = context.clock.now() + longest;
  const late = () => context.clock.now() >= until;
  let room = plan.windowSize;
  let bytes = context.limits.answer;
  const answers: SyncResponseCollection[] = [];
  for (const planned of plan.collections) {
    const spent = room <= 0 || bytes <= 0 || late();
    if (spent && planned.commands.length === 0) continue; // the next Sync brings it
    const collection = await syncOne(context, planned, {
      commands: Math.max(0, Math.min(room, planned.windowSize)),
      bytes,
      late,
    });
    if (!collection) continue;
    room -= collection.changes;
    bytes -= collection.bytes;
    answers.push(collection.answer);
  }
  return answers.length === 0 ? undefined : { Collections: { Collection: answers } };
}

interface Answered {
  readonly answer: SyncResponseCollection;
  readonly changes: number;
  readonly bytes: number;
}
type Outcome = SyncAnswer | { readonly kind: 'unknown' | 'gone' | 'broken' };

async function syncOne(
  context: Context,
  planned: PlannedCollection,
  room: SyncRequest['room'],
): Promise<Answered | undefined> {
  if (planned.id === recipientCache && hasRecipientCache(context.version))
    return syncRecipients(context, planned, room.commands);
  const commands = await prepare(context, planned);
  const fetches = planned.commands.flatMap((command) =>
    'Fetch' in command ? [command.Fetch.ServerId as ServerId] : [],
  );
  const outcome = await context
    .transact((tx) => syncIn(tx, context, planned, { commands, room, fetches: fetches.length > 0 }))
    .catch((error: unknown): Outcome => {
      if (!isEasError(error, 'corrupt-item')) throw error;
      context.log.error('a collection cannot be read', { account: context.account, collection: planned.id, error });
      return { kind: 'broken' };
    });
  const answered = await answerOf(context, planned, outcome, fetches);
  return answered && withClass(context, planned, answered);
}

/** Up to 12.1 a collection says its class ([MS-ASCMD] 2.2.3.27.6 Class (Sync)). */
async function withClass(context: Context, { id }: PlannedCollection, answered: Answered): Promise<Answered> {
  if (!until('12.1', context.version)) return answered;
  const folder = await context.read((reader) => reader.collection(id));
  return { ...answered, answer: { ...answered.answer, Class: folder && folderTypes[folder.type].class } };
}

async function syncIn(
  tx: Transaction,
  { device, version, clock, limits }: Context,
  planned: PlannedCollection,
  asked: Pick<SyncRequest, 'commands' | 'room' | 'fetches'>,
): Promise<Outcome> {
  const folder = await tx.collection(planned.id);
  if (!folder) return { kind: 'unknown' };
  if (folder.died !== undefined) return { kind: 'gone' };
  checkAgainstFolder(planned, folder);
  const key = planned.key ?? cachedKey(await tx.syncRecord(device.id, planned.id));
  if (key === undefined) return { kind: 'stale' };
  return syncCollection(tx, folder, {
    ...asked,
    device: device.id,
    version,
    key,
    ...(planned.options && { options: planned.options }),
    ...(planned.conversationMode !== undefined && { conversationMode: planned.conversationMode }),
    ...(planned.supported && { supported: planned.supported }),
    getChanges: planned.getChanges,
    weigh,
    brake: limits.deletes,
    now: clock.now(),
  });
}

function until(last: Version, version: Version): boolean {
  return rank(version) <= rank(last);
}

/** [MS-ASCMD] 2.2.3.177.17 Status (Sync), of a collection. */
async function answerOf(
  context: Context,
  planned: PlannedCollection,
  outcome: Outcome,
  fetches: readonly ServerId[],
): Promise<Answered | undefined> {
  const as = (Status: number, SyncKey: SyncKey | '0' = planned.key ?? '0'): Answered => ({
    answer: { SyncKey, CollectionId: planned.id, Status },
    changes: 0,
    bytes: 0,
  });
  switch (outcome.kind) {
    case 'unchanged':
      // An empty answer came with 12.1: before it, the key that stays is said.
      return until('12.0', context.version) ? as(1) : undefined;
    case 'primed':
      return as(1, outcome.key);
    case 'stale':
      return as(statusOf('Sync', 'sync-key-stale'));
    case 'broken':
      return as(statusOf('Sync', 'corrupt-item'));
    case 'unknown':
      return as(statusOf('Sync', 'collection-not-found'));
    case 'gone':
      return context.quirks.omitLostFolders ? undefined : as(goneStatus(context, planned.id));
    case 'answered':
      if (outcome.changes.length <= longPage) return render(context, planned, outcome, fetches);
      return context.pages.run(() => render(context, planned, outcome, fetches));
    default:
      throw outcome satisfies never;
  }
}

/** Items from which a page takes its turn. */
const longPage = 16;

/** The device's commands as sync/ runs them; what they need of blobs is written before the transaction. */
async function prepare(context: Context, planned: PlannedCollection): Promise<DeviceCommand[]> {
  if (planned.commands.length === 0) return [];
  const folder = await context.read((reader) => reader.collection(planned.id));
  if (!folder) return [];
  const itemClass = folderTypes[folder.type].class;
  const kind = itemKind(itemClass);
  const moveTo = planned.deletesAsMoves && itemClass === 'Email' ? { moveTo: specialFolderId(4) } : {};
  const prepared: DeviceCommand[] = [];
  for (const command of planned.commands) {
    if ('Add' in command) {
      const { Add } = command;
      const added = itemKind(Add.Class === 'SMS' && itemClass === 'Email' ? 'SMS' : itemClass);
      if (added) prepared.push(await added.prepareAdd(context, folder, Add));
      else
        prepared.push({ kind: 'Add', id: Add.ClientId, hash: hashOf('Add', Add.ApplicationData), refused: 'not-yet' });
    } else if ('Change' in command) {
      const { Change } = command;
      const id = Change.ServerId as ServerId;
      const changed = itemKind(await classOf(context, id, itemClass));
      if (changed) prepared.push(await changed.prepareChange(context, folder, Change));
      else prepared.push({ kind: 'Change', id, hash: hashOf('Change', Change.ApplicationData), refused: 'not-yet' });
    } else if ('Delete' in command) {
      const { Delete } = command;
      const id = Delete.ServerId as ServerId;
      const beside = kind?.removed?.(context);
      if (Delete.InstanceId !== undefined && kind?.prepareInstanceDelete)
        prepared.push(await kind.prepareInstanceDelete(context, folder, Delete));
      else {
        const hash = hashOf('Delete', String(planned.deletesAsMoves));
        prepared.push({ kind: 'Delete', id, hash, ...moveTo, ...(beside && { beside }) });
      }
    }
  }
  return prepared;
}

/** Text messages lie among mail; a Change does not say so. */
async function classOf(
  context: Context,
  id: ServerId,
  itemClass: ItemClass | undefined,
): Promise<ItemClass | undefined> {
  if (itemClass !== 'Email') return itemClass;
  const item = await context.read((reader) => reader.item(id));
  return item?.class === 'SMS' ? 'SMS' : itemClass;
}

async function render(
  context: Context,
  planned: PlannedCollection,
  outcome: Extract<SyncAnswer, { kind: 'answered' }>,
  fetches: readonly ServerId[],
): Promise<Answered> {
  const { options } = outcome;
  const commands = await Promise.all(outcome.changes.map((change) => writeChange(context, change, options)));
  const fetched = await Promise.all(fetches.map((id) => fetchItem(context, planned.id, id, options)));
  const asked = planned.commands.filter((command) => !('Fetch' in command));
  const answers = outcome.responses.map((one, at) => writeResponse(context, one, asked[at]!));
  const responses = (await Promise.all(answers)).flat();
  const results = [...responses, ...fetched];
  context.note('changes', outcome.changes.length);
  return {
    changes: outcome.changes.length,
    bytes: outcome.changes.reduce((sum, change) => sum + weightOf(change, options), 0),
    answer: {
      SyncKey: outcome.key,
      CollectionId: planned.id,
      Status: 1,
      MoreAvailable: outcome.more,
      Commands: commands.length === 0 ? undefined : commands,
      Responses: results.length === 0 ? undefined : results,
    },
  };
}

/** Bytes that an item takes in an answer. */
function weigh(item: LivingItem, options: SyncOptions): number {
  try {
    return kindOf(item).weigh(item, options);
  } catch {
    return 512; // what cannot be weighed cannot be rendered either, and says so then
  }
}

function weightOf(change: ToldChange, options: SyncOptions): number {
  return 'item' in change ? weigh(change.item, options) : 64;
}

/** Said only where it is not the folder's. */
function classBeside(item: LivingItem): 'SMS' | undefined {
  return item.class === 'SMS' ? 'SMS' : undefined;
}

/** [MS-ASCMD] 2.2.3.36.2 ConversationMode (Sync): a mail that is here for its conversation alone, older than the filter, comes without its body. */
function bodiesOf(item: LivingItem, options: SyncOptions, now: number): SyncOptions {
  const { conversationMode, filterType, bodyPreferences } = options;
  if (!conversationMode || item.class !== 'Email') return options;
  if (item.sortDate >= filterTarget(filterType, now).date) return options;
  const wanted = bodyPreferences.length === 0 ? [{ type: 1 as const }] : bodyPreferences;
  const none = wanted.map(({ allOrNone: _, ...preference }) => ({ ...preference, truncationSize: 0 }));
  return { ...options, bodyPreferences: none };
}

async function writeChange(context: Context, change: ToldChange, options: SyncOptions): Promise<SyncResponseCommand> {
  switch (change.kind) {
    case 'Add': {
      const { item } = change;
      const ApplicationData = await kindOf(item).whole(context, item, bodiesOf(item, options, context.clock.now()));
      return { Add: { Class: classBeside(item), ServerId: item.id, ApplicationData } };
    }
    case 'Change': {
      const { item, since } = change;
      const wanted = bodiesOf(item, options, context.clock.now());
      const ApplicationData = await kindOf(item).changed(context, item, wanted, since);
      return { Change: { Class: classBeside(item), ServerId: item.id, ApplicationData } };
    }
    case 'Delete':
      return { Delete: { ServerId: change.id } };
    case 'SoftDelete':
      return { SoftDelete: { ServerId: change.id } };
    default:
      throw change satisfies never;
  }
}

/** Every Add is answered; Change and Delete only when they failed, or when there is something to tell. */
async function writeResponse(
  context: Context,
  { kind, id, instance, result, item }: AnsweredCommand,
  asked: SyncRequestCommand,
): Promise<SyncResponseResult[]> {
  const Status = result === 'done' ? 1 : statusOf('Sync', result);
  const named = { ServerId: id, InstanceId: instance };
  if (kind === 'Delete') return Status === 1 ? [] : [{ Delete: { ...named, Status } }];
  const told = item !== undefined && (Status === 1 || kind === 'Add');
  const found = told ? await context.read((reader) => reader.item(item)) : undefined;
  const living = found && isLiving(found) ? found : undefined;
  if ('Add' in asked) {
    const ApplicationData = living && kindOf(living).added(context, living, asked.Add);
    const made = item === undefined ? {} : { Class: asked.Add.Class, ServerId: item };
    return [{ Add: { ...made, ClientId: id, Status, ApplicationData } }];
  }
  const ApplicationData = living && 'Change' in asked && kindOf(living).answered?.(context, living, asked.Change);
  if (Status === 1 && !ApplicationData) return [];
  return [{ Change: { ...named, Status, ApplicationData: ApplicationData || undefined } }];
}

async function fetchItem(
  context: Context,
  folder: CollectionId,
  id: ServerId,
  options: SyncOptions,
): Promise<SyncResponseResult> {
  const item = await context
    .read((reader) => reader.item(id))
    .catch((error: unknown) => {
      if (isEasError(error, 'corrupt-item')) return undefined;
      throw error;
    });
  if (!item || !isLiving(item) || item.collection !== folder) {
    return { Fetch: { ServerId: id, Status: statusOf('Sync', 'item-not-found') } };
  }
  const ApplicationData = await kindOf(item).whole(context, item, options);
  return { Fetch: { ServerId: id, Status: 1, ApplicationData } };
}
