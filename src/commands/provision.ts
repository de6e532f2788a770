// [MS-ASPROV] 2.2.2 Elements: the two phases in which a device takes the policy: it asks and gets the document with a temporary key,
// acknowledges with that key and gets the permanent one. An order to erase comes before all that.
import { randomInt } from 'node:crypto';
import {
  order,
  type ProvisionRequest,
  type ProvisionResponse,
  policyData,
  provision,
  rank,
  requestPolicy,
} from '../../protocol/index.ts';
import { EasError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import { type Context, defineCommand } from './define.ts';
import { updateDevice } from './device.ts';
import { saveDeviceInformation } from './device-information.ts';
import { isInCircles, policyContent, policyHash, roundsWith } from './policy.ts';
import { answerWipe } from './wipe.ts';

/** [MS-ASPROV] 2.2.2.43 PolicyType: a document, or before 12.0 a text. */
const policyTypes = { wbxml: 'MS-EAS-Provisioning-WBXML', wap: 'MS-WAP-Provisioning-XML' } as const;
function policyTypeOf({ version }: Context): string {
  return rank(version) < rank('12.0') ? policyTypes.wap : policyTypes.wbxml;
}
/** [MS-ASCMD] 2.2.2 Common Status Codes. */
const deviceInformationRequired = 165;
const notFullyProvisionable = 139;
const managedElsewhere = 145;

export const provisionCommand = defineCommand({
  name: 'Provision',
  ...provision,
  body: 'required',
  handle: async (context, request): Promise<ProvisionResponse> => {
    const wipe = await answerWipe(context, request!);
    if (wipe) return wipe;
    const policy = request!.Policies?.Policy;
    if (request!.Policies && !policy) throw new EasError('invalid-request', 'no Policy');
    if (!policy && !request!.DeviceInformation) return { Status: 1 }; // a wipe is asked for; none is pending
    if (request!.DeviceInformation) await saveDeviceInformation(context, request!.DeviceInformation.Set);
    const information = request!.DeviceInformation && { Status: 1 };
    if (!policy) return { DeviceInformation: information, Status: 1 };
    if (!policy.PolicyType) throw new EasError('invalid-request', 'no PolicyType');
    if (policy.PolicyType !== policyTypeOf(context)) return onePolicy(policy.PolicyType, 3, information);
    return policy.Status === undefined ? offer(context, request!, information) : acknowledge(context, policy);
  },
});

type Acknowledgement = NonNullable<NonNullable<ProvisionRequest['Policies']>['Policy']>;

function onePolicy(PolicyType: string, Status: number, DeviceInformation?: { Status: number }): ProvisionResponse {
  return { DeviceInformation, Status: 1, Policies: { Policy: { PolicyType, Status } } };
}

async function offer(
  context: Context,
  request: ProvisionRequest,
  information?: { Status: number },
): Promise<ProvisionResponse> {
  const told = request.DeviceInformation || context.device.information || context.quirks.noDeviceInformation;
  if (!told && Number(context.version) >= 14.1) return { Status: deviceInformationRequired };
  const temporary = newKey();
  const now = context.clock.now();
  const rounds = roundsWith(context.device.policyKey?.rounds, now);
  if (context.policy.enforce && isInCircles(rounds, now)) {
    context.log.warn('a device does not take the policy', { account: context.account, device: context.device.id });
  }
  await updateDevice(context, (device) => ({ ...device, policyKey: { ...device.policyKey, temporary, rounds } }));
  const PolicyType = policyTypeOf(context);
  const Data = policyData(policyContent(context.policy.document, context.version), context.version);
  const Policy = { PolicyType, Status: 1, PolicyKey: temporary, Data };
  return { DeviceInformation: information, Status: 1, Policies: { Policy } };
}

/** The permanent key changes only when the document does: a repeated acknowledgement hears the same one. */
async function acknowledge(context: Context, policy: Acknowledgement): Promise<ProvisionResponse> {
  const keys = context.device.policyKey;
  const keyFirst = order(requestPolicy, policy);
  if (keyFirst.indexOf('PolicyKey') > keyFirst.indexOf('Status')) throw new EasError('invalid-request', 'order');
  const known = policy.PolicyKey !== undefined && [keys?.temporary, keys?.current].includes(policy.PolicyKey);
  if (!known) return onePolicy(policyTypeOf(context), 5);
  const refused = refusal(context.policy, policy.Status);
  if (refused) return { Status: refused };
  const hash = policyHash(context.policy, context.version);
  const current = keys?.current !== undefined && keys.hash === hash ? keys.current : newKey();
  const at = context.clock.now();
  await updateDevice(context, (device) => ({ ...device, policyKey: { ...device.policyKey, current, hash, at } }));
  const Policy = { PolicyType: policyTypeOf(context), Status: 1, PolicyKey: current };
  return { Status: 1, Policies: { Policy } };
}

/** [MS-ASPROV] 2.2.2.54.1 Status (Policy): 1 applied, 2 in part, 3 not, 4 managed by somebody else. */
function refusal({ enforce, allowNonProvisionable }: Policy, status: number | undefined): number | undefined {
  if (!enforce || allowNonProvisionable || status === 1) return undefined;
  return status === 4 ? managedElsewhere : notFullyProvisionable;
}

/** A decimal uint32, never 0: some devices take that for none. */
function newKey(): string {
  return String(randomInt(1, 2 ** 32));
}
