// What a MeetingResponse is about: a request in a mail folder, or an event of a calendar. Throws 'invalid-request' for what
// nobody may answer: a mail like any other, a meeting of one's own, one that is cancelled.
import { type MeetingResponseRequest, parseDate, parseLongId } from '../../protocol/index.ts';
import { isReceived } from '../content/calendar/attend.ts';
import { asEvent } from '../content/calendar/codec.ts';
import { exceptionAt } from '../content/calendar/occurrence.ts';
import { occurrenceAt } from '../content/calendar/recurrence.ts';
import type { UserResponse } from '../content/calendar/respond.ts';
import { isAmong } from '../content/calendar/same.ts';
import { uidWord } from '../content/calendar/uid.ts';
import { findMeetings, itemsOfWord } from '../delivery/find-meetings.ts';
import { specialFolderId } from '../domain/collection.ts';
import { EasError } from '../domain/errors.ts';
import { type Event, isCancelled } from '../domain/event.ts';
import type { ServerId } from '../domain/ids.ts';
import { type Item, isMail, type LivingItem, type Mail } from '../domain/item.ts';
import type { Transaction } from '../store/port.ts';

export type Asked = NonNullable<MeetingResponseRequest['Request']>[number];

/** What is answered: the event, as far as it is there, and which mail asked. */
export interface Target {
  readonly item: LivingItem<'Calendar'> | undefined;
  readonly event: Event;
  readonly original: number | undefined;
  readonly mails: readonly Mail[];
}

export function refused(detail: string): EasError {
  return new EasError('invalid-request', detail);
}

export function responseOf({ UserResponse: response }: Asked): UserResponse {
  if (response !== 1 && response !== 2 && response !== 3) throw refused('UserResponse');
  return response;
}

/** 'single': an occurrence is named of what has none; 'declined': it is gone, as the answer wants it. */
export async function findTarget(
  tx: Transaction,
  asked: Asked,
  response: UserResponse,
  own: readonly string[],
): Promise<Target | 'declined' | 'single'> {
  const item = await look(tx, asked);
  if (isMail(item)) return byMail(tx, asked, item, own);
  if (item?.class !== 'Calendar') throw refused('not a request');
  if (item.died !== undefined) {
    if (response === 3) return 'declined';
    throw refused('the event is gone');
  }
  if (item.damaged !== undefined) throw new EasError('corrupt-item', item.id);
  const event = asEvent(item.content as never);
  requireReceived(event, own, response);
  if (asked.InstanceId === undefined) {
    return { item: item as LivingItem<'Calendar'>, event, original: undefined, mails: await requestsOf(tx, event) };
  }
  if (!event.recurrence) return 'single';
  const original = occurrenceAt(event, parseDate(asked.InstanceId)!);
  if (original === undefined) throw refused('InstanceId');
  if (response !== 3 && exceptionAt(event, original)?.deleted) throw refused('InstanceId');
  return { item: item as LivingItem<'Calendar'>, event, original, mails: [] };
}

async function look(tx: Transaction, { LongId, RequestId, CollectionId }: Asked): Promise<Item | undefined> {
  const hit = LongId === undefined ? undefined : parseLongId(LongId);
  const id = LongId === undefined ? RequestId : hit?.serverId;
  const item = id === undefined ? undefined : await tx.item(id as ServerId);
  const folder = hit?.collectionId ?? CollectionId;
  if (item && folder !== undefined && item.collection !== folder) throw refused('CollectionId');
  // An answer that was lost on its way: its mail lies in Deleted Items by now.
  return item?.died !== undefined && item.movedTo !== undefined ? tx.item(item.movedTo) : item;
}

function requireReceived(event: Event, own: readonly string[], response: UserResponse): void {
  if (!isReceived(event) || (event.organizer && isAmong(event.organizer.email, own))) throw refused('not invited');
  if (isCancelled(event) && response !== 3) throw refused('the meeting is cancelled');
}

async function byMail(tx: Transaction, asked: Asked, mail: Mail, own: readonly string[]): Promise<Target> {
  const { meeting } = mail.content;
  if (meeting?.method !== 'REQUEST' || asked.InstanceId !== undefined) throw refused('not a request');
  const { uid, instance } = meeting.event;
  const found = await findMeetings(tx, uid);
  const series = found.find(({ content }) => asEvent(content).instance === undefined);
  const alone =
    instance === undefined ? undefined : found.find(({ content }) => asEvent(content).instance === instance);
  const item = alone ?? series;
  const event = item ? asEvent(item.content) : meeting.event;
  requireReceived(event, own, responseOf(asked));
  const original = instance === undefined || alone || !item ? undefined : occurrenceAt(event, instance);
  return { item, event, original, mails: [mail] };
}

/** In the Inbox; they are answered with their event. */
async function requestsOf(tx: Transaction, { uid, instance }: Event): Promise<Mail[]> {
  const mails = await itemsOfWord(tx, uidWord(uid), 'Email');
  return mails.filter(({ collection, content }) => {
    const { meeting } = content;
    return collection === specialFolderId(2) && meeting?.method === 'REQUEST' && meeting.event.instance === instance;
  });
}
