// Mail into an account and out of it, as files. Invariant: a mail that an import brought is not brought again while it lies
// where it was put, so that an import which broke off is simply repeated.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { indexAside } from '../content/email/aside.ts';
import { deliver, deliverer } from '../delivery/deliver.ts';
import { specialFolderId } from '../domain/collection.ts';
import type { AccountId, ClientId, CollectionId } from '../domain/ids.ts';
import type { Store } from '../store/port.ts';
import { userOf } from './accounts.ts';
import { makeMailFolder } from './folders.ts';
import { type FoundMail, mailFiles, readMail, readStream } from './mail-source.ts';

export interface Imported {
  /** Mails that were put in, and those that lay there already. */
  readonly done: number;
  readonly known: number;
  /** 0 to 1; absent where nobody knows how much is to come. */
  readonly part?: number;
}
export interface ImportOptions {
  /** Path of the folder that all of it goes to; absent: as the tree says, else the Inbox. */
  readonly folder?: string | undefined;
  readonly progress?: (imported: Imported) => void;
}
/** As many as one commit of the store takes together without filling the memory with mail. */
const atOnce = 16;

/**
 * Puts mails into an account: of a file (.eml or mbox), of a Maildir, of a tree of these, or of a stream. A mail's time is what
 * its mbox or Maildir says, else its Date header, else its file's. Throws 'account-not-found', and the system's error for a path.
 */
export async function importMail(
  store: Store,
  address: string,
  source: string | Readable,
  { folder, progress = () => {} }: ImportOptions = {},
): Promise<Imported> {
  const { id } = await userOf(store, address);
  const { files, bytes } = typeof source === 'string' ? await mailFiles(source) : { files: [], bytes: 0 };
  const mails = typeof source === 'string' ? readMail(files) : readStream(source);
  const folders = new Map<string, Promise<CollectionId>>();
  const folderOf = (mail: FoundMail): Promise<CollectionId> | CollectionId => {
    const path = folder ?? mail.folder;
    if (path === undefined) return specialFolderId(2);
    const known = folders.get(path) ?? store.transact(id, (tx) => makeMailFolder(tx, path));
    folders.set(path, known);
    return known;
  };
  const counts = { done: 0, known: 0 };
  const worker = async (): Promise<void> => {
    for (let next = await mails.next(); !next.done; next = await mails.next()) {
      const isNew = await importOne(store, id, await folderOf(next.value), next.value);
      counts[isNew ? 'done' : 'known'] += 1;
      progress({ ...counts, ...(bytes > 0 && { part: next.value.at / bytes }) });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return counts;
}

async function importOne(store: Store, account: AccountId, folder: CollectionId, mail: FoundMail): Promise<boolean> {
  const { mime, read = false, draft = false, flagged, answered } = mail;
  const once = `import ${createHash('sha256').update(mime).digest('base64url')}`;
  const before = await store.read(account, (reader) => reader.added(folder, deliverer, once as ClientId));
  if (before.length > 0) return false;
  const index = await indexAside(mime);
  const received = mail.received ?? index.date ?? mail.kept ?? Date.now();
  const marks = {
    ...(flagged && { flag: { status: 2, type: 'for Follow Up' } as const }),
    ...(answered && { lastVerb: { verb: 1, time: received } as const }),
  };
  await deliver(store, account, mime, { folder, received, read, draft, index, once, ...marks });
  return true;
}
