/** The requests under way, so that a shutdown can end those that wait. */
export interface OpenRequests {
  /** The signal's owner; already aborted when the server shuts down. */
  enter(): AbortController;
  leave(request: AbortController): void;
  readonly count: number;
  /** Aborts all with reason 'shutdown', some hundred at a time: thousands of answers at once would stop the loop. */
  shutDown(): Promise<void>;
}
const slice = 200;

export function createOpenRequests(): OpenRequests {
  const open = new Set<AbortController>();
  let ended = false;
  return {
    enter: () => {
      const request = new AbortController();
      if (ended) request.abort('shutdown');
      else open.add(request);
      return request;
    },
    leave: (request) => void open.delete(request),
    get count() {
      return open.size;
    },
    shutDown: async () => {
      ended = true;
      const waiting = [...open];
      for (let at = 0; at < waiting.length; at += slice) {
        for (const request of waiting.slice(at, at + slice)) request.abort('shutdown');
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
