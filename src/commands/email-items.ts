// How a mail is told to a device: from the stored mail to ApplicationData. One that cannot be read is told as a stub and listed
// for the administrator; it never stops the others.
import type { WrittenEmail } from '../../protocol/index.ts';
import { changedParts, writeBodyPart, writeEmail, writeMarks, writeStub } from '../content/email/application-data.ts';
import { chooseBody, type RenderedBody, renderBodyPart } from '../content/email/body.ts';
import type { ReadRange } from '../content/email/late.ts';
import type { Email } from '../domain/email.ts';
import { EasError, isEasError } from '../domain/errors.ts';
import type { Modseq } from '../domain/ids.ts';
import { type Item, isMail, type LivingItem, type Mail } from '../domain/item.ts';
import type { RenderOptions } from '../domain/sync-record.ts';
import type { Context } from './define.ts';

/** Throws 'item-not-found' for what is no living mail, 'corrupt-item' for one that cannot be read. */
export function requireMail(item: Item | undefined): Mail {
  if (isMail(item)) return item;
  const damaged = item?.died === undefined && item?.damaged !== undefined;
  throw new EasError(damaged ? 'corrupt-item' : 'item-not-found', item?.id);
}

/** Ranges of the message's bytes. */
export function reader(context: Context, email: Pick<Email, 'mime'>): ReadRange {
  return (range) => context.store.blobs.get(email.mime, range);
}

const unreadable = 'This message could not be read from the server.';

/** The whole mail. One that cannot be read is listed for the administrator and says so itself: it never stops the others. */
export async function renderEmail(context: Context, item: LivingItem, options: RenderOptions): Promise<WrittenEmail> {
  try {
    const mail = requireMail(item);
    // MS-ASCON_R247: who asks for the part alone gets no body.
    const partAlone = options.bodyPart !== undefined && options.bodyPreferences.length === 0;
    const body = partAlone ? undefined : await renderBody(context, mail, options);
    const written = writeEmail(mail, body, context.version);
    return { ...written, ...(await renderPart(context, mail, options)) };
  } catch (error) {
    if (isTransient(error)) throw error;
    await quarantine(context, item, item.damaged ?? String(error));
    return writeStub(item, unreadable);
  }
}

/** The store's trouble, not the item's. */
export function isTransient(error: unknown): boolean {
  return isEasError(error, 'busy') || isEasError(error, 'store-unavailable');
}

/** Lists an item that cannot be rendered for the administrator. */
export async function quarantine(context: Context, item: LivingItem, reason: string): Promise<void> {
  context.log.error('an item cannot be read', { account: context.account, item: item.id, reason });
  await context.transact(async (tx) => {
    if ((await tx.item(item.id))?.died === undefined) tx.quarantine(item.id, reason);
  });
}

async function renderBody(context: Context, item: Mail, options: RenderOptions): Promise<RenderedBody> {
  const { bodyPreferences: preferences, mimeSupport, mimeTruncation } = options;
  const { version } = context;
  const wanted = { preferences, mimeSupport, version, ...(mimeTruncation !== undefined && { mimeTruncation }) };
  try {
    return await chooseBody(item.content, wanted, reader(context, item.content));
  } catch (error) {
    if (isTransient(error)) throw error;
    await quarantine(context, item, String(error));
    return { type: 1, estimatedSize: unreadable.length, truncated: false, data: unreadable };
  }
}

async function renderPart(context: Context, item: Mail, { bodyPart }: RenderOptions): Promise<WrittenEmail> {
  if (!bodyPart) return {};
  return { BodyPart: writeBodyPart(await renderBodyPart(item.content, bodyPart, reader(context, item.content))) };
}

/** A Change: the marks alone when nothing else was touched; what was answered or forwarded behind `since` comes whole. */
export async function renderChange(
  context: Context,
  item: LivingItem,
  options: RenderOptions,
  since: Modseq,
): Promise<WrittenEmail> {
  if (!isMail(item)) return renderEmail(context, item, options);
  const parts = changedParts(item, since);
  return parts.includes('message') ? renderEmail(context, item, options) : writeMarks(item.content, parts);
}
