// Two servers on one store: what one must hear of the other. Engines say how two stores on the same data are opened.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setPassword } from '../../src/admin/accounts.ts';
import type { Device, NewDevice } from '../../src/domain/device.ts';
import type { CollectionId } from '../../src/domain/ids.ts';
import { type House, mail, openHouse, Phone } from '../support/endpoint.ts';
import { ask, inbox, load } from '../support/sync-phone.ts';
import type { TempStore } from '../support/temp-store.ts';

export type OpenTwo = () => Promise<readonly [TempStore, TempStore]>;

interface Nodes {
  readonly a: House;
  readonly b: House;
  /** A phone that has loaded its Inbox, as it speaks to either node. */
  phone(): Promise<{ onA: Phone; onB: Phone; key: string }>;
  close(): Promise<void>;
}

export async function openNodes(openTwo: OpenTwo): Promise<Nodes> {
  const [first, second] = await openTwo();
  const ends: (() => Promise<void>)[] = [];
  const after = { after: (end: () => Promise<void>) => void ends.unshift(end) };
  const a = await openHouse(after, { on: first });
  const b = await openHouse(after, { on: second });
  return {
    a,
    b,
    phone: async () => {
      const onA = await a.phone();
      await onA.ask('FolderSync', { SyncKey: '0' });
      const { key } = await load(onA);
      return { onA, key, onB: new Phone(b, onA.account, onA.address, onA.version, onA.device) };
    },
    close: async () => {
      for (const end of ends) await end();
    },
  };
}

const ping = (phone: Phone) =>
  phone.encode('Ping', { HeartbeatInterval: 600, Folders: { Folder: [{ Id: inbox!, Class: 'Email' }] } });

/** Resolves when it waits on its node. What was written just before may reach its node only then, and
 * end the wait: it asks again, as phones do. */
export async function held(phone: Phone, body = ping(phone)): Promise<{ status: Promise<number | undefined> }> {
  for (let turn = 0; turn < 5; turn++) {
    let ended = false;
    const status = phone.answer('Ping', body).then((answer) => {
      ended = true;
      return answer?.Status;
    });
    await waits(phone, () => ended);
    // What its node has not heard of yet it hears in the next look at the file.
    if (!ended) await sleep(150);
    if (!ended) return { status };
    assert.equal(await status, 1);
  }
  throw new Error('five waits ended at once');
}
/** What the records call each house's node, as far as it was seen there. */
const nodeOf = new Map<House, string>();

/** Resolves when it waits on its node and the store says so: of two nodes the one that says it last holds the device. */
async function waits({ house, account, device }: Phone, ended = () => false): Promise<void> {
  for (const end = Date.now() + 60_000; !ended(); await sleep(5)) {
    assert.ok(Date.now() < end, 'it does not wait');
    if (house.endpoint.waiting() === 0) continue;
    const heldBy = (await house.store.read(account, (reader) => reader.device(device)))?.heldBy;
    if (heldBy === undefined) continue;
    if (!nodeOf.has(house) && ![...nodeOf.values()].includes(heldBy)) nodeOf.set(house, heldBy);
    if (nodeOf.get(house) === heldBy) return;
  }
}

export function testNodes(engine: string, openTwo: OpenTwo, skip: string | false = false): void {
  describe(`push over two servers on one store: ${engine}`, { skip }, async () => {
    const within = async (run: (nodes: Nodes) => Promise<void>): Promise<void> => {
      const nodes = await openNodes(openTwo);
      try {
        await run(nodes);
      } finally {
        await nodes.close();
      }
    };

    test('mail that one node takes wakes who waits at the other', () =>
      within(async ({ phone }) => {
        const { onA, onB, key } = await phone();
        const waiting = await held(onA);
        await onB.receive(mail());
        assert.equal(await waiting.status, 2);
        const sync = onA.ask('Sync', ask({ SyncKey: key, CollectionId: inbox }));
        assert.equal((await sync).Collections?.Collection[0]?.Commands?.length, 1);
      }));

    test('a newer Ping or waiting Sync elsewhere ends the older one, there and back again', () =>
      within(async ({ a, b, phone }) => {
        const { onA, onB, key } = await phone();
        const first = await held(onA);
        const second = await held(onB);
        assert.equal(await first.status, 1);
        assert.equal(a.endpoint.waiting(), 0);
        const sync = onA.answer('Sync', onA.encode('Sync', { ...ask({ SyncKey: key, CollectionId: inbox }), Wait: 5 }));
        assert.equal(await second.status, 1);
        await waits(onA);
        const third = await held(onB);
        assert.equal(await sync, undefined);
        assert.equal(b.endpoint.waiting(), 1);
        await onA.receive(mail());
        assert.equal(await third.status, 2);
      }));

    test('a device that stays with one node writes nothing when it waits again', () =>
      within(async ({ b, phone }) => {
        const { onA, onB } = await phone();
        await held(onB);
        const next = await held(onB);
        // Written later: by then what the first one wrote is counted.
        await b.store.directory.create({ address: 'another@example.test', aliases: [], displayName: '' });
        const { commits } = b.store.stats;
        const last = await held(onB);
        assert.equal(await next.status, 1);
        await onA.receive(mail());
        assert.equal(await last.status, 2);
        assert.equal(b.store.stats.commits, commits);
      }));

    test('another device of the account is not disturbed', () =>
      within(async ({ phone }) => {
        const { onA, onB } = await phone();
        const other = onA.another();
        await other.ask('FolderSync', { SyncKey: '0' });
        await load(other);
        const theirs = await held(other);
        const mine = await held(onB);
        await onB.receive(mail());
        assert.deepEqual(await Promise.all([theirs.status, mine.status]), [2, 2]);
      }));

    test('what an administrator writes of a device, or its removal, ends its wait at the other node', () =>
      within(async ({ b, phone }) => {
        const { onA } = await phone();
        const administer = (change: (device: Device) => NewDevice | undefined) =>
          b.store.transact(onA.account, async (tx) => {
            const changed = change((await tx.device(onA.device))!);
            if (changed) tx.putDevice(changed);
            else tx.removeDevice(onA.device);
          });
        const wiped = await held(onA);
        await administer((device) => ({ ...device, wipe: { scope: 'account', requested: 1 } }));
        assert.equal(await wiped.status, 1);
        await administer(({ wipe: _, ...device }) => device);
        const blocked = await held(onA);
        await administer((device) => ({ ...device, blocked: true }));
        assert.equal(await blocked.status, 1);
        await administer(({ blocked: _, ...device }) => device);
        const removed = await held(onA);
        await administer(() => undefined);
        assert.equal(await removed.status, 1);
      }));

    test('another password, or the end of the account, ends every wait of it', () =>
      within(async ({ b, phone }) => {
        const { onA } = await phone();
        const waiting = await held(onA);
        await setPassword(b.store, onA.address, 'another password');
        assert.equal(await waiting.status, 1);
        const last = await held(onA);
        await b.store.directory.remove(onA.account);
        assert.equal(await last.status, 1);
      }));

    test('folders that change at the other node are told', () =>
      within(async ({ b, phone }) => {
        const { onA } = await phone();
        const waiting = await held(onA);
        const folder = { id: 'new' as CollectionId, parent: '0', name: 'New', type: 12 } as const;
        await b.store.transact(onA.account, async (tx) => tx.putCollection(folder));
        assert.equal(await waiting.status, 7);
      }));
  });
}
