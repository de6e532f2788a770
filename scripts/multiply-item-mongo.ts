// A large mailbox on MongoDB in minutes: copies of one item's document, written past the port, which the audit finds as if they
// had been delivered (but for their words, which nobody searches).
import type { AccountId, CollectionId, ServerId } from '../src/domain/ids.ts';
import { accountNumber, kindCode, parseServerId } from '../src/store/list/rows.ts';
import type { Collections, ItemDoc } from '../src/store/mongo/documents.ts';
import { blobsOf } from '../src/store/mongo/load.ts';
import { connectMongo } from '../src/store/mongo/open.ts';

/** Milliseconds between two copies' dates: the first copy is the newest. */
const apart = 60_000;
const atOnce = 2000;
const lanes = 4;
/** Odd times n below 2⁵²: no number comes twice. */
const spread = 4503599627n;
const numbers = 2n ** 52n;

/** `count` more items like this one in `collection`, which exists, each older than the one before. Nobody else writes meanwhile. */
export async function multiplyItemInMongo(
  url: string,
  account: AccountId,
  template: ServerId,
  { collection, count }: { readonly collection: CollectionId; readonly count: number },
): Promise<void> {
  const { client, docs } = await connectMongo(url, { writeConcern: { w: 1 } });
  try {
    const a = accountNumber(account)!;
    const item = (await docs.items.findOne({ _id: { a, n: parseServerId(template)!.number } }))!;
    const { modseq } = (await docs.accounts.findOne({ _id: a }))!;
    let next = 1;
    const lane = async (): Promise<void> => {
      while (next <= count) {
        const from = next;
        next += atOnce;
        await insertCopies(docs, { ...item, collection }, modseq, from, Math.min(from + atOnce, count + 1));
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    const last = modseq + count;
    await docs.collections.updateOne({ _id: { a, c: collection } }, { $set: { high: last } });
    await docs.accounts.updateOne(
      { _id: a },
      { $set: { modseq: last }, $inc: { bytes: item.bytes * count, commits: 1 } },
    );
    for (const _id of new Set(blobsOf(item))) await docs.blobs.updateOne({ _id }, { $inc: { refs: count } });
    await client.db('admin').command({ fsync: 1 });
  } finally {
    await client.close();
  }
}

async function insertCopies(docs: Collections, item: ItemDoc, modseq: number, from: number, to: number): Promise<void> {
  const { a } = item._id;
  const copies = Array.from({ length: to - from }, (_, n): ItemDoc => {
    const stamp = modseq + from + n;
    const sortDate = item.sort_date - (from + n) * apart;
    return {
      ...item,
      ...{ _id: { a, n: Number((BigInt(stamp) * spread) % numbers) }, created: stamp, modseq: stamp },
      ...{ sort_date: sortDate, history: JSON.stringify([stamp, sortDate]), touched: '{}', brought_by: '{}' },
      ...{ conversation: `${item.conversation}-${from + n}`, words: null, generation: 1, changed: null, origin: null },
      ...{ added_device: null, added_client: null, added_hash: null },
    };
  });
  await docs.items.insertMany(copies, { ordered: false });
  const log = copies.map(({ _id, collection, created }) => ({
    ...{ _id: { a, c: collection, s: created }, kind: kindCode('entered'), number: _id.n },
  }));
  await docs.log.insertMany(log, { ordered: false });
}
