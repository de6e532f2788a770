// A mail as ApplicationData, and what a device's ApplicationData means for a mail. Pure: the body comes in rendered.
// A received mail never changes but for Read, Flag and Categories ([MS-ASEMAIL] 2.2.2 Elements).
import { email as emailSchema, type ReadEmail, type Version, type WrittenEmail } from '../../../protocol/index.ts';
import type { Element } from '../../../protocol/wbxml/element.ts';
import type { Attachment, Email, EmailPart, Flag } from '../../domain/email.ts';
import { EasError } from '../../domain/errors.ts';
import type { Modseq, ServerId } from '../../domain/ids.ts';
import type { LivingItem } from '../../domain/item.ts';
import type { BodyPreference } from '../../domain/sync-record.ts';
import { writeMeetingRequest } from '../calendar/meeting-request.ts';
import { readItem } from '../read-item.ts';
import { formatAddress, formatAddresses, parseAddressText } from './address.ts';
import { keyOf } from './attachment.ts';
import type { RenderedBody, RenderedPart } from './body.ts';
import { isAboutMeeting } from './calendar-part.ts';
import { fileReference } from './file-reference.ts';

type EmailItem = LivingItem<'Email'>;

/** Everything that a device is told of a mail it does not hold yet. */
export function writeEmail(item: EmailItem, body: RenderedBody | undefined, version: Version): WrittenEmail {
  const { content } = item;
  const files = shownAttachments(content);
  return {
    To: content.to,
    Cc: content.cc || undefined,
    Bcc: writeBcc(content),
    From: content.from,
    Sender: writeSender(content),
    Subject: content.subject,
    ReplyTo: writeReplyTo(content.replyTo),
    DateReceived: dateTime(content.received),
    DisplayTo: content.displayTo || undefined,
    ThreadTopic: content.topic || undefined,
    Importance: content.importance,
    ...writeMarks(content, ['read', 'flag', 'categories', 'verb']),
    Attachments: files.length === 0 ? undefined : { Attachment: files.map((file) => writeAttachment(item.id, file)) },
    Attachments25: files.length === 0 ? undefined : { Attachment: files.map((file) => writeFile25(item.id, file)) },
    MeetingRequest: content.meeting && writeMeetingRequest(content.meeting, version, content),
    Body: body && writeBody(body),
    ...(body && writeBody25(body)),
    MessageClass: content.messageClass,
    InternetCPID: String(content.codePage),
    ContentClass: isAboutMeeting(content) ? 'urn:content-classes:calendarmessage' : 'urn:content-classes:message',
    NativeBodyType: content.nativeBodyType,
    ConversationId: Buffer.from(content.conversation, 'hex'),
    ConversationIndex: Buffer.from(content.conversationIndex, 'base64'),
    ReceivedAsBcc: content.receivedAsBcc,
    IsDraft: content.draft,
  };
}

/** MS-ASEMAIL_R726: not said when it is the one in From, whatever they are called there. */
function writeSender({ sender, from }: Email): string | undefined {
  if (sender === '' || sender === from) return undefined;
  const [one, other] = [sender, from].map((text) => parseAddressText(text)[0]?.address.toLowerCase());
  return one === other ? undefined : sender;
}

/** The schema's length; a draft's stays whole, since the phone writes it back. */
const longestBcc = 1024;
function writeBcc({ bcc, draft }: Email): string | undefined {
  if (draft || bcc.length <= longestBcc) return bcc || undefined;
  return formatAddresses(parseAddressText(bcc), longestBcc);
}

/** MS-ASEMAIL_R711: several stand between semicolons. */
function writeReplyTo(replyTo: string): string | undefined {
  if (!replyTo.includes(',')) return replyTo || undefined;
  return parseAddressText(replyTo).map(formatAddress).join('; ');
}

/** What stands for a mail that cannot be read: when it came is all that is known of it. */
export function writeStub({ sortDate }: LivingItem, text: string): WrittenEmail {
  const body = { type: 1, estimatedSize: Buffer.byteLength(text), truncated: false, data: text } as const;
  return {
    From: '',
    Subject: text,
    DateReceived: dateTime(sortDate),
    Importance: 1,
    Read: false,
    Body: writeBody(body),
    ...writeBody25(body),
    MessageClass: 'IPM.Note',
    InternetCPID: '65001',
    ContentClass: 'urn:content-classes:message',
    NativeBodyType: 1,
  };
}

/** Bytes that a mail takes in an answer, by the sizes that it keeps: how a page is ended before it grows without bound. */
export function weighEmail(content: Email, preferences: readonly BodyPreference[]): number {
  const sizes = preferences.map(({ type, truncationSize = Number.MAX_SAFE_INTEGER }) => {
    const whole = type === 4 ? content.size : Math.max(content.textSize, content.htmlSize);
    return Math.min(whole, truncationSize);
  });
  const body = sizes.length === 0 ? content.textSize : Math.max(...sizes);
  return 1024 + content.to.length + content.cc.length + content.attachments.length * 256 + body;
}

/**
 * What a Change tells ([MS-ASEMAIL] 3.2.5.4 Sync Command Response): the marks that were touched behind the stamp. What is neither Read, Flag nor
 * Categories brings the whole mail (MS-ASEMAIL_R94), and so does a mail of which nothing was told yet.
 */
export function changedParts(item: EmailItem, since: Modseq): readonly EmailPart[] {
  const touched = (Object.keys(item.touched) as EmailPart[]).filter((part) => (item.touched[part] ?? 0) > since);
  const isWhole = touched.length === 0 || touched.includes('verb') || item.created > since;
  return isWhole ? ['message'] : touched;
}

export function writeMarks(content: Email, parts: readonly EmailPart[]): WrittenEmail {
  const verb = parts.includes('verb') ? content.lastVerb : undefined;
  return {
    Read: parts.includes('read') ? content.read : undefined,
    Flag: parts.includes('flag') ? writeFlag(content) : undefined,
    Categories: parts.includes('categories') ? { Category: content.categories } : undefined,
    LastVerbExecuted: verb?.verb,
    LastVerbExecutionTime: verb && dateTime(verb.time),
  };
}

export function writeFlag({
  flag,
  subject,
}: {
  readonly flag?: Flag | undefined;
  readonly subject: string;
}): WrittenEmail['Flag'] {
  if (!flag || flag.status === 0) return {};
  return {
    Subject: flag.subject ?? subject,
    Status: flag.status,
    FlagType: flag.type,
    DateCompleted: flag.dateCompleted,
    CompleteTime: flag.completed,
    StartDate: flag.start,
    DueDate: flag.due,
    UtcStartDate: flag.utcStart,
    UtcDueDate: flag.utcDue,
    ReminderSet: flag.reminderSet,
    ReminderTime: flag.reminderTime,
    OrdinalDate: flag.ordinalDate,
    SubOrdinalDate: flag.subOrdinalDate,
  };
}

/** The calendar of a message about a meeting is the MeetingRequest beside it. */
function shownAttachments({ attachments, meeting }: Email): readonly Attachment[] {
  return meeting ? attachments.filter(({ type }) => type !== 'text/calendar') : attachments;
}

function writeAttachment(id: ServerId, attachment: Attachment) {
  const { name, method, size, contentId, contentLocation, inline } = attachment;
  return {
    DisplayName: name,
    FileReference: fileReference(id, keyOf(attachment)),
    Method: method,
    EstimatedDataSize: size,
    ContentId: contentId,
    ContentLocation: contentLocation,
    IsInline: inline || undefined,
  };
}

/** Truncated is left out when false, except beside a message ([MS-ASCMD] R3409). */
function writeBody({ type, estimatedSize, truncated, data, preview }: RenderedBody): WrittenEmail['Body'] {
  return {
    Type: type,
    EstimatedDataSize: estimatedSize,
    Truncated: truncated || type === 4 ? truncated : undefined,
    Data: data,
    Preview: preview,
  };
}

/** As before AirSyncBase: the writer of a version takes its own shape. */
function writeBody25({ type, estimatedSize, truncated, data = '' }: RenderedBody) {
  if (type === 4) return { MIMEData: data, MIMESize: estimatedSize, MIMETruncated: truncated };
  return { Body25: String(data), BodySize: estimatedSize, BodyTruncated: truncated };
}

function writeFile25(id: ServerId, attachment: Attachment) {
  const { name, method, size } = attachment;
  const AttName = fileReference(id, keyOf(attachment));
  return { AttName, AttSize: size, AttMethod: method, DisplayName: name };
}

export function writeBodyPart({
  status,
  type,
  estimatedSize,
  truncated,
  data,
  preview,
}: RenderedPart): WrittenEmail['BodyPart'] {
  return {
    Status: status,
    Type: type,
    EstimatedDataSize: estimatedSize,
    Truncated: truncated || undefined,
    Data: data,
    Preview: preview,
  };
}

export function dateTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** ApplicationData as a mail. Throws 'item-invalid' when an element cannot be read. */
export function readEmail(applicationData: Element, version: Version): ReadEmail {
  return readItem(emailSchema, applicationData, version);
}

/** [MS-ASEMAIL] R347, R648, R723, R817, R835: a client never says these of a mail. */
const notTheClients = ['ConversationId', 'Sender', 'ReceivedAsBcc', 'UmCallerID', 'UmUserNotes'] as const;

/** The mail after a device's Change of a received one, and which parts the Change named. */
export function changeMarks(content: Email, data: ReadEmail): { content: Email; touched: EmailPart[] } {
  const wrong = notTheClients.find((key) => data[key] !== undefined);
  if (wrong) throw new EasError('item-invalid', wrong);
  const touched: EmailPart[] = [];
  let next = content;
  if (data.Read !== undefined) {
    next = { ...next, read: data.Read };
    touched.push('read');
  }
  if (data.Flag !== undefined) {
    const { flag: before, ...rest } = next;
    const flag = readFlag(before, data.Flag);
    if (!isAboutMeeting(content) && !isNamed(data.Flag, before)) throw new EasError('item-invalid', 'flag type');
    next = flag ? { ...rest, flag } : rest;
    touched.push('flag');
  }
  if (data.Categories !== undefined) {
    next = { ...next, categories: data.Categories.Category };
    touched.push('categories');
  }
  return { content: next, touched };
}

/** [MS-ASEMAIL] 2.2.2.87 UtcStartDate: all four dates or none, none due before it starts; a reminder has its time. */
function datesFit(data: NonNullable<ReadEmail['Flag']>, before: Flag | undefined): boolean {
  const { StartDate, DueDate, UtcStartDate, UtcDueDate, ReminderSet, ReminderTime } = data;
  const given = [StartDate, DueDate, UtcStartDate, UtcDueDate].filter((date) => date !== undefined).length;
  if (given === 4) {
    if (DueDate! < StartDate! || UtcDueDate! < UtcStartDate!) return false;
  } else if (given !== 0) return false;
  return ReminderSet !== true || ReminderTime !== undefined || before?.reminderTime !== undefined;
}

/** [MS-ASEMAIL] R940 to R943, R470: a flag that is set names its type or its end, but for that of a mail about a meeting. */
function isNamed(
  { Status, FlagType, CompleteTime }: NonNullable<ReadEmail['Flag']>,
  before: Flag | undefined,
): boolean {
  return Status !== 2 || Boolean(FlagType ?? before?.type ?? CompleteTime);
}

/** [MS-ASEMAIL] 2.2.2.34 Flag: empty or Status 0 clears, without a Status the given parts are updated. */
export function readFlag(before: Flag | undefined, data: NonNullable<ReadEmail['Flag']>): Flag | undefined {
  if (Object.keys(data).length === 0 || data.Status === 0) return undefined;
  const status = data.Status ?? before?.status;
  if (status !== 1 && status !== 2) throw new EasError('item-invalid', `flag status ${data.Status}`);
  if (!datesFit(data, before)) throw new EasError('item-invalid', 'flag dates');
  // [MS-ASEMAIL] R359: the day of completion goes with its time.
  if (data.DateCompleted && !data.CompleteTime) throw new EasError('item-invalid', 'flag completion');
  const given = {
    subject: data.Subject,
    type: data.FlagType,
    completed: data.CompleteTime,
    dateCompleted: data.DateCompleted,
    start: data.StartDate,
    due: data.DueDate,
    utcStart: data.UtcStartDate,
    utcDue: data.UtcDueDate,
    reminderSet: data.ReminderSet,
    reminderTime: data.ReminderTime,
    ordinalDate: data.OrdinalDate,
    subOrdinalDate: data.SubOrdinalDate,
  };
  const present: Partial<Flag> = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const flag: Flag = { ...(data.Status === undefined ? before : {}), ...present, status };
  // [MS-ASEMAIL] R86, R92: what is complete says since when.
  if (status === 1 && (flag.completed === undefined || flag.dateCompleted === undefined)) {
    throw new EasError('item-invalid', 'flag completion');
  }
  return flag;
}
