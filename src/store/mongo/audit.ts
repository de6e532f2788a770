// The audit of a whole database: its documents as rows of the tables that the other engine has, looked over by the same rules,
// and each blob's chunks against its size. It only reads, as of one moment.
import Database from 'better-sqlite3';
import { auditRows } from '../sqlite/audit.ts';
import { migrate } from '../sqlite/schema.ts';
import { copyRows } from './copy.ts';
import type { Mongo } from './documents.ts';
import { domainErrors } from './failure.ts';
import { connectMongo } from './open.ts';

/** Resolves with what is wrong: [] when nothing is. */
export async function auditMongo(url: string): Promise<string[]> {
  const mongo = await connectMongo(url);
  const db = new Database(':memory:');
  try {
    migrate(db);
    return await domainErrors(() =>
      mongo.client.withSession({ snapshot: true }, async (session) => {
        await copyRows(mongo.docs, session, db);
        return [...auditRows(db), ...(await auditChunks(mongo))];
      }),
    );
  } finally {
    db.close();
    await mongo.client.close();
  }
}

async function auditChunks({ docs }: Mongo): Promise<string[]> {
  const wrong: string[] = [];
  const sizes = docs.chunks.aggregate<{ _id: string; bytes: number; chunks: number; last: number }>([
    {
      $group: {
        _id: '$_id.b',
        bytes: { $sum: { $binarySize: '$bytes' } },
        chunks: { $sum: 1 },
        last: { $max: '$_id.n' },
      },
    },
  ]);
  const found = new Map((await sizes.toArray()).map((one) => [one._id, one]));
  for await (const { _id, size } of docs.blobs.find({})) {
    const { bytes = 0, chunks = 0, last = -1 } = found.get(_id) ?? {};
    if (bytes !== size) wrong.push(`blob ${_id} should have ${size} bytes and has ${bytes}`);
    if (chunks !== last + 1) wrong.push(`blob ${_id} has ${chunks} chunks, the last is ${last}`);
  }
  return wrong;
}
