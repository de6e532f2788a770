// Whether a device may speak at all ([MS-ASHTTP] and [MS-ASPROV] leave the order to the server): blocked, one too many, too often, to
// be erased, without the policy. The gate asks; the first answer counts.
import { rank, type Version } from '../../protocol/index.ts';
import { policyStatus } from '../commands/policy.ts';
import { quirksOf } from '../commands/quirks.ts';
import { type Device, pendingWipe } from '../domain/device.ts';
import type { AccountId, DeviceId } from '../domain/ids.ts';
import type { Policy } from '../domain/policy.ts';
import type { Reader, Store, Transaction } from '../store/port.ts';
import type { Budget } from './budget.ts';

/** [MS-ASCMD] 2.2.2 Common Status Codes. */
const status = { blocked: 129, wipe: 140, tooManyDevices: 177 } as const;
/** Milliseconds without a request after which a device may lose its place to another. */
const idleAfter = 7 * 24 * 3_600_000;

export interface DeviceRules {
  readonly policy: Policy;
  readonly maxDevices: number;
  readonly budget: Budget;
  readonly now: number;
}
export interface DeviceRequest {
  readonly account: AccountId;
  readonly deviceId: DeviceId;
  readonly device: Device | undefined;
  readonly type: string;
  readonly userAgent: string | undefined;
  readonly version: Version;
  readonly command: string;
  readonly policyKey: string | undefined;
}
export type DeviceRefusal = { readonly status: number } | { readonly http: number } | { readonly retryAfter: number };

/** MS-ASPROV_R757: these go on without the policy. */
const withoutPolicy: ReadonlySet<string> = new Set(['Ping', 'Provision']);

/** Undefined: it may go on. */
export async function refuseDevice(
  store: Store,
  { policy, maxDevices, budget, now }: DeviceRules,
  request: DeviceRequest,
): Promise<DeviceRefusal | undefined> {
  const { account, device, deviceId, command, version } = request;
  if (device?.blocked) return { status: status.blocked };
  if (!device && (await store.read(account, (reader) => isFull(reader, maxDevices, now))))
    return { status: status.tooManyDevices };
  const retryAfter = budget.take(`${account} ${deviceId}`, command);
  if (retryAfter !== undefined) return { retryAfter };
  if (command !== 'Provision' && device && pendingWipe(device, version, now)) return unerased(request);
  if (withoutPolicy.has(command)) return undefined;
  const { neverProvisions = false } = quirksOf(request);
  const found = policyStatus(device, { policy, version, key: request.policyKey, neverProvisions, now });
  return found === undefined ? undefined : { status: found };
}

/** [MS-ASCMD] R7561: an old device that sends no policy key would not know what to do. */
function unerased({ version, policyKey }: DeviceRequest): DeviceRefusal {
  return rank(version) < rank('14.0') && policyKey === undefined ? { http: 403 } : { status: status.wipe };
}

async function isFull(reader: Reader, most: number, now: number): Promise<boolean> {
  const devices = await reader.devices();
  return devices.length >= most && !oldestIdle(devices, now);
}

/** The one that gives way; what is blocked or to be erased stays, or it could come back as if it were new. */
function oldestIdle(devices: readonly Device[], now: number): Device | undefined {
  return devices
    .filter(({ lastSeen, blocked, wipe }) => !blocked && !wipe && now - lastSeen >= idleAfter)
    .sort((a, b) => a.lastSeen - b.lastSeen)[0];
}

/** Removes the oldest idle devices until a new one has a place. */
export async function makeRoom(tx: Transaction, most: number, now: number): Promise<void> {
  let devices = await tx.devices();
  for (let idle = oldestIdle(devices, now); devices.length >= most && idle; idle = oldestIdle(devices, now)) {
    const { id } = idle;
    tx.removeDevice(id);
    devices = devices.filter((device) => device.id !== id);
  }
}
