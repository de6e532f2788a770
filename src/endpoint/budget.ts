import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Buckets, createBuckets, type Measure } from '../buckets.ts';
import type { Clock } from '../clock.ts';
import { type Count, ownTally, type Tally } from '../tally.ts';

/** Pings have a budget of their own: a device that asks again at once must not use up what its Syncs need. */
const pings: Measure = { most: 60, span: 60_000 };
const window = 300_000;
const ofPings = ' Ping';
/** The same request so often within a minute is a loop: its answers come later and later. */
const repeats = { usual: 20, within: 60_000, first: 200, most: 10_000 };

/** Bytes of a body that tell it from another: a long mail is not read through for this. */
const looked = 64 * 1024;

interface Last {
  readonly hash: string;
  readonly since: number;
  times: number;
}

/** What each device may still ask. */
export class Budget {
  readonly #clock: Clock;
  /** Requests in five minutes; 0: any number. */
  readonly #rate: number;
  readonly #buckets: Buckets;
  readonly #last = new LRUCache<string, Last>({ max: 50_000 });

  readonly #tell: Count;

  constructor(clock: Clock, rate: number, tally: Tally = ownTally) {
    this.#clock = clock;
    this.#rate = rate;
    this.#buckets = createBuckets(clock);
    this.#tell = tally.open('requests', (key, amount) => this.#buckets.spend(key, amount, this.#measure(key)));
  }

  /** Seconds after which to come again; undefined: it may go on. */
  take(device: string, command: string): number | undefined {
    if (this.#rate === 0) return undefined;
    const key = command === 'Ping' ? `${device}${ofPings}` : device;
    const measure = this.#measure(key);
    const left = this.#buckets.left(key, measure);
    if (left < 1) return Math.max(1, Math.ceil(((1 - left) * measure.span) / measure.most / 1000));
    this.#buckets.spend(key, 1, measure);
    this.#tell(key, 1);
    return undefined;
  }

  #measure(key: string): Measure {
    return key.endsWith(ofPings) ? pings : { most: this.#rate, span: window };
  }

  /** How often the device has just sent this, and the milliseconds that its answer is held back. */
  repeated(device: string, command: string, body: Uint8Array): { readonly times: number; readonly delay: number } {
    if (this.#rate === 0) return { times: 1, delay: 0 };
    const hash = createHash('sha256')
      .update(`${command} ${body.length}\0`)
      .update(body.subarray(0, looked))
      .digest('base64');
    const now = this.#clock.now();
    const before = this.#last.get(device);
    const same = before?.hash === hash && Math.abs(now - before.since) < repeats.within;
    const last = same ? before : { hash, since: now, times: 0 };
    last.times += 1;
    this.#last.set(device, last);
    const over = last.times - repeats.usual;
    return { times: last.times, delay: over <= 0 ? 0 : Math.min(repeats.first * 2 ** (over - 1), repeats.most) };
  }
}
