import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { element, encodeToBuffer, pages } from '../../protocol/index.ts';
import type { ServerId } from '../../src/domain/ids.ts';
import { mail, openHouse, type Phone } from '../support/endpoint.ts';
import { adds, contacts, deletes, inbox, load, sent, synced, syncOne, trash } from '../support/sync-phone.ts';

describe('MoveItems', async () => {
  const house = await openHouse({ after });

  async function move(phone: Phone, ...moves: [string, string | undefined, string | undefined][]) {
    const Move = moves.map(([SrcMsgId, from, to]) => ({ SrcMsgId, SrcFldId: from!, DstFldId: to! }));
    return (await phone.ask('MoveItems', { Move })).Response;
  }

  test('a move is Status 3 with the new id, silent for the phone that moved, told to others', async () => {
    const phone = await house.phone();
    const id = await phone.receive(mail());
    const [mine, bin] = [await load(phone), await load(phone, trash)];
    const other = phone.another();
    const [theirs, theirBin] = [await load(other), await load(other, trash)];
    const [answer] = await move(phone, [id, inbox, trash]);
    assert.deepEqual([answer?.SrcMsgId, answer?.Status], [id, 3]);
    assert.notEqual(answer?.DstMsgId, id);
    assert.equal(await phone.item(id), undefined);
    assert.equal((await phone.item(answer!.DstMsgId!))?.collection, trash);
    assert.equal(await syncOne(phone, { SyncKey: mine.key, CollectionId: inbox }), undefined);
    assert.equal(await syncOne(phone, { SyncKey: bin.key, CollectionId: trash }), undefined);
    assert.deepEqual(deletes(await synced(other, { SyncKey: theirs.key, CollectionId: inbox })), [id]);
    const arrived = adds(other, await synced(other, { SyncKey: theirBin.key, CollectionId: trash }));
    assert.equal(arrived[0]?.[0], answer?.DstMsgId);
  });

  test('a repeat is answered as the first time, and moves nothing more', async () => {
    const phone = await house.phone();
    const id = await phone.receive(mail());
    await load(phone);
    const first = await move(phone, [id, inbox, trash]);
    assert.deepEqual(await move(phone, [id, inbox, trash]), first);
    assert.equal((await phone.items(trash!)).length, 1);
  });

  test('each move has its own Status', async () => {
    const phone = await house.phone();
    const id = await phone.receive(mail());
    const gone = await phone.receive(mail());
    await house.store.transact(phone.account, async (tx) => tx.remove(gone));
    const answers = await move(
      phone,
      ['2:999', inbox, trash],
      [gone, inbox, trash],
      [id, '99', trash],
      [id, trash, '5'],
      [id, inbox, '99'],
      [id, inbox, contacts],
      [id, inbox, inbox],
      [id, inbox, trash],
    );
    assert.deepEqual(
      answers.map(({ Status }) => Status),
      [1, 1, 1, 1, 2, 2, 4, 3],
    );
    assert.ok(answers.slice(0, -1).every(({ DstMsgId }) => DstMsgId === undefined));
  });

  test('what another device moved is Status 1', async () => {
    const phone = await house.phone();
    const id = await phone.receive(mail());
    await load(phone);
    await move(phone.another(), [id, inbox, trash]);
    assert.equal((await move(phone, [id, inbox, trash]))[0]?.Status, 1);
  });

  test('a repeat whose mail is gone by then is Status 1, and the phone is told that the source is', async () => {
    const phone = await house.phone();
    const id = await phone.receive(mail());
    const { key } = await load(phone);
    const [answer] = await move(phone, [id, inbox, trash]);
    await house.store.transact(phone.account, async (tx) => tx.remove(answer!.DstMsgId as ServerId));
    assert.equal((await move(phone, [id, inbox, trash]))[0]?.Status, 1);
    assert.deepEqual(deletes(await synced(phone, { SyncKey: key, CollectionId: inbox })), [id]);
  });

  test('no move, or more than 1000, is Status 103 alone', async () => {
    const phone = await house.phone();
    assert.equal(await phone.status('MoveItems', { Move: [] }), 103);
    const Move = Array.from({ length: 1001 }, () => ({ SrcMsgId: '2:1', SrcFldId: '2', DstFldId: '4' }));
    assert.equal(await phone.status('MoveItems', { Move }), 103);
  });

  test('MS-ASCMD_R4222: two targets are Status 5, and the others move', async () => {
    const phone = await house.phone();
    const [first, second] = [await phone.receive(mail()), await phone.receive(mail())];
    const { Move, MoveItems, SrcMsgId, SrcFldId, DstFldId } = pages.move;
    const asked = (id: string, ...targets: string[]) =>
      element(Move, [
        ...[element(SrcMsgId, id), element(SrcFldId, inbox!)],
        ...targets.map((target) => element(DstFldId, target)),
      ]);
    const root = element(MoveItems, [asked(first, trash!, sent!), asked(second, trash!)]);
    const answer = await phone.answer('MoveItems', encodeToBuffer(root));
    assert.deepEqual(
      answer?.Response.map(({ Status }) => Status),
      [5, 3],
    );
    assert.equal((await phone.items(inbox!)).length, 1);
  });
});
