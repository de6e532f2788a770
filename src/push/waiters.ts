// Who waits for what: one map entry and one place in a timer wheel per waiting phone, woken by the store's change feed.
// Invariants: a waiter holds no database handle and no timer of its own; a device has one waiter, the newest; it is asked
// anew before it is woken, so that it never wakes for nothing. It must never render or know a Status.
import type { Clock } from '../clock.ts';
import type { AccountId, CollectionId, DeviceId } from '../domain/ids.ts';
import type { Feed, FeedEvent } from '../store/port.ts';
import type { Pending } from '../sync/pending.ts';

/** Why a wait ended; 'woken' carries what the waiter's question found. */
export type Ending = 'woken' | 'elapsed' | 'superseded' | 'closed' | 'shutdown';

export interface WaitRequest {
  readonly account: AccountId;
  readonly device: DeviceId;
  /** Empty: only the hierarchy can wake it. */
  readonly collections: ReadonlySet<CollectionId>;
  readonly milliseconds: number;
  readonly closed: AbortSignal;
  /** Asked when something was stamped in its collections, never more than once at a time. */
  readonly question: () => Promise<Pending>;
}

const slot = 250;
/** Waking many at once gives way to other work after so many milliseconds. */
const slice = 5;

class Waiter {
  readonly request: WaitRequest;
  readonly end: (ending: Ending) => void;
  deadline: number;
  /** Since when something waits that may wait: it is told after the quiet delay. */
  quiet: number | undefined;
  asking = false;
  /** Whatever is found ends the wait: at its beginning, and when the quiet delay is over. */
  impatient = true;
  /** News came while it was asking. */
  again = false;

  constructor(request: WaitRequest, deadline: number, end: (ending: Ending) => void) {
    this.request = request;
    this.deadline = deadline;
    this.end = end;
  }
}

export interface WaiterOptions {
  readonly clock: Clock;
  readonly feed: Feed;
  /** Milliseconds from a change that may wait to the wake; Infinity: at the end of the interval. */
  readonly quietDelay: number;
  readonly onError: (error: unknown) => void;
}

export class Waiters implements Disposable {
  readonly #options: WaiterOptions;
  readonly #byDevice = new Map<string, Waiter>();
  readonly #byAccount = new Map<AccountId, Set<Waiter>>();
  readonly #wheel = new Map<number, Set<Waiter>>();
  readonly #stopFeed: () => void;
  readonly #timer: NodeJS.Timeout;
  #turned: number;
  #queue: (() => void)[] = [];

  constructor(options: WaiterOptions) {
    this.#options = options;
    this.#turned = Math.floor(options.clock.now() / slot);
    this.#stopFeed = options.feed.on((event) => this.#hear(event));
    this.#timer = setInterval(() => this.#turn(), slot);
    this.#timer.unref();
  }

  get size(): number {
    return this.#byDevice.size;
  }

  /** Ends the device's older waiter, asks, and waits when there is nothing yet. */
  wait(request: WaitRequest): Promise<Ending> {
    const key = `${request.account} ${request.device}`;
    this.supersede(request.account, request.device);
    if (request.closed.aborted) return Promise.resolve(endingOf(request.closed));
    return new Promise((resolve) => {
      const onClose = () => waiter.end(endingOf(request.closed));
      const waiter = new Waiter(request, this.#options.clock.now() + request.milliseconds, (ending) => {
        if (!this.#remove(key, waiter)) return;
        request.closed.removeEventListener('abort', onClose);
        resolve(ending);
      });
      request.closed.addEventListener('abort', onClose, { once: true });
      this.#byDevice.set(key, waiter);
      const ofAccount = this.#byAccount.get(request.account) ?? new Set();
      this.#byAccount.set(request.account, ofAccount.add(waiter));
      this.#place(waiter, waiter.deadline);
      this.#ask(waiter);
    });
  }

  supersede(account: AccountId, device: DeviceId): void {
    this.#byDevice.get(`${account} ${device}`)?.end('superseded');
  }

  #remove(key: string, waiter: Waiter): boolean {
    const ofAccount = this.#byAccount.get(waiter.request.account);
    if (!ofAccount?.delete(waiter)) return false;
    if (ofAccount.size === 0) this.#byAccount.delete(waiter.request.account);
    if (this.#byDevice.get(key) === waiter) this.#byDevice.delete(key);
    this.#unplace(waiter, waiter.deadline);
    if (waiter.quiet !== undefined) this.#unplace(waiter, waiter.quiet);
    return true;
  }

  #place(waiter: Waiter, at: number): void {
    const index = Math.max(Math.ceil(at / slot), this.#turned + 1);
    const bucket = this.#wheel.get(index) ?? new Set();
    this.#wheel.set(index, bucket.add(waiter));
  }

  #unplace(waiter: Waiter, at: number): void {
    const index = Math.ceil(at / slot);
    const bucket = this.#wheel.get(index);
    if (bucket?.delete(waiter) && bucket.size === 0) this.#wheel.delete(index);
  }

  #turn(): void {
    const now = this.#options.clock.now();
    const until = Math.floor(now / slot);
    while (this.#turned < until) {
      this.#turned++;
      const bucket = this.#wheel.get(this.#turned);
      this.#wheel.delete(this.#turned);
      for (const waiter of bucket ?? []) {
        if (waiter.deadline <= now) this.#later(() => waiter.end('elapsed'));
        else this.#later(() => this.#grow(waiter));
      }
    }
  }

  /** The quiet delay is over. */
  #grow(waiter: Waiter): void {
    waiter.quiet = undefined;
    waiter.impatient = true;
    this.#ask(waiter);
  }

  #hear(event: FeedEvent): void {
    const waiters = this.#byAccount.get(event.account);
    if (!waiters) return;
    for (const waiter of waiters) {
      if (event.hierarchy || concerns(event, waiter.request)) this.#later(() => this.#ask(waiter));
    }
  }

  #ask(waiter: Waiter): void {
    if (waiter.asking) {
      waiter.again = true;
      return;
    }
    waiter.asking = true;
    waiter.request.question().then(
      (pending) => this.#answered(waiter, pending),
      (error: unknown) => {
        this.#options.onError(error);
        this.#answered(waiter, 'additions'); // let the phone look for itself
      },
    );
  }

  #answered(waiter: Waiter, pending: Pending): void {
    waiter.asking = false;
    const impatient = waiter.impatient;
    waiter.impatient = false;
    if (pending === 'additions' || (pending === 'others' && (impatient || this.#options.quietDelay === 0))) {
      waiter.end('woken');
      return;
    }
    const quietEnd = this.#options.clock.now() + this.#options.quietDelay;
    if (pending === 'others' && waiter.quiet === undefined && quietEnd < waiter.deadline) {
      waiter.quiet = quietEnd;
      this.#place(waiter, quietEnd);
    }
    if (waiter.again) {
      waiter.again = false;
      this.#ask(waiter);
    }
  }

  /** Runs in slices, so that waking thousands never holds the loop for long. */
  #later(work: () => void): void {
    this.#queue.push(work);
    if (this.#queue.length === 1) setImmediate(() => this.#drain());
  }

  #drain(): void {
    const started = performance.now();
    let done = 0;
    while (done < this.#queue.length && performance.now() - started < slice) this.#queue[done++]!();
    this.#queue = this.#queue.slice(done);
    if (this.#queue.length > 0) setImmediate(() => this.#drain());
  }

  [Symbol.dispose](): void {
    this.#stopFeed();
    clearInterval(this.#timer);
    for (const waiter of [...this.#byDevice.values()]) waiter.end('shutdown');
  }
}

function endingOf(signal: AbortSignal): Ending {
  return signal.reason === 'shutdown' ? 'shutdown' : 'closed';
}

function concerns(event: FeedEvent, request: WaitRequest): boolean {
  return Object.keys(event.collections).some((id) => request.collections.has(id as CollectionId));
}
