// Contacts, tasks and notes between two phones of one account, and how they are found and fetched.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { element, pages, type ReadContact, type ReadNote, type ReadTask, tagName } from '../../protocol/index.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { openHouse } from '../support/endpoint.ts';
import { contacts, notes } from '../support/sync-phone.ts';

const tasks = '7';

describe('Sync of contacts, tasks and notes', async () => {
  const house = await openHouse({ after });

  test('a contact goes from phone to phone; an edit without its photo leaves the photo', async () => {
    const phone = await house.phone({ version: '16.1' });
    const one = await FolderCopy.open<ReadContact>(phone, contacts!, 'Contacts');
    const other = await FolderCopy.open<ReadContact>(phone.another('14.1'), contacts!, 'Contacts');
    const { status, id } = await one.add({
      FirstName: 'Ann',
      LastName: 'Doe',
      Picture: 'AAAA',
      Body: { Type: 1, Data: 'Met in May' },
    });
    assert.equal(status, 1);
    await other.sync();
    assert.deepEqual([other.items.get(id)!.FirstName, other.items.get(id)!.Picture], ['Ann', 'AAAA']);
    assert.equal(await other.change(id, { FirstName: 'Anna', LastName: 'Doe' }), 1);
    await one.sync();
    const { FirstName, Picture, Body } = one.items.get(id)!;
    assert.deepEqual([FirstName, Picture, Body?.Data], ['Anna', 'AAAA', 'Met in May']);
    assert.equal(await one.remove(id), 1);
    await other.sync();
    assert.equal(other.items.size, 0);
  });

  test('Supported, sent with key 0, holds for every later Change', async () => {
    const phone = await house.phone({ version: '14.1' });
    const Supported = element(pages.airSync.Supported, [
      element(pages.contacts.FirstName),
      element(pages.contacts.JobTitle),
    ]);
    const copy = await FolderCopy.open<ReadContact>(phone, contacts!, 'Contacts', { Supported });
    const { id } = await copy.add({ FirstName: 'Ann', JobTitle: 'Boss', Department: 'Sales' });
    await copy.change(id, { FirstName: 'Anna' });
    await copy.change(id, { FirstName: 'Anne' });
    const fresh = await FolderCopy.open<ReadContact>(phone.another(), contacts!, 'Contacts');
    const { FirstName, JobTitle, Department } = fresh.items.get(id)!;
    assert.deepEqual([FirstName, JobTitle, Department], ['Anne', undefined, 'Sales']);
    const record = await house.store.read(phone.account, (reader) =>
      reader.syncRecord(phone.device, contacts as never),
    );
    assert.deepEqual(record?.confirmed?.options.supported?.map(tagName), ['FirstName', 'JobTitle']);
  });

  test('a phone that asks for what is to be done has a task taken away when it is completed', async () => {
    const phone = await house.phone({ version: '16.1' });
    const all = await FolderCopy.open<ReadTask>(phone, tasks, 'Tasks');
    const open = await FolderCopy.open<ReadTask>(phone.another('14.1'), tasks, 'Tasks', {
      Options: [{ FilterType: 8 }],
    });
    const { id } = await all.add({ Subject: 'Pay', Complete: 0 });
    await open.sync();
    assert.equal(open.items.get(id)?.Subject, 'Pay');
    await all.change(id, { Subject: 'Pay', Complete: 1, DateCompleted: '2026-11-01T00:00:00.000Z' });
    await open.sync();
    assert.equal(open.items.size, 0);
    assert.equal(all.items.size, 1);
  });

  test('a note; Supported for notes is Status 4', async () => {
    const phone = await house.phone({ version: '14.1' });
    const copy = await FolderCopy.open<ReadNote>(phone, notes!, 'Notes');
    const { id } = await copy.add({ Subject: 'Milk', Body: { Type: 1, Data: 'two' }, MessageClass: 'IPM.StickyNote' });
    const other = await FolderCopy.open<ReadNote>(phone.another(), notes!, 'Notes');
    assert.equal(other.items.get(id)?.Body?.Data, 'two');
    const Supported = element(pages.airSync.Supported, [element(pages.notes.Subject)]);
    const status = await phone.status('Sync', {
      Collections: { Collection: [{ SyncKey: '0', CollectionId: notes!, Supported }] },
    });
    assert.equal(status, 4);
  });

  test('they are found by Search and fetched by ItemOperations', async () => {
    const phone = await house.phone({ version: '16.1' });
    const copy = await FolderCopy.open<ReadContact>(phone, contacts!, 'Contacts');
    const { id } = await copy.add({ FirstName: 'Zaphod', LastName: 'Beeblebrox' });
    const query = element(pages.search.Query, [
      element(pages.search.And, [element(pages.airSync.Class, 'Contacts'), element(pages.search.FreeText, 'beeble')]),
    ]);
    const { Response } = await phone.ask('Search', {
      Store: { Name: 'Mailbox', Query: query, Options: { Range: '0-9' } },
    });
    const [hit] = Response!.Store.Result!;
    assert.deepEqual([hit!.Class, hit!.CollectionId], ['Contacts', contacts]);
    const names = hit!.Properties!.children.map(({ tag }) => tagName(tag));
    assert.ok(names.includes('LastName'));
    const answer = await phone.ask('ItemOperations', [
      { Fetch: { Store: 'Mailbox', CollectionId: contacts!, ServerId: id } },
    ]);
    const [fetched] = answer.Response!.Fetch!;
    assert.deepEqual([fetched!.Status, fetched!.Class], [1, 'Contacts']);
  });
});

describe('a contact whose record is broken', async () => {
  const house = await openHouse({ after }, { errors: true });

  test('is a stub that says so, is listed for the administrator, and stops nothing', async () => {
    const phone = await house.phone({ version: '16.1' });
    const copy = await FolderCopy.open<ReadContact>(phone, contacts!, 'Contacts');
    const { id } = await copy.add({ FirstName: 'Ann' });
    await copy.add({ FirstName: 'Ben' });
    const db = new Database(join(house.data, 'easel.sqlite'));
    const number = Number(id.split(':')[1]);
    const { content } = db.prepare('select content from items where number = ?').get(number) as { content: string };
    const put = db.prepare('update items set content = ? where number = ?');
    put.run('{', number);
    const fresh = await FolderCopy.open<ReadContact>(phone.another(), contacts!, 'Contacts');
    assert.match(fresh.items.get(id)!.FileAs!, /could not be read/);
    assert.equal(fresh.items.size, 2);
    const listed = await house.store.read(phone.account, (reader) => reader.quarantined());
    assert.deepEqual(
      listed.map(({ item }) => item),
      [id],
    );
    put.run(content, number);
    db.close();
  });
});
