// Mail as other programs keep it: .eml files, mbox files, Maildirs, and trees of them. Nothing here knows an account.
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { EasError } from '../domain/errors.ts';
import { splitMbox } from './mbox.ts';

export interface FoundMail {
  readonly mime: Buffer;
  /** Path of the folder that the tree has it in, with '/'; absent: it says nothing of one. */
  readonly folder?: string;
  /** Milliseconds: when it came, as whoever kept it says; else `kept` is the time of its file. */
  readonly received?: number;
  readonly kept?: number;
  readonly read?: boolean;
  readonly flagged?: boolean;
  readonly answered?: boolean;
  readonly draft?: boolean;
  /** Bytes of all that was read so far. */
  readonly at: number;
}
type Kind = 'eml' | 'mbox' | 'maildir';
interface MailFile {
  readonly kind: Kind;
  readonly path: string;
  readonly size: number;
  readonly kept: number;
  readonly folder?: string;
}

/** The files of `path`, in the order of their names, and their bytes together. Throws 'invalid-mime', the system's error. */
export async function mailFiles(path: string): Promise<{ files: MailFile[]; bytes: number }> {
  const status = await stat(path);
  const { size, mtimeMs } = status;
  const files = status.isDirectory()
    ? await filesBelow(path)
    : [{ kind: await kindOf(path), path, size, kept: Math.floor(mtimeMs) }];
  return { files, bytes: files.reduce((sum, file) => sum + file.size, 0) };
}

export async function* readMail(files: readonly MailFile[]): AsyncGenerator<FoundMail> {
  let at = 0;
  for (const { kind, path, size, kept, folder } of files) {
    const about = { kept, ...(folder !== undefined && { folder }) };
    if (kind === 'mbox') {
      let inside = 0;
      for await (const mail of splitMbox(createReadStream(path, { highWaterMark: 1 << 20 }))) {
        inside += mail.mime.length;
        yield { ...about, ...mail, at: at + Math.min(inside, size) };
      }
      at += size;
      continue;
    }
    at += size;
    yield { ...about, ...(kind === 'maildir' && maildirFacts(basename(path))), mime: await readFile(path), at };
  }
}

/** One mail, or an mbox, from a pipe. */
export async function* readStream(stream: Readable): AsyncGenerator<FoundMail> {
  let at = 0;
  for await (const mail of splitMbox(stream)) {
    at += mail.mime.length;
    yield { ...mail, at };
  }
}

async function kindOf(path: string): Promise<Kind> {
  const kind = namedKind(path);
  if (kind !== undefined) return kind;
  const start = await startOf(path);
  if (isMbox(start)) return 'mbox';
  if (!/^(?:\xef\xbb\xbf)?\s*[!-9;-~]+[ \t]*:/.test(start)) {
    throw new EasError('invalid-mime', `'${path}' is no mail and no mbox`);
  }
  return 'eml';
}

/** What the name says: Maildirs, `.eml`, `.mbox`. */
function namedKind(path: string): Kind | undefined {
  if (['cur', 'new'].includes(basename(dirname(path)))) return 'maildir';
  const extension = extname(path).toLowerCase();
  return extension === '.eml' ? 'eml' : extension === '.mbox' ? 'mbox' : undefined;
}

async function startOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
const isMbox = (start: string): boolean => start.startsWith('From ');

async function filesBelow(root: string): Promise<MailFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const found: MailFile[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const kind = await kindInTree(path);
    if (kind === undefined) continue;
    const { size, mtimeMs } = await stat(path);
    found.push({ kind, path, size, kept: Math.floor(mtimeMs), ...folderOf(root, path, kind) });
  }
  if (found.length === 0 && !entries.some((one) => one.isDirectory() && one.name === 'cur')) {
    throw new EasError('invalid-mime', `'${root}' has no .eml file, no mbox and no Maildir in it`);
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Of a file without an extension its first bytes tell: Thunderbird and mutt keep mbox files so. */
async function kindInTree(path: string): Promise<Kind | undefined> {
  if (basename(path).startsWith('.')) return undefined;
  const kind = namedKind(path);
  if (kind !== undefined || extname(path) !== '') return kind;
  return isMbox(await startOf(path)) ? 'mbox' : undefined;
}

/** A Maildir is named by its folder (`.Sent.2020` in Maildir++), an mbox by its file. */
function folderOf(root: string, path: string, kind: Kind): { folder?: string } {
  if (kind === 'eml') return {};
  const place = kind === 'maildir' ? dirname(dirname(path)) : path.slice(0, path.length - extname(path).length);
  const parts = relative(root, place)
    .split(sep)
    .filter((part) => part !== '');
  // Thunderbird keeps the folders below `Work` in `Work.sbd`.
  const named = parts.flatMap((part) =>
    part.startsWith('.') ? part.slice(1).split('.') : [part.replace(/\.sbd$/, '')],
  );
  return named.length > 0 ? { folder: named.join('/') } : {};
}

/** `1700000000.M1P2.host,S=12:2,FRS`: seconds, and flags behind the last `2,`. */
function maildirFacts(name: string): Partial<FoundMail> {
  const seconds = /^(\d{9,11})\./.exec(name)?.[1];
  const flags = /[:;!]2,([A-Za-z]*)$/.exec(name)?.[1] ?? '';
  return {
    ...(seconds !== undefined && { received: Number(seconds) * 1000 }),
    read: flags.includes('S'),
    flagged: flags.includes('F'),
    answered: flags.includes('R'),
    draft: flags.includes('D'),
  };
}
