import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  conversationIndex,
  formatCompactDateTime,
  formatDateTime,
  globalObjIdOfUid,
  newThreadIndex,
  parseDate,
  replyThreadIndex,
  threadOf,
  threadStart,
  uidOfGlobalObjId,
} from '../../protocol/index.ts';

const start = Date.UTC(2026, 10, 22, 8, 9, 10, 123);
const thread = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

test('dates are written in both forms and read from both', () => {
  assert.equal(formatDateTime(start), '2026-11-22T08:09:10.123Z');
  assert.equal(formatCompactDateTime(start), '20261122T080910Z');
  assert.equal(parseDate('2026-11-22T08:09:10.123Z'), start);
  assert.equal(parseDate('20261122T080910Z'), start - 123);
  assert.equal(parseDate(' 2026-11-22 '), Date.UTC(2026, 10, 22));
  assert.equal(parseDate('0099-01-01T00:00:00Z'), Date.parse('0099-01-01T00:00:00Z'));
});

test('what is no date is none', () => {
  for (const text of ['', 'now', '2026-13-01T00:00:00Z', '2025-02-29T00:00:00Z', '20090907T07:00:00.000+01:00']) {
    assert.equal(parseDate(text), undefined, text);
  }
  assert.throws(() => formatDateTime(Date.UTC(10_000, 0)), RangeError);
});

test('[MS-ASCON] 2.2.2.4 ConversationIndex: the high bytes of the time, then five per reply', () => {
  const first = newThreadIndex(start, thread);
  assert.equal(first.length, 22);
  assert.equal(first[0], 0x01);
  assert.deepEqual(threadOf(first), thread);
  // The time is cut to 2^16 units of 100 ns.
  assert.ok(Math.abs(threadStart(first)! - start) <= 7);

  const hour = 3_600_000;
  const reply = replyThreadIndex(first, start + hour, 9);
  assert.equal(reply.length, 27);
  assert.deepEqual(reply.subarray(0, 22), first);
  assert.equal(reply[26], 0x90);
  // One unit of the fine form is 2^18 * 100 ns.
  assert.ok(Math.abs(reply.readUInt32BE(22) * 26.2144 - hour) < 40);
  const late = replyThreadIndex(first, start + 3 * 365 * 24 * hour, 0);
  assert.equal(late[22]! & 0x80, 0x80);
  assert.ok(Math.abs((late.readUInt32BE(22) & 0x7fffffff) * 838.8608 - 3 * 365 * 24 * hour) < 1000);

  assert.deepEqual(conversationIndex(reply), Buffer.concat([first.subarray(1, 6), reply.subarray(22)]));
  assert.equal(conversationIndex(Buffer.alloc(21)), undefined);
  assert.equal(threadStart(Buffer.alloc(23)), undefined);
});

test('[MS-ASEMAIL] 2.2.2.37 GlobalObjId: a foreign UID is wrapped and comes back', () => {
  const wrapped = Buffer.from(globalObjIdOfUid('{81412D3C-2A24}ä'), 'base64');
  assert.equal(wrapped.toString('latin1', 40, 48), 'vCal-Uid');
  assert.equal(wrapped.readUInt32LE(36), wrapped.length - 40);
  assert.equal(uidOfGlobalObjId(wrapped.toString('base64')), '{81412D3C-2A24}ä');
});

test('[MS-ASEMAIL] 2.2.2.37 GlobalObjId: an Outlook id is its hexadecimal digits without the instance date', () => {
  const outlook = '040000008200E00074C5B7101A82E008'.concat(
    '07E40A0B',
    '30B5A1E1D5B8C601',
    '0000000000000000',
    '10000000',
    '00112233445566778899AABBCCDDEEFF',
  );
  const uid = uidOfGlobalObjId(Buffer.from(outlook, 'hex').toString('base64'))!;
  assert.equal(uid, outlook.replace('07E40A0B', '00000000'));
  assert.equal(uidOfGlobalObjId(globalObjIdOfUid(uid)), uid);
  assert.equal(uidOfGlobalObjId('AAAA'), undefined);
});
