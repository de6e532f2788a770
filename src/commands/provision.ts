// [MS-ASPROV] 2.2.2 Elements: the two phases in which a device takes the policy: it asks and gets the document with a temporary key,
// acknowledges with that key and gets the permanent one. The policy is open: the full document, with permissive values.
import { createHash, randomInt } from 'node:crypto';
import {
  type EasProvisionDoc,
  easProvisionDoc,
  encode,
  order,
  type ProvisionRequest,
  type ProvisionResponse,
  policyData,
  provision,
  requestPolicy,
  type Version,
  write,
} from '../../protocol/index.ts';
import { EasError } from '../domain/errors.ts';
import { type Context, defineCommand } from './define.ts';
import { updateDevice } from './device.ts';
import { saveDeviceInformation } from './device-information.ts';

const policyType = 'MS-EAS-Provisioning-WBXML';
const deviceInformationRequired = 165;

export const provisionCommand = defineCommand({
  name: 'Provision',
  ...provision,
  body: 'required',
  handle: async (context, request): Promise<ProvisionResponse> => {
    const policy = request!.Policies?.Policy;
    if (!policy && !request!.DeviceInformation) return { Status: 1 }; // a wipe is asked for; none is pending
    if (request!.DeviceInformation) await saveDeviceInformation(context, request!.DeviceInformation.Set);
    const information = request!.DeviceInformation && { Status: 1 };
    if (!policy) return { DeviceInformation: information, Status: 1 };
    if (!policy.PolicyType) throw new EasError('invalid-request', 'no PolicyType');
    if (policy.PolicyType !== policyType) return onePolicy(policy.PolicyType, 3, information);
    return policy.Status === undefined ? offer(context, request!, information) : acknowledge(context, policy);
  },
});

type Policy = NonNullable<NonNullable<ProvisionRequest['Policies']>['Policy']>;

function onePolicy(PolicyType: string, Status: number, DeviceInformation?: { Status: number }): ProvisionResponse {
  return { DeviceInformation, Status: 1, Policies: { Policy: { PolicyType, Status } } };
}

async function offer(
  context: Context,
  request: ProvisionRequest,
  information?: { Status: number },
): Promise<ProvisionResponse> {
  if (!request.DeviceInformation && Number(context.version) >= 14.1 && !context.device.information) {
    return { Status: deviceInformationRequired };
  }
  const temporary = newKey();
  await updateDevice(context, (device) => ({ ...device, policyKey: { ...device.policyKey, temporary } }));
  const Data = policyData(openPolicy, context.version);
  const Policy = { PolicyType: policyType, Status: 1, PolicyKey: temporary, Data };
  return { DeviceInformation: information, Status: 1, Policies: { Policy } };
}

/** The permanent key changes only when the document does: a repeated acknowledgement hears the same one. */
async function acknowledge(context: Context, policy: Policy): Promise<ProvisionResponse> {
  const keys = context.device.policyKey;
  const keyFirst = order(requestPolicy, policy);
  if (keyFirst.indexOf('PolicyKey') > keyFirst.indexOf('Status')) throw new EasError('invalid-request', 'order');
  const known = policy.PolicyKey !== undefined && [keys?.temporary, keys?.current].includes(policy.PolicyKey);
  if (!known) return onePolicy(policyType, 5);
  const hash = policyHash(context.version);
  const current = keys?.current !== undefined && keys.hash === hash ? keys.current : newKey();
  await updateDevice(context, (device) => ({ ...device, policyKey: { ...device.policyKey, current, hash } }));
  const Policy = { PolicyType: policyType, Status: 1, PolicyKey: current };
  return { Status: 1, Policies: { Policy } };
}

/** A decimal uint32, never 0: some devices take that for none. */
function newKey(): string {
  return String(randomInt(1, 2 ** 32));
}

function policyHash(version: Version): string {
  const { chunks } = encode(write(easProvisionDoc, openPolicy, { version }));
  return createHash('sha256').update(Buffer.concat(chunks)).digest('base64url');
}

/** The whole document, as Exchange's default policy has it: some clients refuse one with only some of the settings. */
const openPolicy: EasProvisionDoc = {
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
};
