/**
 * The numbers and words of classes and options by name. Plain constants: what a value may be together with another
 * is decided elsewhere, and a number that is not here is read all the same.
 */

/** [MS-ASCMD] 2.2.3.27.6 Class(Sync) */
export const className = {
  Email: 'Email',
  Contacts: 'Contacts',
  Calendar: 'Calendar',
  Tasks: 'Tasks',
  Notes: 'Notes',
  SMS: 'SMS',
} as const;

/** [MS-ASCMD] 2.2.3.186.3 Type(FolderSync) */
export const folderType = {
  UserGeneric: 1,
  Inbox: 2,
  Drafts: 3,
  DeletedItems: 4,
  SentItems: 5,
  Outbox: 6,
  Tasks: 7,
  Calendar: 8,
  Contacts: 9,
  Notes: 10,
  Journal: 11,
  UserMail: 12,
  UserCalendar: 13,
  UserContacts: 14,
  UserTasks: 15,
  UserJournal: 16,
  UserNotes: 17,
  Unknown: 18,
  RecipientCache: 19,
} as const;

/** [MS-ASCMD] 2.2.3.68.2 FilterType(Sync) */
export const filterType = {
  All: 0,
  OneDay: 1,
  ThreeDays: 2,
  OneWeek: 3,
  TwoWeeks: 4,
  OneMonth: 5,
  ThreeMonths: 6,
  SixMonths: 7,
  IncompleteTasks: 8,
} as const;

/** [MS-ASCMD] 2.2.3.110.3 MIMESupport(Sync) */
export const mimeSupport = { Never: 0, SecureOnly: 1, All: 2 } as const;

/** [MS-ASCMD] 2.2.3.111 MIMETruncation: characters that are kept; null: all of them. The index is the value. */
export const mimeTruncationSizes = [0, 4096, 5120, 7168, 10_240, 20_480, 51_200, 102_400, null] as const;

/** [MS-ASCMD] 2.2.3.185 Truncation (2.5): characters that are kept; null: all of them. The index is the value. */
export const truncationSizes = [0, 512, 1024, 2048, 5120, 10_240, 20_480, 51_200, 102_400, null] as const;

/** [MS-ASCMD] 2.2.3.34 Conflict */
export const conflict = { ClientWins: 0, ServerWins: 1 } as const;

/** [MS-ASAIRS] 2.2.2.41.1 Type (Body) */
export const bodyType = { PlainText: 1, Html: 2, Rtf: 3, Mime: 4 } as const;

/** [MS-ASAIRS] 2.2.2.32 NativeBodyType */
export const nativeBodyType = { PlainText: 1, Html: 2, Rtf: 3 } as const;

/** [MS-ASAIRS] 2.2.2.37 Status, of a BodyPart. */
export const bodyPartStatus = { Success: 1, TooLong: 176 } as const;

/** [MS-ASAIRS] 2.2.2.31.2 Method (Attachment) */
export const attachmentMethod = { Normal: 1, EmbeddedMessage: 5, Ole: 6 } as const;

/** [MS-ASEMAIL] 2.2.2.38 Importance, and [MS-ASTASK] 2.2.2.14 Importance. */
export const importance = { Low: 0, Normal: 1, High: 2 } as const;

/** [MS-ASCAL] 2.2.2.41 Sensitivity; mail and tasks share it. */
export const sensitivity = { Normal: 0, Personal: 1, Private: 2, Confidential: 3 } as const;

/** [MS-ASEMAIL] 2.2.2.74 Status, of a Flag. */
export const flagStatus = { Cleared: 0, Complete: 1, Active: 2 } as const;

/** [MS-ASEMAIL] 2.2.2.44 LastVerbExecuted */
export const lastVerb = { Unknown: 0, Reply: 1, ReplyAll: 2, Forward: 3 } as const;

/** [MS-ASEMAIL] 2.2.2.39 InstanceType */
export const instanceType = { Single: 0, Master: 1, Occurrence: 2, Exception: 3, Orphan: 4 } as const;

/** [MS-ASEMAIL] 2.2.2.47 MeetingMessageType */
export const meetingMessageType = {
  Silent: 0,
  Initial: 1,
  FullUpdate: 2,
  Informational: 3,
  Outdated: 4,
  DelegatorCopy: 5,
  Delegated: 6,
} as const;

/** [MS-ASEMAIL] 2.2.2.49 MessageClass. Sub-classes exist, and case does not count. */
export const messageClass = {
  Note: 'IPM.Note',
  Secure: 'IPM.Note.SMIME',
  ClearSigned: 'IPM.Note.SMIME.MultipartSigned',
  SecureReceipt: 'IPM.Note.Receipt.SMIME',
  InfoPath: 'IPM.InfoPathForm',
  MeetingRequest: 'IPM.Schedule.Meeting.Request',
  MeetingCanceled: 'IPM.Schedule.Meeting.Canceled',
  MeetingAccepted: 'IPM.Schedule.Meeting.Resp.Pos',
  MeetingTentative: 'IPM.Schedule.Meeting.Resp.Tent',
  MeetingDeclined: 'IPM.Schedule.Meeting.Resp.Neg',
  MeetingNotification: 'IPM.Notification.Meeting',
  Post: 'IPM.Post',
  OctelVoice: 'IPM.Octel.Voice',
  VoiceNotes: 'IPM.Voicenotes',
  Sharing: 'IPM.Sharing',
  Voicemail: 'IPM.Note.Microsoft.Voicemail',
  MissedCall: 'IPM.Note.Microsoft.Missed.Voice',
  NotDelivered: 'REPORT.IPM.NOTE.NDR',
  Delivered: 'REPORT.IPM.NOTE.DR',
  Delayed: 'REPORT.IPM.NOTE.DELAYED',
  WasRead: 'REPORT.IPM.NOTE.IPNRN',
  WasNotRead: 'REPORT.IPM.NOTE.IPNNRN',
  Sms: 'IPM.Note.Mobile.SMS',
  StickyNote: 'IPM.StickyNote',
} as const;

/** [MS-ASCAL] 2.2.2.9 BusyStatus; WorkingElsewhere from 16.0 on. */
export const busyStatus = { Free: 0, Tentative: 1, Busy: 2, OutOfOffice: 3, WorkingElsewhere: 4 } as const;

/** [MS-ASCAL] 2.2.2.28 MeetingStatus: a sum of these; 9, 11, 13 and 15 mean what 1, 3, 5 and 7 do. */
export const meetingStatusBit = { Meeting: 1, Received: 2, Canceled: 4 } as const;
/** [MS-ASCAL] 2.2.2.28 MeetingStatus: the sums that occur. */
export const meetingStatus = {
  Appointment: 0,
  Organizer: 1,
  Attendee: 3,
  CanceledByMe: 5,
  CanceledReceived: 7,
} as const;

/** [MS-ASCAL] 2.2.2.5 AttendeeStatus */
export const attendeeStatus = { Unknown: 0, Tentative: 2, Accept: 3, Decline: 4, NotResponded: 5 } as const;
/** [MS-ASCAL] 2.2.2.6 AttendeeType */
export const attendeeType = { Required: 1, Optional: 2, Resource: 3 } as const;
/** [MS-ASCAL] 2.2.2.40 ResponseType */
export const responseType = {
  None: 0,
  Organizer: 1,
  Tentative: 2,
  Accepted: 3,
  Declined: 4,
  NotResponded: 5,
} as const;
/** [MS-ASCMD] 2.2.3.194 UserResponse */
export const userResponse = { Accept: 1, Tentative: 2, Decline: 3 } as const;

/** [MS-ASCAL] 2.2.2.45 Type; there is no 4. */
export const recurrenceType = {
  Daily: 0,
  Weekly: 1,
  Monthly: 2,
  MonthlyNth: 3,
  Yearly: 5,
  YearlyNth: 6,
} as const;

/** [MS-ASCAL] 2.2.2.15 DayOfWeek: a sum of these. */
export const dayOfWeekBit = {
  Sunday: 1,
  Monday: 2,
  Tuesday: 4,
  Wednesday: 8,
  Thursday: 16,
  Friday: 32,
  Saturday: 64,
  Weekdays: 62,
  WeekendDays: 65,
  EveryDay: 127,
} as const;

/** [MS-ASCAL] 2.2.2.48 WeekOfMonth: 1 to 4, and this. */
export const lastWeekOfMonth = 5;

/** [MS-ASCAL] 2.2.2.10 CalendarType; 13, 16 to 19 and 21 to 23 are reserved. */
export const calendarType = {
  Default: 0,
  Gregorian: 1,
  GregorianUs: 2,
  JapaneseEra: 3,
  Taiwan: 4,
  KoreanTangun: 5,
  Hijri: 6,
  Thai: 7,
  Hebrew: 8,
  GregorianMiddleEastFrench: 9,
  GregorianArabic: 10,
  GregorianTransliteratedEnglish: 11,
  GregorianTransliteratedFrench: 12,
  JapaneseLunar: 14,
  ChineseLunar: 15,
  KoreanLunar: 20,
} as const;

/** [MS-ASCMD] 2.2.3.22 CertificateRetrieval */
export const certificateRetrieval = { None: 1, Full: 2, Mini: 3 } as const;
/** [MS-ASCMD] 2.2.3.186.5 Type(ResolveRecipients) */
export const recipientType = { Directory: 1, Contact: 2 } as const;
/** Digits of a MergedFreeBusy, one per half hour; the higher one wins. */
export const freeBusy = { Free: 0, Tentative: 1, Busy: 2, OutOfOffice: 3, NoData: 4 } as const;
/** [MS-ASCMD] 2.2.3.124 OofState */
export const oofState = { Disabled: 0, Global: 1, Timed: 2 } as const;
/** Names of the stores that Search and ItemOperations know. */
export const storeName = { Mailbox: 'Mailbox', Directory: 'GAL', Documents: 'DocumentLibrary' } as const;

/** Values of one of the tables above. */
export type ValueOf<Table> = Table[keyof Table];
