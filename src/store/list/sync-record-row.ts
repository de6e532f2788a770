// How a device's record of a collection is kept: each state after the first says only what differs from the one before, so that
// several answers to one key take little more than one.
import type { SyncRecord, SyncState } from '../../domain/sync-record.ts';
import type { BodyRow } from './rows.ts';

/** Null: the state before had it, this one has not. */
type Step = { readonly [Field in keyof SyncState]?: SyncState[Field] | null };
type Kept = Omit<SyncRecord, 'generation' | 'answers'> & { readonly steps: readonly Step[] };
/** As the first release kept it. */
type Plain = Omit<SyncRecord, 'generation'>;

export function syncRecordBody({ generation: _, answers, ...record }: SyncRecord): string {
  const before = [record.confirmed, ...answers];
  return JSON.stringify({ ...record, steps: answers.map((answer, n) => stepTo(answer, before[n])) } satisfies Kept);
}

export function toSyncRecord({ body, generation }: BodyRow): SyncRecord {
  const kept = JSON.parse(body) as Kept | Plain;
  if ('answers' in kept) return { ...kept, generation };
  const { steps, ...record } = kept;
  const answers: SyncState[] = [];
  for (const step of steps) answers.push(stateBehind(answers.at(-1) ?? record.confirmed, step));
  return { ...record, answers, generation };
}

function stepTo(state: SyncState, before: SyncState | undefined): Step {
  const was = Object.entries(before ?? {});
  const same = new Map(was.map(([field, value]) => [field, JSON.stringify(value)]));
  const gone = was.filter(([field]) => !(field in state)).map(([field]) => [field, null]);
  const told = Object.entries(state).filter(([field, value]) => same.get(field) !== JSON.stringify(value));
  return Object.fromEntries([...told, ...gone]);
}

function stateBehind(before: SyncState | undefined, step: Step): SyncState {
  const all = Object.entries({ ...before, ...step }).filter(([, value]) => value !== null);
  return Object.fromEntries(all) as unknown as SyncState;
}
