// A copy of a database as the folder of the sqlite engine, and the way back: one form of backup for both engines, so that a
// store can also move from one to the other. Words have no text in that form: they stand in a table of their own.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Database from 'better-sqlite3';
import { EasError } from '../../domain/errors.ts';
import {
  type BlobRow,
  blobPath,
  type Copied,
  database,
  eachBlob,
  requireEmpty,
  requireKnownSchema,
  verify,
} from '../sqlite/backup.ts';
import { migrate as migrateTables } from '../sqlite/schema.ts';
import { createBlobs } from './blobs.ts';
import { copyRows, copyWords, insertRows } from './copy.ts';
import type { Mongo } from './documents.ts';
import { domainErrors } from './failure.ts';
import { connectMongo } from './open.ts';
import { migrate } from './schema.ts';

/** `folder` must be new or empty. Throws 'store-unavailable' with what is wrong. */
export async function backupMongo(url: string, folder: string): Promise<Copied> {
  await requireEmpty(folder);
  const mongo = await connectMongo(url);
  const file = new Database(join(folder, database));
  try {
    migrateTables(file);
    await domainErrors(() =>
      mongo.client.withSession({ snapshot: true }, async (session) => {
        await copyRows(mongo.docs, session, file);
        await copyWords(mongo.docs, session, file);
      }),
    );
    file.close();
    await mkdir(join(folder, 'blobs'), { recursive: true, mode: 0o700 });
    const blobs = createBlobs(mongo, Date.now);
    return await eachBlob(join(folder, database), async ({ id }) => {
      const path = blobPath(folder, id);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await pipeline(await blobs.stream(id as never), createWriteStream(path, { mode: 0o600 }));
      const written = await open(path, 'r');
      await written.sync();
      await written.close();
    });
  } finally {
    file.close();
    await mongo.client.close();
  }
}

/** Into an empty database. Throws 'store-newer', 'blob-missing', and 'store-unavailable' with what is wrong. */
export async function restoreMongo(folder: string, url: string): Promise<Copied> {
  requireKnownSchema(join(folder, database));
  const copied = await eachBlob(join(folder, database), (blob) => verify(folder, blob));
  const mongo = await connectMongo(url);
  const file = new Database(join(folder, database), { readonly: true });
  try {
    await domainErrors(async () => {
      await migrate(mongo.db);
      if ((await mongo.docs.accounts.estimatedDocumentCount()) > 0)
        throw new EasError('store-unavailable', `the database '${mongo.db.databaseName}' holds a store already`);
      await restoreChunks(mongo, folder, file);
      await insertRows(mongo.docs, file);
    });
    return copied;
  } finally {
    file.close();
    await mongo.client.close();
  }
}

const chunkBytes = 256 * 1024;

async function restoreChunks({ docs }: Mongo, folder: string, file: Database.Database): Promise<void> {
  const rows = file.prepare(
    'select b.id, b.sha256, b.size, i.bytes from blobs b left join blob_bytes i on i.id = b.id',
  );
  for (const { id, bytes, sha256 } of rows.iterate() as IterableIterator<BlobRow>) {
    const whole = bytes ?? (await readFile(blobPath(folder, id)));
    if (!createHash('sha256').update(whole).digest().equals(sha256)) throw new EasError('blob-missing', id);
    const chunks = [];
    for (let at = 0; at < whole.length; at += chunkBytes)
      chunks.push({ _id: { b: id, n: at / chunkBytes }, bytes: whole.subarray(at, at + chunkBytes) });
    if (chunks.length > 0) await docs.chunks.insertMany(chunks);
  }
}
