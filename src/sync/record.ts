// Which states of a device are kept, and what confirming one of them means (sync-model "SyncKeys and lost answers").
// Invariants: a key names one state for ever; four answers at most wait beside the confirmed state; a tried command that
// the confirmed answer does not contain identically is withdrawn then, and not before.
import type { CollectionId, DeviceId, ServerId, SyncKey } from '../domain/ids.ts';
import type { Item } from '../domain/item.ts';
import type { AnsweredCommand, SyncRecord, SyncState } from '../domain/sync-record.ts';
import type { Facts, Reader, Transaction } from '../store/port.ts';
import { isLiving } from './view.ts';

const keptAnswers = 4;

export function newRecord(device: DeviceId, collection: CollectionId | 'hierarchy', version: string): SyncRecord {
  return { device, collection, version, answers: [], tried: [], counter: 0, generation: 0 };
}

/** Every state that the device may still speak from. */
export function keptStates(record: SyncRecord | undefined): SyncState[] {
  if (!record) return [];
  return record.confirmed ? [record.confirmed, ...record.answers] : [...record.answers];
}

/** What the device was last told: the state that Ping and estimates ask from. */
export function newestState(record: SyncRecord | undefined): SyncState | undefined {
  return record?.answers.at(-1) ?? record?.confirmed;
}

export function withAnswer(record: SyncRecord, state: SyncState, counter: number): SyncRecord {
  return { ...record, answers: [...record.answers, state].slice(-keptAnswers), counter };
}

export type Recognised =
  | { readonly kind: 'retry' | 'confirms'; readonly state: SyncState }
  | { readonly kind: 'stale' };

export function recognise(record: SyncRecord | undefined, key: SyncKey): Recognised {
  const answer = record?.answers.find((state) => state.key === key);
  if (answer) return { kind: 'confirms', state: answer };
  if (record?.confirmed?.key === key) return { kind: 'retry', state: record.confirmed };
  return { kind: 'stale' };
}

/** The record after the device used an answer's key: its siblings go, and so does what was tried. */
export function confirm(record: SyncRecord, state: SyncState): SyncRecord {
  const { base: _, unknown: __, ...rest } = record;
  return { ...rest, confirmed: state, answers: [], tried: [] };
}

/** Tried commands that an answer does not contain identically. */
export function withdrawn(record: SyncRecord, answer: SyncState): AnsweredCommand[] {
  return record.tried.filter(
    (tried) => !answer.commands.some((one) => sameCommand(one, tried) && one.hash === tried.hash),
  );
}

type Named = Pick<AnsweredCommand, 'kind' | 'id' | 'instance'>;
export function sameCommand(a: Named, b: Named): boolean {
  return a.kind === b.kind && a.id === b.id && a.instance === b.instance;
}

/** Without its states: the device's next request starts the collection again, and gets back what it may not have deleted. */
export function forgotten({ confirmed: _, base: __, ...record }: SyncRecord): SyncRecord {
  return { ...record, answers: [], tried: [] };
}

export interface Withdrawal {
  readonly item: Item;
  readonly facts: Facts;
}
/** What withdrawn commands said of their items and is to be undone when the device goes on with this answer. */
export async function withdrawals(reader: Reader, record: SyncRecord, answer: SyncState): Promise<Withdrawal[]> {
  const found: Withdrawal[] = [];
  for (const command of withdrawn(record, answer)) {
    const item = command.item === undefined ? undefined : await reader.item(command.item);
    const facts = item && withdrawalOf(command, answer, item, record.device);
    if (facts) found.push({ item, facts });
  }
  return found;
}

/** The ids of the items that it touched. */
export async function withdraw(tx: Transaction, record: SyncRecord, answer: SyncState): Promise<ServerId[]> {
  const found = await withdrawals(tx, record, answer);
  for (const { item, facts } of found) tx.mark(item.id, facts);
  return found.map(({ item }) => item.id);
}

function withdrawalOf(command: AnsweredCommand, answer: SyncState, item: Item, device: DeviceId): Facts | undefined {
  const isOrigin = item.origin === device;
  if (command.kind === 'Delete' && command.instance === undefined) {
    if (isLiving(item) || item.removedBy !== device) return undefined;
    return { removedBy: null, broughtBy: { [device]: item.died } };
  }
  const origin: Facts = isOrigin ? { origin: null } : {};
  // The device has the item when the answer holds its ClientId with other content: only the content is in doubt.
  const stillHas = command.kind !== 'Add' || answer.commands.some((one) => sameCommand(one, command));
  if (stillHas) return isOrigin ? origin : undefined;
  return item.broughtBy[device] === undefined && !isOrigin ? undefined : { ...origin, broughtBy: { [device]: null } };
}

/** The lowest watermark of all kept states: what may be pruned at or below. */
export function lowestWatermark(records: readonly SyncRecord[]): number | undefined {
  const marks = records.flatMap((record) => keptStates(record).map((state) => state.watermark));
  return marks.length === 0 ? undefined : Math.min(...marks);
}
