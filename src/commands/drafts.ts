// What Sync's Add and Change mean in a mail folder. Drafts change as a whole (16.0 and later): fields, a body and attachments
// become one message, which is kept or, with Send, goes out in the commit that answers the command. Received mail changes
// only in its marks. Invariant: what cannot be sent changes nothing.
import { email as emailSchema, type ReadEmail, type SyncRequestCommand, write } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import { changeMarks, readEmail } from '../content/email/application-data.ts';
import {
  attachmentKey,
  type Draft,
  type DraftAttachment,
  type DraftFields,
  draftFromFields,
  draftFromMime,
  withKeys,
} from '../content/email/draft.ts';
import { fileReference, parseFileReference } from '../content/email/file-reference.ts';
import { indexMessage } from '../content/email/index-mime.ts';
import { emailOf } from '../delivery/deliver.ts';
import type { Account } from '../domain/account.ts';
import { EasError } from '../domain/errors.ts';
import type { ClientId, CollectionId, ServerId } from '../domain/ids.ts';
import { isMail, type LivingItem, type Mail, type NewItem } from '../domain/item.ts';
import type { Beside, Changed, DeviceCommand } from '../sync/commands.ts';
import { hashOf } from './command-hash.ts';
import type { Context } from './define.ts';
import { reader, requireMail } from './email-items.ts';
import { prepareMessage, wasUnheard } from './send.ts';

type Add = Extract<SyncRequestCommand, { Add: unknown }>['Add'];
type Change = Extract<SyncRequestCommand, { Change: unknown }>['Change'];

/** An Add of mail is a draft, from 16.0 on and in Drafts alone ([MS-ASCMD] R755). */
export async function prepareAdd(context: Context, drafts: CollectionId | undefined, add: Add): Promise<DeviceCommand> {
  const hash = hashOf('Add', add.ApplicationData, add.Send);
  const id = add.ClientId as ClientId;
  return orRefused({ kind: 'Add', id, hash }, async () => {
    if (drafts === undefined) throw new EasError('item-invalid', 'not a folder of drafts');
    const data = readEmail(add.ApplicationData, context.version);
    const { item, mime } = await draftItem(context, drafts, data, undefined, add.Send);
    const departs = add.Send ? { departs: await departure(context, mime, id, hash) } : {};
    return { kind: 'Add', id, hash, item, exact: true, ...departs };
  });
}

export async function prepareChange(context: Context, folder: CollectionId, change: Change): Promise<DeviceCommand> {
  const hash = hashOf('Change', change.ApplicationData, change.Send);
  const id = change.ServerId as ServerId;
  return orRefused({ kind: 'Change', id, hash }, async () => {
    const data = readEmail(change.ApplicationData, context.version);
    const before = await context.read((reading) => reading.item(id));
    if (before?.collection !== folder || !isMail(before) || !before.content.draft || Number(context.version) < 16) {
      if (change.Send) throw new EasError('item-invalid', 'not a draft');
      return { kind: 'Change', id, hash, change: (item) => changeReceived(item, data) };
    }
    const next = isRewritten(data) ? await draftItem(context, folder, data, before, change.Send) : undefined;
    const mime = change.Send ? (next?.mime ?? (await context.store.blobs.get(before.content.mime))) : undefined;
    const departs = mime && { departs: await departure(context, mime, id, hash) };
    return { kind: 'Change', id, hash, change: (item) => changeDraft(item, before, next?.item, data), ...departs };
  });
}

async function orRefused(
  command: { kind: 'Add' | 'Change'; id: string; hash: string },
  prepare: () => Promise<DeviceCommand>,
): Promise<DeviceCommand> {
  try {
    return await prepare();
  } catch (error) {
    if (error instanceof EasError) return { ...command, refused: error.code };
    throw error;
  }
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

/**
 * The draft goes out once and leaves its folder. A phone that never heard so and starts over sends the command again, under a
 * new key: its letter is on its way, and only the draft is taken off its screen.
 */
async function departure(context: Context, mime: Buffer, clientId: string, hash: string): Promise<Beside> {
  const message = await prepareMessage(context, mime, { clientId, save: true });
  return async (tx, draft) => {
    const repeats = await wasUnheard(context, tx, { clientId, hash });
    tx.remove(draft);
    if (!repeats) await message.post(tx, { hash, draft });
  };
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
  leaves: boolean,
): Promise<{ item: NewItem<'Email'>; mime: Buffer }> {
  const account = await context.read((reading) => reading.account());
  const { mime, keys } = await composeDraft(context, account, data, before);
  if (mime.length > context.limits.message) throw new EasError(leaves ? 'message-too-large' : 'too-large', 'a draft');
  if (!leaves && isOver(account, mime.length - (before?.content.size ?? 0))) throw new EasError('over-quota');
  const { id } = await context.store.blobs.put(mime);
  const index = withKeys(indexMessage(mime), keys);
  const facts = { folder, received: context.clock.now(), read: data.Read ?? true, draft: true, index };
  const item = emailOf(mime, id, facts);
  return { item: { ...item, content: changeMarks(item.content, data).content }, mime };
}

function composeDraft(context: Context, account: Account, data: ReadEmail, before: Mail | undefined): Promise<Draft> {
  const options = {
    from: account.address,
    displayName: account.displayName,
    now: context.clock.now(),
    add: added(data),
    remove: removed(data, before),
  };
  const source = before && { email: before.content, read: reader(context, before.content) };
  const whole = data.Body?.Type === 4 ? data.Body.Data : undefined;
  return whole === undefined
    ? draftFromFields(fieldsOf(data), source, options)
    : draftFromMime(Buffer.from(whole as string), source, options);
}

/** [MS-ASAIRS] 2.2.2.2 Add: a file, or with Method 5 a message. */
function added({ Attachments }: ReadEmail): DraftAttachment[] {
  return (Attachments?.Add ?? []).map(({ ClientId, Content, Method = 1, ...about }) => {
    if (Method !== 1 && Method !== 5) throw new EasError('item-invalid', `Method ${Method}`);
    const content = Buffer.from(Content);
    return {
      key: attachmentKey(ClientId, content),
      content,
      method: Method,
      name: about.DisplayName ?? 'attachment',
      type: about.ContentType,
      contentId: about.ContentId,
      contentLocation: about.ContentLocation,
      inline: about.IsInline,
    };
  });
}

/** Of this draft; one that is gone already needs no other answer. */
function removed({ Attachments }: ReadEmail, before: Mail | undefined): string[] {
  return (Attachments?.Delete ?? []).map(({ FileReference }) => {
    const named = parseFileReference(FileReference);
    if (!named || named.id !== before?.id) throw new EasError('item-invalid', `FileReference ${FileReference}`);
    return named.key;
  });
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

/** What the answer to an Add tells of the new draft ([MS-ASEMAIL] R1184, R1190). */
export function addedDraft(context: Context, { id, content }: Mail, { ApplicationData }: Add): Element {
  const Attachment = namedAttachments(context, id, ApplicationData);
  return write(
    emailSchema,
    {
      ...(Attachment.length > 0 && { Attachments: { Attachment } }),
      ConversationId: Buffer.from(content.conversation, 'hex'),
      ConversationIndex: Buffer.from(content.conversationIndex, 'base64'),
    },
    { version: context.version },
  );
}

/** What the answer to a Change tells: nothing, unless it brought attachments. */
export function changedDraft(context: Context, { id }: Mail, { ApplicationData }: Change): Element | undefined {
  const Attachment = namedAttachments(context, id, ApplicationData);
  if (Attachment.length === 0) return undefined;
  return write(emailSchema, { Attachments: { Attachment } }, { version: context.version });
}

/** [MS-ASAIRS] R1336: the FileReference that each ClientId became. */
function namedAttachments(
  context: Context,
  id: ServerId,
  data: Element,
): { ClientId: string; FileReference: string }[] {
  const { Attachments } = readEmail(data, context.version);
  return (Attachments?.Add ?? []).map(({ ClientId, Content }) => ({
    ClientId,
    FileReference: fileReference(id, attachmentKey(ClientId, Buffer.from(Content))),
  }));
}
