// Mails about meetings that the server writes for its users: words, and the iCalendar text that programs read.
import type { Event, EventBody } from '../../domain/event.ts';
import { asText, type TextBody } from '../body.ts';
import { htmlToText } from '../email/html.ts';
import { addressField, dateText, textField } from '../email/write-header.ts';
import { calendarPart, multipart, textPart } from '../email/write-mime.ts';
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
}
export interface MailSender {
  readonly from: Mailbox;
  readonly messageId: string;
  /** Milliseconds; DTSTAMP too. */
  readonly now: number;
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

export function composeMeetingMail(mail: MeetingMail, { from, messageId, now }: MailSender): Buffer {
  const { method, events, to, subject, body } = mail;
  const answers = method === 'REPLY' || method === 'COUNTER';
  const comment = answers && body ? asText(body) : undefined;
  const text = writeICalendar(events, { method, stamp: now, ...(comment && { comment }) });
  const words = body ? textsOf(body) : [textPart('text/plain', '')];
  const header = [
    addressField('From', [mailboxOf(from)]),
    addressField('To', to.map(mailboxOf)),
    textField('Subject', subject),
    textField('Date', dateText(now)),
    `Message-ID: <${messageId}>\r\n`,
    'MIME-Version: 1.0\r\n',
  ];
  return Buffer.concat([
    Buffer.from(header.join(''), 'utf8'),
    multipart('alternative', [...words, calendarPart(text, method)]),
  ]);
}

function mailboxOf({ email, name }: Mailbox): { name: string; address: string } {
  return { name: name === email ? '' : name, address: email };
}

function textsOf({ type, data }: TextBody): Buffer[] {
  if (type === 1) return [textPart('text/plain', data)];
  return [textPart('text/plain', htmlToText(data)), textPart('text/html', data)];
}
