// What stands beside the accounts: the outbox's claims, leases, and the journal's end.
import type { ClientSession } from 'mongodb';
import type { QueuedMessage } from '../../domain/outbox.ts';
import { toMessage } from '../list/rows.ts';
import type { Journal, Leases, Outbox } from '../port.ts';
import type { Mongo } from './documents.ts';
import { domainErrors, isDuplicate } from './failure.ts';
import { blobsOf } from './load.ts';
import { together } from './transaction.ts';

const durable = { writeConcern: { w: 'majority', journal: true } } as const;

/** A reference each less. */
export async function releaseBlobs(
  { docs }: Mongo,
  session: ClientSession,
  blobs: readonly string[],
  now: number,
): Promise<void> {
  const times = new Map<string, number>();
  for (const blob of blobs) times.set(blob, (times.get(blob) ?? 0) + 1);
  const writes = [...times].map(([_id, refs]) => ({
    updateOne: { filter: { _id }, update: { $inc: { refs: -refs }, $max: { touched: now } } },
  }));
  if (writes.length > 0) await docs.blobs.bulkWrite(writes, { session });
}

export function createOutbox(mongo: Mongo, now: () => number): Outbox {
  const { outbox } = mongo.docs;
  return {
    // A claim moves `due` to its end: until then nobody finds the message, afterwards anybody does.
    claim: (_node, until, limit) =>
      domainErrors(async () => {
        const claimed: QueuedMessage[] = [];
        while (claimed.length < limit) {
          const update = { $set: { due: until }, $inc: { attempts: 1 } };
          const doc = await outbox.findOneAndUpdate({ due: { $lte: now() } }, update, { ...durable, sort: { due: 1 } });
          if (doc === null) break;
          claimed.push(toMessage({ ...doc, id: doc._id }));
        }
        return claimed;
      }),
    keep: (id, until) =>
      domainErrors(async () => void (await outbox.updateOne({ _id: id }, { $set: { due: until } }, durable))),
    done: (id) =>
      together(mongo, async (session) => {
        const doc = await outbox.findOneAndDelete({ _id: id }, { session });
        if (doc) await releaseBlobs(mongo, session, [doc.mime], now());
      }),
    retryAt: (id, due, last_error) =>
      domainErrors(async () => void (await outbox.updateOne({ _id: id }, { $set: { due, last_error } }, durable))),
    next: () => domainErrors(async () => (await outbox.findOne({}, { sort: { due: 1 }, projection: { due: 1 } }))?.due),
  };
}

/** The longest that is believed: one that ends later is of a clock that was ahead. */
const longestLease = 3_600_000;

export function createLeases({ docs: { leases } }: Mongo, now: () => number): Leases {
  return {
    hold: (name, node, ms) =>
      domainErrors(async () => {
        const at = now();
        const free = [{ node }, { until: { $lte: at } }, { until: { $gt: at + longestLease } }];
        try {
          const update = { $set: { node, until: at + ms } };
          await leases.updateOne({ _id: name, $or: free }, update, { ...durable, upsert: true });
          return true;
        } catch (error) {
          if (isDuplicate(error)) return false;
          throw error;
        }
      }),
    release: (name, node) => domainErrors(async () => void (await leases.deleteOne({ _id: name, node }, durable))),
  };
}

const expireAtOnce = 200;

export function createJournal(mongo: Mongo, now: () => number): Journal {
  const { journal } = mongo.docs;
  return {
    async expire(before, signal) {
      let expired = 0;
      while (!signal?.aborted) {
        const went = await together(mongo, async (session) => {
          const found = await journal.find({ '_id.at': { $lt: before } }, { session, limit: expireAtOnce }).toArray();
          if (found.length === 0) return 0;
          const blobs = found.flatMap((entry) => [...new Set(blobsOf(entry))]);
          await journal.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } }, { session });
          await releaseBlobs(mongo, session, blobs, now());
          return found.length;
        });
        expired += went;
        if (went < expireAtOnce) break;
      }
      return expired;
    },
  };
}
