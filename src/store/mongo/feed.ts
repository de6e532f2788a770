// Tells of commits: at once of this process's own, and through one change stream on the accounts of all nodes'. The driver
// resumes the stream over fail-overs; where the oplog no longer reaches back, every account that was written since is told
// whole, so that nothing falls between.
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { ChangeStream, ChangeStreamDocument, ResumeToken, Timestamp } from 'mongodb';
import type { CollectionId, DeviceId } from '../../domain/ids.ts';
import { existenceEvent } from '../list/events.ts';
import { accountId } from '../list/rows.ts';
import type { Feed, FeedEvent } from '../port.ts';
import type { AccountDoc, Mongo } from './documents.ts';

export interface FeedSource {
  readonly feed: Feed;
  committed(event: FeedEvent): void;
  close(): Promise<void>;
}

/** Milliseconds that nodes' clocks may differ by. */
const skew = 60_000;
const retryEvery = 500;
/** Milliseconds of telling after which others have the loop: what comes in one batch may be thousands of commits. */
const slice = 5;
/** Commits of this process that the stream is about to bring. */
const mostOwn = 10_000;
/** ChangeStreamHistoryLost, and what else makes a token useless. */
const lost = new Set([286, 280, 222]);

/** What is committed once it resolves is told. `mongo`: a client of its own, whose connections the stream may hold. */
export async function startFeed(
  mongo: Mongo,
  clock: () => number,
  failed: (error: unknown) => void,
): Promise<FeedSource> {
  const listeners = new Set<(event: FeedEvent) => void>();
  let closed = false;
  let stream: ChangeStream<AccountDoc> | undefined;
  let token: ResumeToken | undefined;
  /** When the stream was last known to be live. */
  let live = clock();

  const own = new Set<string>();
  const tell = (event: FeedEvent): void => {
    if (!closed) for (const listener of listeners) listener(event);
  };
  /** Brings what happens from now on, or behind the token, whenever mongod gets to it. */
  const open = async (): Promise<ChangeStream<AccountDoc>> => {
    const from = token ? { resumeAfter: token } : { startAtOperationTime: await operationTime(mongo) };
    return mongo.docs.accounts.watch<AccountDoc>(pipeline, { ...from, maxAwaitTimeMS: 10_000 });
  };
  const hear = (change: ChangeStreamDocument<AccountDoc>): void => {
    token = change._id;
    live = clock();
    const event = eventOf(change);
    // What was told when it was committed here is not told twice.
    if (event && !own.delete(nameOf(event))) tell(event);
  };

  async function follow(): Promise<void> {
    let begun = performance.now();
    while (!closed) {
      if (performance.now() - begun > slice) {
        await turn();
        begun = performance.now();
      }
      try {
        if (!stream) {
          stream = await open();
          for (const event of await writtenSince(mongo, live - skew)) tell(event);
        }
        const change = await stream.tryNext();
        token = stream.resumeToken ?? token;
        if (change) hear(change);
        else live = clock();
      } catch (error) {
        if (closed) return;
        failed(error);
        if (lost.has((error as { code?: number }).code ?? 0)) token = undefined;
        await stream?.close().catch(() => undefined);
        stream = undefined;
        await pause(retryEvery);
      }
    }
  }

  stream = await open();
  const following = follow();
  return {
    feed: {
      on: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    committed: (event) => {
      own.add(nameOf(event));
      // The stream has lost its place: what it brings then is told once more.
      if (own.size > mostOwn) own.clear();
      tell(event);
    },
    close: async () => {
      closed = true;
      listeners.clear();
      await mongo.client.close(); // which ends what the stream waits for
      await following;
    },
  };
}

async function operationTime({ client, db }: Mongo): Promise<Timestamp> {
  await using session = client.startSession();
  await db.command({ ping: 1 }, { session });
  return session.operationTime!;
}

function nameOf({ account, modseq }: FeedEvent): string {
  return `${account} ${modseq}`;
}

const pipeline = [
  { $match: { operationType: { $in: ['insert', 'update', 'replace', 'delete'] } } },
  {
    $project: {
      operationType: 1,
      documentKey: 1,
      'fullDocument.event': 1,
      'updateDescription.updatedFields.event': 1,
    },
  },
];

function eventOf(change: ChangeStreamDocument<AccountDoc>): FeedEvent | undefined {
  if (change.operationType === 'delete') {
    return existenceEvent(change.documentKey._id, Number.MAX_SAFE_INTEGER, false);
  }
  const text =
    change.operationType === 'update'
      ? change.updateDescription.updatedFields?.event
      : 'fullDocument' in change
        ? (change.fullDocument as AccountDoc | undefined)?.event
        : undefined;
  return text === undefined ? undefined : (JSON.parse(text) as FeedEvent);
}

/** Of every account that was written since: all that may have changed. */
async function writtenSince({ docs }: Mongo, since: number): Promise<FeedEvent[]> {
  const events: FeedEvent[] = [];
  const accounts = docs.accounts.find({ touched: { $gte: since } }, { projection: { modseq: 1 } });
  for await (const { _id, modseq } of accounts) {
    const collections = await docs.collections.find({ '_id.a': _id }, { projection: { high: 1 } }).toArray();
    const devices = await docs.devices.find({ '_id.a': _id }, { projection: { _id: 1 } }).toArray();
    events.push({
      account: accountId(_id),
      modseq,
      collections: Object.fromEntries(collections.map((doc) => [doc._id.c, doc.high])) as Record<CollectionId, number>,
      devices: devices.map((doc) => doc._id.d as DeviceId),
      credentials: true,
      hierarchy: true,
      outbox: true,
    });
  }
  return events;
}
