import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  classShapes,
  commandShapes,
  type Element,
  mailboxQuery,
  type Node,
  newestVersion,
  order,
  pages,
  read,
  SchemaError,
  type StrictCase,
  strictCases,
  type Version,
} from '../../protocol/index.ts';
import { documentOf } from './documents.ts';

const collection = (xml: string) =>
  `<Sync><Collections><Collection><SyncKey>1</SyncKey><CollectionId>2</CollectionId>${xml}</Collection></Collections></Sync>`;
const add = (xml: string) =>
  collection(`<Commands><Add><ClientId>c</ClientId><ApplicationData>${xml}</ApplicationData></Add></Commands>`);
const change = (xml: string) =>
  collection(`<Commands><Change><ServerId>2:1</ServerId><ApplicationData>${xml}</ApplicationData></Change></Commands>`);
const event = (xml: string) =>
  change(`<calendar:Recurrence><calendar:Type>0</calendar:Type>${xml}</calendar:Recurrence>`);
const task = (xml: string) => change(`<tasks:Recurrence>${xml}</tasks:Recurrence>`);
const taskOfType = (xml: string) =>
  task(`<tasks:Type>0</tasks:Type><tasks:Start>2026-11-22T00:00:00.000Z</tasks:Start>${xml}`);
const preference = (xml: string) =>
  collection(`<Options><airsyncbase:BodyPreference>${xml}</airsyncbase:BodyPreference></Options>`);
const estimate = (xml: string) =>
  `<GetItemEstimate><Collections><Collection><airsync:SyncKey>1</airsync:SyncKey><CollectionId>2</CollectionId>${xml}</Collection></Collections></GetItemEstimate>`;
const fetch = (xml: string) => `<ItemOperations><Fetch><Store>Mailbox</Store>${xml}</Fetch></ItemOperations>`;
const move = (xml: string) =>
  `<ItemOperations><Move><ConversationId bytes="hex">0102</ConversationId><DstFldId>RI</DstFldId>${xml}</Move></ItemOperations>`;
const search = (xml: string, rest = '') =>
  `<Search><Store><Name>Mailbox</Name><Query>${xml}</Query>${rest}</Store></Search>`;
const find = (query: string, range = '0-9') =>
  `<Find><SearchId>1</SearchId><ExecuteSearch><MailBoxSearchCriterion><Query>${query}</Query><Options><Range>${range}</Range></Options></MailBoxSearchCriterion></ExecuteSearch></Find>`;
const meeting = (instance: string) =>
  `<MeetingResponse><Request><UserResponse>1</UserResponse><CollectionId>8</CollectionId><RequestId>8:1</RequestId><InstanceId>${instance}</InstanceId></Request></MeetingResponse>`;
const reply = (source: string) =>
  `<SmartReply><ClientId>1</ClientId><Source>${source}</Source><Mime>x</Mime></SmartReply>`;
const policy = (xml: string) => `<Provision><Policies><Policy>${xml}</Policy></Policies></Provision>`;
const availability = (start: string, end: string) =>
  `<ResolveRecipients><To>a</To><Options><Availability><StartTime>${start}</StartTime><EndTime>${end}</EndTime></Availability></Options></ResolveRecipients>`;
const folder = (command: string, xml: string) => `<${command}>${xml}</${command}>`;
const start = '2026-11-22T00:00:00.000Z';

/** A request at fault per case. */
const examples: Readonly<Record<string, string>> = {
  'root-missing': '<Policies/>',
  'element-missing': '<GetItemEstimate/>',
  'sync-key-missing': '<Sync><Collections><Collection><CollectionId>2</CollectionId></Collection></Collections></Sync>',
  'folder-sync-key-missing': folder('FolderSync', ''),
  'folder-create-parent-missing': folder(
    'FolderCreate',
    '<SyncKey>1</SyncKey><DisplayName>a</DisplayName><Type>12</Type>',
  ),
  'folder-update-parent-missing': folder(
    'FolderUpdate',
    '<SyncKey>1</SyncKey><ServerId>9</ServerId><DisplayName>a</DisplayName>',
  ),
  'folder-delete-id-missing': folder('FolderDelete', '<SyncKey>1</SyncKey>'),
  'ping-id-missing': '<Ping><Folders><Folder><Class>Email</Class></Folder></Folders></Ping>',
  'fetch-store-missing': '<ItemOperations><Fetch/></ItemOperations>',
  'move-items-two-targets':
    '<MoveItems><Move><SrcMsgId>2:1</SrcMsgId><SrcFldId>2</SrcFldId><DstFldId>4</DstFldId><DstFldId>5</DstFldId></Move></MoveItems>',
  'collection-order':
    '<Sync><Collections><Collection><CollectionId>2</CollectionId><SyncKey>1</SyncKey></Collection></Collections></Sync>',
  'collection-id-missing': '<Sync><Collections><Collection><SyncKey>1</SyncKey></Collection></Collections></Sync>',
  'get-changes-at-key-0':
    '<Sync><Collections><Collection><SyncKey>0</SyncKey><CollectionId>2</CollectionId><GetChanges/></Collection></Collections></Sync>',
  'wait-and-heartbeat': '<Sync><Wait>5</Wait><HeartbeatInterval>300</HeartbeatInterval></Sync>',
  'wait-range': '<Sync><Wait>60</Wait></Sync>',
  'heartbeat-range': '<Sync><HeartbeatInterval>59</HeartbeatInterval></Sync>',
  'options-too-many': collection('<Options/><Options/><Options/>'),
  'filter-of-mail': collection('<Options><FilterType>8</FilterType></Options>'),
  'conversation-mode': collection('<ConversationMode>1</ConversationMode>'),
  'body-preference-order': preference(
    '<airsyncbase:TruncationSize>1</airsyncbase:TruncationSize><airsyncbase:Type>1</airsyncbase:Type>',
  ),
  'body-preference-type-twice': preference(
    '<airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPreference><airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type>',
  ),
  'all-or-none': preference('<airsyncbase:Type>1</airsyncbase:Type><airsyncbase:AllOrNone>2</airsyncbase:AllOrNone>'),
  'all-or-none-twice': preference(
    '<airsyncbase:Type>1</airsyncbase:Type><airsyncbase:AllOrNone>1</airsyncbase:AllOrNone><airsyncbase:AllOrNone>1</airsyncbase:AllOrNone>',
  ),
  'body-part-type': collection(
    '<Options><airsyncbase:BodyPartPreference><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPartPreference></Options>',
  ),
  'supported-of-notes': collection('<Supported/>'),
  'too-many-commands': collection(`<Commands>${'<Delete><ServerId>1</ServerId></Delete>'.repeat(201)}</Commands>`),
  'add-to-recipient-cache': add('<contacts:FileAs>a</contacts:FileAs>'),
  'add-of-mail': add('<email:Subject>a</email:Subject>'),
  'mail-conversation-id': change('<email2:ConversationId bytes="hex">01</email2:ConversationId>'),
  'mail-received-as-bcc': change('<email2:ReceivedAsBcc>1</email2:ReceivedAsBcc>'),
  'mail-sender': change('<email2:Sender>a</email2:Sender>'),
  'mail-um-caller-id': change('<email2:UmCallerID>a</email2:UmCallerID>'),
  'mail-um-user-notes': change('<email2:UmUserNotes>a</email2:UmUserNotes>'),
  'mail-read': change('<email:Read>2</email:Read>'),
  'mail-flag-status': change('<email:Flag><email:Status>3</email:Status></email:Flag>'),
  'event-day-of-month': event('<calendar:DayOfMonth>1</calendar:DayOfMonth>'),
  'event-day-of-week': event('<calendar:DayOfWeek>1</calendar:DayOfWeek>'),
  'event-month-of-year': event('<calendar:MonthOfYear>1</calendar:MonthOfYear>'),
  'event-week-of-month': event('<calendar:WeekOfMonth>1</calendar:WeekOfMonth>'),
  'event-calendar-type': event('<calendar:CalendarType>13</calendar:CalendarType>'),
  'event-calendar-type-twice': event(
    '<calendar:CalendarType>1</calendar:CalendarType><calendar:CalendarType>1</calendar:CalendarType>',
  ),
  'event-first-day-of-week': event('<calendar:FirstDayOfWeek>7</calendar:FirstDayOfWeek>'),
  'event-end-without-start': change('<calendar:EndTime>20261122T100000Z</calendar:EndTime>'),
  'task-recurrence-type': task('<tasks:Start>2026-11-22T00:00:00.000Z</tasks:Start>'),
  'task-recurrence-start': task('<tasks:Type>0</tasks:Type>'),
  'task-day-of-month': taskOfType('<tasks:DayOfMonth>1</tasks:DayOfMonth>'),
  'task-day-of-week': taskOfType('<tasks:DayOfWeek>1</tasks:DayOfWeek>'),
  'task-week-of-month': taskOfType('<tasks:WeekOfMonth>1</tasks:WeekOfMonth>'),
  'task-calendar-type': taskOfType('<tasks:CalendarType>1</tasks:CalendarType>'),
  'task-reminder-set': change('<tasks:ReminderSet>2</tasks:ReminderSet>'),
  'task-first-day-of-week': taskOfType('<tasks:FirstDayOfWeek>7</tasks:FirstDayOfWeek>'),
  'note-message-class': add('<notes:MessageClass>IPM.Note</notes:MessageClass>'),
  'contact-picture': change(`<contacts:Picture>${'AAAA'.repeat(13_000)}</contacts:Picture>`),
  'estimate-collection': estimate(''),
  'estimate-not-primed': estimate(''),
  'estimate-key': estimate(''),
  'estimate-filter': estimate('<airsync:Options><airsync:FilterType>6</airsync:FilterType></airsync:Options>'),
  'estimate-filter-range': estimate('<airsync:Options><airsync:FilterType>9</airsync:FilterType></airsync:Options>'),
  'estimate-max-items': estimate('<airsync:Options><airsync:MaxItems>9</airsync:MaxItems></airsync:Options>'),
  'estimate-conversation-mode': estimate('<airsync:ConversationMode>1</airsync:ConversationMode>'),
  'estimate-classes': estimate('<airsync:Options><airsync:Class>Tasks</airsync:Class></airsync:Options>'),
  'ping-id-twice': '<Ping><Folders><Folder><Id>2</Id></Folder><Folder><Id>2</Id></Folder></Folders></Ping>',
  'ping-parts': '<Ping><HeartbeatInterval>300</HeartbeatInterval></Ping>',
  'folder-update-key': folder(
    'FolderUpdate',
    '<ServerId>9</ServerId><ParentId>0</ParentId><DisplayName>a</DisplayName>',
  ),
  'folder-update-status': folder(
    'FolderUpdate',
    '<SyncKey>1</SyncKey><ServerId>9</ServerId><ParentId>0</ParentId><DisplayName>a</DisplayName><Status>1</Status>',
  ),
  'folder-create-special': folder(
    'FolderCreate',
    '<SyncKey>1</SyncKey><ParentId>RI</ParentId><DisplayName>a</DisplayName><Type>12</Type>',
  ),
  'folder-update-special': folder(
    'FolderUpdate',
    '<SyncKey>1</SyncKey><ServerId>RI</ServerId><ParentId>0</ParentId><DisplayName>a</DisplayName>',
  ),
  'folder-delete-special': folder('FolderDelete', '<SyncKey>1</SyncKey><ServerId>RI</ServerId>'),
  'fetch-reference-twice': fetch(
    '<airsyncbase:FileReference>a</airsyncbase:FileReference><airsyncbase:FileReference>b</airsyncbase:FileReference>',
  ),
  'fetch-options': fetch(
    '<airsyncbase:FileReference>a</airsyncbase:FileReference><Options><airsync:MIMESupport>1</airsync:MIMESupport></Options>',
  ),
  'fetch-reference-empty': fetch('<airsyncbase:FileReference/>'),
  'move-always': move(''),
  'move-destination': move(''),
  'move-to-recipient-cache': move('<Options><MoveAlways/></Options>'),
  'move-conversation': move('<Options><MoveAlways/></Options>'),
  'search-free-text-outside': search('<FreeText>a</FreeText>'),
  'search-class-outside': search('<airsync:Class>Email</airsync:Class>'),
  'search-collection-id-outside': search('<airsync:CollectionId>2</airsync:CollectionId>'),
  'search-conversation-id-outside': search('<ConversationId bytes="hex">01</ConversationId>'),
  'search-greater-than-outside': search(`<GreaterThan><email:DateReceived/><Value>${start}</Value></GreaterThan>`),
  'search-less-than-outside': search(`<LessThan><email:DateReceived/><Value>${start}</Value></LessThan>`),
  'search-two-and': search('<And/><And/>'),
  'search-item-elements': search('<And><email:Subject>a</email:Subject></And>'),
  'search-range': search('<And/>', '<Options><Range>0-100</Range></Options>'),
  'find-first-range': find('<FreeText>a</FreeText>', '5-9'),
  'find-parameter': find('<airsync:Class>Tasks</airsync:Class>'),
  'find-collection': find('<airsync:CollectionId>99</airsync:CollectionId>'),
  'meeting-instance-form': meeting('20090907T070000Z'),
  'meeting-instance-single': meeting(start),
  'meeting-instance-request': meeting(start),
  'meeting-instance-old': meeting(start),
  'reply-instance': reply('<FolderId>2</FolderId><ItemId>2:1</ItemId><InstanceId>soon</InstanceId>'),
  'reply-item': reply('<FolderId>2</FolderId><ItemId>2:99</ItemId>'),
  'forwardees-with-mime':
    '<SmartForward><ClientId>1</ClientId><Source/><Mime>x</Mime><Forwardees><Forwardee><Email>a</Email></Forwardee></Forwardees></SmartForward>',
  'client-id-again': '<SendMail><ClientId>1</ClientId><Mime>x</Mime></SendMail>',
  'oof-times': `<Settings><Oof><Set><OofState>2</OofState><StartTime>${start}</StartTime></Set></Oof></Settings>`,
  'policy-type-missing': policy(''),
  'policy-type-unknown': policy('<PolicyType>x</PolicyType>'),
  'policy-key': policy('<PolicyKey>1</PolicyKey><Status>1</Status>'),
  'device-information': policy('<PolicyType>MS-EAS-Provisioning-WBXML</PolicyType>'),
  'availability-window': availability(start, start),
  'availability-time': availability(start, 'later'),
  'too-many-recipients': `<ResolveRecipients>${'<To>a</To>'.repeat(101)}</ResolveRecipients>`,
};

interface Found {
  readonly node: Node;
  readonly value: unknown;
}

/** What stands at the path: schema and value; a raw element on the way is read by the schema it waits for. */
function follow({ node, value }: Found, path: readonly string[], about: StrictCase, version: Version): Found {
  const { content } = node;
  const [key, ...rest] = path;
  if (content.kind === 'raw' && (key !== undefined || about.sight === 'invalid')) {
    return follow(
      { node: waiting(node, about), value: readAt(node, value as Element, about, version).value },
      path,
      about,
      version,
    );
  }
  if (key === undefined || value === undefined) return { node, value };
  if (Array.isArray(value) && content.kind === 'mixed') {
    const entry = (value as Record<string, unknown>[]).find((each) => key in each);
    return follow({ node: content.byKey.get(key)!, value: entry?.[key] }, rest, about, version);
  }
  assert.equal(content.kind, 'container', `${about.name}: ${key}`);
  const child = content.kind === 'container' ? content.children.find((each) => each.key === key) : undefined;
  assert.ok(child, `${about.name}: the schema has no ${key}`);
  const inside = (value as Record<string, unknown>)[key];
  const one = child.occurs === 'many' ? (inside as unknown[])[0] : inside;
  return follow({ node: child.node, value: one }, rest, about, version);
}

function waiting(node: Node, about: StrictCase): Node {
  return about.class === undefined ? mailboxQuery : { ...classShapes[about.class].schema, tag: node.tag };
}

function readAt(node: Node, source: Element, about: StrictCase, version: Version) {
  return read(waiting(node, about), source, { version });
}

const namespaceOf = (about: StrictCase) => (commandShapes[about.command].request as Node).tag.namespace;

for (const about of strictCases) {
  test(`${about.path}: ${about.rule} (${about.requirements.join(', ')})`, () => {
    const version = about.until ?? newestVersion;
    const source = documentOf(namespaceOf(about), examples[about.name]!);
    const schema = commandShapes[about.command].request as Node;
    const [, ...path] = about.path.split('/');
    const look = () => follow({ node: schema, value: read(schema, source, { version }).value }, path, about, version);
    if (about.sight === 'wrong-root') {
      assert.throws(look, { reason: 'wrong-root' });
    } else if (about.sight === 'missing' || about.sight === 'invalid') {
      assert.throws(look, (error) => {
        assert.ok(error instanceof SchemaError);
        assert.equal(error.reason, about.sight);
        assert.ok(about.path === error.path.join('/') || about.path.endsWith(`/${error.path.join('/')}`));
        return true;
      });
    } else if (about.sight === 'unknown') {
      // Both ways to an Element that waits for its schema: a query and an item.
      const waits = source.children
        .flatMap((each) => each.children)
        .find((each) => each.tag === pages.search.Query.code)!;
      const { unknown } = read(mailboxQuery, waits, { version });
      assert.ok(
        unknown.some((each) => about.path.endsWith(`/${each}`)),
        unknown.join(),
      );
    } else if (about.sight === 'order') {
      const { node, value } = look();
      const got = order(node, value as object);
      const wire = node.content.kind === 'container' ? node.content.children.map((child) => child.key) : [];
      assert.notDeepEqual(
        got,
        wire.filter((key) => got.includes(key)),
      );
    } else if (about.sight === 'twice') {
      const key = path.pop();
      const { node, value } = look();
      assert.equal(order(node, value as object).filter((each) => each === key).length, 2);
    } else if (about.sight === 'absent') assert.equal(look().value, undefined);
    else assert.notEqual(look().value, undefined);
  });
}

test('every strict case has an example and every example a case', () => {
  assert.deepEqual(Object.keys(examples).sort(), strictCases.map(({ name }) => name).sort());
});

test('a case begins where its path does and ends inside the versions', () => {
  for (const { path, command, since, until } of strictCases) {
    assert.equal(path.split('/')[0], command);
    assert.ok(since === undefined || until === undefined || since <= until);
  }
});
