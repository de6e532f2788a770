// Mails about meetings that the server sends for an account, and the answers that an account gave.
import { randomUUID } from 'node:crypto';
import { composeMeetingMail, type MeetingMail } from '../content/calendar/meeting-mail.ts';
import { isDeliverable } from '../content/email/address.ts';
import { emailOf } from '../delivery/deliver.ts';
import { domainOf } from '../domain/account.ts';
import { specialFolderId } from '../domain/collection.ts';
import type { Transaction } from '../store/port.ts';
import type { Context } from './define.ts';

/** Lists the message and its copy in Sent Items. Nobody is told whose address cannot be delivered to. */
export async function postMeetingMail(context: Context, tx: Transaction, mail: MeetingMail): Promise<void> {
  const { address, displayName } = await tx.account();
  const to = mail.to.filter(({ email }) => isDeliverable(email));
  if (to.length === 0) return;
  const now = context.clock.now();
  const from = { email: address, name: displayName };
  const messageId = `${randomUUID()}@${domainOf(address)}`;
  const mime = composeMeetingMail({ ...mail, to }, { from, messageId, now });
  // Named by nothing until the commit: another run of the transaction leaves it to be swept.
  const { id } = await context.store.blobs.put(mime);
  tx.send({ from: address, recipients: to.map(({ email }) => email), mime: id, queued: now });
  tx.create(emailOf(mime, id, { folder: specialFolderId(5), received: now, read: true }));
}
