// What a Change of a mail carries ([MS-ASEMAIL] 3.2.5.4.1 Sending E-Mail Changes to the Client): a row of its table, a test.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { email, read, write } from '../../protocol/index.ts';
import type { ServerId } from '../../src/domain/ids.ts';
import { isMail, type Mail } from '../../src/domain/item.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import { inbox, load, syncOne } from '../support/sync-phone.ts';

type Part = 'read' | 'flag' | 'categories' | 'verb';
/** What the server did to the item besides: nothing that a mail shows. */
type Other = 'unseen';

const changes: Readonly<Record<Part, (content: Mail['content']) => Mail['content']>> = {
  read: (content) => ({ ...content, read: true }),
  flag: (content) => ({ ...content, flag: { status: 2, type: 'for follow up' } }),
  categories: (content) => ({ ...content, categories: ['Red'] }),
  verb: (content) => ({ ...content, lastVerb: { verb: 1, time: 1_700_000_000_000 } }),
};
const whole = 'all of it';
const rows: readonly (readonly [
  id: string,
  changed: readonly (Part | Other)[],
  sent: readonly string[] | typeof whole,
])[] = [
  ['R81', [], []],
  ['R93', ['unseen'], []],
  ['R94', ['verb'], whole],
  ['R95', ['verb', 'unseen'], whole],
  ['R96', ['categories'], ['Categories']],
  ['R97', ['categories', 'unseen'], ['Categories']],
  ['R98', ['categories', 'verb'], whole],
  ['R99', ['categories', 'verb', 'unseen'], whole],
  ['R100', ['flag'], ['Flag']],
  ['R101', ['flag', 'unseen'], ['Flag']],
  ['R102', ['flag', 'verb'], whole],
  ['R103', ['flag', 'verb', 'unseen'], whole],
  ['R75', ['read'], ['Read']],
  ['R104', ['read', 'flag', 'categories'], ['Read', 'Flag', 'Categories']],
  ['R105', ['read', 'flag', 'categories', 'unseen'], ['Read', 'Flag', 'Categories']],
  ['R106', ['read', 'flag', 'categories', 'verb'], whole],
  ['R10600', ['flag', 'categories'], ['Flag', 'Categories']],
  ['R10601', ['flag', 'categories', 'unseen'], ['Flag', 'Categories']],
  ['R10602', ['flag', 'categories', 'verb'], whole],
  ['R10603', ['flag', 'categories', 'verb', 'unseen'], whole],
  ['R10605', ['read', 'unseen'], ['Read']],
  ['R10606', ['read', 'verb'], whole],
  ['R10607', ['read', 'verb', 'unseen'], whole],
  ['R10608', ['read', 'categories'], ['Read', 'Categories']],
  ['R10609', ['read', 'categories', 'unseen'], ['Read', 'Categories']],
  ['R10610', ['read', 'categories', 'verb'], whole],
  ['R10611', ['read', 'categories', 'verb', 'unseen'], whole],
  ['R10612', ['read', 'flag'], ['Read', 'Flag']],
  ['R10613', ['read', 'flag', 'unseen'], ['Read', 'Flag']],
  ['R10614', ['read', 'flag', 'verb'], whole],
  ['R10615', ['read', 'flag', 'verb', 'unseen'], whole],
  ['R10616', ['read', 'flag', 'categories', 'verb', 'unseen'], whole],
];

describe('a Change of a mail', async () => {
  const house = await openHouse({ after });

  async function change(phone: Phone, id: string, changed: readonly (Part | Other)[]): Promise<void> {
    for (const part of changed) {
      await house.store.transact(phone.account, async (tx) => {
        const item = await tx.item(id as ServerId);
        assert.ok(isMail(item));
        if (part === 'unseen') tx.quarantine(item.id, 'for the administrator');
        else tx.put({ ...item, content: changes[part](item.content) }, [part]);
      });
    }
  }

  for (const [id, changed, sent] of rows) {
    test(`${id}: after ${changed.join(', ') || 'nothing'} it carries ${sent.length === 0 ? 'nothing' : sent}`, async () => {
      const phone = await house.phone();
      const item = await phone.receive(mail());
      const { key } = await load(phone);
      await change(phone, item, changed);
      const answer = await syncOne(phone, { SyncKey: key, CollectionId: inbox! });
      const commands = answer?.Commands ?? [];
      if (sent.length === 0) return assert.deepEqual(commands, []);
      const [one, ...more] = commands;
      assert.ok(one && 'Change' in one && more.length === 0);
      const data = read(email, one.Change.ApplicationData, phone).value;
      if (sent !== whole) return assert.deepEqual(Object.keys(data).sort(), [...sent].sort());
      for (const key of ['Subject', 'Body', 'Read', 'Flag', 'Categories', 'LastVerbExecuted'])
        assert.ok(key in data, `${key} is there`);
    });
  }

  /** The tags of the one Change that comes. */
  async function next(phone: Phone, key: string): Promise<{ key: string; tags: string[] }> {
    const answer = await syncOne(phone, { SyncKey: key, CollectionId: inbox! });
    const [one, ...more] = answer?.Commands ?? [];
    assert.ok(one && 'Change' in one && more.length === 0);
    const data = read(email, one.Change.ApplicationData, phone).value;
    return { key: answer!.SyncKey!, tags: Object.keys(data).sort() };
  }

  test('R76, R10604: what was told of a mail before is not told again', async () => {
    const phone = await house.phone();
    const item = await phone.receive(mail());
    const { key } = await load(phone);
    await change(phone, item, ['flag']);
    const flagged = await next(phone, key);
    assert.deepEqual(flagged.tags, ['Flag']);
    await change(phone, item, ['read']);
    const seen = await next(phone, flagged.key);
    assert.deepEqual(seen.tags, ['Read']);
    await change(phone, item, ['verb']);
    const answered = await next(phone, seen.key);
    assert.ok(answered.tags.includes('Subject'));
    await change(phone, item, ['categories']);
    assert.deepEqual((await next(phone, answered.key)).tags, ['Categories']);
  });

  test('a phone whose own mark lost against the server hears the whole mail', async () => {
    const phone = await house.phone();
    const item = await phone.receive(mail());
    const { key } = await load(phone);
    await change(phone, item, ['flag']);
    const ApplicationData = write(email, { Read: true }, phone);
    const Commands = [{ Change: { ServerId: item, ApplicationData } }];
    const answer = await syncOne(phone, { SyncKey: key, CollectionId: inbox!, Commands });
    const [response] = answer?.Responses ?? [];
    assert.ok(response && 'Change' in response && response.Change.Status === 7);
    const [one] = answer?.Commands ?? [];
    assert.ok(one && 'Change' in one);
    const data = read(email, one.Change.ApplicationData, phone).value;
    assert.equal(data.Read, false);
    assert.equal(data.Flag?.Status, 2);
  });
});
