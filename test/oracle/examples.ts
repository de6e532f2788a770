// One full answer of every command, written by hand: what a server says when everything goes well and there is much to say.
import {
  type EasProvisionDoc,
  type Element,
  email,
  find,
  folderCreate,
  folderDelete,
  folderSync,
  folderUpdate,
  galProperties,
  getItemEstimate,
  itemOperations,
  meetingResponse,
  moveItems,
  pages,
  ping,
  policyData,
  provision,
  resolveRecipients,
  retagged,
  type ShapedCommand,
  search,
  sendMail,
  settings,
  smartForward,
  smartReply,
  sync,
  type Version,
  validateCert,
  type WrittenEmail,
  write,
} from '../../protocol/index.ts';

const mail: WrittenEmail = {
  To: '"Anna Smith" <anna@example.test>',
  Cc: 'bo@example.test',
  From: '"Jörg Müller" <joerg@example.test>',
  Sender: 'office@example.test',
  Subject: 'Grüße & more',
  ReplyTo: 'joerg@example.test',
  DateReceived: '2026-01-15T12:00:00.000Z',
  DisplayTo: 'Anna Smith',
  ThreadTopic: 'Grüße & more',
  Importance: 1,
  Read: false,
  Attachments: {
    Attachment: [
      {
        DisplayName: 'Übersicht.pdf',
        FileReference: '5:1:2',
        Method: 1,
        EstimatedDataSize: 1024,
        ContentId: 'part2@example.test',
        ContentLocation: 'https://example.test/a.pdf',
        IsInline: false,
        UmAttDuration: 12,
        UmAttOrder: 1,
      },
    ],
  },
  Body: {
    Type: 1,
    EstimatedDataSize: 24,
    Truncated: false,
    Data: 'First line\r\nsecond <line>',
    Preview: 'First line',
  },
  BodyPart: { Status: 1, Type: 2, EstimatedDataSize: 7, Truncated: true, Data: '<p>a</p>', Preview: 'a' },
  MessageClass: 'IPM.Schedule.Meeting.Request',
  MeetingRequest: {
    AllDayEvent: 0,
    StartTime: '2026-01-20T09:00:00.000Z',
    DtStamp: '2026-01-15T11:59:00.000Z',
    EndTime: '2026-01-20T10:00:00.000Z',
    InstanceType: 1,
    Location: { DisplayName: 'Room 1', City: 'Köln', Latitude: 50.94, Longitude: 6.96 },
    LocationText: 'Room 1',
    Organizer: 'joerg@example.test',
    Reminder: 900,
    ResponseRequested: 1,
    Recurrences: {
      Recurrence: [
        { Type: 1, Interval: 1, Occurrences: 5, DayOfWeek: 2, CalendarType: 0, IsLeapMonth: 0, FirstDayOfWeek: 1 },
      ],
    },
    Sensitivity: 0,
    BusyStatus: 2,
    TimeZone: 'xP///wAA',
    GlobalObjId: 'BAAAAIIA4AB0xbcQGoLgCA==',
    DisallowNewTimeProposal: 0,
    MeetingMessageType: 1,
    UID: '040000008200E00074C5B7101A82E008',
  },
  InternetCPID: '65001',
  Flag: {
    Subject: 'Grüße & more',
    Status: 2,
    FlagType: 'for Follow Up',
    StartDate: '2026-01-15T00:00:00.000Z',
    DueDate: '2026-01-16T00:00:00.000Z',
    UtcStartDate: '2026-01-14T23:00:00.000Z',
    UtcDueDate: '2026-01-15T23:00:00.000Z',
    ReminderSet: true,
    ReminderTime: '2026-01-16T08:00:00.000Z',
  },
  ContentClass: 'urn:content-classes:calendarmessage',
  NativeBodyType: 2,
  Categories: { Category: ['Blue', 'Work'] },
  ConversationId: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
  ConversationIndex: Buffer.from('db5c1a2b3c', 'hex'),
  LastVerbExecuted: 1,
  LastVerbExecutionTime: '2026-01-15T13:00:00.000Z',
  ReceivedAsBcc: false,
  IsDraft: false,
};

const policy: EasProvisionDoc = {
  DevicePasswordEnabled: true,
  AlphanumericDevicePasswordRequired: false,
  PasswordRecoveryEnabled: false,
  RequireStorageCardEncryption: false,
  AttachmentsEnabled: true,
  MinDevicePasswordLength: 6,
  MaxInactivityTimeDeviceLock: 900,
  MaxDevicePasswordFailedAttempts: 8,
  MaxAttachmentSize: '',
  AllowSimpleDevicePassword: false,
  DevicePasswordExpiration: '',
  DevicePasswordHistory: 0,
  AllowStorageCard: true,
  AllowCamera: true,
  RequireDeviceEncryption: true,
  AllowBluetooth: 2,
  UnapprovedInROMApplicationList: { ApplicationName: ['game.exe'] },
  ApprovedApplicationList: { Hash: ['4oRPZBcG2nY='] },
};

const entry = {
  DisplayName: 'Anna Smith',
  Phone: '+49 221 1',
  Office: 'K 7',
  Title: 'Engineer',
  Company: 'Example',
  Alias: 'anna',
  FirstName: 'Anna',
  LastName: 'Smith',
  HomePhone: '+49 221 2',
  MobilePhone: '+49 170 3',
  EmailAddress: 'anna@example.test',
  Picture: { Status: 1, Data: Buffer.from('ffd8ffe0', 'hex') },
};

export const examples: Readonly<Record<ShapedCommand, (version: Version) => Element>> = {
  Sync: (version) =>
    write(
      sync.response,
      {
        Collections: {
          Collection: [
            {
              SyncKey: '7',
              CollectionId: '5',
              Status: 1,
              MoreAvailable: true,
              Commands: [
                { Add: { ServerId: '5:1', ApplicationData: write(email, mail, { version }) } },
                { Change: { ServerId: '5:2', ApplicationData: write(email, { Read: true, Flag: {} }, { version }) } },
                { Delete: { ServerId: '5:3' } },
                { SoftDelete: { ServerId: '5:4' } },
              ],
              Responses: [
                { Change: { ServerId: '5:5', Status: 8 } },
                { Add: { ClientId: 'c1', ServerId: '5:6', Status: 1 } },
                { Fetch: { ServerId: '5:7', Status: 1, ApplicationData: write(email, { Subject: 'x' }, { version }) } },
              ],
            },
            { SyncKey: '0', CollectionId: '6', Status: 3 },
          ],
        },
      },
      { version },
    ),
  SendMail: (version) => write(sendMail.response, { Status: 120 }, { version }),
  SmartForward: (version) => write(smartForward.response, { Status: 150 }, { version }),
  SmartReply: (version) => write(smartReply.response, { Status: 150 }, { version }),
  FolderSync: (version) =>
    write(
      folderSync.response,
      {
        Status: 1,
        SyncKey: '2',
        Changes: {
          Count: 3,
          Update: [{ ServerId: '8', ParentId: '5', DisplayName: 'Projekte', Type: 12 }],
          Delete: [{ ServerId: '9' }],
          Add: [{ ServerId: '5', ParentId: '0', DisplayName: 'Inbox', Type: 2 }],
        },
      },
      { version },
    ),
  FolderCreate: (version) => write(folderCreate.response, { Status: 1, SyncKey: '3', ServerId: '10' }, { version }),
  FolderDelete: (version) => write(folderDelete.response, { Status: 1, SyncKey: '4' }, { version }),
  FolderUpdate: (version) => write(folderUpdate.response, { Status: 1, SyncKey: '5' }, { version }),
  MoveItems: (version) =>
    write(
      moveItems.response,
      {
        Response: [
          { SrcMsgId: '5:1', Status: 3, DstMsgId: '6:1' },
          { SrcMsgId: '5:2', Status: 1 },
        ],
      },
      { version },
    ),
  GetItemEstimate: (version) =>
    write(
      getItemEstimate.response,
      { Response: [{ Status: 1, Collection: { CollectionId: '5', Estimate: 12 } }] },
      { version },
    ),
  MeetingResponse: (version) =>
    write(
      meetingResponse.response,
      { Result: [{ RequestId: '5:1', Status: 1, CalendarId: '7:1', InstanceId: '2026-01-20T09:00:00.000Z' }] },
      { version },
    ),
  Search: (version) =>
    write(
      search.response,
      {
        Status: 1,
        Response: {
          Store: {
            Status: 1,
            Result: [
              {
                Class: 'Email',
                LongId: 'RgAAAA',
                CollectionId: '5',
                Properties: retagged(
                  write(email, { ...mail, MeetingRequest: undefined }, { version }),
                  pages.search.Properties,
                ),
              },
              { Properties: write(galProperties, entry, { version }) },
            ],
            Range: '0-1',
            Total: 2,
          },
        },
      },
      { version },
    ),
  Settings: (version) =>
    write(
      settings.response,
      {
        Status: 1,
        Oof: {
          Status: 1,
          Get: {
            OofState: 2,
            StartTime: '2026-01-20T00:00:00.000Z',
            EndTime: '2026-01-27T00:00:00.000Z',
            OofMessage: [{ AppliesToInternal: true, Enabled: true, ReplyMessage: 'Back soon', BodyType: 'Text' }],
          },
        },
        DeviceInformation: { Status: 1 },
        DevicePassword: { Status: 1 },
        UserInformation: {
          Status: 1,
          Get: {
            Accounts: {
              Account: [
                {
                  AccountId: 'a1',
                  AccountName: 'Work',
                  UserDisplayName: 'Anna Smith',
                  SendDisabled: false,
                  EmailAddresses: {
                    SMTPAddress: ['anna@example.test', 'a.smith@example.test'],
                    PrimarySmtpAddress: 'anna@example.test',
                  },
                },
              ],
            },
          },
        },
        RightsManagementInformation: {
          Status: 1,
          Get: {
            RightsManagementTemplates: {
              RightsManagementTemplate: [{ TemplateID: 't1', TemplateName: 'Internal', TemplateDescription: 'For us' }],
            },
          },
        },
      },
      { version },
    ),
  Ping: (version) => write(ping.response, { Status: 2, Folders: { Folder: ['5', '6'] } }, { version }),
  ItemOperations: (version) =>
    write(
      itemOperations.response,
      {
        Status: 1,
        Response: {
          Move: [{ Status: 1, ConversationId: Buffer.from('00112233445566778899aabbccddeeff', 'hex') }],
          EmptyFolderContents: [{ Status: 1, CollectionId: '4' }],
          Fetch: [
            {
              Status: 1,
              CollectionId: '5',
              ServerId: '5:1',
              Class: 'Email',
              Properties: retagged(write(email, mail, { version }), pages.itemOperations.Properties),
            },
          ],
        },
      },
      { version },
    ),
  Provision: (version) =>
    write(
      provision.response,
      {
        DeviceInformation: { Status: 1 },
        Status: 1,
        Policies: {
          Policy: {
            PolicyType: 'MS-EAS-Provisioning-WBXML',
            Status: 1,
            PolicyKey: '1307199584',
            Data: policyData(policy, version),
          },
        },
      },
      { version },
    ),
  ResolveRecipients: (version) =>
    write(
      resolveRecipients.response,
      {
        Status: 1,
        Response: [
          {
            To: 'anna',
            Status: 1,
            RecipientCount: 1,
            Recipient: [
              {
                Type: 1,
                DisplayName: 'Anna Smith',
                EmailAddress: 'anna@example.test',
                Availability: { Status: 1, MergedFreeBusy: '00221100' },
                Certificates: { Status: 1, CertificateCount: 1, RecipientCount: 1, Certificate: ['MIIB'] },
                Picture: [{ Status: 1, Data: Buffer.from('ffd8', 'hex') }],
              },
            ],
          },
        ],
      },
      { version },
    ),
  ValidateCert: (version) =>
    write(validateCert.response, { Status: 1, Certificate: [{ Status: 1 }, { Status: 7 }] }, { version }),
  Find: (version) =>
    write(
      find.response,
      {
        Status: 1,
        Response: {
          Store: 'Mailbox',
          Status: 1,
          Result: [
            {
              Class: 'Email',
              ServerId: '5:1',
              CollectionId: '5',
              Properties: {
                Subject: 'Grüße',
                DateReceived: '2026-01-15T12:00:00.000Z',
                DisplayTo: 'Anna',
                Importance: 1,
                Read: true,
                IsDraft: false,
                Preview: 'First line',
                HasAttachments: false,
                From: 'joerg@example.test',
              },
            },
          ],
          Range: '0-0',
          Total: 1,
        },
      },
      { version },
    ),
};
