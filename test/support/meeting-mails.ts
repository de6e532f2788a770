// Mails about meetings that lie in the outbox of a house, taken out and read.
import assert from 'node:assert/strict';
import { type Itip, readItip } from '../../src/content/calendar/itip.ts';
import { calendarText } from '../../src/content/email/calendar-part.ts';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import type { House } from './endpoint.ts';

export interface MeetingMail {
  readonly from: string;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly messageClass: string;
  readonly itip: Itip;
  readonly mime: Buffer;
}

export async function takenMails(house: House): Promise<MeetingMail[]> {
  const found = await house.store.outbox.claim('test', house.clock.now() + 60_000, 100);
  return Promise.all(
    found.map(async ({ id, from, recipients, mime: blob }) => {
      const mime = await house.store.blobs.get(blob);
      await house.store.outbox.done(id);
      const { subject, preview, messageClass, ...index } = indexMessage(mime);
      const read = async (range: { from: number; to: number }) => mime.subarray(range.from, range.to);
      const part = await calendarText({ ...index, subject, preview, messageClass }, read);
      const itip = part && readItip(part.text, undefined, { zone: 'UTC', now: 0 });
      assert.ok(itip, `a mail about a meeting: ${subject}`);
      return { from, recipients, subject, text: preview, messageClass, itip, mime };
    }),
  );
}
