import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

/** Whom certificates are trusted for, and what reaches the lists of revoked ones. */
export interface Trust {
  /** PEM or DER, of the system's roots and of the folder. */
  roots(): Promise<readonly Buffer[]>;
  /** The list behind the URL. Throws when it cannot be had. */
  revocationList(url: string): Promise<Buffer>;
}

/** Where Linux systems keep their roots in one file; without it, those that Node brings. */
const systemRoots = '/etc/ssl/certs/ca-certificates.crt';
const patience = 5_000;
const largestList = 16 * 1024 * 1024;
const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** With the certificates in the folder, which need not be there. Both are read once. */
export function createTrust(folder: string): Trust {
  let known: Promise<readonly Buffer[]> | undefined;
  return {
    roots: () => {
      known ??= readRoots(folder);
      return known;
    },
    revocationList: fetchList,
  };
}

async function readRoots(folder: string): Promise<Buffer[]> {
  const system = await readFile(systemRoots, 'latin1').catch(() => rootCertificates.join('\n'));
  const names = await readdir(folder).catch(() => []);
  const own = await Promise.all(names.sort().map((name) => readFile(join(folder, name))));
  return [...split(Buffer.from(system, 'latin1')), ...own.flatMap(split)];
}

function split(file: Buffer): Buffer[] {
  const found = file.toString('latin1').match(pem);
  return found ? found.map((text) => Buffer.from(text)) : [file];
}

async function fetchList(url: string): Promise<Buffer> {
  if (!/^https?:/i.test(url)) throw new Error(`no list at ${url}`);
  const response = await fetch(url, { signal: AbortSignal.timeout(patience) });
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body) {
    size += piece.length;
    if (size > largestList) throw new Error('the list is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
