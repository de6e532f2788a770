// Who waits for what: one map entry and one place in a timer wheel per waiting phone, woken by the store's change feed.
// Invariants: a waiter holds no database handle and no timer of its own; a device has one waiter, the newest, whatever the
// number of nodes; it is asked anew before it is woken, so that it never wakes for nothing. It must never render or know a Status.
import type { Clock } from '../clock.ts';
import type { Closed } from '../closing.ts';
import { isTrial, standingOf } from '../domain/device.ts';
import { isEasError } from '../domain/errors.ts';
import type { AccountId, CollectionId, DeviceId } from '../domain/ids.ts';
import type { FeedEvent, Store } from '../store/port.ts';
import type { Pending } from '../sync/pending.ts';
import { Slices } from './slices.ts';
import { slot, Wheel } from './wheel.ts';

/**
 * Why a wait ended; 'woken' carries what the waiter's question found. 'superseded': a newer request of the device waits, here
 * or elsewhere, or it may be that it must not wait any more: let it come again.
 */
export type Ending = 'woken' | 'elapsed' | 'superseded' | 'closed' | 'shutdown';

/** It is kept while the phone waits: what it refers to, each of them costs. */
export interface WaitRequest {
  readonly account: AccountId;
  readonly deviceId: DeviceId;
  /** `standingOf` the device as it was admitted. */
  readonly standing: string;
  /** Empty: only the hierarchy can wake it. */
  readonly collections: readonly CollectionId[];
  readonly milliseconds: number;
  readonly closed: Closed;
  /** Asked when something was stamped in its collections, never more than once at a time. */
  question(): Promise<Pending>;
}

class Waiter {
  readonly request: WaitRequest;
  readonly key: string;
  readonly deadline: number;
  readonly #leave: (waiter: Waiter) => boolean;
  readonly #resolve: (ending: Ending) => void;
  readonly #onClose = () => this.end(endingOf(this.request.closed));
  /** Its device's record says by now where it waits. */
  claimed: Promise<void> = Promise.resolve();
  /** Since when something waits that may wait: it is told after the quiet delay. */
  quiet: number | undefined;
  asking = false;
  /** Whatever is found ends the wait: at its beginning, and when the quiet delay is over. */
  impatient = true;
  /** News came while it was asking. */
  again = false;
  /** It is in the queue of those to be asked. */
  queued = false;

  /** `leave`: takes it out of the maps; false when it was out already. */
  constructor(
    request: WaitRequest,
    deadline: number,
    leave: (waiter: Waiter) => boolean,
    resolve: (ending: Ending) => void,
  ) {
    this.request = request;
    this.key = keyOf(request);
    this.deadline = deadline;
    this.#leave = leave;
    this.#resolve = resolve;
    request.closed.addEventListener('abort', this.#onClose, { once: true });
  }

  end(ending: Ending): void {
    if (!this.#leave(this)) return;
    this.request.closed.removeEventListener('abort', this.#onClose);
    this.#resolve(ending);
  }
}

export interface WaiterOptions {
  readonly clock: Clock;
  readonly store: Pick<Store, 'feed' | 'read' | 'transact'>;
  /** Names this process among those that serve the store; no other ever had the name. */
  readonly node: string;
  /** Milliseconds from a change that may wait to the wake; Infinity: at the end of the interval. */
  readonly quietDelay: number;
  readonly onError: (error: unknown) => void;
}

export class Waiters implements AsyncDisposable {
  readonly #options: WaiterOptions;
  readonly #byDevice = new Map<string, Waiter>();
  readonly #byAccount = new Map<AccountId, Set<Waiter>>();
  readonly #wheel: Wheel<Waiter>;
  readonly #slices = new Slices();
  /** What reads or writes the store just now. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopFeed: () => void;
  readonly #timer: NodeJS.Timeout;

  constructor(options: WaiterOptions) {
    this.#options = options;
    this.#wheel = new Wheel(options.clock.elapsed());
    this.#stopFeed = options.store.feed.on((event) => this.#hear(event));
    this.#timer = setInterval(() => this.#turn(), slot);
    this.#timer.unref();
  }

  get size(): number {
    return this.#byDevice.size;
  }

  /** Ends the device's older waiter, asks, and waits when there is nothing yet. */
  wait(request: WaitRequest): Promise<Ending> {
    this.#byDevice.get(keyOf(request))?.end('superseded');
    if (request.closed.aborted) return Promise.resolve(endingOf(request.closed));
    return new Promise((resolve) => this.#begin(request, resolve));
  }

  #begin(request: WaitRequest, resolve: (ending: Ending) => void): void {
    const waiter = new Waiter(request, this.#options.clock.elapsed() + request.milliseconds, this.#leave, resolve);
    this.#byDevice.set(waiter.key, waiter);
    const ofAccount = this.#byAccount.get(request.account) ?? new Set();
    this.#byAccount.set(request.account, ofAccount.add(waiter));
    this.#wheel.place(waiter, waiter.deadline);
    if (!isTrial(request.deviceId)) waiter.claimed = this.#follow(this.#claim(waiter));
    void this.#follow(this.#ask(waiter));
  }

  /** Says in the device's record that it is held here, unless it says so already: the node that held it hears of it. */
  async #claim(waiter: Waiter): Promise<void> {
    const { account, deviceId, standing } = waiter.request;
    const { store, node } = this.#options;
    try {
      const latest = await store.read(account, (reader) => reader.device(deviceId));
      if (latest?.heldBy !== node) {
        await store.transact(account, async (tx) => {
          const now = await tx.device(deviceId);
          if (now) tx.putDevice({ ...now, heldBy: node });
        });
      }
      if (!latest || standingOf(latest) !== standing) waiter.end('superseded');
    } catch (error) {
      this.#failed(waiter, error); // it waits all the same
    }
  }

  #failed(waiter: Waiter, error: unknown): void {
    if (isEasError(error, 'account-not-found')) waiter.end('superseded');
    else this.#options.onError(error);
  }

  /** The device's record was written: does it still say that it waits here, and may? */
  async #check(waiter: Waiter): Promise<void> {
    const { account, deviceId, standing } = waiter.request;
    const { store, node } = this.#options;
    await waiter.claimed;
    try {
      const latest = await store.read(account, (reader) => reader.device(deviceId));
      const stands = latest && latest.heldBy === node && standingOf(latest) === standing;
      if (!stands) waiter.end('superseded');
    } catch (error) {
      this.#failed(waiter, error);
    }
  }

  readonly #leave = (waiter: Waiter): boolean => {
    const ofAccount = this.#byAccount.get(waiter.request.account);
    if (!ofAccount?.delete(waiter)) return false;
    if (ofAccount.size === 0) this.#byAccount.delete(waiter.request.account);
    if (this.#byDevice.get(waiter.key) === waiter) this.#byDevice.delete(waiter.key);
    this.#wheel.remove(waiter, waiter.deadline);
    if (waiter.quiet !== undefined) this.#wheel.remove(waiter, waiter.quiet);
    return true;
  };

  #turn(): void {
    const now = this.#options.clock.elapsed();
    for (const waiter of this.#wheel.turn(now)) {
      this.#slices.add(waiter.deadline <= now ? () => waiter.end('elapsed') : () => this.#follow(this.#grow(waiter)));
    }
  }

  /** The quiet delay is over. */
  #grow(waiter: Waiter): Promise<void> {
    waiter.quiet = undefined;
    waiter.impatient = true;
    return this.#ask(waiter);
  }

  #hear(event: FeedEvent): void {
    for (const waiter of this.#byAccount.get(event.account) ?? []) {
      // With other credentials, or none, it must introduce itself anew.
      if (event.credentials) this.#slices.add(() => waiter.end('superseded'));
      else if (event.devices.includes(waiter.request.deviceId))
        this.#slices.add(() => this.#follow(this.#check(waiter)));
      if (!waiter.queued && (event.hierarchy || concerns(event, waiter.request))) {
        waiter.queued = true;
        this.#slices.add(() => this.#follow(this.#ask(waiter)));
      }
    }
  }

  /** Resolves when it was answered. */
  async #ask(waiter: Waiter): Promise<void> {
    waiter.queued = false;
    if (waiter.asking) {
      waiter.again = true;
      return;
    }
    waiter.asking = true;
    do {
      waiter.again = false;
      this.#answered(waiter, await this.#question(waiter));
    } while (waiter.again);
    waiter.asking = false;
  }

  async #question({ request }: Waiter): Promise<Pending> {
    try {
      return await request.question();
    } catch (error) {
      this.#options.onError(error);
      return 'additions'; // let the phone look for itself
    }
  }

  #answered(waiter: Waiter, pending: Pending): void {
    const impatient = waiter.impatient;
    waiter.impatient = false;
    if (pending === 'additions' || (pending === 'others' && (impatient || this.#options.quietDelay === 0))) {
      waiter.end('woken');
      waiter.again = false;
      return;
    }
    const quietEnd = this.#options.clock.elapsed() + this.#options.quietDelay;
    if (pending === 'others' && waiter.quiet === undefined && quietEnd < waiter.deadline) {
      waiter.quiet = quietEnd;
      this.#wheel.place(waiter, quietEnd);
    }
  }

  #follow(work: Promise<void>): Promise<void> {
    this.#underWay.add(work);
    return work.finally(() => this.#underWay.delete(work));
  }

  /** Resolves when nothing asks the store any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopFeed();
    clearInterval(this.#timer);
    this.#slices.clear();
    for (const waiter of [...this.#byDevice.values()]) waiter.end('shutdown');
    await Promise.allSettled(this.#underWay);
  }
}

function keyOf({ account, deviceId }: WaitRequest): string {
  return `${account} ${deviceId}`;
}

function endingOf({ reason }: Closed): Ending {
  return reason === 'shutdown' ? 'shutdown' : 'closed';
}

function concerns(event: FeedEvent, request: WaitRequest): boolean {
  return Object.keys(event.collections).some((id) => request.collections.includes(id as CollectionId));
}
