// How this engine runs a transaction of the database: a snapshot, a majority, and again when another node was in its way.
import type { ClientSession } from 'mongodb';
import type { Mongo } from './documents.ts';
import { domainErrors, isCollision } from './failure.ts';

const transactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
} as const;

export interface Tried {
  readonly session: ClientSession;
  /** Not the first time: another node wrote the same. */
  readonly collided: boolean;
}

export function inTransaction<T>({ sessions }: Mongo, work: (tried: Tried) => Promise<T>): Promise<T> {
  return sessions.use((session) => {
    let collided = false;
    return session.withTransaction(async () => {
      try {
        return await work({ session, collided });
      } catch (error) {
        collided ||= isCollision(error);
        throw error;
      }
    }, transactionOptions);
  });
}

/** Of what no list is: its errors are the domain's. */
export function together<T>(mongo: Mongo, work: (session: ClientSession) => Promise<T>): Promise<T> {
  return domainErrors(() => inTransaction(mongo, ({ session }) => work(session)));
}
