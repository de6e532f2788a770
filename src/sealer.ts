import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keeps what an administrator may read again and a copied store alone must not tell. */
export interface Sealer {
  seal(text: string): string;
  /** Throws when the key is another one, or what was sealed was altered. */
  open(sealed: string): string;
}

const cipher = 'aes-256-gcm';
const lengths = { key: 32, nonce: 12, tag: 16 };

/** With the key in the data folder, made when it is first needed and readable by its owner alone. */
export function createSealer(folder: string): Sealer {
  let known: Buffer | undefined;
  const key = (): Buffer => {
    known ??= keyIn(folder);
    return known;
  };
  return {
    seal: (text) => {
      const nonce = randomBytes(lengths.nonce);
      const sealing = createCipheriv(cipher, key(), nonce);
      const hidden = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()]);
      return Buffer.concat([nonce, sealing.getAuthTag(), hidden]).toString('base64');
    },
    open: (sealed) => {
      const bytes = Buffer.from(sealed, 'base64');
      const body = lengths.nonce + lengths.tag;
      const opening = createDecipheriv(cipher, key(), bytes.subarray(0, lengths.nonce));
      opening.setAuthTag(bytes.subarray(lengths.nonce, body));
      return Buffer.concat([opening.update(bytes.subarray(body)), opening.final()]).toString('utf8');
    },
  };
}

function keyIn(folder: string): Buffer {
  const path = join(folder, 'sealer.key');
  mkdirSync(folder, { recursive: true });
  const draft = `${path}.${process.pid}`;
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  // Another process may make it at the same time: the first one's stays.
  writeFileSync(draft, randomBytes(lengths.key), { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path);
}
