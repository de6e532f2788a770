import type { ClassName } from '../classes/index.ts';
import type { Version } from '../schema/index.ts';
import type { ShapedCommand } from './index.ts';

/**
 * The bad requests that are answered with a Status of their own; all else is read tolerantly. Each row names the
 * element at fault by its path from the root, and how the schema layer shows the fault; what is not of shape ('value',
 * 'absent') is for the command to judge. A Status of 101 or more is an HTTP code up to 12.1.
 */

/**
 * wrong-root, missing, invalid: `read` throws SchemaError with that reason and the row's path (inside
 * ApplicationData the path begins there). order, twice: `order` of the container shows it. unknown: `read` names the
 * path as unknown. value: it is read, and the value says it. absent: it is read, and the key is not there.
 */
export type StrictSight = 'wrong-root' | 'missing' | 'invalid' | 'order' | 'twice' | 'unknown' | 'value' | 'absent';

/** Where the Status stands. */
export type StrictScope = 'command' | 'collection' | 'item' | 'store' | 'response' | 'property' | 'policy';

export interface StrictCase {
  readonly name: string;
  readonly command: ShapedCommand;
  readonly path: string;
  readonly rule: string;
  readonly sight: StrictSight;
  readonly status: number;
  readonly scope: StrictScope;
  readonly requirements: readonly string[];
  readonly since: Version | undefined;
  readonly until: Version | undefined;
  /** Class of the item whose ApplicationData the path enters. */
  readonly class: ClassName | undefined;
}

type Limits = { readonly since?: Version; readonly until?: Version; readonly class?: ClassName };

function at(
  path: string,
  name: string,
  sight: StrictSight,
  [scope, status]: readonly [StrictScope, number],
  rule: string,
  requirements: string,
  { since, until, class: className }: Limits = {},
): StrictCase {
  const command = path.split('/', 1)[0] as ShapedCommand;
  return {
    name,
    command,
    path,
    rule,
    sight,
    status,
    scope,
    requirements: requirements.split(' '),
    since,
    until,
    class: className,
  };
}

const collection = 'Sync/Collections/Collection';
const add = `${collection}/Commands/Add`;
const change = `${collection}/Commands/Change/ApplicationData`;
const estimate = 'GetItemEstimate/Collections/Collection';
const query = 'Search/Store/Query';
const mailBox = 'Find/ExecuteSearch/MailBoxSearchCriterion';

// biome-ignore format: one row, one case
export const strictCases: readonly StrictCase[] = [
  at('Provision', 'root-missing', 'wrong-root', ['command', 103], "another root than the command's", 'MS-ASCMD_R4817'),
  at('GetItemEstimate/Collections', 'element-missing', 'missing', ['command', 103], 'a required element is absent, of a command that has no Status for it', 'MS-ASCMD_R4817'),
  at(`${collection}/SyncKey`, 'sync-key-missing', 'missing', ['command', 4], 'what does not fit the schema', 'MS-ASCMD_R5778 MS-ASCMD_R5779'),
  at('FolderSync/SyncKey', 'folder-sync-key-missing', 'missing', ['command', 10], 'what does not fit the schema', 'MS-ASCMD_R4086'),
  at('FolderCreate/ParentId', 'folder-create-parent-missing', 'missing', ['command', 10], 'what does not fit the schema', 'MS-ASCMD_R4034'),
  at('FolderUpdate/ParentId', 'folder-update-parent-missing', 'missing', ['command', 10], 'what does not fit the schema', 'MS-ASCMD_R4122'),
  at('FolderDelete/ServerId', 'folder-delete-id-missing', 'missing', ['command', 10], 'what does not fit the schema', 'MS-ASCMD_R4062 MS-ASCMD_R4063'),
  at('Ping/Folders/Folder/Id', 'ping-id-missing', 'missing', ['command', 4], 'what does not fit the schema', 'MS-ASCMD_R4243'),
  at('ItemOperations/Fetch/Store', 'fetch-store-missing', 'missing', ['command', 2], 'what does not fit the schema', 'MS-ASCMD_R7238'),
  at('MoveItems/Move/DstFldId', 'move-items-two-targets', 'twice', ['item', 5], 'DstFldId twice', 'MS-ASCMD_R4222'),
  at(collection, 'collection-order', 'order', ['command', 4], 'children out of order; up to 12.1 Class may stand anywhere before or after SyncKey', 'MS-ASCMD_R976 MS-ASCMD_R4546'),
  at(`${collection}/CollectionId`, 'collection-id-missing', 'absent', ['command', 4], 'no CollectionId', 'MS-ASCMD_R4545'),
  at(`${collection}/GetChanges`, 'get-changes-at-key-0', 'value', ['command', 4], 'GetChanges empty or 1 with SyncKey 0', 'MS-ASCMD_R3128 MS-ASCMD_R5838', { since: '12.1' }),
  at('Sync/HeartbeatInterval', 'wait-and-heartbeat', 'value', ['command', 4], 'Wait and HeartbeatInterval together', 'MS-ASCMD_R4748 MS-ASCMD_R3162', { since: '14.0' }),
  at('Sync/Wait', 'wait-range', 'value', ['command', 14], 'Wait outside 1 to 59; Limit names the bound', 'MS-ASCMD_R3226 MS-ASCMD_R3227 MS-ASCMD_R3228', { since: '12.1' }),
  at('Sync/HeartbeatInterval', 'heartbeat-range', 'value', ['command', 14], 'HeartbeatInterval outside 60 to 3540; Limit names the bound', 'MS-ASCMD_R3226 MS-ASCMD_R3229 MS-ASCMD_R3230', { since: '14.0' }),
  at(`${collection}/Options`, 'options-too-many', 'value', ['command', 4], "more than two Options, one Class twice, or a pair other than SMS and the folder's class", 'MS-ASCMD_R930 MS-ASCMD_R935'),
  at(`${collection}/Options/FilterType`, 'filter-of-mail', 'value', ['command', 4], 'FilterType 8 for mail, or another value that the class does not have', 'MS-ASCMD_R3080'),
  at(`${collection}/ConversationMode`, 'conversation-mode', 'value', ['command', 4], 'ConversationMode, whatever it says, on a folder that is not mail', 'MS-ASCMD_R2117', { since: '14.0' }),
  at(`${collection}/Options/BodyPreference`, 'body-preference-order', 'order', ['command', 4], 'children of BodyPreference out of order', 'MS-ASAIRS_R348', { since: '12.0' }),
  at(`${collection}/Options/BodyPreference/Type`, 'body-preference-type-twice', 'value', ['command', 4], 'two BodyPreference of one Type', 'MS-ASAIRS_R349', { since: '12.0' }),
  at(`${collection}/Options/BodyPreference/AllOrNone`, 'all-or-none', 'invalid', ['command', 4], 'AllOrNone neither 0 nor 1', 'MS-ASAIRS_R350', { since: '12.0' }),
  at(`${collection}/Options/BodyPreference/AllOrNone`, 'all-or-none-twice', 'twice', ['command', 4], 'AllOrNone twice', 'MS-ASAIRS_R351', { since: '12.0' }),
  at(`${collection}/Options/BodyPartPreference/Type`, 'body-part-type', 'value', ['command', 164], 'BodyPartPreference of another Type than 2', 'MS-ASCON_R241', { since: '14.1' }),
  at(`${collection}/Supported`, 'supported-of-notes', 'value', ['command', 4], 'Supported for notes', 'MS-ASNOTE_R114', { since: '14.0' }),
  at(`${collection}/Commands`, 'too-many-commands', 'value', ['command', 4], 'more than 200 of Add, Change, Delete and Fetch', 'MS-ASCMD_R5659'),
  at(add, 'add-to-recipient-cache', 'value', ['command', 4], 'Add to the recipient information cache', 'MS-ASCMD_R756', { since: '14.0' }),
  at(add, 'add-of-mail', 'value', ['item', 6], 'Add of mail that is no SMS and, from 16.0 on, no draft', 'MS-ASCMD_R755'),
  at(`${change}/ConversationId`, 'mail-conversation-id', 'value', ['item', 6], 'ConversationId in a Change of mail', 'MS-ASEMAIL_R347', { since: '14.0', class: 'Email' }),
  at(`${change}/ReceivedAsBcc`, 'mail-received-as-bcc', 'value', ['item', 6], 'ReceivedAsBcc in a Change of mail', 'MS-ASEMAIL_R648', { since: '14.0', class: 'Email' }),
  at(`${change}/Sender`, 'mail-sender', 'value', ['item', 6], 'Sender in a Change of mail', 'MS-ASEMAIL_R723', { since: '14.0', class: 'Email' }),
  at(`${change}/UmCallerID`, 'mail-um-caller-id', 'value', ['item', 6], 'UmCallerID in a Change of mail', 'MS-ASEMAIL_R817', { since: '14.0', class: 'Email' }),
  at(`${change}/UmUserNotes`, 'mail-um-user-notes', 'value', ['item', 6], 'UmUserNotes in a Change of mail', 'MS-ASEMAIL_R835', { since: '14.0', class: 'Email' }),
  at(`${change}/Read`, 'mail-read', 'invalid', ['item', 6], 'Read neither 0 nor 1', 'MS-ASEMAIL_R643', { class: 'Email' }),
  at(`${change}/Flag/Status`, 'mail-flag-status', 'value', ['item', 6], 'a Flag whose parts do not go together', 'MS-ASEMAIL_R92', { since: '12.0', class: 'Email' }),
  at(`${change}/Recurrence/DayOfMonth`, 'event-day-of-month', 'value', ['item', 6], 'DayOfMonth with a Type other than 2 and 5', 'MS-ASCAL_R53916', { class: 'Calendar' }),
  at(`${change}/Recurrence/DayOfWeek`, 'event-day-of-week', 'value', ['item', 6], 'DayOfWeek with a Type other than 0, 1, 3 and 6', 'MS-ASCAL_R53917', { class: 'Calendar' }),
  at(`${change}/Recurrence/MonthOfYear`, 'event-month-of-year', 'value', ['item', 6], 'MonthOfYear with a Type other than 5 and 6', 'MS-ASCAL_R53918', { class: 'Calendar' }),
  at(`${change}/Recurrence/WeekOfMonth`, 'event-week-of-month', 'value', ['item', 6], 'WeekOfMonth with a Type other than 3 and 6', 'MS-ASCAL_R53919', { class: 'Calendar' }),
  at(`${change}/Recurrence/CalendarType`, 'event-calendar-type', 'value', ['item', 6], 'a reserved CalendarType', 'MS-ASCAL_R53913', { since: '14.0', class: 'Calendar' }),
  at(`${change}/Recurrence/CalendarType`, 'event-calendar-type-twice', 'twice', ['item', 6], 'CalendarType twice', 'MS-ASCAL_R53912', { since: '14.0', class: 'Calendar' }),
  at(`${change}/Recurrence/FirstDayOfWeek`, 'event-first-day-of-week', 'value', ['item', 6], 'FirstDayOfWeek over 6', 'MS-ASCAL_R53914', { since: '14.1', class: 'Calendar' }),
  at(`${change}/StartTime`, 'event-end-without-start', 'absent', ['item', 6], 'EndTime without StartTime in a Change', 'MS-ASCAL_R53915', { class: 'Calendar' }),
  at(`${change}/Recurrence/Type`, 'task-recurrence-type', 'absent', ['item', 6], 'Recurrence without Type', 'MS-ASTASK_R289', { class: 'Tasks' }),
  at(`${change}/Recurrence/Start`, 'task-recurrence-start', 'absent', ['item', 6], 'Recurrence without Start', 'MS-ASTASK_R37011', { class: 'Tasks' }),
  at(`${change}/Recurrence/DayOfMonth`, 'task-day-of-month', 'value', ['item', 6], 'DayOfMonth outside its Types', 'MS-ASTASK_R132', { class: 'Tasks' }),
  at(`${change}/Recurrence/DayOfWeek`, 'task-day-of-week', 'value', ['item', 6], 'DayOfWeek outside its Types', 'MS-ASTASK_R532', { class: 'Tasks' }),
  at(`${change}/Recurrence/WeekOfMonth`, 'task-week-of-month', 'value', ['item', 6], 'WeekOfMonth outside its Types', 'MS-ASTASK_R320', { class: 'Tasks' }),
  at(`${change}/Recurrence/CalendarType`, 'task-calendar-type', 'value', ['item', 6], 'CalendarType outside its Types', 'MS-ASTASK_R81', { since: '14.0', class: 'Tasks' }),
  at(`${change}/ReminderSet`, 'task-reminder-set', 'value', ['item', 6], 'ReminderSet neither 0 nor 1', 'MS-ASTASK_R252', { class: 'Tasks' }),
  at(`${change}/Recurrence/FirstDayOfWeek`, 'task-first-day-of-week', 'value', ['item', 6], 'FirstDayOfWeek over 6', 'MS-ASTASK_R171', { since: '14.1', class: 'Tasks' }),
  at(`${add}/ApplicationData/MessageClass`, 'note-message-class', 'value', ['item', 6], 'MessageClass that is neither IPM.StickyNote nor below it', 'MS-ASNOTE_R119', { since: '14.0', class: 'Notes' }),
  at(`${change}/Picture`, 'contact-picture', 'value', ['item', 6], 'Picture over 48 KB of base64', 'MS-ASCNTC_R384', { class: 'Contacts' }),
  at(`${estimate}/CollectionId`, 'estimate-collection', 'value', ['collection', 2], 'an unknown or wrong folder', 'MS-ASCMD_R4136'),
  at(`${estimate}/SyncKey`, 'estimate-not-primed', 'value', ['collection', 3], 'a folder that was never synced', 'MS-ASCMD_R4140'),
  at(`${estimate}/SyncKey`, 'estimate-key', 'value', ['collection', 4], 'a wrong SyncKey', 'MS-ASCMD_R4594'),
  at(`${estimate}/Options/FilterType`, 'estimate-filter', 'value', ['command', 110], 'FilterType that the class does not have', 'MS-ASCMD_R3005 MS-ASCMD_R3024', { since: '14.0' }),
  at(`${estimate}/Options/FilterType`, 'estimate-filter-range', 'value', ['command', 103], 'FilterType 9 or more', 'MS-ASCMD_R2984', { since: '14.0' }),
  at(`${estimate}/Options/MaxItems`, 'estimate-max-items', 'value', ['collection', 2], 'MaxItems outside the recipient information cache', 'MS-ASCMD_R3269', { since: '14.0' }),
  at(`${estimate}/ConversationMode`, 'estimate-conversation-mode', 'value', ['command', 103], 'ConversationMode on a folder that is not mail', 'MS-ASCMD_R2100 MS-ASCON_R336', { since: '14.0' }),
  at(`${estimate}/Options/Class`, 'estimate-classes', 'value', ['collection', 4], 'a pair of classes that a folder cannot have', 'MS-ASCMD_R908', { since: '14.0' }),
  at('Ping/Folders/Folder/Id', 'ping-id-twice', 'value', ['command', 4], 'the same Id twice', 'MS-ASCMD_R6699'),
  at('Ping/Folders', 'ping-parts', 'absent', ['command', 3], 'nothing cached and a part is missing', 'MS-ASCMD_R4241'),
  at('FolderUpdate/SyncKey', 'folder-update-key', 'absent', ['command', 10], 'no SyncKey', 'MS-ASCMD_R4568'),
  at('FolderUpdate/Status', 'folder-update-status', 'value', ['command', 10], 'a Status in the request', 'MS-ASCMD_R3102'),
  at('FolderCreate/ParentId', 'folder-create-special', 'value', ['command', 3], 'the recipient information cache as parent', 'MS-ASCMD_R4016'),
  at('FolderUpdate/ServerId', 'folder-update-special', 'value', ['command', 3], 'the recipient information cache as parent or target', 'MS-ASCMD_R143'),
  at('FolderDelete/ServerId', 'folder-delete-special', 'value', ['command', 3], 'the recipient information cache', 'MS-ASCMD_R101'),
  at('ItemOperations/Fetch/FileReference', 'fetch-reference-twice', 'twice', ['item', 2], 'FileReference twice', 'MS-ASCMD_R765'),
  at('ItemOperations/Fetch/Options', 'fetch-options', 'value', ['item', 2], 'an option that does not fit; RightsManagementSupport beside a FileReference is read over', 'MS-ASCMD_R3547'),
  at('ItemOperations/Fetch/FileReference', 'fetch-reference-empty', 'value', ['item', 15], 'an empty FileReference', 'MS-ASAIRS_R214'),
  at('ItemOperations/Move/Options', 'move-always', 'absent', ['item', 155], 'no MoveAlways', 'MS-ASCMD_R3475', { since: '14.0' }),
  at('ItemOperations/Move/DstFldId', 'move-destination', 'value', ['item', 156], 'a destination that holds no mail', 'MS-ASCMD_R4173', { since: '14.0' }),
  at('ItemOperations/Move/DstFldId', 'move-to-recipient-cache', 'value', ['item', 105], 'the recipient information cache as destination', 'MS-ASCON_R262', { since: '14.0' }),
  at('ItemOperations/Move/ConversationId', 'move-conversation', 'value', ['item', 6], 'an unknown conversation or folder', 'MS-ASCON_R146', { since: '14.0' }),
  at(`${query}/FreeText`, 'search-free-text-outside', 'value', ['store', 8], 'FreeText outside And', 'MS-ASCMD_R3105', { since: '12.0' }),
  at(`${query}/Class`, 'search-class-outside', 'value', ['store', 8], 'Class outside And', 'MS-ASCMD_R923', { since: '12.0' }),
  at(`${query}/CollectionId`, 'search-collection-id-outside', 'value', ['store', 8], 'CollectionId outside And', 'MS-ASCMD_R2032', { since: '12.0' }),
  at(`${query}/ConversationId`, 'search-conversation-id-outside', 'value', ['store', 8], 'ConversationId outside And', 'MS-ASCMD_R2086', { since: '14.0' }),
  at(`${query}/GreaterThan`, 'search-greater-than-outside', 'value', ['store', 8], 'GreaterThan outside And', 'MS-ASCMD_R3143', { since: '12.0' }),
  at(`${query}/LessThan`, 'search-less-than-outside', 'value', ['store', 8], 'LessThan outside And', 'MS-ASCMD_R3220', { since: '12.0' }),
  at(`${query}/And`, 'search-two-and', 'value', ['store', 8], 'two And', 'MS-ASCMD_R772', { since: '12.0' }),
  at(`${query}/And/Subject`, 'search-item-elements', 'unknown', ['store', 2], 'elements of items in the query; DateReceived in a comparison is none', 'MS-ASEMAIL_R68 MS-ASTASK_R364', { since: '12.0' }),
  at('Search/Store/Options/Range', 'search-range', 'value', ['store', 12], 'Range beyond 0-99, of documents 0-999', 'MS-ASCMD_R3736'),
  at(`${mailBox}/Options/Range`, 'find-first-range', 'value', ['response', 4], 'the first request of a SearchId does not begin at 0', 'MS-ASCMD_R72172518'),
  at(`${mailBox}/Query/Class`, 'find-parameter', 'value', ['response', 2], 'a bad parameter', 'MS-ASCMD_R72172521'),
  at(`${mailBox}/Query/CollectionId`, 'find-collection', 'value', ['command', 3], 'an unknown CollectionId', 'MS-ASCMD_R72172515'),
  at('MeetingResponse/Request/InstanceId', 'meeting-instance-form', 'value', ['item', 104], 'InstanceId not of the form YYYY-MM-DDTHH:MM:SS.mmmZ', 'MS-ASCMD_R3195', { since: '14.1' }),
  at('MeetingResponse/Request/InstanceId', 'meeting-instance-single', 'value', ['item', 146], 'InstanceId of an event that does not recur', 'MS-ASCMD_R3196', { since: '14.1' }),
  at('MeetingResponse/Request/InstanceId', 'meeting-instance-request', 'value', ['item', 2], 'InstanceId of a request mail, or no such occurrence', 'MS-ASCMD_R4185 MS-ASCMD_R4186', { since: '14.1' }),
  at('MeetingResponse/Request/InstanceId', 'meeting-instance-old', 'value', ['item', 2], 'InstanceId before 14.1', 'MS-ASCMD_R6712', { until: '14.0' }),
  at('SmartReply/Source/InstanceId', 'reply-instance', 'value', ['command', 104], 'InstanceId that is no date', 'MS-ASCMD_R541', { since: '14.0' }),
  at('SmartReply/Source/ItemId', 'reply-item', 'value', ['command', 150], 'no such item', 'MS-ASCMD_R4930', { since: '14.0' }),
  at('SmartForward/Forwardees', 'forwardees-with-mime', 'value', ['command', 178], 'Forwardees or Body beside Mime, SaveInSentItems, ReplaceMime or TemplateID', 'MS-ASCMD_R7467', { since: '16.0' }),
  at('SendMail/ClientId', 'client-id-again', 'value', ['command', 118], 'the ClientId of a recent message with the same Mime', 'MS-ASCMD_R4848', { since: '14.0' }),
  at('Settings/Oof/Set/EndTime', 'oof-times', 'absent', ['property', 2], 'StartTime without EndTime', 'MS-ASCMD_R2272'),
  at('Provision/Policies/Policy/PolicyType', 'policy-type-missing', 'absent', ['command', 2], 'no PolicyType', 'MS-ASCMD_R4989'),
  at('Provision/Policies/Policy/PolicyType', 'policy-type-unknown', 'value', ['policy', 3], 'an unknown PolicyType', 'MS-ASPROV_R380'),
  at('Provision/Policies/Policy/PolicyKey', 'policy-key', 'value', ['policy', 5], 'a wrong PolicyKey in the acknowledgment', 'MS-ASPROV_R658'),
  at('Provision/DeviceInformation', 'device-information', 'absent', ['command', 165], 'the first phase without DeviceInformation', 'MS-ASCMD_R4954', { since: '14.1' }),
  at('ResolveRecipients/Options/Availability/EndTime', 'availability-window', 'value', ['command', 5], 'EndTime less than 30 minutes behind StartTime, or more than 42 days', 'MS-ASCMD_R2266 MS-ASCMD_R5175', { since: '14.0' }),
  at('ResolveRecipients/Options/Availability/EndTime', 'availability-time', 'value', ['command', 5], 'EndTime that is no time', 'MS-ASCMD_R2264', { since: '14.0' }),
  at('ResolveRecipients/To', 'too-many-recipients', 'value', ['command', 5], 'more than 100 To', 'MS-ASCMD_R5656'),
];
