// Mails about meetings that the server writes for its users: words, and the iCalendar text that programs read.
import type { Event, EventBody } from '../../domain/event.ts';
import { asText, type TextBody } from '../body.ts';
import { htmlToText } from '../email/html.ts';
import { indexMessage } from '../email/index-mime.ts';
import type { Source } from '../email/quote.ts';
import { addressField, dateText, textField } from '../email/write-header.ts';
import { calendarPart, type FilePart, filePart, multipart, textPart } from '../email/write-mime.ts';
import { responseTypes, type UserResponse } from './respond.ts';
import { type Method, writeICalendar } from './write-icalendar.ts';

export interface Mailbox {
  readonly email: string;
  readonly name: string;
}
/** What is to be told to whom. */
export interface MeetingMail {
  readonly method: Exclude<Method, 'PUBLISH'>;
  readonly events: readonly Event[];
  readonly to: readonly Mailbox[];
  readonly subject: string;
  readonly body?: EventBody | TextBody | undefined;
  /** Who sends it on for its organizer. */
  readonly sentBy?: string;
  /** Milliseconds: DTSTAMP of what is sent on; absent: now. */
  readonly stamp?: number;
}
export interface MailSender {
  readonly from: Mailbox;
  readonly messageId: string;
  /** Milliseconds; DTSTAMP too. */
  readonly now: number;
  /** What lies with the events. */
  readonly files?: readonly FilePart[];
}

const prefixes: Readonly<Record<number, string>> = {
  [responseTypes[1]]: 'Accepted: ',
  [responseTypes[2]]: 'Tentative: ',
  [responseTypes[3]]: 'Declined: ',
};
export function replySubject(subject: string, response: UserResponse, proposes: boolean): string {
  return `${proposes ? 'New Time Proposed: ' : prefixes[responseTypes[response]]}${subject}`;
}
const cancelled = 'Canceled: ';
export function cancelSubject(subject: string): string {
  return subject.startsWith(cancelled) ? subject : `${cancelled}${subject}`;
}

export function composeMeetingMail(mail: MeetingMail, { from, messageId, now, files = [] }: MailSender): Buffer {
  const { method, events, to, subject, body } = mail;
  const answers = method === 'REPLY' || method === 'COUNTER';
  const comment = answers && body ? asText(body) : undefined;
  const { sentBy, stamp = now } = mail;
  const text = writeICalendar(events, { method, stamp, ...(comment && { comment }), ...(sentBy && { sentBy }) });
  const words = body ? textsOf(body) : [textPart('text/plain', '')];
  const header = headerOf({ to, subject }, { from, messageId, now });
  const content = multipart('alternative', [...words, calendarPart(text, method)]);
  return Buffer.concat([header, files.length === 0 ? content : multipart('mixed', [content, ...files.map(filePart)])]);
}

/** A mail that only people read. */
export function composeNote(
  note: { readonly to: Mailbox; readonly subject: string; readonly text: string },
  sender: MailSender,
): Buffer {
  return Buffer.concat([headerOf({ ...note, to: [note.to] }, sender), textPart('text/plain', note.text)]);
}

/** An event as what an answer to it quotes: whose it is, who comes, when, where, its words. */
export function eventSource({ organizer, attendees = [], subject = '', start, end, location, body }: Event): Source {
  const header = [
    organizer ? addressField('From', [mailboxOf(organizer)]) : '',
    attendees.length > 0 ? addressField('To', attendees.map(mailboxOf)) : '',
    textField('Subject', subject),
    'MIME-Version: 1.0\r\n',
  ];
  const where = location?.DisplayName ? `Where: ${location.DisplayName}\r\n` : '';
  const words = `When: ${dateText(start)} - ${dateText(end)}\r\n${where}\r\n${body ? asText(body) : ''}`;
  const mime = Buffer.concat([Buffer.from(header.join(''), 'utf8'), textPart('text/plain', words)]);
  return { email: indexMessage(mime), read: async ({ from, to }) => mime.subarray(from, to) };
}

function headerOf({ to, subject }: Pick<MeetingMail, 'to' | 'subject'>, { from, messageId, now }: MailSender): Buffer {
  const header = [
    addressField('From', [mailboxOf(from)]),
    addressField('To', to.map(mailboxOf)),
    textField('Subject', subject),
    textField('Date', dateText(now)),
    `Message-ID: <${messageId}>\r\n`,
    'MIME-Version: 1.0\r\n',
  ];
  return Buffer.from(header.join(''), 'utf8');
}

function mailboxOf({ email, name }: Mailbox): { name: string; address: string } {
  return { name: name === email ? '' : name, address: email };
}

function textsOf({ type, data }: TextBody): Buffer[] {
  if (type === 1) return [textPart('text/plain', data)];
  return [textPart('text/plain', htmlToText(data)), textPart('text/html', data)];
}
