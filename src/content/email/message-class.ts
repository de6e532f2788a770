// [MS-ASEMAIL] 2.2.2.49 MessageClass, told from the message's structure.
import { fieldValue } from './header.ts';
import { type Entity, readStructure } from './structure.ts';
import { decodeTransfer } from './transfer.ts';

const looked = 64 * 1024;

const meetingClasses: Readonly<Record<string, string>> = {
  REQUEST: 'IPM.Schedule.Meeting.Request',
  CANCEL: 'IPM.Schedule.Meeting.Canceled',
};
const replyClasses: Readonly<Record<string, string>> = {
  ACCEPTED: 'IPM.Schedule.Meeting.Resp.Pos',
  TENTATIVE: 'IPM.Schedule.Meeting.Resp.Tent',
  DECLINED: 'IPM.Schedule.Meeting.Resp.Neg',
};
/** What a report says became of the message. */
const deliveries: Readonly<Record<string, 'NDR' | 'DR' | 'DELAYED'>> = {
  failed: 'NDR',
  delayed: 'DELAYED',
  delivered: 'DR',
  relayed: 'DR',
  expanded: 'DR',
};
/** MS-ASEMAIL_R603: reports that have a class by what they are of; all others are of an IPM.Note. */
const reported: ReadonlySet<string> = new Set([
  ...['Request', 'Resp.Pos', 'Resp.Tent', 'Canceled'].map((kind) => `IPM.Schedule.Meeting.${kind}.NDR`),
  ...['NDR', 'DR'].flatMap((end) => [`IPM.Note.SMIME.${end}`, `IPM.Note.SMIME.MultipartSigned.${end}`]),
]);

export function messageClassOf(root: Entity, mime: Buffer): string {
  const { type } = root.part;
  if (isOpaque(type)) return isReceipt(root) ? 'IPM.Note.Receipt.SMIME' : 'IPM.Note.SMIME';
  if (type === 'multipart/signed' && /pkcs7/i.test(root.parameters.get('protocol') ?? ''))
    return 'IPM.Note.SMIME.MultipartSigned';
  if (type === 'multipart/report') {
    const report = reportClass(root, mime);
    if (report !== undefined) return report;
  }
  return calendarClass(root, mime) ?? 'IPM.Note';
}
/** Mail that only means something byte for byte: S/MIME and PGP. It is never cut, never rebuilt. */
export function isSealed(type: string): boolean {
  return isOpaque(type) || type === 'multipart/signed' || type === 'multipart/encrypted';
}
function isOpaque(type: string): boolean {
  return type === 'application/pkcs7-mime' || type === 'application/x-pkcs7-mime';
}
function isReceipt(root: Entity): boolean {
  return root.parameters.get('smime-type')?.toLowerCase() === 'signed-receipt';
}

function reportClass(root: Entity, mime: Buffer): string | undefined {
  const kind = root.parameters.get('report-type')?.toLowerCase();
  const status = root.children.find(
    ({ part }) => part.type === `message/${kind}` || part.type === 'message/global-delivery-status',
  );
  const text = status ? contentOf(status, mime) : '';
  if (kind === 'delivery-status') {
    const end = deliveries[/^action:\s*([a-z]+)/im.exec(text)?.[1]?.toLowerCase() ?? ''] ?? 'NDR';
    const original = `${originalClass(root, mime)}.${end}`;
    return `REPORT.${reported.has(original) ? original : `IPM.Note.${end}`}`;
  }
  if (kind !== 'disposition-notification') return undefined;
  return /^disposition:[^\n]*;\s*deleted/im.test(text) ? 'REPORT.IPM.Note.IPNNRN' : 'REPORT.IPM.Note.IPNRN';
}

/** Of the message that a report is about, as far as it comes along. */
function originalClass({ children }: Entity, mime: Buffer): string {
  const original = children.find(({ part }) => /^(?:message\/(?:rfc822|global)|text\/rfc822-headers)$/.test(part.type));
  if (!original) return 'IPM.Note';
  const bytes = Buffer.from(contentOf(original, mime), 'latin1');
  const root = readStructure(bytes);
  return root.part.type === 'multipart/report' ? 'IPM.Note' : messageClassOf(root, bytes);
}

function calendarClass(root: Entity, mime: Buffer): string | undefined {
  const calendar = findCalendar(root);
  if (!calendar) return undefined;
  const text = contentOf(calendar, mime).replace(/\r?\n[ \t]/g, '');
  const method = (calendar.parameters.get('method') ?? /^METHOD:\s*([A-Z]+)/im.exec(text)?.[1] ?? '').toUpperCase();
  if (method !== 'REPLY' && method !== 'COUNTER') return meetingClasses[method];
  const answer = /^ATTENDEE[^\n]*;PARTSTAT="?([A-Z-]+)/im.exec(text)?.[1]?.toUpperCase() ?? '';
  return method === 'COUNTER' ? replyClasses.TENTATIVE : replyClasses[answer];
}
/** A calendar part that is not a mere file: files carry a method too seldom to be told from invitations. */
function findCalendar(entity: Entity): Entity | undefined {
  if (entity.part.type === 'text/calendar' && entity.children.length === 0) {
    return entity.part.disposition === 'attachment' && !entity.parameters.has('method') ? undefined : entity;
  }
  if (isSealed(entity.part.type) && entity.part.type !== 'multipart/signed') return undefined;
  for (const child of entity.children) {
    const found = findCalendar(child);
    if (found) return found;
  }
  return undefined;
}
function contentOf({ part }: Entity, mime: Buffer): string {
  const bytes = mime.subarray(part.bodyStart, Math.min(part.bodyEnd, part.bodyStart + looked));
  return decodeTransfer(bytes, part.encoding).toString('latin1');
}

/** Importance, else X-Priority, else Priority, else X-MSMail-Priority: 0 low, 1 normal, 2 high. */
export function importanceOf(root: Entity): 0 | 1 | 2 {
  for (const name of ['importance', 'x-priority', 'priority', 'x-msmail-priority']) {
    const value = fieldValue(root.fields, name).toLowerCase();
    if (/^(?:high|urgent|[12]\b)/.test(value)) return 2;
    if (/^(?:low|non-urgent|[45]\b)/.test(value)) return 0;
    if (value !== '') return 1;
  }
  return 1;
}
