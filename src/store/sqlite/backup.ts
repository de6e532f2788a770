// A copy of the whole store beside a running server, and the way back. Invariants: the copy's database names only blobs
// that are in the copy; nothing stands at its place before all of it was checked. The sweeper waits meanwhile (a lease).
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { constants, copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { EasError } from '../../domain/errors.ts';
import { giveToOwner } from './owner.ts';
import { schemaVersion } from './schema.ts';

/** What a copy holds. */
export interface Copied {
  readonly blobs: number;
  readonly bytes: number;
}
export interface BlobRow {
  readonly id: string;
  readonly sha256: Buffer;
  readonly size: number;
  readonly bytes: Buffer | null;
}
export const database = 'easel.sqlite';

/** `folder` must be new or empty. Throws 'store-unavailable' with what is wrong. */
export async function backup(data: string, folder: string): Promise<Copied> {
  await requireEmpty(folder);
  const source = new Database(join(data, database), { readonly: true, fileMustExist: true });
  try {
    // In one step: a writer beside it would make it begin again between two.
    await source.backup(join(folder, database), { progress: () => 0x7fff_ffff });
  } finally {
    source.close();
  }
  return eachBlob(join(folder, database), ({ id }) => place(blobPath(data, id), blobPath(folder, id)));
}

/** Into a folder that holds no store. Throws 'store-newer', and 'store-unavailable' with what is wrong. */
export async function restore(folder: string, data: string): Promise<Copied> {
  if (!existsSync(join(folder, database))) throw new EasError('store-unavailable', `'${folder}' holds no backup`);
  if (existsSync(join(data, database))) throw new EasError('store-unavailable', `'${data}' holds a store already`);
  requireKnownSchema(join(folder, database));
  const copied = await eachBlob(join(folder, database), (blob) => verify(folder, blob));
  const fresh = `${data}.restoring`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  await eachBlob(join(folder, database), ({ id }) => place(blobPath(folder, id), blobPath(fresh, id)));
  await mkdir(join(fresh, 'blobs'), { recursive: true, mode: 0o700 });
  await copyFile(join(folder, database), join(fresh, database));
  await mkdir(data, { recursive: true, mode: 0o700 });
  await rename(join(fresh, 'blobs'), join(data, 'blobs'));
  await rename(join(fresh, database), join(data, database));
  for (const path of [database, 'blobs']) giveToOwner(join(data, path));
  for (const path of await readdir(join(data, 'blobs'), { recursive: true })) giveToOwner(join(data, 'blobs', path));
  await rm(fresh, { recursive: true });
  return copied;
}

export async function requireEmpty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new EasError('store-unavailable', `'${folder}' is not empty`);
}

export function requireKnownSchema(file: string): void {
  const db = new Database(file, { readonly: true });
  try {
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > schemaVersion) {
      throw new EasError('store-newer', `schema ${version}, this program knows ${schemaVersion}`);
    }
  } finally {
    db.close();
  }
}

/** `onFile` is asked for each blob that is a file; those that are rows are checked here. */
export async function eachBlob(file: string, onFile: (blob: BlobRow) => Promise<void>): Promise<Copied> {
  const db = new Database(file, { readonly: true });
  try {
    const rows = db.prepare(
      'select b.id, b.sha256, b.size, i.bytes from blobs b left join blob_bytes i on i.id = b.id where b.id > ? order by b.id limit 500',
    );
    let [blobs, bytes] = [0, 0];
    for (let page = rows.all('') as BlobRow[]; page.length > 0; page = rows.all(page.at(-1)!.id) as BlobRow[]) {
      for (const blob of page) {
        if (blob.bytes === null) await onFile(blob);
        else requireHash(blob, createHash('sha256').update(blob.bytes).digest());
        blobs += 1;
        bytes += blob.size;
      }
    }
    return { blobs, bytes };
  } finally {
    db.close();
  }
}

export function blobPath(data: string, id: string): string {
  return join(data, 'blobs', id.slice(0, 2), id);
}

/** A second name where the disk can, else a copy: blobs never change. */
async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new EasError('blob-missing', from);
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
}

export async function verify(folder: string, blob: BlobRow): Promise<void> {
  const path = blobPath(folder, blob.id);
  if (!existsSync(path)) throw new EasError('blob-missing', path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  requireHash(blob, hash.digest());
}
function requireHash({ id, sha256 }: BlobRow, found: Buffer): void {
  if (!found.equals(sha256)) throw new EasError('blob-missing', `${id} is not what it was`);
}
