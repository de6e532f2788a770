// Mails about meetings that the server sends for an account, and the answers that an account gave.
import { randomUUID } from 'node:crypto';
import { isReceived } from '../content/calendar/attend.ts';
import { asEvent, asFields, filesOf } from '../content/calendar/codec.ts';
import { readItip } from '../content/calendar/itip.ts';
import {
  composeMeetingMail,
  composeNote,
  type MailSender,
  type MeetingMail,
} from '../content/calendar/meeting-mail.ts';
import { isDeliverable } from '../content/email/address.ts';
import { calendarText } from '../content/email/calendar-part.ts';
import type { Outgoing } from '../content/email/outgoing.ts';
import type { FilePart } from '../content/email/write-mime.ts';
import { emailOf } from '../delivery/deliver.ts';
import { findMeetings } from '../delivery/find-meetings.ts';
import { domainOf } from '../domain/account.ts';
import { specialFolderId } from '../domain/collection.ts';
import type { Event } from '../domain/event.ts';
import type { Transaction } from '../store/port.ts';
import type { Context } from './define.ts';

async function senderOf(context: Context, tx: Transaction): Promise<MailSender> {
  const { address, displayName } = await tx.account();
  const messageId = `${randomUUID()}@${domainOf(address)}`;
  return { from: { email: address, name: displayName }, messageId, now: context.clock.now() };
}

/** Lists the message and, unless told otherwise, its copy in Sent Items. Nobody is told whose address cannot be delivered to. */
export async function postMeetingMail(
  context: Context,
  tx: Transaction,
  { save = true, ...mail }: MeetingMail & { readonly save?: boolean },
): Promise<void> {
  const to = mail.to.filter(({ email }) => isDeliverable(email));
  if (to.length === 0) return;
  const sender = await senderOf(context, tx);
  const files = mail.method === 'REQUEST' ? await filesWith(context, mail.events) : [];
  const mime = composeMeetingMail({ ...mail, to }, { ...sender, files });
  // Named by nothing until the commit: another run of the transaction leaves it to be swept.
  const { id } = await context.store.blobs.put(mime);
  const { from, now } = sender;
  tx.send({ from: from.email, recipients: to.map(({ email }) => email), mime: id, queued: now });
  if (save) tx.create(emailOf(mime, id, { folder: specialFolderId(5), received: now, read: true }));
}

async function filesWith(context: Context, events: readonly Event[]): Promise<FilePart[]> {
  const files = events.flatMap(filesOf);
  const contents = await Promise.all(files.map(({ blob }) => context.store.blobs.get(blob)));
  return files.map(({ name, type, contentId, inline }, at) => ({
    name,
    type,
    contentId,
    inline,
    content: contents[at]!,
  }));
}

/** Lists a message that only people read, without a copy. */
export async function postNote(
  context: Context,
  tx: Transaction,
  note: Parameters<typeof composeNote>[0],
): Promise<void> {
  if (!isDeliverable(note.to.email)) return;
  const sender = await senderOf(context, tx);
  const { id } = await context.store.blobs.put(composeNote(note, sender));
  tx.send({ from: sender.from.email, recipients: [note.to.email], mime: id, queued: sender.now });
}

/**
 * What a phone up to 14.1 mails of a meeting of its own: the revision that its guests know from then on, so that what the
 * server tells them later is a newer one. Undefined: no such mail.
 */
export async function noteRevision(
  { sentCopy, index }: Pick<Outgoing, 'sentCopy' | 'index'>,
  now: number,
): Promise<((tx: Transaction) => Promise<void>) | undefined> {
  const found = await calendarText(index, async ({ from, to }) => sentCopy.subarray(from, to));
  const itip = found && readItip(found.text, found.method, { zone: 'UTC', now });
  if (itip?.method !== 'REQUEST') return undefined;
  const sequence = Math.max(...itip.events.map((event) => event.sequence ?? 0));
  return async (tx) => {
    const [item] = await findMeetings(tx, itip.uid);
    const event = item && asEvent(item.content);
    if (!event || isReceived(event) || sequence <= (event.sequence ?? 0)) return;
    const content = asFields({ ...event, sequence, revised: itip.events[0]!.dtStamp });
    // Nothing that a device shows.
    tx.put({ ...item, content }, ['message'], { origin: item.origin ?? null });
  };
}
