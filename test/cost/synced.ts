// A phone that keeps one folder, and what its requests cost.
import assert from 'node:assert/strict';
import type { Stats } from '../../src/store/port.ts';
import type { House, Phone } from '../support/endpoint.ts';

export const inbox = '2';

export class Synced {
  readonly phone: Phone;
  key: string;
  readonly #options: { FilterType: number; BodyPreference: { Type: 1; TruncationSize: number }[] };

  constructor(phone: Phone, FilterType = 0, key = '0') {
    this.phone = phone;
    this.key = key;
    this.#options = { FilterType, BodyPreference: [{ Type: 1, TruncationSize: 500 }] };
  }

  /** One Sync of the Inbox; how many commands it brought, 1 for the first key. */
  async sync(): Promise<{ items: number }> {
    const first = this.key === '0';
    const options = first ? {} : { GetChanges: true, WindowSize: 512, Options: [this.#options] };
    const collection = { SyncKey: this.key, CollectionId: inbox, ...options };
    const body = this.phone.encode('Sync', { Collections: { Collection: [collection] } });
    const answer = (await this.phone.answer('Sync', body))?.Collections?.Collection[0];
    if (!answer) return { items: 0 };
    assert.equal(answer.Status, 1);
    this.key = answer.SyncKey!;
    return { items: first ? 1 : (answer.Commands?.length ?? 0) };
  }

  /** Until there is nothing more, and the state has settled; how many items came. */
  async load(): Promise<number> {
    let all = 0;
    await this.sync();
    for (let items = 1; items > 0; all += items) ({ items } = await this.sync());
    await this.sync();
    return all;
  }

  async catchUp(): Promise<this> {
    await this.load();
    return this;
  }
}

export async function cost(house: House, act: () => Promise<unknown>): Promise<Stats> {
  const { stats } = house.store;
  const was = { ...stats };
  await act();
  return {
    rowsRead: stats.rowsRead - was.rowsRead,
    lookups: stats.lookups - was.lookups,
    commits: stats.commits - was.commits,
    retries: stats.retries - was.retries,
  };
}
