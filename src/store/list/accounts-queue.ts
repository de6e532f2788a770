/** Who may run on an account: any number together, or one alone, in the order of asking. */
export interface AccountQueue {
  run<T>(account: string, alone: boolean, task: () => Promise<T>): Promise<T>;
}
interface Line {
  running: number;
  alone: boolean;
  readonly waiting: { readonly alone: boolean; readonly start: () => void }[];
}

export function createAccountQueue(): AccountQueue {
  const lines = new Map<string, Line>();

  const enter = (line: Line, alone: boolean): void | Promise<void> => {
    if (line.waiting.length === 0 && !line.alone && (!alone || line.running === 0)) {
      line.running += 1;
      line.alone = alone;
      return;
    }
    return new Promise((start) => line.waiting.push({ alone, start }));
  };
  const leave = (account: string, line: Line): void => {
    line.running -= 1;
    if (line.running === 0) line.alone = false;
    for (;;) {
      const next = line.waiting[0];
      if (next === undefined || line.alone || (next.alone && line.running > 0)) break;
      line.waiting.shift();
      line.running += 1;
      line.alone = next.alone;
      next.start();
    }
    if (line.running === 0) lines.delete(account);
  };

  return {
    async run(account, alone, task) {
      let line = lines.get(account);
      if (line === undefined) lines.set(account, (line = { running: 0, alone: false, waiting: [] }));
      await enter(line, alone);
      try {
        return await task();
      } finally {
        leave(account, line);
      }
    },
  };
}
