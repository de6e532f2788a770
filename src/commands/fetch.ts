// Fetch of ItemOperations: an item by its id or by the LongId of a search hit, or a file of an item. Content goes into the document, or
// beside it where the device takes parts.
import {
  asBuffer,
  type FileProperties,
  fetch as fetchSchema,
  fileProperties,
  type ItemOperationsFetch,
  type ItemOperationsResponse,
  isRepeated,
  pages,
  parseLongId,
  write,
} from '../../protocol/index.ts';
import { child, type Element, element, retagged } from '../../protocol/wbxml/element.ts';
import { type AttachmentPieces, attachmentPieces, contentOf, keyOf, lateBase64 } from '../content/email/attachment.ts';
import { parseFileReference } from '../content/email/file-reference.ts';
import { held, pieces } from '../content/email/late.ts';
import { EasError } from '../domain/errors.ts';
import type { ServerId } from '../domain/ids.ts';
import { isLiving } from '../sync/view.ts';
import { renderOptionsOf } from './body-preference.ts';
import type { Context } from './define.ts';
import { reader, requireMail } from './email-items.ts';
import { kindOf } from './item-kinds.ts';
import { statusOf } from './status.ts';

export type FetchAnswer = NonNullable<NonNullable<ItemOperationsResponse['Response']>['Fetch']>[number];

/** [MS-ASCMD] 2.2.3.177.8 Status (ItemOperations). */
const badStore = 9;
/** MS-ASRM_R196 */
const noRightsManagement = 168;

export async function fetch(context: Context, asked: ItemOperationsFetch): Promise<FetchAnswer> {
  const { CollectionId, ServerId, LongId, LinkId, FileReference } = asked;
  const named = { CollectionId, ServerId, LongId, LinkId, FileReference };
  try {
    if (asked.Store.toLowerCase() !== 'mailbox') return { ...named, Status: badStore };
    if (asked.RemoveRightsManagementProtection) return { ...named, Status: noRightsManagement };
    if (asked.FileReference !== undefined) return await fetchFile(context, asked, asked.FileReference);
    if (asked.LongId !== undefined) return await fetchHit(context, asked, asked.LongId);
    if (asked.ServerId === undefined) throw new EasError('invalid-request', 'no address');
    return await fetchItem(context, asked, asked.ServerId as ServerId);
  } catch (error) {
    if (!(error instanceof EasError)) context.log.error('fetch failed', { account: context.account, error });
    const code = error instanceof EasError ? error.code : 'corrupt-item';
    return { ...named, Status: statusOf('ItemOperations', code) };
  }
}

/** By the LongId that Search gave: the answer names it as it was asked. */
async function fetchHit(context: Context, asked: ItemOperationsFetch, LongId: string): Promise<FetchAnswer> {
  const hit = parseLongId(LongId);
  if (!hit) throw new EasError('item-not-found', 'LongId');
  const answer = await fetchItem(context, { ...asked, CollectionId: hit.collectionId }, hit.serverId as ServerId);
  return { Status: answer.Status, LongId, Class: answer.Class, Properties: answer.Properties };
}

async function fetchItem(context: Context, asked: ItemOperationsFetch, id: ServerId): Promise<FetchAnswer> {
  // [MS-ASCMD] R3547, R3556: ranges are of files.
  if (asked.Options?.Range !== undefined) throw new EasError('invalid-request', 'Range');
  const item = await context.read((reading) => reading.item(id));
  if (!item || !isLiving(item)) throw new EasError('item-not-found', id);
  if (asked.CollectionId !== undefined && asked.CollectionId !== item.collection)
    throw new EasError('item-not-found', id);
  if (item.damaged !== undefined) throw new EasError('corrupt-item', item.damaged);
  const data = await kindOf(item).whole(context, item, renderOptionsOf(asked.Options));
  const properties = restricted(retagged(data, pages.itemOperations.Properties), asked.Options?.Schema);
  return {
    Status: 1,
    CollectionId: asked.CollectionId ?? item.collection,
    ServerId: id,
    Class: item.class,
    Properties: context.parts ? bodyAside(properties, context.parts) : properties,
  };
}

/** The Data of the Body goes beside the document. */
function bodyAside(properties: Element, parts: NonNullable<Context['parts']>): Element {
  const { Body, Data } = pages.airSyncBase;
  const body = child(properties, Body);
  const data = body && child(body, Data);
  const content = data?.late ?? (typeof data?.value === 'string' ? Buffer.from(data.value) : data?.value);
  if (!body || content === undefined) return properties;
  const index = parts.push([content instanceof Uint8Array ? asBuffer(content) : content]);
  const part = element(pages.itemOperations.Part, String(index));
  const aside = { ...body, children: [...body.children.filter((one) => one !== data), part] };
  return { ...properties, children: properties.children.map((one) => (one === body ? aside : one)) };
}

/** Schema names the elements that the device wants. */
function restricted(properties: Element, schema: Element | undefined): Element {
  if (!schema) return properties;
  const wanted = new Set(schema.children.map(({ tag }) => tag));
  return { ...properties, children: properties.children.filter(({ tag }) => wanted.has(tag)) };
}

async function fetchFile(context: Context, asked: ItemOperationsFetch, reference: string): Promise<FetchAnswer> {
  checkFileOptions(asked);
  const parsed = fileName(reference);
  const range = asked.Options?.Range === undefined ? undefined : parseRange(asked.Options.Range);
  const file = await openFile(context, parsed, range);
  const { type, size, length } = file;
  const properties: FileProperties = {
    // A range that was not asked for makes iOS show an error.
    Range: range && `${range.from}-${range.from + length - 1}`,
    Total: range && size,
    ...(context.parts
      ? { Part: context.parts.push([{ size: length, open: file.open, text: false }]) }
      : { Data: length > held ? lateBase64(file) : (await contentOf(file)).toString('base64') }),
    ContentType: type,
  };
  return {
    Status: 1,
    FileReference: reference,
    Properties: write(fileProperties, properties, { version: context.version }),
  };
}

/** Throws 'attachment-invalid' for what names no file. */
export function fileName(reference: string): FileName {
  const parsed = parseFileReference(reference);
  if (!parsed) throw new EasError('attachment-invalid', reference);
  return parsed;
}

type FileName = NonNullable<ReturnType<typeof parseFileReference>>;
type FileRange = Parameters<typeof attachmentPieces>[3];

/** A part of a mail, or what lies with an item of another class. */
export async function openFile(context: Context, { id, key }: FileName, range?: FileRange): Promise<AttachmentPieces> {
  const item = await context.read((reading) => reading.item(id));
  if (!item || !isLiving(item)) throw new EasError('attachment-invalid', id);
  const fileOf = item.damaged === undefined ? kindOf(item).file : undefined;
  if (!fileOf) {
    const { content } = requireMail(item);
    const known = content.attachments.find((one) => keyOf(one) === key);
    if (!known) throw new EasError('attachment-invalid', key);
    if (range && range.from >= known.size) throw new EasError('range-invalid');
    return attachmentPieces(content, known.part, reader(context, content), range);
  }
  const file = fileOf(item, key);
  if (!file) throw new EasError('attachment-invalid', key);
  const { from, to } = { from: range?.from ?? 0, to: Math.min(range?.to ?? file.size, file.size) };
  if (range && from >= file.size) throw new EasError('range-invalid');
  const open = () => pieces({ from, to }, (part) => context.store.blobs.get(file.blob, part));
  return { type: file.type, name: '', size: file.size, length: to - from, open };
}

/** [MS-ASCMD] R765, R3547, R3573: one reference, and no option but Range; RightsManagementSupport is read over. */
function checkFileOptions(asked: ItemOperationsFetch): void {
  const twice = isRepeated(fetchSchema, asked, 'FileReference');
  const { Options } = asked;
  const others =
    Options &&
    (Options.Schema ||
      [Options.MIMESupport, Options.UserName, Options.Password].some((one) => one !== undefined) ||
      Options.BodyPreference.length + Options.BodyPartPreference.length > 0);
  if (twice || others) throw new EasError('invalid-request', 'file options');
}

/** `m-n`, zero-based, both included. */
function parseRange(text: string): { from: number; to: number } {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2]);
  if (!match || to < from) throw new EasError('range-invalid', text);
  return { from, to: to + 1 };
}
