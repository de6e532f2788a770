// [MS-ASPROV] 3.2.5.1.2.2 Responding to a Remote Wipe Directive Acknowledgment: an order to erase, as the device hears and acknowledges it. An acknowledgement counts only behind a
// delivery to the same device with the same credentials: nobody else can say that a phone is empty.
import type { ProvisionRequest, ProvisionResponse } from '../../protocol/index.ts';
import { pendingWipe, type WipeOrder } from '../domain/device.ts';
import type { Context } from './define.ts';
import { updateDevice } from './device.ts';

/** [MS-ASPROV] 2.2.2.54.3 Status (RemoteWipe), which is also the answer's. */
const status = { done: 1, failed: 2 } as const;

/** The answer to any Provision while an order waits; undefined when none does. */
export async function answerWipe(context: Context, request: ProvisionRequest): Promise<ProvisionResponse | undefined> {
  const order = pendingWipe(context.device, context.version, context.clock.now());
  if (!order) return undefined;
  const said = acknowledged(order, request);
  const ours = order.delivered?.credential === context.credential;
  if (said === status.done && ours) {
    await put(context, (wipe, now) => ({ ...wipe, closed: now }), true);
    context.log.warn('a device is erased', { account: context.account, device: context.device.id });
    return { Status: 1 };
  }
  const failed = said === status.failed && ours;
  await put(context, (wipe, now) => ({
    ...wipe,
    delivered: { at: now, credential: context.credential },
    ...(failed && { failed: now }),
  }));
  return { Status: failed ? status.failed : 1, ...directive(order) };
}

function directive({ scope }: WipeOrder): Pick<ProvisionResponse, 'RemoteWipe' | 'AccountOnlyRemoteWipe'> {
  return scope === 'account' ? { AccountOnlyRemoteWipe: true } : { RemoteWipe: true };
}

/** Some devices say it beside the element instead of in it. */
function acknowledged({ scope }: WipeOrder, request: ProvisionRequest): number | undefined {
  const element = scope === 'account' ? request.AccountOnlyRemoteWipe : request.RemoteWipe;
  return element && (element.Status ?? request.Status);
}

/** What is erased is blocked until an administrator removes it. */
async function put(context: Context, change: (wipe: WipeOrder, now: number) => WipeOrder, blocked = false) {
  await updateDevice(context, (device) => {
    const wipe = pendingWipe(device, context.version, context.clock.now());
    if (!wipe) return device;
    return { ...device, wipe: change(wipe, context.clock.now()), ...(blocked && { blocked: true }) };
  });
}
