// Clients that need more than the protocol: the table, and what each of its behaviours does to an answer.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  contact,
  decode,
  element,
  pages,
  read,
  sync as syncShape,
  type WrittenContact,
  write,
} from '../../protocol/index.ts';
import { newestFor, quirksOf } from '../../src/commands/quirks.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import { type Asked, ask, contacts, inbox, load, prime } from '../support/sync-phone.ts';

test('a client is told by its type, program and version; who is not in the table has no quirks', () => {
  assert.deepEqual(quirksOf({ type: 'SmartPhone', userAgent: 'Mail/1.0', version: '16.1' }), {});
  const photos = { emptyPictures: true };
  const apple = { ...photos, findsInEveryVersion: true };
  assert.deepEqual(quirksOf({ type: 'iPhone', userAgent: 'Apple-iPhone14C2/2006.75', version: '16.1' }), apple);
  assert.deepEqual(quirksOf({ type: 'Android', userAgent: 'Nine-sdk/49002', version: '16.1' }), photos);
  const outlook = quirksOf({ type: 'WindowsOutlook15', version: '14.0' });
  assert.deepEqual(outlook, { neverProvisions: true, noDeviceInformation: true, omitLostFolders: true, window: 100 });
  assert.equal(newestFor('Apple-iPhone8C1/1305.234'), '14.1');
  assert.equal(newestFor('Apple-iPhone9C4/1602.92'), undefined);
  assert.equal(newestFor(undefined), undefined);
});

describe('a client with quirks', async () => {
  const house = await openHouse({ after });

  /** As Outlook for Windows; undefined: an empty 200. */
  async function asOutlook(phone: Phone, asked: Asked) {
    const query = `Cmd=Sync&DeviceId=${phone.device}&DeviceType=WindowsOutlook15`;
    const response = await phone.send('Sync', { query, body: phone.encode('Sync', ask(asked)) });
    const bytes = Buffer.concat(response.body as Buffer[]);
    if (bytes.length === 0) return undefined;
    return read(syncShape.response, decode(bytes).root, phone).value.Collections?.Collection[0];
  }

  test('OPTIONS names no version above the newest that it can speak', () => {
    const versions = (agent?: string) => house.endpoint.options(agent)['MS-ASProtocolVersions']?.split(',').at(-1);
    assert.equal(versions(), '16.1');
    assert.equal(versions('Apple-iPhone8C1/1305.234'), '14.1');
  });

  test('its window is smaller than it asks for', async () => {
    const phone = await house.phone();
    for (let n = 0; n < 120; n++) await phone.receive(mail({ subject: String(n) }));
    const SyncKey = await prime(phone);
    const page = await asOutlook(phone, { SyncKey, CollectionId: inbox!, WindowSize: 512 });
    assert.deepEqual([page?.Commands?.length, page?.MoreAvailable], [100, true]);
  });

  test('an empty photo takes none away, though it says that it handles photos', async () => {
    for (const [DeviceType, left] of [
      ['iPhone', 'AAAA'],
      ['SmartPhone', undefined],
    ] as const) {
      const phone = await house.phone({ version: '14.1' });
      const sync = async (asked: Asked) => {
        const query = `Cmd=Sync&DeviceId=${phone.device}&DeviceType=${DeviceType}`;
        const response = await phone.send('Sync', { query, body: phone.encode('Sync', ask(asked)) });
        const { root } = decode(Buffer.concat(response.body as Buffer[]));
        return read(syncShape.response, root, phone).value.Collections!.Collection[0]!;
      };
      const CollectionId = contacts!;
      const data = (value: WrittenContact) => write(contact, value, { version: '14.1' });
      const Supported = element(pages.airSync.Supported, [element(pages.contacts.Picture)]);
      const first = await sync({ SyncKey: '0', CollectionId, Supported });
      const Add = { ClientId: '1', ApplicationData: data({ FirstName: 'Ann', Picture: 'AAAA' }) };
      const { SyncKey, Responses } = await sync({ SyncKey: first.SyncKey, CollectionId, Commands: [{ Add }] });
      const [added] = Responses!;
      assert.ok(added && 'Add' in added);
      const ServerId = added.Add.ServerId!;
      const Change = { ServerId, ApplicationData: data({ FirstName: 'Ann', Picture: '' }) };
      await sync({ SyncKey, CollectionId, Commands: [{ Change }] });
      const stored = await house.store.read(phone.account, (reader) => reader.item(ServerId as never));
      assert.equal((stored as { content: { Picture?: string } }).content.Picture, left, DeviceType);
    }
  });

  test('a folder that is gone is left out', async () => {
    const phone = await house.phone();
    const { SyncKey } = await phone.ask('FolderSync', { SyncKey: '0' });
    const folder = { ParentId: '0', DisplayName: 'Short', Type: 12 };
    const made = await phone.ask('FolderCreate', { SyncKey: SyncKey!, ...folder });
    const { key } = await load(phone, made.ServerId);
    await phone.ask('FolderDelete', { SyncKey: made.SyncKey!, ServerId: made.ServerId! });
    for (let n = 0; n < 4; n++)
      assert.equal(await asOutlook(phone, { SyncKey: key, CollectionId: made.ServerId! }), undefined);
  });
});
