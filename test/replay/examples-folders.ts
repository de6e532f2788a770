// The examples of MS-ASCMD that are about folders, settings and certificates.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { certify, newKey, revocationList } from '../support/certificates.ts';
import { type House, mail, openHouse } from '../support/endpoint.ts';
import { inbox, trash } from '../support/sync-phone.ts';
import { play, textIn } from './example.ts';

const version = '14.1';

export function folderExamples(house: House): void {
  test('folders are told, made, renamed and removed', async () => {
    const phone = await house.phone({ version });
    const other = phone.another(version);
    const { SyncKey: first = '' } = await other.ask('FolderSync', { SyncKey: '0' });
    await other.ask('FolderCreate', { SyncKey: first, ParentId: inbox!, DisplayName: 'NewFolder', Type: 12 });
    const list = await play(
      phone,
      ['003', '004'],
      {},
      {
        texts: {
          Count: 'no Journal is kept',
          ParentId: 'an id',
          ...{ 'Type: 11': 'no Journal is kept', 'DisplayName: Journal': 'no Journal is kept' },
          ...{ 'DisplayName: Junk E-Mail': 'another name', 'DisplayName: RecipientInfo': 'another name' },
        },
      },
    );
    const made = await play(phone, ['048', '049'], {
      SyncKey: textIn(list, 'SyncKey'),
      ParentId: inbox!,
      DisplayName: 'Another',
    });
    const ServerId = textIn(made, 'ServerId');
    const renamed = await play(phone, ['052', '053'], { SyncKey: textIn(made, 'SyncKey'), ServerId, ParentId: inbox! });
    await play(phone, ['050', '051'], { SyncKey: textIn(renamed, 'SyncKey'), ServerId });
  });

  test('a folder is emptied', async () => {
    const phone = await house.phone({ version });
    await phone.receive(mail(), { folder: trash as never });
    await play(phone, ['054', '055'], { CollectionId: trash! });
    assert.equal((await phone.items(trash!)).length, 0);
  });

  test('settings', async (t) => {
    const phone = await house.phone({ version });
    const outline = (name: string) => ({
      lacks: { [`${name}/Set`]: 'no schema has it', Set: 'no schema has it' },
      more: { [`${name}/Status 1`]: 'it stands there' },
    });
    await play(phone, ['001', '002'], {}, outline('DeviceInformation'));
    const recovering = await openHouse(t, { env: { EASEL_POLICY: '{"PasswordRecoveryEnabled":true}' } });
    await play(await recovering.phone({ version }), ['082', '083'], {}, outline('DevicePassword'));
    // 14.1 has Accounts around them.
    await play(phone.another('14.0'), ['080', '081'], {}, { texts: { SMTPAddress: 'of this account' } });
    const external = { Enabled: true, ReplyMessage: 'External OOF Message', BodyType: 'Text' };
    const messages = [
      { AppliesToInternal: true, Enabled: true, ReplyMessage: 'Internal OOF Message', BodyType: 'Text' },
      { AppliesToExternalKnown: true, ...external },
      { AppliesToExternalUnknown: true, ...external, Enabled: false },
    ];
    const times = { StartTime: '2007-05-08T10:45:51.250Z', EndTime: '2007-05-11T10:45:51.250Z' };
    await phone.ask('Settings', { Oof: { Set: { OofState: 2, ...times, OofMessage: messages } } });
    await play(phone, ['072', '073'], {});
    await play(phone, ['074', '075'], {});
    await play(phone, ['076', '075'], {});
  });

  test('a certificate is valid', async (t) => {
    const phone = await house.phone({ version });
    let list: Uint8Array = Buffer.alloc(0);
    const server = createServer((_, res) => res.end(list)).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list`;
    const root = certify({ name: 'Root', isAuthority: true, keyUsage: { keyCertSign: true, cRLSign: true } }, newKey());
    mkdirSync(join(house.data, 'trusted'));
    writeFileSync(join(house.data, 'trusted', 'root.der'), root.der);
    list = revocationList(root, []);
    const own = certify({ name: 'Ann', issuer: root, revocationList: url });
    await play(phone, ['078', '079'], { Certificate: own.base64 });
  });
}
