import type { Event } from './event.ts';
import type { BlobId, ConversationId } from './ids.ts';

/**
 * One MIME entity by byte ranges into the message, worked out once at delivery; nothing is decoded in it.
 * `part` is the IMAP-like path ('1', '2.1'; '' is the message itself).
 */
export interface MimePart {
  readonly part: string;
  /** Lower case, e.g. 'text/html'. */
  readonly type: string;
  readonly charset?: string;
  readonly encoding: '7bit' | '8bit' | 'binary' | 'quoted-printable' | 'base64';
  readonly disposition?: 'inline' | 'attachment';
  /** Decoded ([RFC 2231], [RFC 2047]). */
  readonly name?: string;
  /** Without angle brackets. */
  readonly contentId?: string;
  readonly contentLocation?: string;
  readonly headerStart: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** Bytes after the transfer encoding is undone. */
  readonly decodedSize: number;
  readonly parts?: readonly MimePart[];
}

export interface Flag {
  /** 0 cleared, 1 complete, 2 active. */
  readonly status: 0 | 1 | 2;
  readonly type?: string;
  readonly subject?: string;
  readonly completed?: string;
  readonly dateCompleted?: string;
  readonly start?: string;
  readonly due?: string;
  readonly utcStart?: string;
  readonly utcDue?: string;
  readonly reminderSet?: boolean;
  readonly reminderTime?: string;
  readonly ordinalDate?: string;
  readonly subOrdinalDate?: string;
}

/** What the message says of itself: nothing here changes after delivery. Header texts are decoded, valid Unicode. */
export interface EmailIndex {
  readonly structure: MimePart;
  /** Bytes of the whole message. */
  readonly size: number;
  readonly subject: string;
  /** [MS-ASEMAIL] 2.2.2.77 ThreadTopic: the subject without its reply and forward prefixes. */
  readonly topic: string;
  /** RFC 5322 address lists as one line: `"Name" <a@b>, c@d`; '' when absent. */
  readonly from: string;
  readonly sender: string;
  readonly to: string;
  readonly cc: string;
  readonly bcc: string;
  readonly replyTo: string;
  /** Display names of To, joined by '; '. */
  readonly displayTo: string;
  /** Without angle brackets; made up at delivery when the message has none. */
  readonly messageId: string;
  /** References, then In-Reply-To, without angle brackets, oldest first. */
  readonly references: readonly string[];
  /** Thread-Index header, decoded, base64; '' when absent. */
  readonly threadIndex: string;
  /** The Date header in milliseconds; absent when unreadable. */
  readonly date?: number;
  readonly importance: 0 | 1 | 2;
  readonly messageClass: string;
  /** Windows code page of the main text, 65001 for UTF-8. */
  readonly codePage: number;
  /** 1 plain text, 2 HTML: what the message was written in. */
  readonly nativeBodyType: 1 | 2;
  /** The part that holds each body, '' none. */
  readonly textPart: string;
  readonly htmlPart: string;
  /** The body as plain text, its first `previewBytes` bytes of UTF-8 at most, cut at a character. */
  readonly preview: string;
  /** UTF-8 bytes of the whole body as plain text, and as HTML (0 when there is no HTML part). */
  readonly textSize: number;
  readonly htmlSize: number;
  readonly attachments: readonly Attachment[];
}
export const previewBytes = 4096;

export interface Attachment {
  readonly part: string;
  /** What references name it by instead of its part, which changes when a draft is written anew. */
  readonly key?: string;
  readonly name: string;
  readonly type: string;
  /** [MS-ASAIRS] 2.2.2.31 Method: 1 normal, 5 embedded message, 6 inline OLE. */
  readonly method: 1 | 5 | 6;
  readonly size: number;
  readonly contentId?: string;
  readonly contentLocation?: string;
  readonly inline: boolean;
}

/** What the item of a mail holds: the immutable message, and what the account says of it. */
export interface Email extends EmailIndex {
  readonly mime: BlobId;
  /** Milliseconds; also its sort date. */
  readonly received: number;
  readonly conversation: ConversationId;
  /** [MS-ASCON] 2.2.2.4 ConversationIndex, base64: 5 bytes of header, 5 per reply level. */
  readonly conversationIndex: string;
  readonly read: boolean;
  readonly flag?: Flag;
  readonly categories: readonly string[];
  /** 1 reply, 2 reply all, 3 forward; time in milliseconds. */
  readonly lastVerb?: { readonly verb: 1 | 2 | 3; readonly time: number };
  readonly draft: boolean;
  /** Its To and Cc name neither the account nor a group. */
  readonly receivedAsBcc?: true;
  readonly meeting?: Meeting;
}

/** What a message about a meeting told when it came. */
export interface Meeting {
  readonly method: 'REQUEST' | 'CANCEL' | 'COUNTER';
  /** [MS-ASEMAIL] 2.2.2.47 MeetingMessageType: 1 invitation, 2 full and 3 informational update, 4 outdated, 0 none of them. */
  readonly messageType: 0 | 1 | 2 | 3 | 4;
  readonly event: Event;
  /** One occurrence, and the account does not have its series. */
  readonly orphan?: true;
  /** The time that the sender of a COUNTER would like. */
  readonly proposed?: { readonly start: number; readonly end: number };
}
/** What a change of a mail can touch; everything else of a mail is 'message'. */
export type EmailPart = 'read' | 'flag' | 'categories' | 'verb' | 'message';
