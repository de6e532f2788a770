/**
 * [MS-ASCMD] 2.2.3.179 Supported: which elements a client may leave out of a Change without losing them. A client
 * names in Supported what it handles itself; what is ghosted and absent keeps its value. From 16.0 on all of an event
 * is ghosted, so that this is of contacts and, up to 14.1, of events. Names are tag names as they stand on the wire.
 */

/** The only elements of an event that a Supported list may leave out. */
export const ghostableOfCalendar: ReadonlySet<string> = new Set([
  'AppointmentReplyTime',
  'Attendees',
  'Body',
  'DisallowNewTimeProposal',
  'MeetingStatus',
  'OnlineMeetingConfLink',
  'OnlineMeetingExternalLink',
  'OrganizerEmail',
  'OrganizerName',
  'ResponseRequested',
  'ResponseType',
]);

/** What a Supported list of a calendar has to name. */
export const requiredInSupportedOfCalendar: readonly string[] = [
  'DtStamp',
  'Categories',
  'Sensitivity',
  'BusyStatus',
  'UID',
  'Timezone',
  'StartTime',
  'Subject',
  'Location',
  'EndTime',
  'Recurrence',
  'AllDayEvent',
  'Reminder',
  'Exceptions',
];

/** Elements of a contact that stay when they are absent, whatever Supported says; all others are ghostable. */
export const keptOfContact: ReadonlySet<string> = new Set(['Body', 'Picture']);
