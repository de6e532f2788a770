// Adds that a device repeats under another ClientId, because their answer was lost: one item each.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { contact as contactClass, type ReadContact, type WrittenContact, write } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { openHouse, type Phone } from '../support/endpoint.ts';
import { type Answered, type Asked, contacts, prime, synced, syncOne } from '../support/sync-phone.ts';

type Command = NonNullable<Asked['Commands']>[number];

describe('Adds repeated under another ClientId', async () => {
  const house = await openHouse({ after });

  async function open() {
    const phone = await house.phone({ version: '14.0' });
    return { phone, key: await prime(phone, contacts) };
  }
  const data = (FileAs: string): Element => write(contactClass, { FileAs } as WrittenContact, { version: '14.0' });
  const add = (ClientId: string, name = 'Ada'): Command => ({ Add: { ClientId, ApplicationData: data(name) } });
  const ask = (phone: Phone, SyncKey: string, ...Commands: Command[]) =>
    synced(phone, { SyncKey, CollectionId: contacts, ...(Commands.length > 0 && { Commands }) });
  const made = (answer: Answered): (string | undefined)[] =>
    (answer.Responses ?? []).map((one) => ('Add' in one && one.Add.Status === 1 ? one.Add.ServerId : undefined));
  async function stored(phone: Phone) {
    const { items } = await FolderCopy.open<ReadContact>(
      phone.another('14.0', `${phone.device}y`),
      contacts!,
      'Contacts',
    );
    return [...items.keys()];
  }
  /** Nothing comes twice or goes, and the device has what there is. */
  async function settled(phone: Phone, answer: Answered, ids: readonly (string | undefined)[]): Promise<void> {
    assert.equal(answer.Commands, undefined);
    assert.deepEqual((await stored(phone)).sort(), [...ids].map((id) => id ?? 'none').sort());
    let key = answer.SyncKey;
    for (let more = true; more; ) {
      const next = await syncOne(phone, { SyncKey: key, CollectionId: contacts });
      for (const one of next?.Commands ?? []) assert.ok('Change' in one && ids.includes(one.Change.ServerId));
      key = next?.SyncKey ?? key;
      more = next?.MoreAvailable ?? false;
    }
  }

  test('with the same SyncKey', async () => {
    const { phone, key } = await open();
    await ask(phone, key, add('1'), add('2'), add('3', 'Bob'));
    await ask(phone, key, add('4'), add('5'), add('6', 'Bob'));
    const answer = await ask(phone, key, add('7'), add('8', 'Bob'), add('9'), add('10'));
    await settled(phone, answer, made(answer));
    assert.equal(new Set(made(answer)).size, 4);
  });

  test('after a request without commands, as TbSync does', async () => {
    const { phone, key } = await open();
    await ask(phone, key, add('1'));
    const asked = await ask(phone, key);
    assert.equal(asked.Commands, undefined);
    await ask(phone, asked.SyncKey, add('2'));
    const again = await ask(phone, asked.SyncKey);
    assert.equal(again.Commands, undefined);
    const answer = await ask(phone, again.SyncKey, add('3'));
    await settled(phone, answer, made(answer));
    assert.equal(made(answer).length, 1);
  });

  test('when the first answer arrives after all, its item goes and the other comes', async () => {
    const { phone, key } = await open();
    const first = await ask(phone, key, add('1'));
    await ask(phone, key, add('2'));
    const next = await ask(phone, first.SyncKey);
    const told = (next.Commands ?? []).map((one) =>
      'Add' in one ? one.Add.ServerId : `- ${'Delete' in one && one.Delete.ServerId}`,
    );
    assert.deepEqual(told.sort(), [`- ${made(first)[0]}`, ...(await stored(phone))].sort());
  });

  test('beside one that keeps its ClientId, each is its own', async () => {
    const { phone, key } = await open();
    await ask(phone, key, add('1'));
    const answer = await ask(phone, key, add('2'), add('1'));
    await settled(phone, answer, made(answer));
    assert.equal(new Set(made(answer)).size, 2);
  });

  test('after it was told of it, as TbSync does: one stays', async () => {
    const { phone, key } = await open();
    await ask(phone, key, add('1'));
    const asked = await ask(phone, key);
    const told = await ask(phone, asked.SyncKey);
    const [item] = told.Commands ?? [];
    assert.ok(item && 'Add' in item);
    const answer = await ask(phone, told.SyncKey, add('2'));
    assert.deepEqual(await stored(phone), made(answer));
    const next = await ask(phone, answer.SyncKey);
    const gone = (next.Commands ?? []).map((one) => 'Delete' in one && one.Delete.ServerId);
    assert.ok(gone.includes(item.Add.ServerId));
  });

  test('what a device gives up comes back to it, and what it makes later is new', async () => {
    const { phone, key } = await open();
    await ask(phone, key, add('1'));
    const told = await ask(phone, (await ask(phone, key)).SyncKey);
    assert.equal(told.Commands?.length, 1);
    const other = await ask(phone, told.SyncKey, add('2', 'Bob'));
    await ask(phone, other.SyncKey, add('3'));
    assert.equal((await stored(phone)).length, 3);
  });

  test('another device sees one, and a change made to it meanwhile stays', async () => {
    const { phone, key } = await open();
    const other = phone.another('14.0');
    await ask(phone, key, add('1'));
    const first = await ask(other, await prime(other, contacts));
    const [seen] = first.Commands ?? [];
    assert.ok(seen && 'Add' in seen);
    await ask(other, first.SyncKey, { Change: { ServerId: seen.Add.ServerId, ApplicationData: data('Ada Byron') } });
    const answer = await ask(phone, key, add('2'));
    assert.equal((await stored(phone)).length, 1);
    const next = await ask(phone, answer.SyncKey);
    assert.deepEqual(
      next.Commands?.map((one) => 'Change' in one && one.Change.ServerId),
      made(answer),
    );
  });
});
