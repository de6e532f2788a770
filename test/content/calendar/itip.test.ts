// Messages about meetings whose text is broken in every way: nothing throws, and what comes out can be kept and shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  applyCancel,
  applyRequest,
  type Incoming,
  invited,
  type Outcome,
} from '../../../src/content/calendar/attend.ts';
import { asFields, eventItem } from '../../../src/content/calendar/codec.ts';
import { readItip } from '../../../src/content/calendar/itip.ts';
import { writeMeetingRequest } from '../../../src/content/calendar/meeting-request.ts';
import { applyReply } from '../../../src/content/calendar/organize.ts';
import { writeICalendar } from '../../../src/content/calendar/write-icalendar.ts';
import { specialFolderId } from '../../../src/domain/collection.ts';
import type { Event } from '../../../src/domain/event.ts';

const start = Date.UTC(2026, 11, 1, 8);
const day = 86_400_000;
const carol = { email: 'carol@outside.example', name: 'Carol' };
const series: Event = {
  uid: 'u',
  subject: 'Plan',
  start,
  end: start + 3_600_000,
  zone: 'Europe/Berlin',
  dtStamp: start - 30 * day,
  sequence: 1,
  organizer: carol,
  attendees: [{ email: 'ann@example.test', name: 'Ann', status: 3, type: 1 }],
  recurrence: { type: 1, interval: 1, dayOfWeek: 4, occurrences: 5 },
  exceptions: [
    { original: start + 7 * day, deleted: true },
    { original: start + 14 * day, start: start + 15 * day },
  ],
};
const apply: Record<Incoming['itip']['method'], (known: readonly Event[], incoming: Incoming) => Outcome> = {
  REQUEST: applyRequest,
  CANCEL: applyCancel,
  REPLY: applyReply,
  COUNTER: applyReply,
};

/** Lines of it left out, doubled, cut, in another place, or with other words. */
const broken = fc
  .record({
    method: fc.constantFrom('REQUEST' as const, 'CANCEL' as const, 'REPLY' as const, 'COUNTER' as const),
    damage: fc.array(
      fc.record({
        at: fc.nat(80),
        kind: fc.constantFrom('drop', 'double', 'cut', 'move', 'value'),
        to: fc.nat(80),
        text: fc.oneof(
          fc.string(),
          fc.constantFrom(
            '99999999T999999Z',
            '-1',
            '00000000',
            'FREQ=DAILY;INTERVAL=0',
            'FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2',
          ),
          fc.constantFrom('20260230T250000', 'P1W', '-PT99999999999H', 'mailto:', 'NaN', '18000101T000000Z'),
        ),
      }),
      { maxLength: 6 },
    ),
  })
  .map(({ method, damage }) => {
    const lines = writeICalendar([series], { method }).split('\r\n');
    for (const { at, kind, to, text } of damage) {
      const index = at % lines.length;
      const line = lines[index]!;
      if (kind === 'drop') lines.splice(index, 1);
      if (kind === 'double') lines.splice(index, 0, line);
      if (kind === 'cut') lines[index] = line.slice(0, to % (line.length + 1));
      if (kind === 'move') lines.splice(to % lines.length, 0, ...lines.splice(index, 1));
      if (kind === 'value') lines[index] = `${line.split(':')[0]}:${text}`;
      if (lines.length === 0) break;
    }
    return { method, text: lines.join('\r\n') };
  });

test('a broken message is read as far as it says something, and what it does can be kept and shown', () => {
  const own: Event = {
    ...series,
    meetingStatus: 1,
    organizer: { email: 'ann@example.test', name: 'Ann' },
    attendees: [{ ...carol }],
  };
  fc.assert(
    fc.property(broken, ({ method, text }) => {
      const itip = readItip(text, method, { zone: 'Europe/Berlin', now: start });
      if (!itip) return;
      for (const known of [[], [invited(series)], [own]] as const) {
        const incoming: Incoming = { itip, from: [carol.email], own: ['ann@example.test'] };
        const { changes, meeting }: Outcome = apply[itip.method](known, incoming);
        for (const { to } of changes) {
          if (!to) continue;
          assert.ok(Number.isFinite(to.start) && to.end >= to.start, JSON.stringify(to));
          assert.ok(Number.isFinite(eventItem(specialFolderId(8), asFields(to), start).sortDate));
          assert.equal(typeof writeICalendar([to]), 'string');
        }
        for (const version of ['14.1', '16.1'] as const)
          if (meeting) writeMeetingRequest(meeting, version, { from: '', to: '' });
      }
    }),
    { numRuns: 300, seed: 20261128 },
  );
});
