// The one table from what went wrong to the Status that says so: per command, then the codes common to all
// ([MS-ASCMD] 2.2.2 Common Status Codes). A code without a row is a fault of ours: `fault`.
import type { ErrorCode } from '../domain/errors.ts';

/** Of every command, from 14.0 on. */
const common: Partial<Record<ErrorCode, number>> = {
  'attachment-invalid': 150,
  'blob-missing': 110,
  'body-part-unsupported': 164,
  busy: 111,
  'collection-not-found': 105,
  'corrupt-item': 110,
  full: 113,
  'invalid-address': 116,
  'invalid-body': 101,
  'invalid-mime': 107,
  'invalid-request': 103,
  'item-not-found': 150,
  'message-too-large': 122,
  'no-recipients': 119,
  'not-recurring': 146,
  'over-quota': 113,
  'store-unavailable': 111,
  'too-large': 122,
  'too-many-folders': 151,
};

/** What the commands that change folders share. */
const folderCommand = { busy: 6, full: 6, 'invalid-request': 10, 'store-unavailable': 6, 'sync-key-stale': 9 } as const;

/** Of one command, before the common ones. */
const own: Readonly<Record<string, Partial<Record<ErrorCode, number>>>> = {
  Sync: {
    busy: 16,
    'collection-not-found': 8,
    'corrupt-item': 5,
    'deletes-held': 5,
    'blob-missing': 5,
    'exceptions-failed': 184,
    full: 9,
    'invalid-address': 183,
    'invalid-mime': 6,
    'invalid-request': 4,
    'item-conflict': 7,
    'item-invalid': 6,
    'item-not-found': 8,
    'no-recipients': 183,
    'not-yet': 5,
    'over-quota': 9,
    'store-unavailable': 5,
    'sync-key-stale': 3,
    'too-large': 6,
  },
  FolderCreate: {
    ...folderCommand,
    'folder-exists': 2,
    'folder-special': 3,
    'parent-not-found': 5,
  },
  FolderUpdate: {
    ...folderCommand,
    'folder-exists': 2,
    'folder-special': 3,
    'collection-not-found': 4,
    'parent-not-found': 5,
  },
  FolderDelete: { ...folderCommand, 'folder-special': 3, 'collection-not-found': 4 },
  GetItemEstimate: { 'collection-not-found': 2, 'not-yet': 3, 'sync-key-stale': 4 },
  ResolveRecipients: { 'invalid-request': 5, 'store-unavailable': 6, busy: 6 },
  Search: { 'invalid-request': 2, 'store-unavailable': 3, busy: 3 },
  Find: { 'invalid-request': 2 },
  ValidateCert: { 'invalid-request': 2, 'store-unavailable': 17 },
  FolderSync: { busy: 6, 'invalid-request': 10, 'store-unavailable': 6, 'sync-key-stale': 9 },
  Ping: { busy: 8, 'invalid-request': 4, 'store-unavailable': 8 },
  ItemOperations: {
    'attachment-invalid': 15,
    'blob-missing': 3,
    busy: 3,
    'collection-not-found': 6,
    'corrupt-item': 14,
    'deletes-held': 16,
    'invalid-request': 2,
    'item-not-found': 6,
    'not-yet': 9,
    'range-invalid': 8,
    'store-unavailable': 3,
    'too-large': 11,
  },
  MeetingResponse: {
    busy: 3,
    'corrupt-item': 2,
    'invalid-request': 2,
    'item-not-found': 2,
    'over-quota': 3,
    'store-unavailable': 3,
  },
  MoveItems: {
    busy: 7,
    'collection-not-found': 2,
    'corrupt-item': 1,
    'item-not-found': 1,
    'store-unavailable': 7,
  },
  Provision: { 'invalid-request': 2, 'store-unavailable': 3 },
  Settings: { 'invalid-request': 2, 'store-unavailable': 4, busy: 4 },
};

/** What a command answers when something broke that has no name. */
const faults: Readonly<Record<string, number>> = {
  Sync: 5,
  FolderSync: 6,
  FolderCreate: 6,
  FolderUpdate: 6,
  FolderDelete: 6,
  Ping: 8,
  ItemOperations: 3,
  MeetingResponse: 4,
  Provision: 3,
  Settings: 4,
  SendMail: 110,
  ValidateCert: 17,
};

export function statusOf(command: string, code: ErrorCode): number {
  return own[command]?.[code] ?? common[code] ?? faultOf(command);
}

export function faultOf(command: string): number {
  return faults[command] ?? 110;
}

/**
 * What a command answers to a body that decodes but does not fit its schema; the others answer 103. MS-ASCMD_R4429, R4086, R4034, R4122,
 * R4062, R4243, R7238, R483, MS-ASPROV_R450, MS-ASCMD_R4270, R4476, R4329, R72172512.
 */
const protocolErrors: Readonly<Record<string, number>> = {
  Sync: 4,
  FolderSync: 10,
  FolderCreate: 10,
  FolderUpdate: 10,
  FolderDelete: 10,
  Ping: 4,
  ItemOperations: 2,
  Settings: 2,
  Provision: 2,
  ResolveRecipients: 5,
  ValidateCert: 2,
  Search: 2,
  Find: 2,
};

/** Elements of SmartForward that are of their own: what cannot be read in them is no fault of the XML (MS-ASCMD_R7470). */
const forwardParameters = new Set(['Forwardees', 'Body']);
const invalidForwardParameters = 179;

/** `path` names the element; of another root nothing is the command's own. */
export function schemaStatusOf(command: string, path: readonly string[]): number {
  if (path.length <= 1) return 103;
  if (command === 'SmartForward' && forwardParameters.has(path[1]!)) return invalidForwardParameters;
  return protocolErrors[command] ?? 103;
}
