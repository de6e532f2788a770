// What SendMail and SmartReply share: a message goes into the outbox in the same commit as its copy in Sent Items and the
// mark by which a repeat is recognised, before the phone hears that it was sent.
import { createHash } from 'node:crypto';
import { type Outgoing, prepareOutgoing } from '../content/email/outgoing.ts';
import { emailOf } from '../delivery/deliver.ts';
import { specialFolderId } from '../domain/collection.ts';
import type { Device, SentMessage } from '../domain/device.ts';
import { EasError } from '../domain/errors.ts';
import type { ClientId } from '../domain/ids.ts';
import type { NewItem } from '../domain/item.ts';
import type { Transaction } from '../store/port.ts';
import type { Context } from './define.ts';

/** [MS-ASCMD] 2.2.2 Common Status Codes of sending. */
const previouslySent = 118;
const invalidAccount = 166;
const noRightsManagement = 168;

export interface SendRequest {
  readonly ClientId: string;
  readonly AccountId?: string;
  readonly SaveInSentItems: boolean;
  readonly TemplateID?: string;
}

const remembered = { milliseconds: 24 * 3_600_000, messages: 200 };

/** Undefined: sent. `compose` makes the message from the phone's; `beside` lists what else the commit holds. */
export async function send(
  context: Context,
  request: SendRequest,
  mime: Buffer,
  compose: (mime: Buffer) => Promise<Buffer>,
  beside?: (tx: Transaction, outgoing: Outgoing) => Promise<void>,
): Promise<{ Status: number } | undefined> {
  if (request.AccountId) return { Status: invalidAccount };
  if (request.TemplateID) return { Status: noRightsManagement };
  const clientId = request.ClientId as ClientId;
  if (clientId === '' || clientId.length > 40) throw new EasError('invalid-request', 'ClientId');
  const hash = createHash('sha256').update(mime).digest('base64url');
  const now = context.clock.now();
  const isRepeat = (device: Device) =>
    recent(device.sent, now).some((one) => one.clientId === clientId && one.hash === hash);
  if (isRepeat(context.device)) return { Status: previouslySent };

  const outgoing = await prepare(context, await compose(mime), clientId);
  const [message, copy] = await Promise.all([
    context.store.blobs.put(outgoing.mime),
    request.SaveInSentItems ? context.store.blobs.put(outgoing.sentCopy) : undefined,
  ]);
  const folder = specialFolderId(5);
  const sentItem: NewItem | undefined =
    copy && emailOf(outgoing.sentCopy, copy.id, { folder, received: now, read: true, index: outgoing.index });
  const { recipients, messageId } = outgoing;
  return context.transact(async (tx) => {
    const device = await tx.device(context.device.id);
    if (device && isRepeat(device)) return { Status: previouslySent };
    const { address } = await tx.account();
    tx.send({ from: address, recipients, mime: message.id, queued: now });
    if (sentItem) tx.create(sentItem);
    await beside?.(tx, outgoing);
    if (device)
      tx.putDevice({ ...device, sent: [...recent(device.sent, now), { clientId, messageId, hash, at: now }] });
    return undefined;
  });
}

function recent(sent: readonly SentMessage[], now: number): SentMessage[] {
  return sent.filter(({ at }) => now - at < remembered.milliseconds).slice(1 - remembered.messages);
}

async function prepare(context: Context, mime: Buffer, clientId: string): Promise<Outgoing> {
  const { address, aliases, displayName } = await context.read((reader) => reader.account());
  return prepareOutgoing(mime, { from: address, own: aliases, displayName, now: context.clock.now(), clientId });
}
