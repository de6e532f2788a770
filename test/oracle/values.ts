// Answers as a server might give them, made from the schemas' data: every command and class that the registries list is taken
// up by itself. What a leaf may hold beside its type is the table below.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  classShapes,
  documentProperties,
  type Element,
  easProvisionDoc,
  element,
  email,
  fileProperties,
  formatCompactDateTime,
  formatDateTime,
  galProperties,
  type Node,
  pages,
  rank,
  retagged,
  type Version,
  write,
} from '../../protocol/index.ts';

/** `full`: every element that the version has, repeated ones twice; `any`: some of them. */
export type Fill = 'full' | 'any';

const word = fc.constantFrom('Plan', 'Grüße', '会議', 'a & b < c', 'two words', 'x'.repeat(40));
const moment = fc.date({ min: new Date('1990-01-01'), max: new Date('2079-12-31'), noInvalidDate: true });
const long = moment.map((date) => formatDateTime(date.getTime()));
const compact = moment.map((date) => formatCompactDateTime(date.getTime()));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 24 }).map((value) => Buffer.from(value));
const base64 = bytes.map((value) => value.toString('base64'));
const range = fc.nat(50).map((count) => `0-${count}`);
const address = fc.constantFrom('anna@example.test', 'bo@example.test');

const ofType: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  text: word,
  int: fc.nat(5),
  unsignedByte: fc.nat(1),
  intOrEmpty: fc.nat(3),
  double: fc.constantFrom(0, 48.137154, -11.5),
  boolean: fc.boolean(),
  opaque: bytes,
  mime: bytes,
  textOrBytes: word,
  dateTime: long,
  compactDateTime: compact,
  empty: fc.constant(true),
};

/** Leaves whose type says too little, by namespace and name. */
const ofTag: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'AirSync:Class': fc.constantFrom('Email', 'Calendar', 'Contacts', 'Tasks', 'Notes'),
  'AirSyncBase:Status': fc.constantFrom(1, 176),
  'AirSyncBase:Type': fc.integer({ min: 1, max: 4 }),
  'AirSyncBase:InstanceId': compact,
  'Calendar:AllDayEvent': fc.nat(1),
  'Calendar:AttendeeStatus': fc.constantFrom(0, 2, 3, 4, 5),
  'Calendar:AttendeeType': fc.integer({ min: 1, max: 3 }),
  'Calendar:DayOfMonth': fc.integer({ min: 1, max: 31 }),
  'Calendar:DayOfWeek': fc.integer({ min: 1, max: 127 }),
  'Calendar:Email': address,
  'Calendar:MeetingStatus': fc.constantFrom(0, 1, 3, 5, 7),
  'Calendar:MonthOfYear': fc.integer({ min: 1, max: 12 }),
  'Calendar:OrganizerEmail': address,
  'Calendar:Timezone': base64,
  'Calendar:Type': fc.constantFrom(0, 1, 2, 3, 5, 6),
  'Calendar:WeekOfMonth': fc.integer({ min: 1, max: 5 }),
  'Contacts:Picture': base64,
  'Email:DayOfMonth': fc.integer({ min: 1, max: 31 }),
  'Email:DayOfWeek': fc.integer({ min: 1, max: 127 }),
  'Email:MonthOfYear': fc.integer({ min: 1, max: 12 }),
  'Email:TimeZone': base64,
  'Email:GlobalObjId': base64,
  'Email:InternetCPID': fc.constantFrom('65001', '28591'),
  'Email:Type': fc.constantFrom(0, 1, 2, 3, 5, 6),
  'Email:WeekOfMonth': fc.integer({ min: 1, max: 5 }),
  'Find:Range': range,
  'ItemOperations:Range': range,
  'MeetingResponse:InstanceId': long,
  'Provision:PolicyType': fc.constant('MS-EAS-Provisioning-WBXML'),
  'ResolveRecipients:Certificate': base64,
  'ResolveRecipients:MiniCertificate': base64,
  'ResolveRecipients:Type': fc.integer({ min: 1, max: 2 }),
  'Search:Class': fc.constantFrom('Email', 'Calendar', 'Contacts', 'Tasks'),
  'Search:Range': range,
  'Settings:OofState': fc.nat(2),
  'Tasks:DayOfMonth': fc.integer({ min: 1, max: 31 }),
  'Tasks:DayOfWeek': fc.integer({ min: 1, max: 127 }),
  'Tasks:MonthOfYear': fc.integer({ min: 1, max: 12 }),
  'Tasks:Type': fc.constantFrom(0, 1, 2, 3, 5, 6),
  'Tasks:WeekOfMonth': fc.integer({ min: 1, max: 5 }),
};

/** Optional by their shape (a request may lack them, or a client may take them away), and in every answer, by the parent's name. */
const given: Readonly<Record<string, readonly string[] | 'all'>> = {
  'Calendar:Attendee': ['Name'],
  'Calendar:Recurrence': ['Type'],
  'Provision:Policies': ['Policy'],
  'RightsManagement:RightsManagementLicense': 'all',
  'Settings:RightsManagementInformation': ['Get'],
  'Tasks:Recurrence': ['Type'],
};

const classNodes: readonly Node[] = Object.values(classShapes).map(({ schema }) => schema);

/** What an element holds whose content its schema leaves open, by namespace and name. */
const ofRaw: Readonly<Record<string, readonly Node[]>> = {
  'AirSync:ApplicationData': classNodes,
  'ItemOperations:Properties': [email, fileProperties],
  'Search:Properties': [email, galProperties, documentProperties],
};

/** Values of a schema, as a server of that version might answer with. */
export function answers(node: Node, version: Version, fill: Fill): fc.Arbitrary<unknown> {
  const { content, tag } = node;
  const name = `${tag.namespace}:${tag.name}`;
  switch (content.kind) {
    case 'leaf': {
      const values = (content.leaf.type === 'empty' ? undefined : ofTag[name]) ?? ofType[content.leaf.type];
      assert.ok(values, `no value for ${content.leaf.type}`);
      return values;
    }
    case 'raw': {
      if (tag === pages.provision.Data) {
        return answers(easProvisionDoc, version, fill).map((doc) =>
          element(tag, [write(easProvisionDoc, doc as object, { version })]),
        );
      }
      const nodes = ofRaw[name];
      return nodes === undefined
        ? fc.constant(element(tag))
        : fc.oneof(...nodes.map((each) => written(each, version, fill, tag.code)));
    }
    case 'mixed': {
      const entries = [...content.byKey].map(([key, each]) =>
        answers(each, version, fill).map((value) => ({ [key]: value })),
      );
      return fill === 'full' ? fc.tuple(...entries) : fc.array(fc.oneof(...entries), { minLength: 1, maxLength: 4 });
    }
    case 'container': {
      const fields: Record<string, fc.Arbitrary<unknown>> = {};
      const required: string[] = [];
      for (const { key, occurs, node: of, first, last } of content.children) {
        if (rank(version) < first || rank(version) > last) continue;
        const always = given[name] === 'all' || given[name]?.includes(key);
        if (occurs !== 'optional' || fill === 'full' || always) required.push(key);
        if (occurs === 'flag') fields[key] = fill === 'full' ? fc.constant(true) : fc.boolean();
        else if (occurs !== 'many') fields[key] = answers(of, version, fill);
        else fields[key] = fc.array(answers(of, version, fill), { minLength: fill === 'full' ? 2 : 1, maxLength: 2 });
      }
      return fc.record(fields, { requiredKeys: required }).map((value) => ({ ...value }));
    }
    default:
      return content satisfies never;
  }
}

/** The same, written; under another tag when one is given. Never empty: an answer names no item without saying something. */
export function written(node: Node, version: Version, fill: Fill, tag = node.tag.code): fc.Arbitrary<Element> {
  return answers(node, version, fill)
    .map((value) => retagged(write(node, value, { version }), tag))
    .filter((each) => each.children.length > 0);
}
