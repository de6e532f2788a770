// [MS-ASCMD] 2.2.1.21 Sync with Wait or HeartbeatInterval: held until one of its collections has something for the device.
import { standingOf } from '../domain/device.ts';
import type { Ending } from '../push/waiters.ts';
import type { Reader } from '../store/port.ts';
import { type Pending, pendingIn } from '../sync/pending.ts';
import type { Context } from './define.ts';
import type { SyncPlan } from './sync-plan.ts';

export function waitFor(context: Context, plan: SyncPlan): Promise<Ending> {
  const { account, device, closed, clock } = context;
  const collections = plan.collections.map(({ id }) => id);
  const look = async (reader: Reader): Promise<Pending> => {
    for (const id of collections) {
      const pending = await pendingIn(reader, device.id, id, clock.now());
      if (pending !== 'nothing') return pending;
    }
    return 'nothing';
  };
  return context.waiters.wait({
    account,
    deviceId: device.id,
    standing: standingOf(device),
    collections,
    milliseconds: plan.wait * 1000,
    closed,
    question: () => context.read(look),
  });
}
