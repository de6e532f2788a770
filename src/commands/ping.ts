// [MS-ASCMD] 2.2.1.13 Ping: holds the answer until a listed folder has something for this device, asking the same
// question as Sync does. A Ping without a part takes it from the last full one.
import { type PingRequest, type PingResponse, ping } from '../../protocol/index.ts';
import type { Device } from '../domain/device.ts';
import { broke, type Heartbeats, longestHeartbeat, noHeartbeats, wentBy } from '../domain/heartbeat.ts';
import type { CollectionId } from '../domain/ids.ts';
import type { Ending } from '../push/waiters.ts';
import type { Reader } from '../store/port.ts';
import { hierarchyPending } from '../sync/hierarchy.ts';
import { type Pending, pendingIn } from '../sync/pending.ts';
import { type Context, defineCommand } from './define.ts';
import { updateDevice } from './device.ts';
import { faultOf } from './status.ts';

type Parameters = NonNullable<Device['ping']>;

export const pingCommand = defineCommand({
  name: 'Ping',
  ...ping,
  body: 'cached',
  handle: async (context, request): Promise<PingResponse | undefined> => {
    const asked = parametersOf(request, context.device.ping);
    if (!asked) return { Status: 3 };
    const refusal = refuse(context, asked);
    if (refusal) return refusal;
    await remember(context, asked);
    return wait(context, asked);
  },
});

function parametersOf(request: PingRequest | undefined, last: Parameters | undefined): Parameters | undefined {
  const folders = request?.Folders?.Folder.map(({ Id, Class = '' }) => ({ id: Id as CollectionId, class: Class }));
  const heartbeat = request?.HeartbeatInterval ?? last?.heartbeat;
  const watched = folders && folders.length > 0 ? folders : last?.folders;
  return heartbeat === undefined || watched === undefined ? undefined : { heartbeat, folders: watched };
}

function refuse({ limits, device, clock }: Context, { heartbeat, folders }: Parameters): PingResponse | undefined {
  if (new Set(folders.map(({ id }) => id)).size !== folders.length) return { Status: 4 };
  const { min } = limits.heartbeat;
  const max = longestHeartbeat(device.heartbeats ?? noHeartbeats, limits.heartbeat.max, clock.now());
  if (heartbeat < min || heartbeat > max) return { Status: 5, HeartbeatInterval: heartbeat < min ? min : max };
  return folders.length > limits.collections ? { Status: 6, MaxFolders: limits.collections } : undefined;
}

async function remember(context: Context, asked: Parameters): Promise<void> {
  if (JSON.stringify(asked) === JSON.stringify(context.device.ping)) return;
  await updateDevice(context, (device) => ({ ...device, ping: asked }));
}

async function wait(context: Context, asked: Parameters): Promise<PingResponse | undefined> {
  const watch = new Watch(
    context,
    asked.folders.map(({ id }) => id),
  );
  const began = context.clock.now();
  const ending = await context.waiters.wait({
    account: context.account,
    device: context.device,
    collections: new Set(watch.folders),
    milliseconds: asked.heartbeat * 1000,
    closed: context.closed,
    question: () => context.read((reader) => watch.look(reader)),
  });
  await learn(context, ending, asked.heartbeat, Math.round((context.clock.now() - began) / 1000));
  if (ending !== 'woken') return { Status: 1 };
  if (watch.unsure) return { Status: faultOf('Ping') };
  if (watch.hierarchy) return { Status: 7 };
  return watch.changed.length === 0 ? { Status: 1 } : { Status: 2, Folders: { Folder: watch.changed } };
}

/** How long the way to the device lets nothing go by. */
async function learn(context: Context, ending: Ending, interval: number, seconds: number): Promise<void> {
  const { device, limits, clock } = context;
  const before = device.heartbeats ?? noHeartbeats;
  const change = (known: Heartbeats): Heartbeats => {
    if (ending === 'elapsed') return wentBy(known, interval);
    return ending === 'closed' ? broke(known, seconds, limits.heartbeat.min, clock.now()) : known;
  };
  if (change(before) === before) return;
  await updateDevice(context, (now) => ({ ...now, heartbeats: change(now.heartbeats ?? noHeartbeats) }));
}

/** What the device listens to, and what the last look at it found. */
class Watch {
  readonly folders: readonly CollectionId[];
  readonly #context: Context;
  changed: CollectionId[] = [];
  /** The last look failed: "nothing" would send the device into the next Ping at once. */
  unsure = false;
  /** The folders themselves changed: the device must learn that first. */
  hierarchy = false;

  constructor(context: Context, folders: readonly CollectionId[]) {
    this.#context = context;
    this.folders = folders;
  }

  async look(reader: Reader): Promise<Pending> {
    this.unsure = true;
    const { device, clock } = this.#context;
    const known = await Promise.all(this.folders.map((id) => reader.collection(id)));
    const lost = known.some((folder) => folder?.died !== undefined) || known.every((folder) => folder === undefined);
    this.hierarchy = lost || (await hierarchyPending(reader, device.id));
    this.changed = [];
    let pending: Pending = this.hierarchy ? 'additions' : 'nothing';
    for (const id of this.folders) {
      const found = await pendingIn(reader, device.id, id, clock.now());
      if (found === 'nothing') continue;
      this.changed.push(id);
      if (pending !== 'additions') pending = found;
    }
    this.unsure = false;
    return pending;
  }
}
