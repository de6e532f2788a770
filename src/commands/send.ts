// What SendMail, SmartReply, SmartForward and drafts share: a message goes into the outbox in the same commit as its copy in Sent Items and the
// mark by which a repeat is recognised, before the phone hears that it was sent.
import { createHash } from 'node:crypto';
import type { QueryParameters } from '../../protocol/index.ts';
import { prepareAside } from '../content/email/aside.ts';
import { identityOf, type Outgoing } from '../content/email/outgoing.ts';
import { emailItem } from '../delivery/deliver.ts';
import { specialFolderId } from '../domain/collection.ts';
import type { Device, SentMessage } from '../domain/device.ts';
import { EasError } from '../domain/errors.ts';
import type { ClientId } from '../domain/ids.ts';
import type { Transaction } from '../store/port.ts';
import type { Context } from './define.ts';
import { noteRevision } from './meetings.ts';

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

/** Begins what names a message by itself: no device's ClientId holds a colon in this place. */
const namedByItself = 'message:';

/**
 * What a message is recognised by where no ClientId comes with it: its Message-ID and whom it goes to; when it has none, the
 * whole of it and what it starts from.
 */
export function messageName(mime: Buffer, source = ''): string {
  const said = identityOf(mime);
  const hash = createHash('sha256').update(said ?? mime);
  if (said === undefined) hash.update(source);
  return `${namedByItself}${hash.digest('base64url').slice(0, 30)}`;
}

/** The request that a message of SmartReply or SmartForward comes to, with what the query says. */
export function messageAbout(
  mime: Buffer,
  { CollectionId, ItemId, LongId, Occurrence, SaveInSent = false }: QueryParameters,
) {
  return {
    ClientId: messageName(mime, [CollectionId, ItemId, LongId, Occurrence].join(' ')),
    Source: {
      ...(CollectionId !== undefined && { FolderId: CollectionId }),
      ...(ItemId !== undefined && { ItemId }),
      ...(LongId !== undefined && { LongId }),
      ...(Occurrence !== undefined && { InstanceId: Occurrence }),
    },
    SaveInSentItems: SaveInSent,
    ReplaceMime: false,
    Mime: mime,
  };
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
    recent(device.sent, now).some(
      (one) => one.clientId === clientId && (one.hash === hash || clientId.startsWith(namedByItself)),
    );
  if (isRepeat(context.device)) return { Status: previouslySent };

  const message = await prepareMessage(context, await compose(mime), { clientId, save: request.SaveInSentItems });
  return context.transact(async (tx) => {
    const device = await tx.device(context.device.id);
    if (device && (isRepeat(device) || wasDraft(device, message.outgoing, now))) return { Status: previouslySent };
    await beside?.(tx, message.outgoing);
    await message.post(tx, { hash });
    return undefined;
  });
}

/** It went out as a draft, by Sync, and the device tries the other way now. */
function wasDraft({ sent }: Device, { messageId }: Outgoing, now: number): boolean {
  return recent(sent, now).some((one) => one.draft !== undefined && one.messageId === messageId);
}

export interface ReadyMessage {
  readonly outgoing: Outgoing;
  /** Lists what sending it writes: the outbox, the copy in Sent Items, and the mark by which a repeat is recognised. */
  post(tx: Transaction, mark: Pick<SentMessage, 'hash' | 'draft'>): Promise<void>;
}

/** Its blobs are durable when it resolves. Throws as `prepareOutgoing`. */
export async function prepareMessage(
  context: Context,
  mime: Buffer,
  { clientId, save }: { readonly clientId: string; readonly save: boolean },
): Promise<ReadyMessage> {
  const { address, aliases, displayName } = await context.read((reader) => reader.account());
  const now = context.clock.now();
  const outgoing = await prepareAside(mime, { from: address, own: aliases, displayName, now, clientId });
  const { recipients, messageId, index } = outgoing;
  const { blobs } = context.store;
  const message = await blobs.put(outgoing.mime);
  const same = outgoing.sentCopy.equals(outgoing.mime);
  const copy = save ? (same ? message : await blobs.put(outgoing.sentCopy)) : undefined;
  const facts = { folder: specialFolderId(5), received: now, read: true };
  const revision = await noteRevision(outgoing, now);
  const sentItem = copy && emailItem(index, copy.id, facts);
  return {
    outgoing,
    post: async (tx, mark) => {
      tx.send({ from: (await tx.account()).address, recipients, mime: message.id, queued: now });
      if (sentItem) tx.create(sentItem);
      await revision?.(tx);
      const device = await tx.device(context.device.id);
      const sent: SentMessage = { clientId: clientId as ClientId, messageId, at: now, ...mark };
      if (device) tx.putDevice({ ...device, sent: [...recent(device.sent, now), sent] });
    },
  };
}

/** The device sent this draft before, and went back behind the answer that said so. */
export async function wasUnheard(
  context: Context,
  tx: Transaction,
  { clientId, hash }: Pick<SentMessage, 'hash'> & { readonly clientId: string },
): Promise<boolean> {
  const { id, sent } = (await tx.device(context.device.id)) ?? context.device;
  const known = recent(sent, context.clock.now()).filter((one) => one.clientId === clientId && one.hash === hash);
  for (const { draft } of known) {
    const item = draft && (await tx.item(draft));
    if (item && item.died !== undefined && item.broughtBy[id] === undefined) return true;
  }
  return false;
}

/** Beside messages: other things that are done once, by the hash of what asked for them. */
export async function wasSent(context: Context, tx: Transaction, hash: string): Promise<boolean> {
  const { sent } = (await tx.device(context.device.id)) ?? context.device;
  return recent(sent, context.clock.now()).some((one) => one.hash === hash);
}
export async function rememberSent(context: Context, tx: Transaction, hash: string): Promise<void> {
  const device = await tx.device(context.device.id);
  const now = context.clock.now();
  if (device) tx.putDevice({ ...device, sent: [...recent(device.sent, now), { messageId: '', hash, at: now }] });
}

function recent(sent: readonly SentMessage[], now: number): SentMessage[] {
  return sent.filter(({ at }) => now - at < remembered.milliseconds).slice(1 - remembered.messages);
}
