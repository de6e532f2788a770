// Answers that nobody writes (RFC 3834): which mail gets one, and what it looks like. Invariant: lists, programs, bounces and
// whoever asks not to be answered never get one, and an answer is never answered.
import type { EmailIndex } from '../../domain/email.ts';
import { addressedTo, namesOneOf } from './addressed.ts';
import { type Field, fieldValue, readHeader } from './header.ts';
import { addressField, dateText, textField } from './write-header.ts';
import { bodyPart } from './write-mime.ts';

/** Local parts that no person reads. */
const machines =
  /^(?:(?:no|do[-_.]?not)[-_.]?reply|mailer[-_.]?daemon|postmaster|listserv|majordomo|bounces?|owner-|.*-(?:request|owner|bounces?)$|(?:bounces?|no-?reply)[-+_.=])/i;

/** `from`: the envelope's sender; `own`: the addresses of the account. */
export function isForAPerson(mime: Buffer, from: string, own: readonly string[]): boolean {
  const sender = from.toLowerCase();
  const local = sender.slice(0, sender.lastIndexOf('@'));
  if (!/^[^@\s]+@[^@\s]+$/.test(sender) || machines.test(local) || own.includes(sender)) return false;
  const { fields } = readHeader(mime, 0, mime.length);
  return !isAutomatic(fields) && namesOneOf(addressedTo(fields), own);
}

function isAutomatic(fields: readonly Field[]): boolean {
  const value = (name: string): string => fieldValue(fields, name).trim().toLowerCase();
  if (fields.some(({ name }) => name.startsWith('list-'))) return true;
  if (!/^(?:no\b.*)?$/.test(value('auto-submitted'))) return true;
  if (/^(?:bulk|list|junk)\b/.test(value('precedence')) || value('x-spam-flag') === 'yes') return true;
  if (/(?:^|[\s,;])(?:all|oof|autoreply)(?:$|[\s,;])/.test(value('x-auto-response-suppress'))) return true;
  const [returnPath] = fields.filter(({ name }) => name === 'return-path');
  return returnPath?.value.trim() === '<>' || value('content-type').startsWith('multipart/report');
}

export interface AutomaticReply {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly original: Pick<EmailIndex, 'subject' | 'messageId' | 'references'>;
  readonly body: { readonly type: 1 | 2; readonly data: string };
  /** Without angle brackets. */
  readonly messageId: string;
  /** Milliseconds. */
  readonly now: number;
}

export function automaticReply({ from, to, original, body, messageId, now }: AutomaticReply): Buffer {
  const references = [...original.references.slice(-19), original.messageId].map((id) => `<${id}>`);
  const header = [
    addressField('From', [from]),
    addressField('To', [{ name: '', address: to }]),
    textField('Subject', `Automatic reply: ${original.subject}`),
    textField('Date', dateText(now)),
    `Message-ID: <${messageId}>\r\n`,
    `In-Reply-To: <${original.messageId}>\r\n`,
    `References: ${references.join('\r\n ')}\r\n`,
    'Auto-Submitted: auto-replied\r\n',
    'X-Auto-Response-Suppress: All\r\n',
    'MIME-Version: 1.0\r\n',
  ];
  return Buffer.concat([Buffer.from(header.join(''), 'utf8'), bodyPart(body)]);
}
