// What a device's commands do to the items (sync-model "Commands of the device"). It lists writes and says how each
// command ended; what the content means it is told by the caller. It must never see modseq arithmetic beyond `isCurrent`.

import { EasError, type ErrorCode } from '../domain/errors.ts';
import type { ClientId, CollectionId, DeviceId, ServerId } from '../domain/ids.ts';
import type { LivingItem, NewItem } from '../domain/item.ts';
import type { AnsweredCommand, Floors, SyncOptions, SyncState } from '../domain/sync-record.ts';
import type { Facts, Transaction } from '../store/port.ts';
import { byConversation } from './modes.ts';
import type { Source } from './source.ts';
import { conversationOf, floorOf, holds, isEcho, isLiving, seenAt, viewOf } from './view.ts';

/** What a command lists beside its own write, such as a mail that it sends; in the same commit. `id`: its item. */
export type Beside = (tx: Transaction, id: ServerId) => Promise<void>;

/**
 * `exact`: what is stored is what the device sent, to the letter; else it is sent the item as a Change. `departs`: lists what
 * sending the item away writes, its removal included; the device is told that it is gone.
 */
export type DeviceCommand =
  | {
      readonly kind: 'Add';
      readonly id: ClientId;
      readonly hash: string;
      readonly item: NewItem;
      readonly exact: boolean;
      /** What of it could not be done, though the item is there. */
      readonly partly?: ErrorCode;
      /** An item that is what the device adds, in the collection already. */
      readonly adopts?: (tx: Transaction) => Promise<Changed | undefined>;
      readonly beside?: Beside;
      readonly departs?: Beside;
    }
  | {
      /** The Delete of an occurrence is a change of its series. */
      readonly kind: 'Change' | 'Delete';
      readonly id: ServerId;
      readonly instance?: string;
      readonly hash: string;
      readonly change: (item: LivingItem, options: SyncOptions) => Changed;
      readonly departs?: Beside;
    }
  | {
      readonly kind: 'Delete';
      readonly id: ServerId;
      readonly hash: string;
      readonly moveTo?: CollectionId;
      readonly beside?: (item: LivingItem) => Beside | undefined;
    }
  | {
      readonly kind: 'Add' | 'Change' | 'Delete';
      readonly id: string;
      readonly instance?: string;
      readonly hash: string;
      readonly refused: ErrorCode;
    };
export interface Changed {
  readonly item: LivingItem;
  readonly touched: readonly string[];
  readonly exact: boolean;
  readonly beside?: Beside;
}

export interface Applied {
  readonly command: AnsweredCommand;
  /** Its item is to be named in the next answers, though no one else wrote it: altered, or outside the device's view. */
  readonly altered: boolean;
}

export interface Speaker {
  readonly device: DeviceId;
  readonly collection: CollectionId;
  /** The one it speaks from, with the options that the answer is made with. */
  readonly state: SyncState;
  /** What the state's view looks through. */
  readonly source: Source;
  /** Where the floors belong today. */
  readonly target: Floors;
  /** Commands that it never saw answered, and does not repeat under their ids in this request. */
  readonly unanswered: readonly AnsweredCommand[];
}

/** Runs one command that was not answered before. `earlier`: the last tried one with this id, other content. */
export async function applyCommand(
  tx: Transaction,
  speaker: Speaker,
  command: DeviceCommand,
  earlier: AnsweredCommand | undefined,
): Promise<Applied> {
  const { kind, id, hash } = command;
  const instance = 'instance' in command && command.instance !== undefined ? { instance: command.instance } : {};
  const answer = (result: AnsweredCommand['result'], item?: ServerId, altered = false): Applied => ({
    command: { kind, id, ...instance, hash, result, ...(item === undefined ? {} : { item }) },
    altered,
  });
  if ('refused' in command) return answer(command.refused);
  if ('change' in command) return change(tx, speaker, command, answer);
  if (command.kind === 'Add') return add(tx, speaker, command, earlier, answer);
  return remove(tx, speaker, command, answer);
}

type Answer = (result: AnsweredCommand['result'], item?: ServerId, altered?: boolean) => Applied;
type AddCommand = Extract<DeviceCommand, { item: NewItem }>;
type ChangeCommand = Extract<DeviceCommand, { change: unknown }>;
type DeleteCommand = Exclude<DeviceCommand, AddCommand | ChangeCommand | { refused: ErrorCode }>;

async function add(
  tx: Transaction,
  speaker: Speaker,
  command: AddCommand,
  earlier: AnsweredCommand | undefined,
  answer: Answer,
): Promise<Applied> {
  const { device, collection, state } = speaker;
  const addedAs = { device, clientId: command.id, hash: command.hash };
  const known = earlier?.item && (await tx.item(earlier.item));
  // One that was sent under this ClientId and comes with other content is another letter.
  if (known && (isLiving(known) || !command.departs)) {
    if (isLiving(known))
      tx.put({ ...known, ...command.item, addedAs } as LivingItem, everything, { origin: null, by: device });
    await command.departs?.(tx, known.id);
    return answer('done', known.id, true);
  }
  const view = viewOf(device, state);
  const repeats = (await tx.added(collection, device, command.id)).filter(
    (item) => item.addedAs?.hash === command.hash,
  );
  const placed = await Promise.all(repeats.map(speaker.source.place));
  const lost = placed.find((one) => !holds(view, one))?.item ?? (await unansweredItem(tx, speaker, command));
  if (lost) {
    // Started again with key 0 and repeats an Add it never saw confirmed: that item, under a ServerId it cannot have met.
    // Or it repeats one whose answer was lost, under another ClientId.
    const again = tx.move(lost.id, collection, { broughtBy: { [device]: 'now' } });
    return answer('done', again, isOutside(command.item, speaker));
  }
  const adopted = await command.adopts?.(tx);
  if (adopted) {
    // Named to the device as a Change, whatever it held of it before.
    tx.put(adopted.item, adopted.touched, { origin: null, by: device, broughtBy: { [device]: 'now' } });
    await adopted.beside?.(tx, adopted.item.id);
    return answer('done', adopted.item.id, true);
  }
  const origin: Facts = command.exact ? { origin: device } : {};
  const id = tx.create({ ...command.item, addedAs }, { ...origin, broughtBy: { [device]: 'now' } });
  await command.beside?.(tx, id);
  await command.departs?.(tx, id);
  return answer(
    command.partly ?? 'done',
    id,
    !command.exact || command.departs !== undefined || isOutside(command.item, speaker),
  );
}

/** Many a client makes up a ClientId for every request. Each such item is found once: what is moved lives no more. */
async function unansweredItem(
  tx: Transaction,
  { collection, unanswered }: Speaker,
  { hash }: AddCommand,
): Promise<LivingItem | undefined> {
  for (const { kind, hash: sent, item: id } of unanswered) {
    const item = kind === 'Add' && sent === hash && id !== undefined ? await tx.item(id) : undefined;
    if (item && isLiving(item) && item.collection === collection) return item;
  }
  return undefined;
}

/**
 * Below what the device holds, or is to hold: the next answers take it off, or load it. In a view by conversations the
 * others of its conversation may come or go with it.
 */
function isOutside(item: Pick<NewItem, 'class' | 'conversation' | 'sortDate'>, speaker: Speaker): boolean {
  const { state, target } = speaker;
  if (stirsOthers(item, speaker)) return true;
  const { sortDate, class: itemClass } = item;
  return sortDate < floorOf(target, itemClass).date || sortDate < floorOf(state, itemClass).date;
}

/** By the mode that the answer leaves behind, which may not be the one that it came from. */
function stirsOthers(item: Pick<NewItem, 'class' | 'conversation'>, { state }: Speaker): boolean {
  return byConversation(state.options) && conversationOf(item) !== undefined;
}

/** Touched parts of an item that was replaced as a whole. */
export const everything = ['message'] as const;

async function find(tx: Transaction, { collection }: Speaker, id: ServerId): Promise<LivingItem | undefined> {
  const item = await tx.item(id);
  return item && isLiving(item) && item.collection === collection ? item : undefined;
}

/** Nothing was written behind the state it speaks from but by itself. */
function isCurrent(item: LivingItem, { device, state }: Speaker): boolean {
  return item.modseq <= seenAt(state, item) || isEcho(item, device);
}

async function change(tx: Transaction, speaker: Speaker, command: ChangeCommand, answer: Answer): Promise<Applied> {
  const item = await find(tx, speaker, command.id);
  if (!item) return answer('item-not-found');
  const current = isCurrent(item, speaker);
  const serverWins = speaker.state.options.conflict === 1;
  let changed: Changed;
  try {
    changed = command.change(item, speaker.state.options);
  } catch (error) {
    if (!(error instanceof EasError)) throw error;
    return !current && serverWins ? answer('item-conflict', item.id, true) : answer(error.code, item.id);
  }
  if (!current && serverWins && !standsAlone(item, speaker, command, changed)) {
    if (changed.touched.includes(everything[0])) tx.keepLost(changed.item, speaker.device);
    return answer('item-conflict', item.id, true);
  }
  if (command.departs) {
    await command.departs(tx, item.id);
    return answer('done', item.id, true);
  }
  const exact = current && changed.exact;
  tx.put(changed.item, changed.touched, { origin: exact ? speaker.device : null, by: speaker.device });
  await changed.beside?.(tx, item.id);
  return answer('done', item.id, !exact || isOutside(changed.item, speaker));
}

/**
 * [MS-ASCMD] R6238, R6420: an occurrence is an object of its own. What was written behind the state of another one is no conflict
 * with it; R2076: and a Delete takes precedence.
 */
function standsAlone(item: LivingItem, { state }: Speaker, command: ChangeCommand, { touched }: Changed): boolean {
  if (command.kind === 'Delete') return true;
  const objects = ['series', ...touched.filter((part) => part !== everything[0])];
  return command.instance !== undefined && objects.every((part) => (item.touched[part] ?? 0) <= seenAt(state, item));
}

async function remove(tx: Transaction, speaker: Speaker, command: DeleteCommand, answer: Answer): Promise<Applied> {
  const item = await find(tx, speaker, command.id);
  if (!item) return answer('done');
  const facts: Facts = { removedBy: speaker.device, by: speaker.device };
  // What arrives in Deleted Items is not the device's own: it does not know that id.
  if (command.moveTo && command.moveTo !== speaker.collection) tx.move(item.id, command.moveTo, {}, facts);
  else tx.remove(item.id, facts);
  await command.beside?.(item)?.(tx, item.id);
  return answer('done', item.id, stirsOthers(item, speaker));
}
