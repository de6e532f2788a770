// The phones that wait, spread over client processes, each with a source address of its own: one address has too few ports.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Door } from './connection.ts';
import type { HeldPhone, Order, Report } from './holder.ts';

const program = fileURLToPath(new URL('./holder.js', import.meta.url));
/** Below the limit of open files of a process. */
const most = 17_000;
const heartbeat = 3540;

/** When its answer came, by `moment()`. */
type Answered = (at: number) => void;

interface Holder {
  readonly child: ChildProcess;
  /** By the numbers that it knows: which Ping of all. */
  readonly pings: number[];
  told: (() => void) | undefined;
}

export class Holders implements Disposable {
  readonly #door: Door;
  readonly #holders: readonly Holder[];
  readonly #answers: Promise<number>[] = [];
  readonly #heard: Answered[] = [];
  /** Answers that came, whatever they say. */
  answered = 0;
  /** What was not a 200. */
  failed = 0;

  /** For `count` Pings at once. */
  constructor(door: Door, count: number) {
    this.#door = door;
    this.#holders = Array.from({ length: Math.ceil(count / most) }, (_, n) => this.#start(n));
  }

  get held(): number {
    return this.#answers.length;
  }

  /** Resolves when all their requests are written. */
  async hold(phones: readonly HeldPhone[]): Promise<void> {
    const shares = this.#holders.map((): HeldPhone[] => []);
    for (const phone of phones) {
      const ping = this.#answers.length;
      const share = ping % shares.length;
      this.#answers.push(new Promise((heard) => this.#heard.push(heard)));
      this.#holders[share]!.pings.push(ping);
      shares[share]!.push(phone);
    }
    await Promise.all(this.#holders.map((holder, n) => this.#tell(holder, n, shares[n]!)));
  }

  answer(ping: number): Promise<number> {
    return this.#answers[ping]!;
  }

  /** Closes the connections of the first `count`. */
  release(count: number): void {
    for (const { child, pings } of this.#holders) {
      child.send({ release: pings.filter((ping) => ping < count).length } satisfies Order);
    }
  }

  [Symbol.dispose](): void {
    for (const { child } of this.#holders) child.disconnect();
  }

  #start(n: number): Holder {
    const child = fork(program, { stdio: 'inherit' });
    const holder: Holder = { child, pings: [], told: undefined };
    child.on('message', (report: Report) => {
      if ('held' in report) return holder.told?.();
      for (const [number, at, status] of report.answers) {
        this.answered++;
        if (status !== 200) this.failed++;
        this.#heard[holder.pings[number]!]!(at);
      }
    });
    child.on('exit', (code) => {
      if (code) throw new Error(`client process ${n} ended with ${code}`);
    });
    return holder;
  }

  #tell(holder: Holder, n: number, hold: readonly HeldPhone[]): Promise<void> {
    const order: Order = { hold, door: this.#door, from: `127.0.0.${n + 2}`, seconds: heartbeat };
    return new Promise((resolve) => {
      holder.told = resolve;
      holder.child.send(order);
    });
  }
}
