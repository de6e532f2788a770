// An event as it is stored: a single one, or a series with what differs in its occurrences. Instants are milliseconds
// since 1970. An all-day event has no zone of its own: its start and end are dates, kept as their midnights in UTC.

import type { BlobId } from './ids.ts';

/** Sun 0 … Sat 6. */
export type DayOfWeek = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** [MS-ASCAL] 2.2.2.37 Recurrence, in the words of the protocol. */
export interface Recurrence {
  /** 0 daily, 1 weekly, 2 monthly, 3 monthly on the nth day, 5 yearly, 6 yearly on the nth day. */
  readonly type: 0 | 1 | 2 | 3 | 5 | 6;
  readonly interval: number;
  readonly occurrences?: number;
  /** No occurrence starts behind it; as the start's kind is. */
  readonly until?: number;
  /** 1–5, 5 the last. */
  readonly weekOfMonth?: number;
  /** Sum of 1 Sunday, 2 Monday … 64 Saturday. */
  readonly dayOfWeek?: number;
  /** 1–31; a month that is shorter has it on its last day. */
  readonly dayOfMonth?: number;
  /** 1–12. */
  readonly monthOfYear?: number;
  readonly calendarType?: number;
  readonly isLeapMonth?: 0 | 1;
  readonly firstDayOfWeek?: DayOfWeek;
}

export interface EventAttendee {
  readonly email: string;
  readonly name: string;
  /** 0 unknown, 2 tentative, 3 accepted, 4 declined, 5 has not answered. */
  readonly status?: number;
  /** 1 required, 2 optional, 3 resource. */
  readonly type?: number;
  readonly proposedStart?: number;
  readonly proposedEnd?: number;
  /** When it answered: what is older says nothing any more. */
  readonly replyStamp?: number;
}

/** By the names that the protocol has for them ([MS-ASAIRS] 2.2.2.28 Location). */
export type EventLocation = Readonly<Record<string, string | number>>;

export interface EventBody {
  /** 1 text, 2 HTML. */
  readonly type: 1 | 2;
  readonly data: string;
}

/** A file that lies with an event. */
export interface EventFile {
  /** What references name it by. */
  readonly key: string;
  readonly blob: BlobId;
  readonly name: string;
  readonly size: number;
  readonly type?: string;
  readonly contentId?: string;
  readonly contentLocation?: string;
  readonly inline?: true;
}

/** What a series and one of its occurrences may say differently. */
export interface EventDetails {
  readonly subject?: string;
  readonly location?: EventLocation;
  readonly body?: EventBody;
  readonly categories?: readonly string[];
  readonly sensitivity?: number;
  readonly busyStatus?: number;
  /** Minutes. */
  readonly reminder?: number;
  readonly meetingStatus?: number;
  readonly attendees?: readonly EventAttendee[];
  /** When the account answered. */
  readonly replyTime?: number;
  readonly responseType?: number;
  readonly confLink?: string;
  readonly externalLink?: string;
  readonly attachments?: readonly EventFile[];
}

/** One occurrence that is not as the series says; `null`: the series has it, the occurrence does not. */
export type EventException = {
  /** Its start as the series has it. */
  readonly original: number;
  readonly deleted?: true;
  readonly start?: number;
  readonly end?: number;
  readonly dtStamp?: number;
  /** As of an event, of what the organizer said of this occurrence alone. */
  readonly sequence?: number;
  readonly revised?: number;
} & { readonly [Key in keyof EventDetails]?: EventDetails[Key] | null };

export interface Event extends EventDetails {
  readonly uid: string;
  /** How a device names its Add, to recognise it when it comes again. */
  readonly clientUid?: string;
  readonly allDay?: true;
  readonly start: number;
  /** Outside the event. */
  readonly end: number;
  /** IANA name: where the clock hangs that a series keeps to. */
  readonly zone: string;
  readonly dtStamp: number;
  readonly organizer?: { readonly email: string; readonly name: string };
  readonly responseRequested?: boolean;
  readonly disallowNewTimeProposal?: boolean;
  readonly recurrence?: Recurrence;
  /** By `original`, which no two share. */
  readonly exceptions?: readonly EventException[];
  /** iTIP's revision. */
  readonly sequence?: number;
  /** When its organizer last told the attendees of it: DTSTAMP of that message. */
  readonly revised?: number;
  /** What an invitation is to count as once it is accepted, see `busyStatus`. */
  readonly intendedBusy?: number;
  /** The occurrence that this is, of a series whose rest the account was never asked to. */
  readonly instance?: number;
  /** The iCalendar that it came from, where that says more. */
  readonly source?: string;
}

/** [MS-ASCAL] 2.2.2.28 MeetingStatus: 4 is the bit of a meeting that is off. */
export function isCancelled({ meetingStatus }: Pick<EventException, 'meetingStatus'> | Event): boolean {
  return ((meetingStatus ?? 0) & 4) !== 0;
}
