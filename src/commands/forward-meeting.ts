// SmartForward of an event: to named people by the server (16.0 and later), or along with a message that the phone wrote.
import { parseDate, type SmartForwardRequest } from '../../protocol/index.ts';
import { readTextBody } from '../content/body.ts';
import { isReceived } from '../content/calendar/attend.ts';
import { asEvent, asFields, eventItem } from '../content/calendar/codec.ts';
import { exceptionAt, occurrenceOf } from '../content/calendar/occurrence.ts';
import { occurrenceAt } from '../content/calendar/recurrence.ts';
import { writeICalendar } from '../content/calendar/write-icalendar.ts';
import { appendParts } from '../content/email/splice.ts';
import { calendarPart } from '../content/email/write-mime.ts';
import { EasError } from '../domain/errors.ts';
import type { Event, EventAttendee } from '../domain/event.ts';
import { type Item, isMail, type LivingItem } from '../domain/item.ts';
import type { Transaction } from '../store/port.ts';
import { hashOf } from './command-hash.ts';
import type { Context } from './define.ts';
import { postMeetingMail, postNote } from './meetings.ts';
import { rememberSent, wasSent } from './send.ts';
import type { SourceName } from './source.ts';

const previouslySent = 118;
const invalidForward = 179;

export function isEvent(item: Item | undefined): item is LivingItem<'Calendar'> {
  return item?.died === undefined && item?.class === 'Calendar' && item.damaged === undefined;
}

/** The event, or the occurrence that is named. Throws 'item-not-found' for one that there is not, 'not-recurring'. */
function occurrenceNamed(event: Event, { InstanceId }: SourceName): Event {
  if (InstanceId === undefined) return event;
  if (!event.recurrence) throw new EasError('not-recurring', event.uid);
  const original = occurrenceAt(event, parseDate(InstanceId)!);
  if (original === undefined || exceptionAt(event, original)?.deleted) throw new EasError('item-not-found', InstanceId);
  return occurrenceOf(event, original);
}

/**
 * [MS-ASCMD] 2.2.3.79 Forwardees: each gets the organizer's request as it stands, sent by the account; the organizer hears of
 * it. Who forwards a meeting of their own invites.
 */
export async function forwardToPeople(
  context: Context,
  { ClientId, Source, Forwardees, Body }: SmartForwardRequest,
  look: (tx: Transaction) => Promise<Item | undefined>,
): Promise<{ Status: number } | undefined> {
  const forwardees = (Forwardees?.Forwardee ?? []).map(({ Email, Name }): EventAttendee => {
    return { email: Email, name: Name || Email, status: 5, type: 1 };
  });
  const hash = hashOf('SmartForward', ClientId, JSON.stringify([Source, Forwardees, Body ?? null]));
  return context.transact(async (tx) => {
    if (await wasSent(context, tx, hash)) return { Status: previouslySent };
    const item = await look(tx);
    if (!isEvent(item) || forwardees.length === 0) return { Status: invalidForward };
    const event = occurrenceNamed(asEvent(item.content), Source);
    const { address, displayName } = await tx.account();
    const own = !isReceived(event);
    const words = Body && readTextBody(Body);
    await postMeetingMail(context, tx, {
      method: 'REQUEST',
      events: [own ? invitedTo(event, forwardees) : event],
      to: forwardees,
      subject: event.subject ?? '',
      body: typeof words === 'object' ? words : event.body,
      ...(!own && { sentBy: address, stamp: event.revised ?? event.dtStamp }),
      save: false,
    });
    if (own) store(context, tx, item, forwardees);
    else if (event.organizer) {
      const subject = `Meeting Forward Notification: ${event.subject ?? ''}`;
      const text = `${displayName || address} has forwarded your meeting to:\r\n${forwardees.map(({ name, email }) => `${name} <${email}>`).join('\r\n')}\r\n`;
      await postNote(context, tx, { to: event.organizer, subject, text });
    }
    await rememberSent(context, tx, hash);
    return undefined;
  });
}

function invitedTo(event: Event, forwardees: readonly EventAttendee[]): Event {
  const known = new Set((event.attendees ?? []).map(({ email }) => email.toLowerCase()));
  const added = forwardees.filter(({ email }) => !known.has(email.toLowerCase()));
  return { ...event, meetingStatus: 1, attendees: [...(event.attendees ?? []), ...added] };
}

/** They are on the list of the whole meeting: their answers are told there. */
function store(context: Context, tx: Transaction, item: LivingItem<'Calendar'>, forwardees: readonly EventAttendee[]) {
  const next = asFields(invitedTo(asEvent(item.content), forwardees));
  tx.put({ ...item, ...eventItem(item.collection, next, context.clock.now()) }, ['message'], { by: context.device.id });
}

/** The event that is meant, of a calendar or as a mail brought it; undefined: a mail like any other. Throws as `occurrenceNamed`. */
export function sourceEvent(item: Item | undefined, source: SourceName): Event | undefined {
  if (isEvent(item)) return occurrenceNamed(asEvent(item.content), source);
  const { meeting } = isMail(item) ? item.content : {};
  return meeting && occurrenceNamed(meeting.event, source);
}

/** The phone's message with the event behind it. */
export function withEvent(mime: Buffer, event: Event): Buffer {
  const method = (event.attendees?.length ?? 0) > 0 ? 'REQUEST' : 'PUBLISH';
  return appendParts(mime, [calendarPart(writeICalendar([event], { method }), method)]);
}
