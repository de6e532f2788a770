// Items of the small world in which the sync algebra is tried: who each is, two values that change, its day and what it
// belongs to, in the shape of its class.
import { changedParts } from '../../src/content/email/application-data.ts';
import type { Email, EmailPart } from '../../src/domain/email.ts';
import type { BlobId, CollectionId, ConversationId, Modseq } from '../../src/domain/ids.ts';
import type { Fields, LivingItem, Mail, NewItem } from '../../src/domain/item.ts';
import { farFuture, farPast } from '../../src/domain/position.ts';

export const day = 86_400_000;
export const inbox = '2' as CollectionId;
export const trash = '4' as CollectionId;
export const sent = '5' as CollectionId;
export const tasks = '7' as CollectionId;
export const calendar = '8' as CollectionId;
export const mailFolders: readonly CollectionId[] = [inbox, sent, trash];

/** What of an item the tests look at. */
export interface Facts {
  readonly uid: string;
  readonly a: number;
  readonly b: number;
  readonly day: number;
  /** Of a mail: the conversation it is part of, when there is one. */
  readonly thread?: string;
  /** A text message among mail. */
  readonly sms?: boolean;
}

export type ClassName = 'Email' | 'SMS' | 'Tasks' | 'Calendar';
export function classOf({ sms }: Facts, collection: CollectionId): ClassName {
  if (collection === tasks) return 'Tasks';
  if (collection === calendar) return 'Calendar';
  return sms ? 'SMS' : 'Email';
}

/** Tasks of even days are open; events of every tenth day never end. */
export function sortDateOf(name: ClassName, on: number): number {
  if (name === 'Tasks') return on % 2 === 0 ? farFuture : farPast;
  if (name === 'Calendar' && on % 10 === 0) return farFuture;
  return on * day + day / 2;
}

export function itemOf(facts: Facts, collection: CollectionId): NewItem {
  const name = classOf(facts, collection);
  const base = { collection, sortDate: sortDateOf(name, facts.day), blobs: [] };
  if (name !== 'Email') return { ...base, class: name, content: { ...facts } as unknown as Fields };
  const thread = facts.thread === undefined ? {} : { conversation: facts.thread as ConversationId };
  return { ...base, ...thread, class: 'Email', content: contentOf(facts) };
}

function contentOf({ uid, a, b, day: received, thread = '' }: Facts): Email {
  return {
    structure: {
      part: '',
      type: 'text/plain',
      encoding: '7bit',
      headerStart: 0,
      bodyStart: 0,
      bodyEnd: 0,
      decodedSize: 0,
    },
    size: 0,
    subject: uid,
    topic: uid,
    from: '',
    sender: '',
    to: '',
    cc: '',
    bcc: '',
    replyTo: '',
    displayTo: '',
    messageId: uid,
    references: [],
    threadIndex: '',
    importance: 1,
    messageClass: 'IPM.Note',
    codePage: 65001,
    nativeBodyType: 1,
    textPart: '',
    htmlPart: '',
    preview: '',
    textSize: 0,
    htmlSize: 0,
    attachments: [],
    mime: 'none' as BlobId,
    received: received * day + day / 2,
    conversation: thread as ConversationId,
    conversationIndex: '',
    read: false,
    categories: [String(a), String(b)],
    draft: false,
  };
}

export function factsOf(item: LivingItem): Facts {
  if (item.class !== 'Email') return item.content as unknown as Facts;
  const { subject, categories, received, conversation } = (item as Mail).content;
  const facts = { uid: subject, a: Number(categories[0]), b: Number(categories[1]), day: Math.floor(received / day) };
  return { ...facts, ...(conversation !== '' && { thread: conversation as string }) };
}

/** Parts of a mail that a change of these touches. */
export function partsOf(facts: Partial<Facts>): EmailPart[] {
  const parts = Object.keys(facts).map((key) => (key === 'a' ? 'read' : key === 'b' ? 'flag' : 'message'));
  return [...new Set(parts)];
}

/** What a Change tells of an item: of a mail, the parts that it names. */
export function toldFacts(item: LivingItem, since: Modseq): Partial<Facts> {
  const facts = factsOf(item);
  if (item.class !== 'Email') return facts;
  const parts = changedParts(item as Mail, since);
  if (parts.includes('message')) return facts;
  return { ...(parts.includes('read') && { a: facts.a }), ...(parts.includes('flag') && { b: facts.b }) };
}

export function withFacts(item: LivingItem, facts: Partial<Facts>): LivingItem {
  const { content, sortDate } = itemOf({ ...factsOf(item), ...facts }, item.collection);
  return { ...item, content, sortDate };
}
