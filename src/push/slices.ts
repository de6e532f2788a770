// Many small works at once, without holding the loop: a few run side by side, and after some milliseconds all give way to
// whatever else waits for the loop. Works begin in the order in which they were added.

/** Milliseconds of a turn. */
const slice = 5;
/** What a work sets going runs behind it in the same turn: so many at most begin in one. */
const inOneTurn = 16;
/** Below the number of the store's handles, so that what is under way never queues there. */
const sideBySide = 16;

export class Slices {
  #waiting: (() => unknown)[] = [];
  #next = 0;
  #lanes = 0;
  #started = 0;
  #begun = 0;
  #turn: Promise<void> | undefined;

  /** `work` must not throw; what it returns is waited for before the next one begins. */
  add(work: () => unknown): void {
    this.#waiting.push(work);
    if (this.#lanes >= sideBySide) return;
    this.#lanes++;
    void this.#run();
  }

  /** What has not begun is left undone. */
  clear(): void {
    this.#waiting = [];
    this.#next = 0;
  }

  async #run(): Promise<void> {
    await this.#nextTurn();
    while (this.#next < this.#waiting.length) {
      if (this.#begun >= inOneTurn || performance.now() - this.#started > slice) await this.#nextTurn();
      // Another lane may have taken the last one meanwhile.
      const work = this.#waiting[this.#next];
      if (!work) break;
      this.#next++;
      this.#begun++;
      await work();
    }
    this.#lanes--;
    if (this.#next < this.#waiting.length) return;
    this.#waiting = [];
    this.#next = 0;
  }

  #nextTurn(): Promise<void> {
    this.#turn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#turn = undefined;
        this.#started = performance.now();
        this.#begun = 0;
        resolve();
      });
    });
    return this.#turn;
  }
}
