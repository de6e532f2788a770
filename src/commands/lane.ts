/** Long work takes turns, so that a crowd of phones that load leaves the loop to those who only ask. */
export interface Lane {
  /** Between two pieces of work the loop sees to everybody else. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** `width`: how many run at once, each until it waits for something. */
export function createLane(width: number): Lane {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(work) {
      if (running < width) running += 1;
      else await new Promise<void>((start) => waiting.push(start));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) setImmediate(next);
        else running -= 1;
      }
    },
  };
}
