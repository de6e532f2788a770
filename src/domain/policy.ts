import type { EasProvisionDoc } from '../../protocol/index.ts';

/** What devices are told to do, and how strictly. One policy for all of them. */
export interface Policy {
  readonly document: EasProvisionDoc;
  /** Devices that have not taken the policy are refused until they have. */
  readonly enforce: boolean;
  /** Milliseconds after which an enforced policy is to be fetched again; absent: when it changes. */
  readonly refresh?: number;
  /** Enforced, but devices that cannot take all of it may come. */
  readonly allowNonProvisionable: boolean;
}

/** The whole document, as Exchange's default policy has it: some clients refuse one with only some of the settings. */
export const openDocument = {
  DevicePasswordEnabled: false,
  AlphanumericDevicePasswordRequired: false,
  PasswordRecoveryEnabled: false,
  RequireStorageCardEncryption: false,
  AttachmentsEnabled: true,
  MinDevicePasswordLength: '',
  MaxInactivityTimeDeviceLock: '',
  MaxDevicePasswordFailedAttempts: '',
  MaxAttachmentSize: '',
  AllowSimpleDevicePassword: true,
  DevicePasswordExpiration: '',
  DevicePasswordHistory: 0,
  AllowStorageCard: true,
  AllowCamera: true,
  RequireDeviceEncryption: false,
  AllowUnsignedApplications: true,
  AllowUnsignedInstallationPackages: true,
  MinDevicePasswordComplexCharacters: 1,
  AllowWiFi: true,
  AllowTextMessaging: true,
  AllowPOPIMAPEmail: true,
  AllowBluetooth: 2,
  AllowIrDA: true,
  RequireManualSyncWhenRoaming: false,
  AllowDesktopSync: true,
  MaxCalendarAgeFilter: 0,
  AllowHTMLEmail: true,
  MaxEmailAgeFilter: 0,
  MaxEmailBodyTruncationSize: -1,
  MaxEmailHTMLBodyTruncationSize: -1,
  RequireSignedSMIMEMessages: false,
  RequireEncryptedSMIMEMessages: false,
  RequireSignedSMIMEAlgorithm: 0,
  RequireEncryptionSMIMEAlgorithm: 0,
  AllowSMIMEEncryptionAlgorithmNegotiation: 2,
  AllowSMIMESoftCerts: true,
  AllowBrowser: true,
  AllowConsumerEmail: true,
  AllowRemoteDesktop: true,
  AllowInternetSharing: true,
  UnapprovedInROMApplicationList: {},
  ApprovedApplicationList: {},
} as const satisfies EasProvisionDoc;

export const openPolicy: Policy = { document: openDocument, enforce: false, allowNonProvisionable: true };
