/**
 * That nobody waits for an answer any more: as much of an AbortSignal as that needs. One is kept for each request that is held,
 * and a whole AbortController takes ten times as much.
 */
export interface Closed {
  readonly aborted: boolean;
  /** Undefined until then. */
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The signal and its owner in one. Each listener is called once. */
export class Closing implements Closed {
  reason: 'hang-up' | 'shutdown' | undefined;
  #listeners: readonly (() => void)[] = [];

  get aborted(): boolean {
    return this.reason !== undefined;
  }

  /** The first reason counts. */
  abort(reason: 'hang-up' | 'shutdown'): void {
    if (this.aborted) return;
    this.reason = reason;
    for (const listener of this.#listeners) listener();
    this.#listeners = [];
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (!this.aborted) this.#listeners = [...this.#listeners, listener];
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.filter((one) => one !== listener);
  }
}
