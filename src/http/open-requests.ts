import { Closing } from '../closing.ts';

/** The requests under way, so that a shutdown can end those that wait. */
export interface OpenRequests {
  /** Already aborted when the server shuts down. */
  enter(): Closing;
  leave(request: Closing): void;
  readonly count: number;
  /** Aborts all with reason 'shutdown', some hundred at a time: thousands of answers at once would stop the loop. */
  shutDown(): Promise<void>;
}
const slice = 200;

export function createOpenRequests(): OpenRequests {
  const open = new Set<Closing>();
  let ended = false;
  return {
    enter: () => {
      const request = new Closing();
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
