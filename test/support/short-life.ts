// What tests of single rules share: an account with two phones that have synced its mail folders, and the shortest words for
// what happens to them.
import { after, before } from 'node:test';
import type { CollectionId } from '../../src/domain/ids.ts';
import type { SyncAnswer } from '../../src/sync/sync-collection.ts';
import { calendar, inbox, Phone, type PhoneOptions, sent, tasks, trash, World } from './sync-world.ts';
import { type TempStore, tempStore } from './temp-store.ts';

export const everywhere = [inbox, sent, trash, tasks, calendar];
let serial = 0;

export interface ShortLife {
  readonly world: World;
  readonly phone: Phone;
  readonly other: Phone;
}

/** To be called once in a file. */
export function shortLives(): (options?: PhoneOptions) => Promise<ShortLife> {
  let temporary: TempStore;
  before(async () => {
    temporary = await tempStore();
  });
  after(() => temporary[Symbol.asyncDispose]());
  return async (options = {}) => {
    const world = await World.open(temporary.store, `short${++serial}`);
    const phone = new Phone(world, 'phone', options);
    const other = new Phone(world, 'other');
    for (const each of [phone, other]) for (const place of everywhere) await each.settle(place);
    return { world, phone, other };
  };
}

export function commands(answer: SyncAnswer): string[] {
  return answer.kind === 'answered' ? answer.changes.map((change) => change.kind) : [];
}

/** The request reaches the server, its answer reaches nobody. */
export async function lost(phone: Phone, place: CollectionId): Promise<SyncAnswer> {
  return phone.send(phone.request(place, 100));
}

/** All is fetched and sent, and the phones show what the server holds. */
export async function agree(world: World, ...phones: Phone[]): Promise<void> {
  for (const phone of phones) for (const place of everywhere) await phone.settle(place);
  await world.compare(phones, everywhere);
}
