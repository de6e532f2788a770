// The sessions that this process's transactions run on: few, and always the same, so that others can end them when it dies. What
// asks for more waits: a transaction that is open while its questions queue for a connection only grows old.
import type { Binary, ClientSession, MongoClient } from 'mongodb';

/** Lends each of its things to one work at a time; who finds none waits in line. */
export interface Pool<Thing> {
  use<T>(work: (thing: Thing) => Promise<T>): Promise<T>;
}
export interface Sessions extends Pool<ClientSession> {
  readonly ids: readonly Binary[];
}

const most = 8;

export function createSessions(client: MongoClient): Sessions {
  const all = Array.from({ length: most }, () => client.startSession());
  return {
    ...poolOf(all),
    get ids() {
      return all.map((session) => session.id!.id as Binary);
    },
  };
}

export function poolOf<Thing>(all: readonly Thing[]): Pool<Thing> {
  const free = [...all];
  const waiting: ((thing: Thing) => void)[] = [];
  const take = (): Thing | Promise<Thing> =>
    free.length > 0 ? free.pop()! : new Promise((resolve) => waiting.push(resolve));
  return {
    async use(work) {
      const thing = await take();
      try {
        return await work(thing);
      } finally {
        const next = waiting.shift();
        if (next) next(thing);
        else free.push(thing);
      }
    },
  };
}
