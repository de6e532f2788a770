// Sync as a phone speaks it, one collection at a time: prime, ask, read the mails.
import assert from 'node:assert/strict';
import { email, type ReadEmail, read } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import type { Answer, Phone, Request } from './endpoint.ts';

export const [inbox, drafts, trash, sent, outbox, calendar, contacts, notes] = [
  '2',
  '3',
  '4',
  '5',
  '6',
  '8',
  '9',
  '10',
];

/** Who asks: a phone in this process, or one on a line. */
export type Speaker = Pick<Phone, 'version' | 'encode' | 'answer'>;
export type Asked = NonNullable<NonNullable<Request<'Sync'>['Collections']>['Collection']>[number];
export type Answered = NonNullable<Answer<'Sync'>['Collections']>['Collection'][number];
export type ChangeCommand = Extract<NonNullable<Asked['Commands']>[number], { Change: unknown }>;
export type Options = NonNullable<Asked['Options']>[number];

export function ask(...collections: Asked[]): Request<'Sync'> {
  return { Collections: { Collection: collections } };
}

/** Undefined: an empty 200. */
export async function syncOne(phone: Speaker, asked: Asked): Promise<Answered | undefined> {
  const answer = await phone.answer('Sync', phone.encode('Sync', ask(asked)));
  if (!answer) return undefined;
  const [collection, ...others] = answer.Collections?.Collection ?? [];
  assert.ok(collection, `Status ${answer.Status} without a collection`);
  assert.deepEqual(others, []);
  return collection;
}

/** As `syncOne`, of an answer that is not empty. */
export async function synced(phone: Speaker, asked: Asked): Promise<Answered> {
  const collection = await syncOne(phone, asked);
  assert.ok(collection, 'an empty answer');
  return collection;
}

export async function prime(
  phone: Speaker,
  CollectionId: string | undefined = inbox,
  rest: Partial<Asked> = {},
): Promise<string> {
  const { SyncKey, Status } = await synced(phone, { SyncKey: '0', CollectionId, ...rest });
  assert.equal(Status, 1);
  return SyncKey;
}

export interface Loaded {
  readonly key: string;
  readonly mails: ReadonlyMap<string, ReadEmail>;
}

/** Primes and reads until nothing more is there. */
export async function load(
  phone: Phone,
  CollectionId: string | undefined = inbox,
  Options: Options[] = [],
): Promise<Loaded> {
  const mails = new Map<string, ReadEmail>();
  let key = await prime(phone, CollectionId, { Options });
  for (let more = true; more; ) {
    const answer = await syncOne(phone, { SyncKey: key, CollectionId, WindowSize: 512 });
    key = answer?.SyncKey ?? key;
    for (const [id, one] of adds(phone, answer)) mails.set(id, one);
    more = answer?.MoreAvailable ?? false;
  }
  return { key, mails };
}

export function mailOf(phone: Phone, data: Element): ReadEmail {
  const { value, unknown } = read(email, data, { version: phone.version });
  assert.deepEqual(unknown, []);
  return value;
}

export function adds(phone: Phone, answer: Answered | undefined): [string, ReadEmail][] {
  return (answer?.Commands ?? []).flatMap((one): [string, ReadEmail][] =>
    'Add' in one ? [[one.Add.ServerId, mailOf(phone, one.Add.ApplicationData)]] : [],
  );
}

export function changes(phone: Phone, answer: Answered | undefined): [string, ReadEmail][] {
  return (answer?.Commands ?? []).flatMap((one): [string, ReadEmail][] =>
    'Change' in one ? [[one.Change.ServerId, mailOf(phone, one.Change.ApplicationData)]] : [],
  );
}

export function deletes(answer: Answered | undefined): string[] {
  return (answer?.Commands ?? []).flatMap((one) => ('Delete' in one ? [one.Delete.ServerId] : []));
}
