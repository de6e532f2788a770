// What each of several serving processes counts for a cap, told to the others, so that the cap holds over all of them. Passed in,
// like the clock. It is told in groups, some moments late: a cap is exceeded by what comes in that time, never for long.
export interface Tally {
  /** `hear` is told what the other processes counted under the same name; what this one counts is told by the function returned. */
  open(name: string, hear: Count): Count;
}
export type Count = (who: string, amount: number) => void;

/** Of the only process. */
export const ownTally: Tally = { open: () => () => {} };

export interface Counted {
  readonly counted: readonly (readonly [name: string, who: string, amount: number])[];
}
/** The way to the other processes and back. */
export interface Channel {
  send(message: Counted): void;
  on(listener: (message: Counted) => void): void;
}
/** Milliseconds. */
const together = 100;

export function createTally({ send, on }: Channel): Tally {
  const hearers = new Map<string, Count>();
  const own = new Map<string, Map<string, number>>();
  const tell = (): void => {
    send({ counted: [...own].flatMap(([name, counts]) => [...counts].map(([who, n]) => [name, who, n] as const)) });
    own.clear();
  };
  on(({ counted }) => {
    for (const [name, who, amount] of counted) hearers.get(name)?.(who, amount);
  });
  return {
    open: (name, hear) => {
      hearers.set(name, hear);
      return (who, amount) => {
        if (own.size === 0) setTimeout(tell, together).unref();
        const counts = own.get(name) ?? new Map<string, number>();
        own.set(name, counts.set(who, (counts.get(who) ?? 0) + amount));
      };
    },
  };
}

export function isCounted(message: unknown): message is Counted {
  return typeof message === 'object' && message !== null && 'counted' in message;
}
