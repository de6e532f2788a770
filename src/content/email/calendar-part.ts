// The iCalendar text that a message about a meeting carries.
import type { EmailIndex, MimePart } from '../../domain/email.ts';
import { decodeText } from './charset.ts';
import type { ReadRange } from './late.ts';
import { decodeTransfer } from './transfer.ts';

const meetings = 'IPM.Schedule.Meeting.';
/** Bytes as they stand in the message: 5,000 attendees are well below. */
const largest = 4 * 1024 * 1024;

const methods: Readonly<Record<string, string>> = { Request: 'REQUEST', Canceled: 'CANCEL' };

export function isAboutMeeting({ messageClass }: Pick<EmailIndex, 'messageClass'>): boolean {
  return messageClass.startsWith(meetings);
}

/** Undefined for a mail that is not about a meeting. `method`: by the message's class. */
export async function calendarText(
  index: EmailIndex,
  read: ReadRange,
): Promise<{ readonly text: string; readonly method: string } | undefined> {
  if (!isAboutMeeting(index)) return undefined;
  const parts = leaves(index.structure).filter(({ type }) => type === 'text/calendar');
  const part = parts.find(({ disposition }) => disposition !== 'attachment') ?? parts[0];
  if (!part || part.bodyEnd - part.bodyStart > largest) return undefined;
  const bytes = decodeTransfer(await read({ from: part.bodyStart, to: part.bodyEnd }), part.encoding);
  const method = methods[index.messageClass.slice(meetings.length)] ?? 'REPLY';
  return { text: decodeText(bytes, part.charset ?? 'utf-8'), method };
}

function leaves(part: MimePart): MimePart[] {
  return part.parts ? part.parts.flatMap(leaves) : [part];
}
