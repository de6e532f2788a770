import { randomUUID } from 'node:crypto';
import { rfc5322Date } from './trace.ts';

export interface FailedRecipient {
  readonly address: string;
  /** [RFC 3463], e.g. '5.1.1'. */
  readonly status: string;
  /** What the other server said, or why it was never asked. */
  readonly reason: string;
}
export interface Bounce {
  /** Whom it is for: the sender of the original. */
  readonly to: string;
  readonly failed: readonly FailedRecipient[];
  readonly original: Buffer;
  /** Milliseconds. */
  readonly now: number;
  /** This server's name. */
  readonly host: string;
}

/** A delivery status notification, [RFC 3464]: text for the person, fields for programs, the header of the original. */
export function bounceMessage({ to, failed, original, now, host }: Bounce): Buffer {
  const boundary = `bounce-${randomUUID()}`;
  const header = [
    `From: Mail Delivery <mailer-daemon@${host}>`,
    `To: <${oneLine(to)}>`,
    'Subject: Your message could not be delivered',
    `Date: ${rfc5322Date(now)}`,
    `Message-ID: <${randomUUID()}@${host}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
  ];
  const text = [
    'This message could not be delivered to:',
    '',
    ...failed.map(({ address, reason }) => `  ${oneLine(address)}\r\n    ${oneLine(reason)}`),
    '',
    'It will not be tried again. The header of the message follows.',
  ];
  const status = [
    `Reporting-MTA: dns; ${host}`,
    ...failed.flatMap(({ address, status, reason }) => [
      '',
      `Final-Recipient: rfc822; ${oneLine(address)}`,
      'Action: failed',
      `Status: ${status}`,
      `Diagnostic-Code: smtp; ${ascii(oneLine(reason))}`,
    ]),
  ];
  const parts = [
    part(boundary, 'text/plain; charset=utf-8', '8bit', text.join('\r\n')),
    part(boundary, 'message/delivery-status', '8bit', `${status.join('\r\n')}\r\n`),
    part(boundary, 'text/rfc822-headers', '8bit', headerOf(original)),
  ];
  return Buffer.concat([Buffer.from(`${header.join('\r\n')}\r\n\r\n`), ...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

function part(boundary: string, type: string, encoding: string, body: string | Buffer): Buffer {
  const head = `--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body), Buffer.from('\r\n')]);
}

const longestHeader = 64 * 1024;
function headerOf(original: Buffer): Buffer {
  const ends = [original.indexOf('\r\n\r\n'), original.indexOf('\n\n')].filter((at) => at >= 0);
  return original.subarray(0, Math.min(longestHeader, original.length, ...ends.map((end) => end + 2)));
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\s\x00-\x1f\x7f]+/g, ' ')
    .trim()
    .slice(0, 900);
}
function ascii(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}
