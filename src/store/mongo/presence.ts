// Which nodes are alive, by the clock of mongod: each says so every two seconds, with the sessions that its transactions run on. One
// that is silent is dead, or as good as that: its sessions are ended by whoever sees it, so that what it left open holds no
// account. Ending those of one that lives does no harm: its transactions run again.
import { randomBytes } from 'node:crypto';
import type { Binary, MongoClient } from 'mongodb';
import type { Mongo } from './documents.ts';

export interface Presence {
  close(): Promise<void>;
}

/** Milliseconds. */
const beat = 2000;
const silence = 7000;

/** What was open on them is undone. */
export async function endSessions(client: MongoClient, sessions: readonly Binary[]): Promise<void> {
  await client.db('admin').command({ killSessions: sessions.map((id) => ({ id })) });
}

/** Resolves when others know of it. */
export async function startPresence(mongo: Mongo, failed: (error: unknown) => void): Promise<Presence> {
  const { client, docs } = mongo;
  const _id = randomBytes(12).toString('hex');
  const sessions = mongo.sessions.ids;

  const appear = async (): Promise<void> => {
    const until = { $add: ['$$NOW', silence] };
    await docs.nodes.updateOne({ _id }, [{ $set: { sessions: { $literal: sessions }, until } }], {
      upsert: true,
      writeConcern: { w: 1 },
    });
  };
  const endSilent = async (): Promise<void> => {
    for (const dead of await docs.nodes.find({ $expr: { $lt: ['$until', '$$NOW'] } }).toArray()) {
      await endSessions(client, dead.sessions);
      await docs.nodes.deleteOne({ _id: dead._id, until: dead.until });
    }
  };

  let turn: Promise<void> | undefined;
  const timer = setInterval(() => {
    turn ??= appear()
      .then(endSilent)
      .catch(failed)
      .finally(() => (turn = undefined));
  }, beat);
  timer.unref();
  try {
    await appear();
  } catch (error) {
    clearInterval(timer);
    throw error;
  }
  return {
    close: async () => {
      clearInterval(timer);
      await turn;
      await docs.nodes.deleteOne({ _id }).catch(failed);
    },
  };
}
