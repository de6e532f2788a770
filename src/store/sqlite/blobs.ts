// Blobs: large ones are files whose names are never used again, small ones rows. Written and synced before their row,
// the row before the item that names it; a file is deleted only after the commit that took its row.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { EasError } from '../../domain/errors.ts';
import type { BlobId } from '../../domain/ids.ts';
import type { Blobs } from '../port.ts';
import type { Handle } from './handles.ts';
import { giveToOwner, makeFolder } from './owner.ts';
import type { Writer } from './writer.ts';

/** Bytes; up to here a blob is a row. */
const largestInline = 16 * 1024;
const sweepAtOnce = 500;
/** Milliseconds; a file without a row may be one whose row is about to be written. */
const strayAge = 3_600_000;
const strayWalkEvery = 24 * 3_600_000;

type Span = { readonly from: number; readonly to: number };
interface Written {
  readonly sha256: Uint8Array;
  readonly size: number;
  /** Of a small one; of a large one it stands in the file `id`, synced. */
  readonly bytes: Uint8Array | null;
}

export function createBlobs(folder: string, { sql }: Handle, writer: Writer, now: () => number): Blobs {
  let straysWalked = Number.NEGATIVE_INFINITY;
  const pathOf = (id: string) => join(folder, id.slice(0, 2), id);

  const locate = (id: string, span: Span | undefined) => {
    const row = sql.blob.get(id);
    if (row === undefined) throw new EasError('blob-missing', id);
    const from = Math.min(Math.max(span?.from ?? 0, 0), row.size);
    return { inline: row.inline === 1, from, length: Math.max(Math.min(span?.to ?? row.size, row.size) - from, 0) };
  };
  const inlineBytes = (id: string, from: number, length: number): Buffer => {
    const row = sql.blobBytes.get(from + 1, length, id);
    if (row === undefined) throw new EasError('blob-missing', id);
    return row.bytes;
  };

  return {
    async put(data) {
      const id = randomBytes(16).toString('hex');
      const written = data instanceof Uint8Array && data.length <= largestInline ? inMemory(data) : undefined;
      const { sha256, size, bytes } = written ?? (await writeFile(pathOf(id), data));
      const named = await settle(
        () => writer.ask('putBlob', { id, sha256, size, bytes, now: now() }),
        bytes,
        pathOf(id),
      );
      if (bytes === null && named !== id) await unlink(pathOf(id));
      return { id: named as BlobId, size };
    },

    async get(id, range) {
      const { inline, from, length } = locate(id, range);
      if (inline) return inlineBytes(id, from, length);
      const file = await openBlob(id, pathOf(id));
      try {
        return await readFully(file, from, length, id);
      } finally {
        await file.close();
      }
    },

    async stream(id, range) {
      const { inline, from, length } = locate(id, range);
      if (inline) return Readable.from([inlineBytes(id, from, length)], { objectMode: false });
      const file = await openBlob(id, pathOf(id));
      if (length > 0) return createReadStream('', { fd: file, start: from, end: from + length - 1 });
      await file.close();
      return Readable.from([], { objectMode: false });
    },

    async sweep(olderThan, signal) {
      let swept = 0;
      while (!signal?.aborted) {
        const { files, rows } = await writer.ask('sweepBlobs', { before: now() - olderThan, limit: sweepAtOnce });
        await Promise.all(files.map((id) => removeFile(pathOf(id))));
        swept += rows;
        if (rows < sweepAtOnce) break;
      }
      if (!signal?.aborted && now() - straysWalked > strayWalkEvery) {
        straysWalked = now();
        await removeStrays(folder, (id) => sql.blob.get(id) !== undefined);
      }
      return swept;
    },
  };
}

function inMemory(data: Uint8Array): Written {
  return { sha256: createHash('sha256').update(data).digest(), size: data.length, bytes: data };
}

/** Durable under `path` when it resolves. Throws 'full'. */
async function writeFile(path: string, data: Uint8Array | Readable): Promise<Written> {
  const temporary = `${path}.new`;
  const folder = join(path, '..');
  try {
    if (makeFolder(folder)) await syncFolder(join(folder, '..'));
    const file = await open(temporary, 'wx', 0o600);
    const hash = createHash('sha256');
    let size = 0;
    try {
      for await (const chunk of data instanceof Uint8Array ? [data] : data) {
        const bytes = chunk as Uint8Array;
        hash.update(bytes);
        await file.writeFile(bytes);
        size += bytes.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    giveToOwner(temporary);
    await rename(temporary, path);
    await syncFolder(folder);
    return { sha256: hash.digest(), size, bytes: null };
  } catch (error) {
    await removeFile(temporary);
    throw asFull(error);
  }
}

async function settle(ask: () => Promise<string>, bytes: Uint8Array | null, path: string): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (bytes === null) await removeFile(path);
    throw error;
  }
}

/** A new name in a folder is durable only when the folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openBlob(id: string, path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new EasError((cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'blob-missing' : 'store-unavailable', id, {
      cause,
    });
  }
}

async function readFully(file: FileHandle, from: number, length: number, id: string): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, from + done);
    if (bytesRead === 0) throw new EasError('blob-missing', `${id} ends early`);
    done += bytesRead;
  }
  return buffer;
}

async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Files that a crash left between rename and row, or between commit and delete. */
async function removeStrays(folder: string, known: (id: string) => boolean): Promise<void> {
  for (const name of await readdir(folder)) {
    for (const file of await readdir(join(folder, name))) {
      if (known(file)) continue;
      const path = join(folder, name, file);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
      if (Date.now() - mtimeMs > strayAge) await removeFile(path);
    }
  }
}

function asFull(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT' ? new EasError('full', undefined, { cause: error }) : error;
}
