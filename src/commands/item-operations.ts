// [MS-ASCMD] 2.2.1.10 ItemOperations: Fetch of mails and of their attachments. Every operation has its own Status; one that
// fails stops no other. They run in request order and are answered grouped ([MS-ASCMD] R193).
import {
  type FileProperties,
  fetch as fetchSchema,
  fileProperties,
  type ItemOperation,
  type ItemOperationsFetch,
  type ItemOperationsResponse,
  itemOperations,
  order,
  pages,
  parseLongId,
  write,
} from '../../protocol/index.ts';
import { type Element, retagged } from '../../protocol/wbxml/element.ts';
import { parseFileReference } from '../content/email/application-data.ts';
import { attachmentPieces, contentOf, keyOf, lateBase64 } from '../content/email/attachment.ts';
import { held } from '../content/email/late.ts';
import { EasError } from '../domain/errors.ts';
import type { CollectionId, ServerId } from '../domain/ids.ts';
import type { Mail } from '../domain/item.ts';
import { isLiving } from '../sync/view.ts';
import { bodyPreferenceOf, mimeSupportOf } from './body-preference.ts';
import { type Context, defineCommand } from './define.ts';
import { reader, requireMail } from './email-items.ts';
import { emptyFolder } from './empty-folder.ts';
import { kindOf } from './item-kinds.ts';
import { statusOf } from './status.ts';

type Answers = NonNullable<ItemOperationsResponse['Response']>;
type FetchAnswer = NonNullable<Answers['Fetch']>[number];
type EmptyAnswer = NonNullable<Answers['EmptyFolderContents']>[number];
type EmptyRequest = Extract<ItemOperation, { EmptyFolderContents: unknown }>['EmptyFolderContents'];

/** [MS-ASCMD] R7490. */
const most = 100;
/** [MS-ASCMD] 2.2.3.177.8 Status (ItemOperations). */
const badStore = 9;
const emptyReference = 15;
const denied = 16;

export const itemOperationsCommand = defineCommand({
  name: 'ItemOperations',
  ...itemOperations,
  body: 'required',
  handle: async (context, request): Promise<ItemOperationsResponse> => {
    const operations = request!;
    if (operations.length === 0) throw new EasError('invalid-request', 'no operation');
    if (operations.length > most) throw new EasError('too-large', `${operations.length} operations`);
    const fetched: FetchAnswer[] = [];
    const emptied: EmptyAnswer[] = [];
    for (const operation of operations) {
      if ('Fetch' in operation) fetched.push(await fetch(context, operation.Fetch));
      if ('EmptyFolderContents' in operation) emptied.push(await empty(context, operation.EmptyFolderContents));
    }
    return { Status: 1, Response: { ...refused(operations), EmptyFolderContents: emptied, Fetch: fetched } };
  },
});

/** Operations that this server does not offer. */
function refused(operations: readonly ItemOperation[]): Pick<Answers, 'Move'> {
  return {
    Move: operations.flatMap((one) =>
      'Move' in one ? [{ Status: denied, ConversationId: one.Move.ConversationId }] : [],
    ),
  };
}

/** [MS-ASCMD] 2.2.3.58 EmptyFolderContents: for good, but for the journal; every phone is told by Sync. */
async function empty(context: Context, asked: EmptyRequest): Promise<EmptyAnswer> {
  const { CollectionId, Options } = asked;
  try {
    await emptyFolder(context, CollectionId as CollectionId, Options?.DeleteSubFolders ?? false);
    return { Status: 1, CollectionId };
  } catch (error) {
    if (!(error instanceof EasError)) throw error;
    return { Status: statusOf('ItemOperations', error.code), CollectionId };
  }
}

async function fetch(context: Context, asked: ItemOperationsFetch): Promise<FetchAnswer> {
  const named = { CollectionId: asked.CollectionId, ServerId: asked.ServerId, FileReference: asked.FileReference };
  try {
    if (asked.Store.toLowerCase() !== 'mailbox') return { ...named, Status: badStore };
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

async function find(context: Context, id: ServerId): Promise<Mail> {
  return requireMail(await context.read((reading) => reading.item(id)));
}

/** By the LongId that Search gave: the answer names it as it was asked. */
async function fetchHit(context: Context, asked: ItemOperationsFetch, LongId: string): Promise<FetchAnswer> {
  const hit = parseLongId(LongId);
  if (!hit) throw new EasError('item-not-found', 'LongId');
  const answer = await fetchItem(context, { ...asked, CollectionId: hit.collectionId }, hit.serverId as ServerId);
  return { Status: answer.Status, LongId, Class: answer.Class, Properties: answer.Properties };
}

async function fetchItem(context: Context, asked: ItemOperationsFetch, id: ServerId): Promise<FetchAnswer> {
  const item = await context.read((reading) => reading.item(id));
  if (!item || !isLiving(item)) throw new EasError('item-not-found', id);
  if (asked.CollectionId !== undefined && asked.CollectionId !== item.collection)
    throw new EasError('item-not-found', id);
  if (item.damaged !== undefined) throw new EasError('corrupt-item', item.damaged);
  const { Options } = asked;
  const data = await kindOf(item).whole(context, item, {
    bodyPreferences: (Options?.BodyPreference ?? []).map(bodyPreferenceOf),
    mimeSupport: mimeSupportOf(Options?.MIMESupport),
  });
  const properties = retagged(data, pages.itemOperations.Properties);
  return {
    Status: 1,
    CollectionId: asked.CollectionId ?? item.collection,
    ServerId: id,
    Class: item.class,
    Properties: restricted(properties, Options?.Schema),
  };
}

/** Schema names the elements that the device wants. */
function restricted(properties: Element, schema: Element | undefined): Element {
  if (!schema) return properties;
  const wanted = new Set(schema.children.map(({ tag }) => tag));
  return { ...properties, children: properties.children.filter(({ tag }) => wanted.has(tag)) };
}

async function fetchFile(context: Context, asked: ItemOperationsFetch, reference: string): Promise<FetchAnswer> {
  if (reference === '') return { Status: emptyReference, FileReference: reference };
  checkFileOptions(asked);
  const parsed = parseFileReference(reference);
  if (!parsed) throw new EasError('item-not-found', 'file reference');
  const item = await find(context, parsed.id);
  const range = asked.Options?.Range === undefined ? undefined : parseRange(asked.Options.Range);
  const read = reader(context, item.content);
  const known = item.content.attachments.find((one) => keyOf(one) === parsed.key);
  if (!known) throw new EasError('item-not-found', 'attachment');
  if (range && range.from >= known.size) throw new EasError('range-invalid');
  const file = attachmentPieces(item.content, known.part, read, range);
  const { type, size, length } = file;
  const properties: FileProperties = {
    // A range that was not asked for makes iOS show an error.
    Range: range && `${range.from}-${range.from + length - 1}`,
    Total: range && size,
    Data: length > held ? lateBase64(file) : (await contentOf(file)).toString('base64'),
    ContentType: type,
  };
  return {
    Status: 1,
    FileReference: reference,
    Properties: write(fileProperties, properties, { version: context.version }),
  };
}

/** [MS-ASCMD] R765, R3547: one reference, and no option but Range; RightsManagementSupport is read over. */
function checkFileOptions(asked: ItemOperationsFetch): void {
  const twice = order(fetchSchema, asked).filter((key) => key === 'FileReference').length > 1;
  const { Options } = asked;
  const others = Options && (Options.Schema || Options.MIMESupport !== undefined || Options.BodyPreference.length > 0);
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
