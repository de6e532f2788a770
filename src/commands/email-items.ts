// What Sync's commands mean in a mail folder, and how a mail is told to a device: the bridge between ApplicationData and
// the stored mail. Drafts change as a whole (16.0 and later), received mail only in its marks.
import { pages, type ReadEmail, type SyncRequestCommand, type WrittenEmail } from '../../protocol/index.ts';
import { type Element, element } from '../../protocol/wbxml/element.ts';
import {
  changedParts,
  changeMarks,
  readEmail,
  writeEmail,
  writeMarks,
  writeStub,
} from '../content/email/application-data.ts';
import { chooseBody, type ReadRange, type RenderedBody } from '../content/email/body.ts';
import { type DraftFields, draftFromFields, draftFromMime } from '../content/email/draft.ts';
import { emailOf } from '../delivery/deliver.ts';
import type { Account } from '../domain/account.ts';
import type { Email } from '../domain/email.ts';
import { EasError, type ErrorCode, isEasError } from '../domain/errors.ts';
import type { ClientId, CollectionId, ServerId } from '../domain/ids.ts';
import { type Item, isMail, type LivingItem, type Mail, type NewItem } from '../domain/item.ts';
import type { SyncOptions } from '../domain/sync-record.ts';
import type { Changed, DeviceCommand } from '../sync/commands.ts';
import { hashOf } from './command-hash.ts';
import type { Context } from './define.ts';

type Add = Extract<SyncRequestCommand, { Add: unknown }>['Add'];
type Change = Extract<SyncRequestCommand, { Change: unknown }>['Change'];

function refused(kind: 'Add' | 'Change', id: string, hash: string, code: ErrorCode): DeviceCommand {
  return { kind, id, hash, refused: code };
}

/** An Add of mail is a draft, from 16.0 on and in Drafts alone ([MS-ASCMD] R755). */
export async function prepareAdd(context: Context, drafts: CollectionId | undefined, add: Add): Promise<DeviceCommand> {
  const hash = hashOf('Add', add.ApplicationData, add.Send);
  const id = add.ClientId as ClientId;
  if (add.Class === 'SMS') return refused('Add', id, hash, 'not-yet');
  if (drafts === undefined || add.Send) return refused('Add', id, hash, 'item-invalid');
  try {
    const data = readEmail(add.ApplicationData, context.version);
    const item = await draftItem(context, drafts, data, undefined);
    return { kind: 'Add', id, hash, item, exact: true };
  } catch (error) {
    if (error instanceof EasError) return refused('Add', id, hash, error.code);
    throw error;
  }
}

export async function prepareChange(context: Context, folder: CollectionId, change: Change): Promise<DeviceCommand> {
  const hash = hashOf('Change', change.ApplicationData, change.Send);
  const id = change.ServerId as ServerId;
  try {
    const data = readEmail(change.ApplicationData, context.version);
    const before = await context.read((reader) => reader.item(id));
    const isDraft = isMail(before) && before.collection === folder && before.content.draft;
    if (!isDraft) return { kind: 'Change', id, hash, change: (item) => changeReceived(item, data) };
    if (change.Send) return refused('Change', id, hash, 'item-invalid');
    const next = isRewritten(data) ? await draftItem(context, folder, data, before) : undefined;
    return { kind: 'Change', id, hash, change: (item) => changeDraft(item, before, next, data) };
  } catch (error) {
    if (error instanceof EasError) return refused('Change', id, hash, error.code);
    throw error;
  }
}

/** Throws 'item-not-found' for what is no living mail, 'corrupt-item' for one that cannot be read. */
export function requireMail(item: Item | undefined): Mail {
  if (isMail(item)) return item;
  const damaged = item?.died === undefined && item?.damaged !== undefined;
  throw new EasError(damaged ? 'corrupt-item' : 'item-not-found', item?.id);
}

function changeReceived(found: LivingItem, data: ReadEmail): Changed {
  const item = requireMail(found);
  const { content, touched } = changeMarks(item.content, data);
  return { item: { ...item, content }, touched, exact: true };
}

function changeDraft(found: LivingItem, before: Mail, next: NewItem<'Email'> | undefined, data: ReadEmail): Changed {
  const item = requireMail(found);
  if (!next) return changeReceived(item, data);
  // The new message was built on `before`: another writer in between means to look again.
  if (item.content.mime !== before.content.mime) throw new EasError('busy', 'the draft changed meanwhile');
  const { conversation, conversationIndex, received, categories, flag, read } = item.content;
  const kept = { conversation, conversationIndex, received, categories, read, ...(flag && { flag }) };
  const { content } = changeMarks({ ...next.content, ...kept }, data);
  const { blobs, words = [] } = next;
  return { item: { ...item, content, blobs, words }, touched: ['message'], exact: true };
}

const draftFields = ['To', 'Cc', 'Bcc', 'ReplyTo', 'Subject', 'Importance', 'Body', 'Attachments'] as const;
function isRewritten(data: ReadEmail): boolean {
  return draftFields.some((field) => data[field] !== undefined);
}

async function draftItem(
  context: Context,
  folder: CollectionId,
  data: ReadEmail,
  before: Mail | undefined,
): Promise<NewItem<'Email'>> {
  if (data.Attachments) throw new EasError('item-invalid', 'attachments of drafts');
  const account = await context.read((reader) => reader.account());
  const now = context.clock.now();
  const options = { from: account.address, displayName: account.displayName, now };
  const source = before && { email: before.content, read: reader(context, before.content) };
  const whole = data.Body?.Type === 4 && data.Body.Data !== undefined;
  const mime = whole
    ? await draftFromMime(Buffer.from(data.Body!.Data! as string), source, options)
    : await draftFromFields(fieldsOf(data), source, options);
  if (isOver(account, mime.length - (before?.content.size ?? 0))) throw new EasError('over-quota');
  const { id } = await context.store.blobs.put(mime);
  const item = emailOf(mime, id, { folder, received: now, read: data.Read ?? true, draft: true });
  return { ...item, content: changeMarks(item.content, data).content };
}

/** Asked beforehand, so that one draft is refused and not all that came with it. */
function isOver({ bytes, quota }: Account, more: number): boolean {
  return quota !== undefined && more > 0 && bytes + more > quota;
}

function fieldsOf({ To, Cc, Bcc, ReplyTo, Subject, Importance, Body }: ReadEmail): DraftFields {
  const importance = Importance === 0 || Importance === 1 || Importance === 2 ? Importance : undefined;
  const data = Body?.Data;
  const body = Body &&
    Body.Type !== 4 && { type: Body.Type === 2 ? (2 as const) : (1 as const), data: String(data ?? '') };
  return { To, Cc, Bcc, ReplyTo, Subject, Importance: importance, ...(body && { body }) };
}

/** Ranges of the message's bytes. */
export function reader(context: Context, email: Pick<Email, 'mime'>): ReadRange {
  return (range) => context.store.blobs.get(email.mime, range);
}

export type RenderOptions = Pick<SyncOptions, 'bodyPreferences' | 'mimeSupport' | 'mimeTruncation'>;

const unreadable = 'This message could not be read from the server.';

/** The whole mail. One that cannot be read is listed for the administrator and says so itself: it never stops the others. */
export async function renderEmail(context: Context, item: LivingItem, options: RenderOptions): Promise<WrittenEmail> {
  try {
    return writeEmail(requireMail(item), await renderBody(context, requireMail(item), options));
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

/** A Change: the marks alone when nothing else was ever touched. */
export async function renderChange(context: Context, item: LivingItem, options: RenderOptions): Promise<WrittenEmail> {
  if (!isMail(item)) return renderEmail(context, item, options);
  const parts = changedParts(item);
  return parts.includes('message') ? renderEmail(context, item, options) : writeMarks(item.content, parts);
}

/** What the answer to an Add tells of the new draft ([MS-ASEMAIL] R1184, R1190). */
export function addedData(content: Email): Element {
  return element(pages.airSync.ApplicationData, [
    element(pages.email2.ConversationId, Buffer.from(content.conversation, 'hex')),
    element(pages.email2.ConversationIndex, Buffer.from(content.conversationIndex, 'base64')),
  ]);
}
