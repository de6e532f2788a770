/**
 * Status values by name: those of all commands ([MS-ASCMD] 2.2.2 Common Status Codes) and of each command. Plain
 * numbers: which situation leads to which of them is decided elsewhere.
 */

/** Common to all commands, from 14.0 on. */
export const commonStatus = {
  InvalidContent: 101,
  InvalidWBXML: 102,
  InvalidXML: 103,
  InvalidDateTime: 104,
  InvalidCombinationOfIDs: 105,
  InvalidIDs: 106,
  InvalidMIME: 107,
  DeviceIdMissingOrInvalid: 108,
  DeviceTypeMissingOrInvalid: 109,
  ServerError: 110,
  ServerErrorRetryLater: 111,
  ActiveDirectoryAccessDenied: 112,
  MailboxQuotaExceeded: 113,
  MailboxServerOffline: 114,
  SendQuotaExceeded: 115,
  MessageRecipientUnresolved: 116,
  MessageReplyNotAllowed: 117,
  MessagePreviouslySent: 118,
  MessageHasNoRecipient: 119,
  MailSubmissionFailed: 120,
  MessageReplyFailed: 121,
  AttachmentIsTooLarge: 122,
  UserHasNoMailbox: 123,
  UserCannotBeAnonymous: 124,
  UserPrincipalCouldNotBeFound: 125,
  UserDisabledForSync: 126,
  UserOnNewMailboxCannotSync: 127,
  UserOnLegacyMailboxCannotSync: 128,
  DeviceIsBlockedForThisUser: 129,
  AccessDenied: 130,
  AccountDisabled: 131,
  SyncStateNotFound: 132,
  SyncStateLocked: 133,
  SyncStateCorrupt: 134,
  SyncStateAlreadyExists: 135,
  SyncStateVersionInvalid: 136,
  CommandNotSupported: 137,
  VersionNotSupported: 138,
  DeviceNotFullyProvisionable: 139,
  RemoteWipeRequested: 140,
  LegacyDeviceOnStrictPolicy: 141,
  DeviceNotProvisioned: 142,
  PolicyRefresh: 143,
  InvalidPolicyKey: 144,
  ExternallyManagedDevicesNotAllowed: 145,
  NoRecurrenceInCalendar: 146,
  UnexpectedItemClass: 147,
  RemoteServerHasNoSSL: 148,
  InvalidStoredRequest: 149,
  ItemNotFound: 150,
  TooManyFolders: 151,
  NoFoldersFound: 152,
  ItemsLostAfterMove: 153,
  FailureInMoveOperation: 154,
  MoveCommandDisallowedForNonPersistentMoveAction: 155,
  MoveCommandInvalidDestinationFolder: 156,
  AvailabilityTooManyRecipients: 160,
  AvailabilityDLLimitReached: 161,
  AvailabilityTransientFailure: 162,
  AvailabilityFailure: 163,
  BodyPartPreferenceTypeNotSupported: 164,
  DeviceInformationRequired: 165,
  InvalidAccountId: 166,
  AccountSendDisabled: 167,
  IRM_FeatureDisabled: 168,
  IRM_TransientError: 169,
  IRM_PermanentError: 170,
  IRM_InvalidTemplateID: 171,
  IRM_OperationNotPermitted: 172,
  NoPicture: 173,
  PictureTooLarge: 174,
  PictureLimitReached: 175,
  BodyPart_ConversationTooLarge: 176,
  MaximumDevicesReached: 177,
  InvalidMimeBodyCombination: 178,
  InvalidSmartForwardParameters: 179,
  InvalidRecipients: 183,
  OneOrMoreExceptionsFailed: 184,
} as const;

/** What 2.5 to 12.1 are answered instead of a common Status: an HTTP code; 500 where none is named. 118 says that all is well. */
const commonAsHttp: Readonly<Record<number, number>> = {
  ...{ 101: 400, 102: 400, 103: 400, 104: 400, 105: 400, 106: 400, 107: 400, 108: 400, 109: 400 },
  ...{ 111: 503, 112: 403, 113: 507, 114: 503, 115: 507, 118: 200 },
  ...{ 123: 403, 124: 401, 125: 403, 126: 403, 127: 403, 128: 403, 129: 403, 130: 403, 131: 403 },
  ...{ 132: 403, 133: 403, 134: 403, 135: 403, 136: 403, 137: 501, 138: 400 },
  ...{ 139: 449, 140: 449, 141: 449, 142: 449, 143: 449, 144: 449, 147: 400, 164: 400, 177: 403 },
};
/** Of single commands, before those. */
const ownAsHttp: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  SendMail: { 106: 500 },
  Provision: { 132: 500, 133: 500, 134: 500, 135: 500, 136: 500 },
};

/** [MS-ASCMD] 2.2.2 Common Status Codes: the HTTP code of one before 14.0; undefined for a Status of the command's own. */
export function httpOfStatus(command: string, status: number): number | undefined {
  if (status <= 100) return undefined;
  return ownAsHttp[command]?.[status] ?? commonAsHttp[status] ?? 500;
}
export type CommonStatus = (typeof commonStatus)[keyof typeof commonStatus];

/** [MS-ASCMD] 2.2.3.177.17 Status(Sync) */
export const syncStatus = {
  Success: 1,
  InvalidSyncKey: 3,
  ProtocolError: 4,
  ServerError: 5,
  ConversionError: 6,
  Conflict: 7,
  ObjectNotFound: 8,
  MailboxFull: 9,
  HierarchyChanged: 12,
  IncompleteRequest: 13,
  InvalidInterval: 14,
  TooManyCollections: 15,
  Retry: 16,
} as const;

/** [MS-ASCMD] 2.2.3.177.5 Status(FolderSync), and the FolderCreate, FolderDelete and FolderUpdate tables beside it. */
export const folderStatus = {
  Success: 1,
  NameExists: 2,
  SpecialFolder: 3,
  NotFound: 4,
  ParentNotFound: 5,
  ServerError: 6,
  InvalidSyncKey: 9,
  MalformedRequest: 10,
  UnknownError: 11,
  CodeUnknown: 12,
} as const;

/** [MS-ASCMD] 2.2.3.177.11 Status(Ping) */
export const pingStatus = {
  IntervalElapsed: 1,
  Changes: 2,
  ParametersMissing: 3,
  SyntaxError: 4,
  IntervalOutOfRange: 5,
  TooManyFolders: 6,
  HierarchyChanged: 7,
  ServerError: 8,
} as const;

/** [MS-ASCMD] 2.2.3.177.7 Status(GetItemEstimate) */
export const getItemEstimateStatus = { Success: 1, InvalidCollection: 2, NotPrimed: 3, InvalidSyncKey: 4 } as const;

/** [MS-ASCMD] 2.2.3.177.10 Status(MoveItems); 3 is success. */
export const moveItemsStatus = {
  InvalidSource: 1,
  InvalidDestination: 2,
  Success: 3,
  SameFolder: 4,
  Locked: 5,
  LockedTransient: 7,
} as const;

/** [MS-ASCMD] 2.2.3.177.8 Status(ItemOperations) */
export const itemOperationsStatus = {
  Success: 1,
  ProtocolError: 2,
  ServerError: 3,
  BadUri: 4,
  AccessDeniedDocument: 5,
  NotFound: 6,
  ConnectionFailed: 7,
  InvalidRange: 8,
  UnknownStore: 9,
  EmptyFile: 10,
  TooLarge: 11,
  InputOutputFailure: 12,
  ConversionFailed: 14,
  InvalidAttachment: 15,
  AccessDenied: 16,
  PartialSuccess: 17,
  CredentialsRequired: 18,
} as const;

/** [MS-ASCMD] 2.2.3.177.15 Status(Settings) */
export const settingsStatus = {
  Success: 1,
  ProtocolError: 2,
  AccessDenied: 3,
  ServerUnavailable: 4,
  InvalidArguments: 5,
  ConflictingArguments: 6,
  DeniedByPolicy: 7,
} as const;

/** [MS-ASPROV] 2.2.2.54.2 Status (Provision). */
export const provisionStatus = { Success: 1, ProtocolError: 2, ServerError: 3 } as const;
/** [MS-ASPROV] 2.2.2.54.1 Status (Policy), in an answer. */
export const policyStatus = { Success: 1, NoPolicy: 2, UnknownType: 3, Corrupt: 4, WrongKey: 5 } as const;
/** [MS-ASPROV] 2.2.2.54.1 Status (Policy), in an acknowledgment. */
export const policyAcknowledgment = { Applied: 1, PartlyApplied: 2, NotApplied: 3, ManagedElsewhere: 4 } as const;
/** [MS-ASPROV] 2.2.2.54.3 Status (RemoteWipe), in an acknowledgment. */
export const remoteWipeAcknowledgment = { Success: 1, Failure: 2 } as const;

/** [MS-ASCMD] 2.2.3.177.9 Status(MeetingResponse) */
export const meetingResponseStatus = { Success: 1, InvalidRequest: 2, MailboxError: 3, ServerError: 4 } as const;

/** [MS-ASCMD] 2.2.3.177.13 Status(Search), under Search. */
export const searchStatus = { Success: 1, ServerError: 3 } as const;

/** [MS-ASCMD] 2.2.3.177.13 Status(Search), under Store. */
export const searchStoreStatus = {
  Success: 1,
  InvalidRequest: 2,
  ServerError: 3,
  BadLink: 4,
  AccessDenied: 5,
  NotFound: 6,
  ConnectionFailed: 7,
  TooComplex: 8,
  TimedOut: 10,
  FolderSyncRequired: 11,
  EndOfRange: 12,
  AccessBlocked: 13,
  CredentialsRequired: 14,
} as const;

/** Of a picture in answers to Search, Find and ResolveRecipients. */
export const pictureStatus = { Success: 1, NoPicture: 173, TooLarge: 174, LimitReached: 175 } as const;

/** [MS-ASCMD] 2.2.3.177.2 Status (Find): FolderSyncRequired under Find, RangeNotFromZero under Response. */
export const findStatus = { Success: 1, InvalidRequest: 2, FolderSyncRequired: 3, RangeNotFromZero: 4 } as const;

/** [MS-ASCMD] 2.2.3.177.12 Status(ResolveRecipients), under ResolveRecipients. */
export const resolveRecipientsStatus = { Success: 1, ProtocolError: 5, ServerError: 6 } as const;
/** [MS-ASCMD] 2.2.3.177.12 Status(ResolveRecipients), under Response. */
export const recipientStatus = { Resolved: 1, Ambiguous: 2, AmbiguousPartial: 3, NotFound: 4 } as const;
/** [MS-ASCMD] 2.2.3.177.12 Status(ResolveRecipients), under Availability. */
export const availabilityStatus = {
  Success: 1,
  TooManyRecipients: 160,
  GroupTooLarge: 161,
  TransientFailure: 162,
  Failure: 163,
} as const;
/** [MS-ASCMD] 2.2.3.177.12 Status(ResolveRecipients), under Certificates. */
export const certificatesStatus = { Success: 1, NoneValid: 7, LimitReached: 8 } as const;

/** [MS-ASCMD] 2.2.3.177.18 Status(ValidateCert): 1, 2 and 17 under ValidateCert, the others of one certificate. */
export const validateCertStatus = {
  Success: 1,
  ProtocolError: 2,
  InvalidSignature: 3,
  UntrustedSource: 4,
  InvalidChain: 5,
  NotForSigning: 6,
  Expired: 7,
  InconsistentTimes: 8,
  IdMisused: 9,
  InformationMissing: 10,
  RoleMisused: 11,
  AddressMismatch: 12,
  Revoked: 13,
  RevocationServerOffline: 14,
  ChainRevoked: 15,
  RevocationUnknown: 16,
  ServerError: 17,
} as const;

/** [MS-ASCMD] 2.2.3.177.1 Status(Autodiscover); success is never sent. */
export const autodiscoverStatus = { Success: 1, ProtocolError: 2 } as const;
