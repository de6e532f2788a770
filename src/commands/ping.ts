// [MS-ASCMD] 2.2.1.13 Ping: holds the answer until a listed folder has something for this device, asking the same
// question as Sync does. A Ping without a part takes it from the last full one.
import { type PingRequest, type PingResponse, ping } from '../../protocol/index.ts';
import type { Closed } from '../closing.ts';
import { type Device, standingOf } from '../domain/device.ts';
import { broke, type Heartbeats, longestHeartbeat, noHeartbeats, wentBy } from '../domain/heartbeat.ts';
import type { AccountId, CollectionId, DeviceId } from '../domain/ids.ts';
import type { Ending, WaitRequest } from '../push/waiters.ts';
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
  handle: (context, request): Promise<PingResponse | undefined> =>
    begin(context, request).then((begun) => (begun instanceof HeldPing ? begun.wait() : begun)),
});

/** It ends before the wait begins, and with it all that the request brought along. */
async function begin(context: Context, request: PingRequest | undefined): Promise<PingResponse | HeldPing> {
  const asked = parametersOf(request, context.device.ping);
  if (!asked) return { Status: 3 };
  const refusal = refuse(context, asked);
  if (refusal) return refusal;
  await remember(context, asked);
  return new HeldPing(context, asked);
}

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

/** What is kept of a Ping while it waits, and what the last look at its folders found. */
class HeldPing implements WaitRequest {
  readonly account: AccountId;
  readonly deviceId: DeviceId;
  readonly standing: string;
  readonly collections: readonly CollectionId[];
  readonly milliseconds: number;
  readonly closed: Closed;
  readonly #server: Pick<Context, 'store' | 'waiters' | 'clock' | 'limits'>;
  readonly #heartbeats: Heartbeats;
  readonly #began: number;
  #changed: CollectionId[] = [];
  /** The last look failed: "nothing" would send the device into the next Ping at once. */
  #unsure = false;
  /** The folders themselves changed: the device must learn that first. */
  #hierarchy = false;

  constructor({ account, device, closed, store, waiters, clock, limits }: Context, { heartbeat, folders }: Parameters) {
    this.account = account;
    this.deviceId = device.id;
    this.standing = standingOf(device);
    this.collections = folders.map(({ id }) => id);
    this.milliseconds = heartbeat * 1000;
    this.closed = closed;
    this.#server = { store, waiters, clock, limits };
    this.#heartbeats = device.heartbeats ?? noHeartbeats;
    this.#began = clock.now();
  }

  wait(): Promise<PingResponse> {
    return this.#server.waiters.wait(this).then((ending) => this.#answer(ending));
  }

  question(): Promise<Pending> {
    return this.#server.store.read(this.account, (reader) => this.#look(reader));
  }

  async #look(reader: Reader): Promise<Pending> {
    this.#unsure = true;
    const known = await Promise.all(this.collections.map((id) => reader.collection(id)));
    const lost = known.some((folder) => folder?.died !== undefined) || known.every((folder) => folder === undefined);
    this.#hierarchy = lost || (await hierarchyPending(reader, this.deviceId));
    this.#changed = [];
    let pending: Pending = this.#hierarchy ? 'additions' : 'nothing';
    for (const id of this.collections) {
      const found = await pendingIn(reader, this.deviceId, id, this.#server.clock.now());
      if (found === 'nothing') continue;
      this.#changed.push(id);
      if (pending !== 'additions') pending = found;
    }
    this.#unsure = false;
    return pending;
  }

  async #answer(ending: Ending): Promise<PingResponse> {
    await this.#learn(ending);
    if (ending !== 'woken') return { Status: 1 };
    if (this.#unsure) return { Status: faultOf('Ping') };
    if (this.#hierarchy) return { Status: 7 };
    return this.#changed.length === 0 ? { Status: 1 } : { Status: 2, Folders: { Folder: this.#changed } };
  }

  /** How long the way to the device lets nothing go by. */
  async #learn(ending: Ending): Promise<void> {
    const { store, clock, limits } = this.#server;
    const now = clock.now();
    const change = (known: Heartbeats): Heartbeats => {
      if (ending === 'elapsed') return wentBy(known, this.milliseconds / 1000);
      if (ending !== 'closed') return known;
      return broke(known, Math.round((now - this.#began) / 1000), limits.heartbeat.min, now);
    };
    if (change(this.#heartbeats) === this.#heartbeats) return;
    await store.transact(this.account, async (tx) => {
      const device = await tx.device(this.deviceId);
      if (device) tx.putDevice({ ...device, heartbeats: change(device.heartbeats ?? noHeartbeats) });
    });
  }
}
