// What every engine must prove. The tests know the port alone; an engine names itself and opens its stores, and says
// which tests it skips and why. One store serves all of them; it is audited when they are done.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AccountId, CollectionId, DeviceId } from '../../src/domain/ids.ts';
import type { NewItem } from '../../src/domain/item.ts';
import type { OpenOptions } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import { crashTests } from './contract-crash.ts';
import { itemTests } from './contract-items.ts';
import { keptTests } from './contract-kept.ts';
import { sharedTests } from './contract-shared.ts';
import { transactionTests } from './contract-transactions.ts';

export interface Engine {
  readonly name: string;
  /** Where a new store may lie: a folder, or the URL of a database. */
  place(): Promise<string>;
  open(place: string, options?: Omit<OpenOptions, 'data' | 'store'>): Promise<Store>;
  /** What is wrong with the store there; it may be open. */
  audit(place: string): Promise<string[]>;
  remove(place: string): Promise<void>;
  /** Milliseconds of writing that it is given before it is killed. */
  readonly storm: number;
  /** Milliseconds that a test's sweeper leaves a blob which nothing names yet: a commit must have a chance. */
  readonly youth: number;
  readonly skip: readonly { readonly reason: string; readonly tests: readonly string[] }[];
}
/** What a test is given. */
export interface World {
  readonly engine: Engine;
  readonly store: Store;
  readonly data: string;
  /** A new account of the shared store. */
  account(facts?: { quota?: number }): Promise<AccountId>;
  /** A store of its own, audited and deleted behind `use`. */
  fresh(use: (data: string) => Promise<void>): Promise<void>;
}
export type ContractTests = Readonly<Record<string, (world: World) => Promise<void>>>;

export const inbox = '2' as CollectionId;
export const trash = '4' as CollectionId;
export const phone = 'phone' as DeviceId;
export const tablet = 'tablet' as DeviceId;

export function storeContract(engine: Engine): void {
  describe(`store contract: ${engine.name}`, () => {
    let world: World;
    before(async () => {
      const data = await engine.place();
      world = makeWorld(engine, await engine.open(data, { pollMs: 20 }), data);
    });
    after(async () => {
      await world.store[Symbol.asyncDispose]();
      assert.deepEqual(await engine.audit(world.data), []);
      await engine.remove(world.data);
    });
    for (const [name, run] of Object.entries({
      ...itemTests,
      ...transactionTests,
      ...keptTests,
      ...sharedTests,
      ...crashTests,
    })) {
      const skip = engine.skip.find(({ tests }) => tests.includes(name))?.reason ?? false;
      test(name, { skip }, () => run(world));
    }
  });
}

function makeWorld(engine: Engine, store: Store, data: string): World {
  let accounts = 0;
  return {
    engine,
    store,
    data,
    account: (facts = {}) => {
      accounts += 1;
      return store.directory.create({
        address: `user${accounts}@example.org`,
        aliases: [],
        displayName: 'User',
        ...facts,
      });
    },
    fresh: async (use) => {
      const own = await engine.place();
      try {
        await use(own);
        assert.deepEqual(await engine.audit(own), []);
      } finally {
        await engine.remove(own);
      }
    },
  };
}

/** A mail as short as the type allows. */
export function mail(sortDate: number, more: Partial<NewItem> = {}): NewItem {
  const content = {
    ...{ subject: `mail ${sortDate}`, topic: '', from: '', sender: '', to: '', cc: '', bcc: '', replyTo: '' },
    ...{ displayTo: '', messageId: `${sortDate}@example.org`, references: [], threadIndex: '', importance: 1 },
    ...{ messageClass: 'IPM.Note', codePage: 65001, nativeBodyType: 1, textPart: '1', htmlPart: '', preview: 'é😀' },
    ...{ textSize: 6, htmlSize: 0, attachments: [], size: 100, read: false, categories: [], draft: false },
    ...{ mime: 'none', received: sortDate, conversation: 'c', conversationIndex: '' },
    structure: {
      ...{ part: '1', type: 'text/plain', encoding: '7bit', headerStart: 0, bodyStart: 10, bodyEnd: 16 },
      decodedSize: 6,
    },
  } as unknown as NewItem['content'];
  return { collection: inbox, class: 'Email', content, sortDate, blobs: [], ...more };
}

export const newDevice = (id: DeviceId) => ({ id, type: 'Phone', created: 1, lastSeen: 1, sent: [] });
export const record = (device: DeviceId, collection: CollectionId, counter: number, generation: number) => ({
  ...{ device, collection, counter, generation },
  ...{ version: '16.1', answers: [], tried: [] },
});
