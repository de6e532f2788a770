import { provision as page } from '../pages/index.ts';
import {
  boolean,
  container,
  flag,
  int,
  intOrEmpty,
  many,
  one,
  optional,
  type ReadOf,
  raw,
  since,
  text,
  unsignedByte,
  type Version,
  type WrittenOf,
  write,
} from '../schema/index.ts';
import { type Element, element } from '../wbxml/element.ts';
import { deviceInformation, deviceInformationAnswer } from './settings.ts';

/** [MS-ASPROV] 2.2.2.28 EASProvisionDoc, in the order of its XML schema. */
export const easProvisionDoc = container(
  page.EASProvisionDoc,
  optional(page.DevicePasswordEnabled, boolean),
  optional(page.AlphanumericDevicePasswordRequired, boolean),
  optional(page.PasswordRecoveryEnabled, boolean),
  since('12.1', optional(page.RequireStorageCardEncryption, boolean)),
  optional(page.AttachmentsEnabled, boolean),
  optional(page.MinDevicePasswordLength, intOrEmpty),
  optional(page.MaxInactivityTimeDeviceLock, intOrEmpty),
  optional(page.MaxDevicePasswordFailedAttempts, intOrEmpty),
  optional(page.MaxAttachmentSize, intOrEmpty),
  optional(page.AllowSimpleDevicePassword, boolean),
  optional(page.DevicePasswordExpiration, intOrEmpty),
  optional(page.DevicePasswordHistory, int),
  since('12.1', optional(page.AllowStorageCard, boolean)),
  since('12.1', optional(page.AllowCamera, boolean)),
  since('12.1', optional(page.RequireDeviceEncryption, boolean)),
  since('12.1', optional(page.AllowUnsignedApplications, boolean)),
  since('12.1', optional(page.AllowUnsignedInstallationPackages, boolean)),
  since('12.1', optional(page.MinDevicePasswordComplexCharacters, unsignedByte)),
  since('12.1', optional(page.AllowWiFi, boolean)),
  since('12.1', optional(page.AllowTextMessaging, boolean)),
  since('12.1', optional(page.AllowPOPIMAPEmail, boolean)),
  since('12.1', optional(page.AllowBluetooth, unsignedByte)),
  since('12.1', optional(page.AllowIrDA, boolean)),
  since('12.1', optional(page.RequireManualSyncWhenRoaming, boolean)),
  since('12.1', optional(page.AllowDesktopSync, boolean)),
  since('12.1', optional(page.MaxCalendarAgeFilter, int)),
  since('12.1', optional(page.AllowHTMLEmail, boolean)),
  since('12.1', optional(page.MaxEmailAgeFilter, int)),
  since('12.1', optional(page.MaxEmailBodyTruncationSize, int)),
  since('12.1', optional(page.MaxEmailHTMLBodyTruncationSize, int)),
  since('12.1', optional(page.RequireSignedSMIMEMessages, boolean)),
  since('12.1', optional(page.RequireEncryptedSMIMEMessages, boolean)),
  since('12.1', optional(page.RequireSignedSMIMEAlgorithm, int)),
  since('12.1', optional(page.RequireEncryptionSMIMEAlgorithm, int)),
  since('12.1', optional(page.AllowSMIMEEncryptionAlgorithmNegotiation, int)),
  since('12.1', optional(page.AllowSMIMESoftCerts, boolean)),
  since('12.1', optional(page.AllowBrowser, boolean)),
  since('12.1', optional(page.AllowConsumerEmail, boolean)),
  since('12.1', optional(page.AllowRemoteDesktop, boolean)),
  since('12.1', optional(page.AllowInternetSharing, boolean)),
  since('12.1', optional(container(page.UnapprovedInROMApplicationList, many(page.ApplicationName, text)))),
  since('12.1', optional(container(page.ApprovedApplicationList, many(page.Hash, text)))),
);
export type EasProvisionDoc = WrittenOf<typeof easProvisionDoc>;

/** Data of a Policy: the document, or for 2.5 the text of a wap-provisioningdoc. */
export function policyData(content: EasProvisionDoc | string, version: Version): Element {
  return element(page.Data, typeof content === 'string' ? content : [write(easProvisionDoc, content, { version })]);
}

/** PolicyKey stands before Status in an acknowledgment: `order(requestPolicy, value)`. */
export const requestPolicy = container(
  page.Policy,
  optional(page.PolicyType, text),
  optional(page.PolicyKey, text),
  optional(page.Status, int),
);

// The Status beside the wipe's own Status is what iOS sends.
const request = container(
  page.Provision,
  since('12.0', optional(deviceInformation)),
  optional(container(page.Policies, optional(requestPolicy))),
  optional(page.Status, int),
  optional(container(page.RemoteWipe, optional(page.Status, int))),
  since('16.1', optional(container(page.AccountOnlyRemoteWipe, optional(page.Status, int)))),
);

const response = container(
  page.Provision,
  since('12.0', optional(deviceInformationAnswer)),
  one(page.Status, int),
  optional(
    container(
      page.Policies,
      optional(
        container(
          page.Policy,
          one(page.PolicyType, text),
          one(page.Status, int),
          optional(page.PolicyKey, text),
          optional(raw(page.Data)),
        ),
      ),
    ),
  ),
  flag(page.RemoteWipe),
  since('16.1', flag(page.AccountOnlyRemoteWipe)),
);

/** [MS-ASCMD] 2.2.1.14 Provision. */
export const provision = { request, response };
export type ProvisionRequest = ReadOf<typeof request>;
export type ProvisionResponse = WrittenOf<typeof response>;
