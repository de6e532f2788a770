// The sessions that this process's transactions run on: few, and always the same, so that others can end them when it dies. What
// asks for more waits: a transaction that is open while its questions queue for a connection only grows old.
import type { Binary, ClientSession, MongoClient } from 'mongodb';

export interface Sessions {
  readonly ids: readonly Binary[];
  use<T>(work: (session: ClientSession) => Promise<T>): Promise<T>;
}

const most = 8;

export function createSessions(client: MongoClient): Sessions {
  const all = Array.from({ length: most }, () => client.startSession());
  const free = [...all];
  const waiting: ((session: ClientSession) => void)[] = [];
  const take = (): ClientSession | Promise<ClientSession> =>
    free.pop() ?? new Promise((resolve) => waiting.push(resolve));
  return {
    get ids() {
      return all.map((session) => session.id!.id as Binary);
    },
    async use(work) {
      const session = await take();
      try {
        return await work(session);
      } finally {
        const next = waiting.shift();
        if (next) next(session);
        else free.push(session);
      }
    },
  };
}
