/** A timer wheel: thousands of deadlines and one timer. */
export class Wheel<Value> {
  readonly #slots = new Map<number, Set<Value>>();
  #turned: number;

  constructor(now: number) {
    this.#turned = Math.floor(now / slot);
  }

  /** What is placed twice at about the same time is there once. */
  place(value: Value, at: number): void {
    const index = Math.max(slotOf(at), this.#turned + 1);
    const values = this.#slots.get(index) ?? new Set();
    this.#slots.set(index, values.add(value));
  }

  remove(value: Value, at: number): void {
    const index = slotOf(at);
    const values = this.#slots.get(index);
    if (values?.delete(value) && values.size === 0) this.#slots.delete(index);
  }

  /** What was placed at or before `now`; it is there no longer. */
  *turn(now: number): Generator<Value> {
    for (const until = Math.floor(now / slot); this.#turned < until; ) {
      this.#turned++;
      const values = this.#slots.get(this.#turned);
      this.#slots.delete(this.#turned);
      yield* values ?? [];
    }
  }
}

/** Milliseconds. */
export const slot = 250;

function slotOf(at: number): number {
  return Math.ceil(at / slot);
}
