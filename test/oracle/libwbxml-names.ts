// What libwbxml 0.11 (Debian's libwbxml2-utils) calls otherwise, or does not know. A token is the same in both: only names differ.

/** Its names of tags, by ours. They are of the oldest documents, or its own to tell equal names of a page apart. */
export const otherNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AirSync: { RtfTruncation: 'RTFTruncation' },
  Contacts: {
    AssistantPhoneNumber: 'AssistantTelephoneNumber',
    BusinessAddressCity: 'BusinessCity',
    BusinessAddressCountry: 'BusinessCountry',
    BusinessAddressPostalCode: 'BusinessPostalCode',
    BusinessAddressState: 'BusinessState',
    BusinessAddressStreet: 'BusinessStreet',
    HomeAddressCity: 'HomeCity',
    HomeAddressCountry: 'HomeCountry',
    HomeAddressPostalCode: 'HomePostalCode',
    HomeAddressState: 'HomeState',
    HomeAddressStreet: 'HomeStreet',
    OtherAddressCity: 'OtherCity',
    OtherAddressCountry: 'OtherCountry',
    OtherAddressPostalCode: 'OtherPostalCode',
    OtherAddressState: 'OtherState',
    OtherAddressStreet: 'OtherStreet',
  },
  Email: {
    AttOid: 'AttOId',
    ReplyTo: 'Reply-To',
    DtStamp: 'DTStamp',
    Type: 'Recurrence_Type',
    Until: 'Recurrence_Until',
    Occurrences: 'Recurrence_Occurrences',
    Interval: 'Recurrence_Interval',
    DayOfWeek: 'Recurrence_DayOfWeek',
    DayOfMonth: 'Recurrence_DayOfMonth',
    WeekOfMonth: 'Recurrence_WeekOfMonth',
    MonthOfYear: 'Recurrence_MonthOfYear',
    Status: 'FlagStatus',
  },
  Calendar: {
    Timezone: 'TimeZone',
    Email: 'Attendee_Email',
    Name: 'Attendee_Name',
    CompressedRTF: 'Compressed_RTF',
    DtStamp: 'DTStamp',
    Deleted: 'Exception_Deleted',
    ExceptionStartTime: 'Exception_StartTime',
    OrganizerEmail: 'Organizer_Email',
    OrganizerName: 'Organizer_Name',
    Type: 'Recurrence_Type',
    Until: 'Recurrence_Until',
    Occurrences: 'Recurrence_Occurrences',
    Interval: 'Recurrence_Interval',
    DayOfWeek: 'Recurrence_DayOfWeek',
    DayOfMonth: 'Recurrence_DayOfMonth',
    WeekOfMonth: 'Recurrence_WeekOfMonth',
    MonthOfYear: 'Recurrence_MonthOfYear',
    AttendeeStatus: 'Attendee_Status',
    AttendeeType: 'Attendee_Type',
  },
  Tasks: {
    UtcDueDate: 'UTCDueDate',
    Type: 'Recurrence_Type',
    Start: 'Recurrence_Start',
    Until: 'Recurrence_Until',
    Occurrences: 'Recurrence_Occurrences',
    Interval: 'Recurrence_Interval',
    DayOfMonth: 'Recurrence_DayOfMonth',
    DayOfWeek: 'Recurrence_DayOfWeek',
    WeekOfMonth: 'Recurrence_WeekOfMonth',
    MonthOfYear: 'Recurrence_MonthOfYear',
    Regenerate: 'Recurrence_Regenerate',
    DeadOccur: 'Recurrence_DeadOccur',
    UtcStartDate: 'UTCStartDate',
  },
  Provision: { RequireStorageCardEncryption: 'DeviceEncryptionEnabled' },
  Settings: { SMTPAddress: 'SmtpAddress', RightsManagementInformation: 'ihsManagementInformation' },
  ComposeMail: { Mime: 'MIME', Name: 'ForwardeeName', Email: 'ForwardeeEmail' },
  RightsManagement: {
    Owner: 'RMOwner',
    RemoveRightsManagementProtection: 'RemoveRightsManagementDistribution',
  },
};

interface Unknown {
  readonly why: string;
  readonly namespace: string;
  /** Absent: all of the page. */
  readonly names?: readonly string[];
}

/** Tags that it writes as `unknown`. */
export const unknownTags: readonly Unknown[] = [
  { why: 'the page came with 16.1', namespace: 'Find' },
  { why: 'they came with 16.1', namespace: 'MeetingResponse', names: ['ProposedStartTime', 'ProposedEndTime'] },
  { why: 'it came with 16.1', namespace: 'Provision', names: ['AccountOnlyRemoteWipe'] },
  {
    why: 'of 2.5 alone and never sent since',
    namespace: 'Calendar',
    names: ['Attachment', 'Attachments', 'AttName', 'AttSize', 'AttOid', 'AttMethod', 'AttRemoved', 'DisplayName'],
  },
  { why: 'named in old tables and used by no document', namespace: 'Ping', names: ['Version'] },
  { why: 'named in old tables and used by no document', namespace: 'Search', names: ['Stores'] },
  { why: 'named in old tables and used by no document', namespace: 'ComposeMail', names: ['Type'] },
];
