// What is right and the schemas refuse: one row each, with its reason. A row is no wish: the test shows that the schema refuses
// exactly this, so that a row which is no longer needed is seen.
import {
  calendar,
  type Element,
  element,
  email,
  getItemEstimate,
  meetingResponse,
  type Node,
  note,
  pages,
  policyData,
  provision,
  search,
  sms,
  sync,
  type Version,
  type WrittenOf,
  write,
} from '../../protocol/index.ts';

export interface Exception {
  readonly what: string;
  readonly why: string;
  readonly command: string;
  readonly answer: Element;
  /** The element that the schema complains of. */
  readonly complaint: string;
  /** Ends of paths where generated answers leave the element out. */
  readonly leftOut?: readonly string[];
}

type Collection = NonNullable<NonNullable<WrittenOf<typeof sync.response>['Collections']>['Collection']>[number];

function syncOf(rest: Partial<Collection>, version: Version = '16.1'): Element {
  const Collection = [{ SyncKey: '2', CollectionId: '5', Status: 1, ...rest }];
  return write(sync.response, { Collections: { Collection } }, { version });
}

function itemOf<N extends Node>(schema: N, value: WrittenOf<N>, version: Version = '16.1'): Element {
  return syncOf(
    { Commands: [{ Add: { ServerId: '5:1', ApplicationData: write(schema, value, { version }) } }] },
    version,
  );
}

const meeting = { DtStamp: '2026-01-15T12:00:00.000Z', TimeZone: 'AAAA', UID: 'u1' };

export const exceptions: readonly Exception[] = [
  {
    what: 'Class in a Collection of Sync, up to 12.1',
    why: 'the schemas are of 14.1 and later, where Class left the Collection',
    command: 'Sync',
    answer: syncOf({ Class: 'Email' }, '12.1'),
    complaint: '{AirSync}Class',
  },
  {
    what: 'Class in a Collection of GetItemEstimate, up to 12.1',
    why: 'the schemas are of 14.1 and later, where Class left the Collection',
    command: 'GetItemEstimate',
    answer: write(
      getItemEstimate.response,
      { Response: [{ Status: 1, Collection: { Class: 'Email', CollectionId: '5', Estimate: 3 } }] },
      { version: '12.1' },
    ),
    complaint: '{GetItemEstimate}Class',
  },
  {
    what: 'Class in an Add of a text message',
    why: 'a mail folder holds two classes; the schema has Class in Change and Delete alone',
    command: 'Sync',
    answer: syncOf({
      Commands: [
        { Add: { Class: 'SMS', ServerId: '5:1', ApplicationData: write(sms, { From: '+49 1' }, { version: '16.1' }) } },
      ],
    }),
    complaint: '{AirSync}Class',
    leftOut: ['Commands/Add/Class'],
  },
  {
    what: 'ApplicationData in the answer to a Change, 16.0 and later',
    why: 'tells the FileReference of an attachment that the client added',
    command: 'Sync',
    answer: syncOf({
      Responses: [
        { Change: { ServerId: '5:1', Status: 1, ApplicationData: write(email, { Read: true }, { version: '16.1' }) } },
      ],
    }),
    complaint: '{AirSync}ApplicationData',
    leftOut: ['Responses/Change/ApplicationData'],
  },
  {
    what: 'properties of a note in the answer to a Fetch',
    why: 'the schema lists every class but notes there',
    command: 'Sync',
    answer: syncOf({
      Responses: [
        { Fetch: { ServerId: '5:1', Status: 1, ApplicationData: write(note, { Subject: 'n' }, { version: '16.1' }) } },
      ],
    }),
    complaint: '{Notes}Subject',
    leftOut: ['Fetch/ApplicationData/Notes:*', 'Responses/Add/ApplicationData/Notes:*'],
  },
  {
    what: 'BodyPart in the answer to a Fetch',
    why: 'ApplicationData of any answer has it ([MS-ASAIRS] R119); the list of Fetch does not',
    command: 'Sync',
    answer: syncOf({
      Responses: [
        {
          Fetch: {
            ServerId: '5:1',
            Status: 1,
            ApplicationData: write(
              email,
              { BodyPart: { Status: 1, Type: 2, EstimatedDataSize: 1, Data: 'a' } },
              { version: '16.1' },
            ),
          },
        },
      ],
    }),
    complaint: '{AirSyncBase}BodyPart',
    leftOut: ['Responses/Fetch/ApplicationData/BodyPart', 'Responses/Add/ApplicationData/BodyPart'],
  },
  {
    what: 'InstanceId in the answer to an Add or Fetch, 16.0 and later',
    why: 'ApplicationData of any answer has it ([MS-ASAIRS] R1176); these two lists do not',
    command: 'Sync',
    answer: syncOf({
      Responses: [
        {
          Fetch: {
            ServerId: '5:1',
            Status: 1,
            ApplicationData: element(pages.airSync.ApplicationData, [
              element(pages.airSyncBase.InstanceId, '20260120T090000Z'),
            ]),
          },
        },
      ],
    }),
    complaint: '{AirSyncBase}InstanceId',
    leftOut: ['Responses/Fetch/ApplicationData/InstanceId', 'Responses/Add/ApplicationData/InstanceId'],
  },
  {
    what: 'LongId in a Result of MeetingResponse',
    why: 'it is read, since the example of the documents has it; the command never writes it',
    command: 'MeetingResponse',
    answer: write(meetingResponse.response, { Result: [{ LongId: 'RgAAAA', Status: 1 }] }, { version: '16.1' }),
    complaint: '{Search}LongId',
    leftOut: ['MeetingResponse/Result/LongId'],
  },
  {
    what: 'BusyStatus 4, working elsewhere, 16.0 and later',
    why: 'the schema ends at 3',
    command: 'Sync',
    answer: itemOf(calendar, { BusyStatus: 4 }),
    complaint: '{Calendar}BusyStatus',
  },
  {
    what: 'Reminder of a meeting request over 65,535 seconds',
    why: 'the schema says unsignedShort, the rows integer',
    command: 'Sync',
    answer: itemOf(email, { MeetingRequest: { ...meeting, Reminder: 86_400 } }),
    complaint: '{Email}Reminder',
  },
  {
    what: 'Email and Name of a Forwardee',
    why: 'the schema names them ForwardeeEmail and ForwardeeName; page 21 has Email and Name',
    command: 'Sync',
    answer: itemOf(email, {
      MeetingRequest: { ...meeting, Forwardees: { Forwardee: [{ Email: 'a@example.test', Name: 'A' }] } },
    }),
    complaint: '{ComposeMail}Email',
    leftOut: ['MeetingRequest/Forwardees'],
  },
  {
    what: 'a Recurrence without Type, 16.0 and later',
    why: 'optional there by [MS-ASCAL] R448001; the schema demands it',
    command: 'Sync',
    answer: itemOf(calendar, { Recurrence: { Interval: 1, Occurrences: 3 } }),
    complaint: '{Calendar}Recurrence',
  },
  {
    what: 'AccountId in Properties of a Search result',
    why: 'the class has it ([MS-ASEMAIL] R220); the list of Search does not',
    command: 'Search',
    answer: write(
      search.response,
      {
        Status: 1,
        Response: {
          Store: {
            Status: 1,
            Result: [
              {
                Class: 'Email',
                LongId: 'l1',
                CollectionId: '5',
                Properties: element(pages.search.Properties, [element(pages.email2.AccountId, 'a')]),
              },
            ],
          },
        },
      },
      { version: '16.1' },
    ),
    complaint: '{Email2}AccountId',
    leftOut: ['Result/Properties/AccountId'],
  },
  {
    what: 'Status of a whole MeetingResponse',
    why: 'a common Status (101 and later) stands under the root; the schema knows Result alone',
    command: 'MeetingResponse',
    answer: write(meetingResponse.response, { Status: 110 }, { version: '16.1' }),
    complaint: '{MeetingResponse}Status',
    leftOut: ['MeetingResponse/Status'],
  },
  {
    what: 'Data of a policy as text, 2.5',
    why: 'a wap-provisioningdoc; the schema knows EASProvisionDoc alone',
    command: 'Provision',
    answer: write(
      provision.response,
      {
        Status: 1,
        Policies: {
          Policy: {
            PolicyType: 'MS-WAP-Provisioning-XML',
            Status: 1,
            PolicyKey: '1',
            Data: policyData('<wap-provisioningdoc/>', '2.5'),
          },
        },
      },
      { version: '2.5' },
    ),
    complaint: '{Provision}Data',
  },
];
