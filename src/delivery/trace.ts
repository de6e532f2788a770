import { hostname } from 'node:os';
import type { SMTPServerSession } from 'smtp-server';

/** How many servers the message has passed. */
export function hops(message: Buffer): number {
  const end = message.indexOf('\r\n\r\n');
  const header = message.subarray(0, end < 0 ? message.length : end).toString('latin1');
  return header.match(/^Received:/gim)?.length ?? 0;
}

/** [RFC 5321] 4.4: the trace lines that final delivery puts in front. */
export function traceLines(session: SMTPServerSession, now: number): string {
  const { mailFrom, rcptTo } = session.envelope;
  const from = mailFrom === false ? '' : mailFrom.address;
  const one = rcptTo.length === 1 ? `\r\n\tfor <${clean(rcptTo[0]!.address)}>` : '';
  return [
    `Return-Path: <${clean(from)}>`,
    `Received: from ${clean(String(session.hostNameAppearsAs || 'unknown'))} ([${session.remoteAddress}])`,
    `\tby ${hostname()} with ${session.transmissionType} id ${session.id}${one};`,
    `\t${rfc5322Date(now)}`,
    '',
  ].join('\r\n');
}

function clean(text: string): string {
  return text.replaceAll(/[^\x21-\x7e\x80-\u{10ffff}]/gu, '');
}

/** `Fri, 21 Nov 1997 09:55:06 +0000`. */
export function rfc5322Date(milliseconds: number): string {
  return new Date(milliseconds).toUTCString().replace('GMT', '+0000');
}
