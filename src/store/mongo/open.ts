// The mongo engine: many nodes on one replica set or sharded cluster. Reads are snapshots, writes are lists committed in groups
// with a majority, and one change stream tells each node what the others did.
import { MongoClient, type MongoClientOptions } from 'mongodb';
import type { AccountId } from '../../domain/ids.ts';
import { openDoors } from '../list/run.ts';
import { newCounters } from '../list/stats.ts';
import type { OpenOptions } from '../open.ts';
import type { Store } from '../port.ts';
import { createBlobs } from './blobs.ts';
import { createDirectory } from './directory.ts';
import { collectionsOf, type Mongo } from './documents.ts';
import { domainErrors } from './failure.ts';
import { startFeed } from './feed.ts';
import { createJournal, createLeases, createOutbox } from './kept.ts';
import { createKnown } from './known.ts';
import { type Presence, startPresence } from './presence.ts';
import { migrate } from './schema.ts';
import { createSessions, poolOf } from './sessions.ts';
import { startSnapshots } from './snapshot.ts';
import { startWriter } from './writer.ts';

const defaultDatabase = 'easel';
/** About as many as connections: more of them would only hold the loop while they begin. */
const snapshotsAtOnce = 48;
const clientOptions: MongoClientOptions = {
  serverSelectionTimeoutMS: 10_000,
  maxPoolSize: 50,
  retryWrites: true,
  retryReads: true,
  writeConcern: { w: 'majority', journal: true },
};

/** The database that the URL names; 'easel' when it names none. Throws 'store-unavailable'. */
export async function connectMongo(url: string, more: MongoClientOptions = {}): Promise<Mongo> {
  const client = new MongoClient(url, { ...clientOptions, ...more });
  await domainErrors(() => client.connect());
  const named = new URL(url.replace(/^mongodb(\+srv)?:/, 'http:').replace(/,[^/]*/, '')).pathname.slice(1);
  const db = client.db(named || defaultDatabase);
  return { client, db, docs: collectionsOf(db), sessions: createSessions(client) };
}

/** Brings it to today's schema. Throws 'store-newer', 'store-unavailable'. */
export async function migrateMongo(url: string): Promise<{ readonly from: number; readonly to: number }> {
  const mongo = await connectMongo(url);
  try {
    return await domainErrors(() => migrate(mongo.db));
  } finally {
    await mongo.client.close();
  }
}

/** Throws 'store-newer', 'store-unavailable'. */
export async function openMongo(options: OpenOptions & { readonly url: string }): Promise<Store> {
  const { url, log, clock = Date.now } = options;
  const mongo = await connectMongo(url);
  // The stream holds its connection for seconds at a time: the others' must not wait for it.
  const listening = await connectMongo(url, { maxPoolSize: 3 });
  let presence: Presence | undefined;
  try {
    await domainErrors(() => migrate(mongo.db));
    const interrupted = (what: string) => (error: unknown) => log?.warn(`${what} was interrupted`, { error });
    presence = await startPresence(mongo, interrupted('the presence'));
    const feed = await startFeed(listening, clock, interrupted('the feed'));
    const known = createKnown();
    const writer = startWriter(mongo, clock, known, feed.committed);
    const stats = newCounters();
    const lanes = poolOf(Array.from({ length: snapshotsAtOnce }, (_, n) => n));
    const onSnapshot = startSnapshots(mongo, stats, known);
    const doors = openDoors({
      snapshot: (account: AccountId, look) => domainErrors(() => lanes.use(() => onSnapshot(account, look))),
      commit: writer.commit,
      stats,
      clock,
    });
    return {
      ...doors,
      directory: createDirectory(mongo, clock, feed.committed),
      blobs: createBlobs(mongo, clock),
      outbox: createOutbox(mongo, clock),
      leases: createLeases(mongo, clock),
      journal: createJournal(mongo, clock),
      feed: feed.feed,
      stats,
      [Symbol.asyncDispose]: async () => {
        await writer.close();
        await feed.close();
        await presence?.close();
        await mongo.client.close();
      },
    };
  } catch (error) {
    await presence?.close();
    await Promise.all([mongo.client.close(), listening.client.close()]);
    throw error;
  }
}
