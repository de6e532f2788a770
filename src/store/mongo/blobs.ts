// Blobs: a document of facts and chunks of 256 KB. The chunks are durable before the document, the document before the item
// that names it; chunks are deleted after the document is gone, and a name is never used again.
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { Binary, type Collection } from 'mongodb';
import { EasError } from '../../domain/errors.ts';
import type { BlobId } from '../../domain/ids.ts';
import type { Blobs } from '../port.ts';
import type { BlobDoc, ChunkDoc, Mongo } from './documents.ts';
import { domainErrors } from './failure.ts';
import { gather, insertEach } from './gather.ts';

const chunkBytes = 256 * 1024;
const sweepAtOnce = 200;
/** Writes of single blobs that go together. */
const atOnce = 50;
/** Milliseconds: chunks without a document may be those of one that is about to be written. */
const strayAge = 24 * 3_600_000;
const durable = { writeConcern: { w: 'majority', journal: true } } as const;

type Span = { readonly from: number; readonly to: number };

export function createBlobs({ docs: { blobs, chunks } }: Mongo, now: () => number): Blobs {
  let straysSought = now();

  const touch = async (sha256: string, size: number): Promise<string | undefined> =>
    (await blobs.findOneAndUpdate({ sha256, size }, { $max: { touched: now() } }, durable))?._id;

  /** Whether there is one with this hash, which the next question makes sure of. */
  const known = gather(atOnce, async (hashes: readonly string[]) => {
    const filter = { sha256: { $in: [...hashes] } };
    const found = await blobs.find(filter, { projection: { _id: 0, sha256: 1 } }).toArray();
    const all = new Set(found.map(({ sha256 }) => sha256));
    return hashes.map((hash) => all.has(hash));
  });
  const writeChunk = gather(atOnce, (docs: readonly ChunkDoc[]) => insertEach(chunks, docs, durable));
  /** False when the same bytes are there under another name. */
  const inserted = gather(atOnce, (docs: readonly BlobDoc[]) => insertEach(blobs, docs, durable));

  const locate = async (id: string, span: Span | undefined): Promise<Span> => {
    const doc = await blobs.findOne({ _id: id });
    if (doc === null) throw new EasError('blob-missing', id);
    const from = Math.min(Math.max(span?.from ?? 0, 0), doc.size);
    return { from, to: Math.max(Math.min(span?.to ?? doc.size, doc.size), from) };
  };

  return {
    put: (data) =>
      domainErrors(async () => {
        if (data instanceof Uint8Array) {
          const sha256 = createHash('sha256').update(data).digest('hex');
          const same = (await known(sha256)) ? await touch(sha256, data.length) : undefined;
          if (same !== undefined) return { id: same as BlobId, size: data.length };
        }
        // Its age stands in its name.
        const id = now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
        const { sha256, size } = await writeChunks(writeChunk, id, data);
        // The same bytes may come, and be swept, between two of these steps.
        while (!(await inserted({ _id: id, sha256, size, refs: 0, touched: now() }))) {
          const same = await touch(sha256, size);
          if (same === undefined) continue;
          if (same !== id) await chunks.deleteMany(chunksOf(id));
          return { id: same as BlobId, size };
        }
        return { id: id as BlobId, size };
      }),
    get: (id, range) =>
      domainErrors(async () => {
        const { from, to } = await locate(id, range);
        const pieces: Buffer[] = [];
        for await (const piece of piecesOf(chunks, id, from, to)) pieces.push(piece);
        return Buffer.concat(pieces, to - from);
      }),
    stream: (id, range) =>
      domainErrors(async () => {
        const { from, to } = await locate(id, range);
        return Readable.from(piecesOf(chunks, id, from, to), { objectMode: false });
      }),
    sweep: (olderThan, signal) =>
      domainErrors(async () => {
        let swept = 0;
        while (!signal?.aborted) {
          const touched = { $lt: now() - olderThan };
          const found = await blobs.find({ refs: 0, touched }, { limit: sweepAtOnce }).toArray();
          for (const { _id } of found) {
            // Whoever names it in this moment wins or finds it gone.
            const { deletedCount } = await blobs.deleteOne({ _id, refs: 0, touched }, durable);
            if (deletedCount === 1) await chunks.deleteMany(chunksOf(_id));
            swept += deletedCount;
          }
          if (found.length < sweepAtOnce) break;
        }
        if (!signal?.aborted && now() - straysSought > strayAge) {
          straysSought = now();
          await removeStrays();
        }
        return swept;
      }),
  };

  /** Chunks that a crash left before their document was written, or after it was deleted. */
  async function removeStrays(): Promise<void> {
    const young = (now() - strayAge).toString(16).padStart(12, '0');
    const firsts = chunks.find({ '_id.n': 0, '_id.b': { $lt: young } } as never, { projection: { _id: 1 } });
    for await (const { _id } of firsts) {
      if ((await blobs.countDocuments({ _id: _id.b }, { limit: 1 })) === 0) await chunks.deleteMany(chunksOf(_id.b));
    }
  }
}

function chunksOf(b: string) {
  return { _id: { $gte: { b, n: 0 }, $lt: { b, n: Number.MAX_SAFE_INTEGER } } };
}

async function writeChunks(
  writeChunk: (doc: ChunkDoc) => Promise<unknown>,
  b: string,
  data: Uint8Array | Readable,
): Promise<{ readonly sha256: string; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  let n = 0;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const write = async (bytes: Buffer) => {
    await writeChunk({ _id: { b, n: n++ }, bytes });
  };
  const flush = async (last: boolean) => {
    let all = Buffer.concat(waiting, waitingBytes);
    while (all.length >= chunkBytes || (last && all.length > 0)) {
      await write(all.subarray(0, chunkBytes));
      all = all.subarray(chunkBytes);
    }
    waiting = all.length > 0 ? [all] : [];
    waitingBytes = all.length;
  };
  for await (const piece of data instanceof Uint8Array ? [data] : data) {
    const bytes = piece as Uint8Array;
    hash.update(bytes);
    size += bytes.length;
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes >= chunkBytes) await flush(false);
  }
  await flush(true);
  return { sha256: hash.digest('hex'), size };
}

/** Only the chunks that hold something of the range are read. Throws 'blob-missing' when one is not as it must be. */
async function* piecesOf(chunks: Collection<ChunkDoc>, b: string, from: number, to: number): AsyncGenerator<Buffer> {
  const first = Math.floor(from / chunkBytes);
  const last = Math.ceil(to / chunkBytes);
  let expected = first;
  if (to > from) {
    const found = chunks.find(
      { _id: { $gte: { b, n: first }, $lt: { b, n: last } } },
      { sort: { _id: 1 }, batchSize: 8 },
    );
    for await (const { _id, bytes } of found) {
      if (_id.n !== expected) break;
      const buffer = bytes instanceof Binary ? Buffer.from(bytes.buffer) : Buffer.from(bytes);
      const start = expected * chunkBytes;
      const piece = buffer.subarray(Math.max(0, from - start), Math.min(buffer.length, to - start));
      if (start + buffer.length < Math.min(to, start + chunkBytes)) break;
      expected += 1;
      yield piece;
    }
  }
  if (to > from && expected !== last) throw new EasError('blob-missing', `${b} ends early`);
}
