// A replica set for the tests of this process, started when it is first asked for; a database for each store.
import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { type Binary, MongoClient } from 'mongodb';
import { findMongod, type ReplicaSet, startReplicaSet } from '../../scripts/mongod.ts';
import { endSessions } from '../../src/store/mongo/presence.ts';

/** Why tests that need one are skipped; false when there is one. */
export const noMongod: string | false = findMongod() ? false : 'there is no mongod on this machine';

let started: Promise<ReplicaSet> | undefined;

/** Ended with the tests of this file. */
export function replicaSet(): Promise<ReplicaSet> {
  started ??= startReplicaSet();
  return started;
}
// At the file's end, not at the end of the suite that asked first.
after(async () => (await started)?.[Symbol.asyncDispose]());

/** The URL of a new database. */
export async function newDatabase(): Promise<string> {
  return (await replicaSet()).database(`easel_${randomBytes(6).toString('hex')}`);
}

export async function dropDatabase(url: string): Promise<void> {
  const client = new MongoClient(url);
  const db = client.db();
  // What a killed process left open would hold the database for a minute.
  for (const { sessions } of await db.collection<{ sessions: Binary[] }>('nodes').find().toArray())
    await endSessions(client, sessions);
  await db.dropDatabase();
  await client.close();
}
