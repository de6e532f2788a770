// The recipient information cache: a folder of type 19 whose list is worked out from the Sent Items whenever a device asks.
// Devices only read it ([MS-ASCMD] R754, R756). Its folder is made when a device that can know it first asks.
import { createHash } from 'node:crypto';
import type { SyncResponseCollection, SyncResponseCommand, SyncResponseResult } from '../../protocol/index.ts';
import {
  type KnownRecipient,
  rankRecipients,
  remembered,
  writeRecipient,
} from '../content/contacts/recipient-cache.ts';
import { folderTypes, recipientCache, specialFolderId } from '../domain/collection.ts';
import type { ServerId, SyncKey } from '../domain/ids.ts';
import { isMail } from '../domain/item.ts';
import type { ItemNumber } from '../domain/position.ts';
import type { SyncOptions } from '../domain/sync-record.ts';
import type { Reader } from '../store/port.ts';
import { type ListItem, type ListOf, listPending, longestList, syncList } from '../sync/list-view.ts';
import type { Context } from './define.ts';
import { statusOf } from './status.ts';
import { cachedKey, type PlannedCollection, SyncRefused } from './sync-plan.ts';

const day = 86_400_000;
/** Mails looked at, the newest. */
const looked = 2000;

export function hasRecipientCache(version: string): boolean {
  return Number(version) >= 14;
}

/** For accounts that were there before the folder was. */
export async function makeRecipientCache(context: Context): Promise<void> {
  if (!hasRecipientCache(context.version)) return;
  if (await context.read((reader) => reader.collection(recipientCache))) return;
  await context.transact(async (tx) => {
    if (await tx.collection(recipientCache)) return;
    tx.putCollection({ id: recipientCache, parent: '0', name: folderTypes[19].name, type: 19 });
  });
}

interface Listed extends ListItem {
  readonly recipient: KnownRecipient;
}

/** The whole list, the most wanted first. */
async function recipients(context: Context): Promise<Listed[]> {
  const now = context.clock.now();
  const ranked = await context.read(async (reader) => {
    const { address, aliases } = await reader.account();
    const from = { date: now - (remembered + 1) * day, number: 0 as ItemNumber };
    const sent = await reader.range(specialFolderId(5), { from, order: 'newest', limit: looked });
    const mails = sent.filter(isMail).map(({ content }) => content);
    return rankRecipients(mails, new Set([address, ...aliases]), now).slice(0, longestList);
  });
  return ranked.map((recipient) => {
    const id = `${recipientCache}:${digest(recipient.address)}` as ServerId;
    return { id, mark: digest(`${recipient.name} ${recipient.rank}`), recipient };
  });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** [MS-ASCMD] 2.2.3.103.2 MaxItems (Sync): the top of the list. */
function top(list: readonly Listed[]): ListOf {
  return ({ maxItems = longestList }: SyncOptions) => list.slice(0, Math.max(0, maxItems));
}

export interface AnsweredList {
  readonly answer: SyncResponseCollection;
  readonly changes: number;
  readonly bytes: number;
}

/** Undefined: nothing to say. Throws SyncRefused for what would change the list. */
export async function syncRecipients(
  context: Context,
  planned: PlannedCollection,
  window: number,
): Promise<AnsweredList | undefined> {
  if (planned.commands.some((command) => !('Fetch' in command))) throw new SyncRefused(4);
  await makeRecipientCache(context);
  const list = await recipients(context);
  const { version, device } = context;
  const outcome = await context.transact(async (tx) => {
    const key = planned.key ?? cachedKey(await tx.syncRecord(device.id, planned.id));
    if (key === undefined) return { kind: 'stale' } as const;
    const { options, getChanges } = planned;
    const request = { device: device.id, collection: planned.id, version, key, getChanges, window, list: top(list) };
    return syncList(tx, { ...request, ...(options && { options }) });
  });
  const byId = new Map<string, Listed>(list.map((one) => [one.id, one]));
  const fetched = planned.commands.flatMap((one) => ('Fetch' in one ? [fetch(byId, one.Fetch.ServerId, context)] : []));
  if (outcome.kind === 'unchanged' && fetched.length === 0) return undefined;
  const Status = outcome.kind === 'stale' ? statusOf('Sync', 'sync-key-stale') : 1;
  const SyncKey = 'key' in outcome ? outcome.key : (planned.key ?? ('0' as SyncKey));
  const changes = outcome.kind === 'answered' ? outcome.changes : [];
  const Commands = changes.map(({ kind, id }): SyncResponseCommand => {
    if (kind === 'Delete') return { Delete: { ServerId: id } };
    const told = { ServerId: id, ApplicationData: dataOf(byId.get(id)!, context) };
    return kind === 'Add' ? { Add: told } : { Change: told };
  });
  return {
    answer: {
      SyncKey,
      CollectionId: planned.id,
      Status,
      MoreAvailable: outcome.kind === 'answered' && outcome.more,
      Commands: Commands.length === 0 ? undefined : Commands,
      Responses: fetched.length === 0 ? undefined : fetched,
    },
    changes: Commands.length,
    bytes: Commands.length * 256,
  };
}

function dataOf({ recipient }: Listed, { version }: Context) {
  return writeRecipient(recipient, version);
}

function fetch(byId: ReadonlyMap<string, Listed>, ServerId: string, context: Context): SyncResponseResult {
  const found = byId.get(ServerId);
  if (!found) return { Fetch: { ServerId, Status: statusOf('Sync', 'item-not-found') } };
  return { Fetch: { ServerId, Status: 1, ApplicationData: dataOf(found, context) } };
}

/** What a Sync would bring; 'sync-key-stale' for a key that names no state, 'not-yet' before the first Sync. */
export async function estimateRecipients(
  context: Context,
  key: SyncKey | '0',
  maxItems: number | undefined,
): Promise<number | 'sync-key-stale' | 'not-yet'> {
  const list = await recipients(context);
  return context.read(async (reader: Reader) => {
    const { id: device } = context.device;
    if (key === '0' || !(await reader.syncRecord(device, recipientCache))) return 'not-yet';
    const all = maxItems === undefined ? top(list) : () => list.slice(0, Math.max(0, maxItems));
    return (await listPending(reader, { device, collection: recipientCache, key, list: all })) ?? 'sync-key-stale';
  });
}
