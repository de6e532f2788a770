// The folder hierarchy against random lives: two phones and the server make, rename, move and delete folders; answers get lost
// and requests are repeated or given up. When all is quiet, every phone shows the server's folders; none is told twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { AccountId, CollectionId, DeviceId, SyncKey } from '../../src/domain/ids.ts';
import type { KnownFolder } from '../../src/domain/sync-record.ts';
import type { Store } from '../../src/store/port.ts';
import { changeFolder, type FolderAnswer, type FolderCommand } from '../../src/sync/folder-commands.ts';
import { hierarchyPending, syncHierarchy } from '../../src/sync/hierarchy.ts';
import { type TempStore, tempStore } from '../support/temp-store.ts';

let temporary: TempStore;
let store: Store;
before(async () => {
  temporary = await tempStore();
  store = temporary.store;
});
after(() => temporary[Symbol.asyncDispose]());

const version = '16.1';
let serial = 0;

class FolderPhone {
  readonly account: AccountId;
  readonly device: DeviceId;
  key: SyncKey | '0' = '0';
  folders = new Map<string, KnownFolder>();
  /** A command whose answer never came. */
  open: FolderCommand | undefined;

  constructor(account: AccountId, device: string) {
    this.account = account;
    this.device = device as DeviceId;
  }

  async sync(lost = false): Promise<number> {
    const { device, key } = this;
    const answer = await store.transact(this.account, (tx) => syncHierarchy(tx, { device, key, version }));
    assert.ok(answer.kind === 'answered', 'the key is known');
    if (lost) return 0;
    // What it may have done itself is as the server says now.
    this.open = undefined;
    if (key === '0') this.folders.clear();
    for (const { id, parent, name, type } of answer.added) {
      assert.ok(!this.folders.has(id), `${id} is added twice`);
      assert.ok(parent === '0' || this.folders.has(parent), `${id} comes before its parent`);
      this.folders.set(id, { parent, name, type });
    }
    for (const { id, parent, name, type } of answer.updated) {
      assert.ok(this.folders.has(id), `${id} is changed, which it lacks`);
      this.folders.set(id, { parent, name, type });
    }
    for (const id of answer.removed) this.folders.delete(id);
    this.key = answer.key;
    return answer.added.length + answer.updated.length + answer.removed.length;
  }

  async command(command: FolderCommand, lost: boolean): Promise<FolderAnswer | undefined> {
    const { device, key } = this;
    if (key === '0') return undefined;
    const answer = await store.transact(this.account, (tx) => changeFolder(tx, { device, version, key, command }));
    if (lost) {
      this.open = command;
      return undefined;
    }
    this.open = undefined;
    if (answer.kind === 'refused') return answer;
    this.key = answer.key;
    if (command.kind === 'FolderDelete') this.#bury(command.id);
    else {
      const type = command.kind === 'FolderCreate' ? command.type : this.folders.get(command.id)!.type;
      this.folders.set(answer.id, { parent: command.parent as CollectionId, name: command.name, type });
    }
    return answer;
  }

  #bury(id: string): void {
    this.folders.delete(id);
    for (const [child, { parent }] of [...this.folders]) if (parent === id) this.#bury(child);
  }
}

async function open(): Promise<{ account: AccountId; phones: FolderPhone[] }> {
  const address = `folders${++serial}@example.test`;
  const account = await store.directory.create({ address, aliases: [], displayName: 'Folders' });
  const phones = ['p1', 'p2'].map((device) => new FolderPhone(account, device));
  await store.transact(account, async (tx) => {
    for (const { device: id } of phones) tx.putDevice({ id, type: 'Test', created: 0, lastSeen: 0, sent: [] });
  });
  for (const phone of phones) await phone.sync();
  return { account, phones };
}

async function compare(account: AccountId, phones: readonly FolderPhone[]): Promise<void> {
  const folders = await store.read(account, (reader) => reader.collections());
  const want = folders.map(({ id, parent, name, type }) => [id, { parent, name, type }]).sort();
  for (const phone of phones) {
    await phone.sync();
    await phone.sync(); // what was taken off in doubt comes back
    assert.equal(await phone.sync(), 0);
    assert.equal(await store.read(account, (reader) => hierarchyPending(reader, phone.device)), false);
    assert.deepEqual([...phone.folders].sort(), want, phone.device);
  }
}

const kinds = ['create', 'create', 'update', 'delete', 'repeat', 'sync', 'sync', 'zero', 'server'] as const;
const steps = fc.array(
  fc.tuple(fc.constantFrom(...kinds), fc.nat(1), fc.nat(99), fc.nat(99), fc.constantFrom(false, false, true)),
  { maxLength: 30, size: 'max' },
);
function pick<T>(list: readonly T[], n: number): T {
  return list[n % list.length]!;
}

test('after random lives every phone shows the folders of the server', async () => {
  const seed = Number(process.env.EASEL_SEED ?? 20261128);
  console.log(`# seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(steps, async (life) => {
      const { account, phones } = await open();
      for (const [kind, which, a, b, lost] of life) {
        const phone = phones[which]!;
        const own = [...phone.folders].filter(([, { type }]) => type === 12).map(([id]) => id);
        const parent = pick(['0', ...own], b);
        const name = `n${a}`;
        if (kind === 'sync') await phone.sync(lost);
        else if (kind === 'zero') phone.key = '0';
        else if (kind === 'create') await phone.command({ kind: 'FolderCreate', parent, name, type: 12 }, lost);
        else if (kind === 'repeat') phone.open && (await phone.command(phone.open, lost));
        else if (kind === 'server') await onServer(account, a, name);
        else if (own.length > 0 && kind === 'update')
          await phone.command({ kind: 'FolderUpdate', id: pick(own, a), parent, name }, lost);
        else if (own.length > 0) await phone.command({ kind: 'FolderDelete', id: pick(own, a) }, lost);
      }
      await compare(account, phones);
    }),
    { seed, numRuns: process.env.EASEL_LONG ? 3000 : 150 },
  );
});

/** Another way in: a folder comes, gets another name, or goes. */
async function onServer(account: AccountId, n: number, name: string): Promise<void> {
  await store.transact(account, async (tx) => {
    const folders = (await tx.collections()).filter(({ type }) => type === 12);
    const some = folders.length === 0 ? undefined : pick(folders, n);
    const id = `s${++serial}` as CollectionId;
    if (!some || n % 3 === 0) tx.putCollection({ id, parent: '0', name: `${name}${id}`, type: 12 });
    else if (n % 3 === 1) tx.putCollection({ ...some, name: `${name}${some.id}` });
    else if (!folders.some(({ parent }) => parent === some.id)) tx.removeCollection(some.id);
  });
}

test('a FolderCreate that was given up comes as a folder of the server', async () => {
  const { account, phones } = await open();
  const [phone] = phones;
  await phone!.command({ kind: 'FolderCreate', parent: '0', name: 'New', type: 12 }, true);
  assert.equal(await phone!.sync(), 1);
  await compare(account, phones);
});

test('a FolderDelete that was given up is told', async () => {
  const { account, phones } = await open();
  const [phone] = phones;
  const made = await phone!.command({ kind: 'FolderCreate', parent: '0', name: 'Old', type: 12 }, false);
  assert.ok(made?.kind === 'done');
  await phone!.command({ kind: 'FolderDelete', id: made.id }, true);
  assert.equal(await phone!.sync(), 1);
  await compare(account, phones);
});

test('a folder that another renamed after the device made it is told as changed, once', async () => {
  const { account, phones } = await open();
  const [phone, other] = phones;
  const made = await phone!.command({ kind: 'FolderCreate', parent: '0', name: 'Mine', type: 12 }, false);
  assert.ok(made?.kind === 'done');
  await other!.sync();
  await other!.command({ kind: 'FolderUpdate', id: made.id, parent: '0', name: 'Ours' }, false);
  assert.equal(await phone!.sync(), 1);
  assert.equal(phone!.folders.get(made.id)?.name, 'Ours');
  await compare(account, phones);
});

test('a folder moved into one that the device deletes, before it heard so, is told as gone', async () => {
  const { account, phones } = await open();
  const [phone, other] = phones;
  const make = async (name: string) => {
    const made = await phone!.command({ kind: 'FolderCreate', parent: '0', name, type: 12 }, false);
    assert.ok(made?.kind === 'done');
    return made.id;
  };
  const [outer, inner] = [await make('Outer'), await make('Inner')];
  await other!.sync();
  await phone!.command({ kind: 'FolderUpdate', id: inner, parent: outer, name: 'Inner' }, false);
  await other!.command({ kind: 'FolderDelete', id: outer }, false);
  await other!.sync();
  assert.ok(!other!.folders.has(inner));
  await compare(account, phones);
});

test('a folder moved out of one that the device deletes, before it heard so, comes back to it', async () => {
  const { account, phones } = await open();
  const [phone, other] = phones;
  const outer = await phone!.command({ kind: 'FolderCreate', parent: '0', name: 'Outer', type: 12 }, false);
  assert.ok(outer?.kind === 'done');
  const inner = await phone!.command({ kind: 'FolderCreate', parent: outer.id, name: 'Inner', type: 12 }, false);
  assert.ok(inner?.kind === 'done');
  await other!.sync();
  await phone!.command({ kind: 'FolderUpdate', id: inner.id, parent: '0', name: 'Inner' }, false);
  await other!.command({ kind: 'FolderDelete', id: outer.id }, false);
  await other!.sync();
  await other!.sync();
  assert.ok(other!.folders.has(inner.id));
  await compare(account, phones);
});

test('what a device made itself does not stay in its state', async () => {
  const { account, phones } = await open();
  const [phone] = phones;
  for (let i = 0; i < 20; i++)
    await phone!.command({ kind: 'FolderCreate', parent: '0', name: `n${i}`, type: 12 }, false);
  assert.equal(await phone!.sync(), 0);
  const record = await store.read(account, (reader) => reader.syncRecord(phone!.device, 'hierarchy'));
  assert.equal(record?.confirmed?.own, undefined);
  assert.ok(JSON.stringify(record).length < 1024);
  await compare(account, phones);
});
