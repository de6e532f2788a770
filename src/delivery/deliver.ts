// Delivery: how a mail becomes an item, and how mail comes in and goes out over SMTP.
// Invariants: a message's bytes are kept as they came; whoever is told "accepted" may rely on it, because the commit is durable
// by then; what a device sent is handed to each recipient at least once. It must never know a command or relay for strangers.
import type { Readable } from 'node:stream';
import { indexAside } from '../content/email/aside.ts';
import { conversationOf } from '../content/email/conversation.ts';
import { indexMessage } from '../content/email/index-mime.ts';
import { emailWords } from '../content/email/words.ts';
import { specialFolderId } from '../domain/collection.ts';
import type { Email, EmailIndex } from '../domain/email.ts';
import type { AccountId, BlobId, ClientId, CollectionId, DeviceId, ServerId } from '../domain/ids.ts';
import type { NewItem } from '../domain/item.ts';
import type { Store, Transaction } from '../store/port.ts';

export interface EmailFacts {
  /** Default: Inbox. */
  readonly folder?: CollectionId;
  /** Milliseconds. */
  readonly received: number;
  /** Default false. */
  readonly read?: boolean;
  /** Default false. */
  readonly draft?: boolean;
  /** Of a mail that was kept elsewhere before. */
  readonly flag?: Email['flag'];
  readonly lastVerb?: Email['lastVerb'];
  /** When it is known already. */
  readonly index?: EmailIndex;
}

/** The item of a mail whose bytes lie in `blob`. */
export function emailOf(mime: Buffer, blob: BlobId, facts: EmailFacts): NewItem<'Email'> {
  return emailItem(facts.index ?? indexMessage(mime), blob, facts);
}
export function emailItem(index: EmailIndex, blob: BlobId, facts: EmailFacts): NewItem<'Email'> {
  const { conversation, conversationIndex } = conversationOf(index, facts.received);
  return {
    collection: facts.folder ?? specialFolderId(2),
    class: 'Email',
    content: {
      ...index,
      mime: blob,
      received: facts.received,
      conversation,
      conversationIndex,
      read: facts.read ?? false,
      categories: [],
      draft: facts.draft ?? false,
      ...(facts.flag && { flag: facts.flag }),
      ...(facts.lastVerb && { lastVerb: facts.lastVerb }),
    },
    sortDate: facts.received,
    blobs: [blob],
    words: emailWords(index),
    conversation,
  };
}

/** A mail whose bytes are in the store already, too long to hold. */
export interface StoredMail {
  readonly blob: BlobId;
  /** Its first bytes: the header, at least. */
  readonly head: Buffer;
  readonly index: EmailIndex;
}
const headBytes = 256 * 1024;

/** Stores and indexes a mail as it comes. */
export async function storeMail(store: Store, bytes: Buffer | Readable): Promise<StoredMail> {
  const { id } = await store.blobs.put(bytes);
  if (Buffer.isBuffer(bytes)) return { blob: id, head: bytes, index: await indexAside(bytes) };
  return { blob: id, head: await store.blobs.get(id, { from: 0, to: headBytes }), index: await indexStored(store, id) };
}
async function indexStored(store: Store, id: BlobId): Promise<EmailIndex> {
  return indexAside(await store.blobs.get(id), { given: true });
}

/** What a mail is told beside its message, and found by. */
export interface Beside {
  readonly content: Partial<Email>;
  readonly words: readonly string[];
}

/** Drafts, what was sent and what is to be sent stay where they are. */
const staying: readonly CollectionId[] = [specialFolderId(3), specialFolderId(5), specialFolderId(6)];

/** Where a mail of a conversation that is always moved goes. */
async function folderByRule(
  tx: Transaction,
  { collection, conversation }: Pick<NewItem, 'collection' | 'conversation'>,
): Promise<CollectionId> {
  const { moveRules = [] } = await tx.account();
  const rule = moveRules.find((each) => each.conversation === conversation);
  if (!rule || staying.includes(collection)) return collection;
  const folder = await tx.collection(rule.folder);
  return folder && folder.died === undefined ? folder.id : collection;
}

/** Whose deliveries carry a mark; no device can have this id. */
export const deliverer = 'outbox:' as DeviceId;

/**
 * Durable when it resolves. `received` in milliseconds. `once`: a delivery of that name which lies in the folder already is
 * not repeated, since a sender may have died before it could say that it was done. `beside` lists what else the commit
 * holds and says what else the mail tells. Throws 'account-not-found', 'over-quota'.
 */
export async function deliver(
  store: Store,
  account: AccountId,
  mail: Buffer | StoredMail,
  facts: Partial<EmailFacts> & {
    readonly once?: string;
    readonly beside?: ((tx: Transaction) => Promise<Beside | undefined>) | undefined;
  } = {},
): Promise<ServerId> {
  const stored = Buffer.isBuffer(mail)
    ? { blob: (await store.blobs.put(mail)).id, index: facts.index ?? (await indexAside(mail)) }
    : mail;
  const id = stored.blob;
  const item = emailItem(stored.index, id, { ...facts, received: facts.received ?? Date.now() });
  const addedAs =
    facts.once === undefined ? undefined : { device: deliverer, clientId: facts.once as ClientId, hash: id };
  return await store.transact(account, async (tx) => {
    const collection = await folderByRule(tx, item);
    const [before] = addedAs ? await tx.added(collection, addedAs.device, addedAs.clientId) : [];
    if (before) return before.id;
    const { content = {}, words = [] } = (await facts.beside?.(tx)) ?? {};
    const whole = {
      ...item,
      collection,
      content: { ...item.content, ...content },
      words: [...(item.words ?? []), ...words],
    };
    return tx.create(addedAs ? { ...whole, addedAs } : whole);
  });
}
