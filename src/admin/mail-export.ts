import { createWriteStream } from 'node:fs';
import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { EasError } from '../domain/errors.ts';
import type { AccountId, CollectionId } from '../domain/ids.ts';
import { isMail, type LivingItem, type Mail } from '../domain/item.ts';
import { above, type Position } from '../domain/position.ts';
import type { Store } from '../store/port.ts';
import { userOf } from './accounts.ts';
import { findMailFolder, mailFolders } from './folders.ts';
import { mboxEntry } from './mbox.ts';

export type MailFormat = 'maildir' | 'eml' | 'mbox';
export interface ExportOptions {
  readonly format: MailFormat;
  /** Path of one folder; absent: all. */
  readonly folder?: string | undefined;
  readonly progress?: (done: number) => void;
}
/** Where the mails of one folder go. */
interface Target {
  add(mail: Mail, mime: Buffer): Promise<void>;
  end(): Promise<void>;
}
const page = 200;

/**
 * Writes an account's mail, oldest first, a folder of the tree for each of its folders; with 'mbox', a `path` that ends in `.mbox` gets
 * all of it. Says how many. Throws 'account-not-found', 'collection-not-found', and the system's error for `path`.
 */
export async function exportMail(
  store: Store,
  address: string,
  path: string,
  { format, folder, progress = () => {} }: ExportOptions,
): Promise<number> {
  const { id } = await userOf(store, address);
  const folders = await store.read(id, async (reader) => {
    const only = folder === undefined ? undefined : await findMailFolder(reader, folder);
    if (folder !== undefined && only === undefined) throw new EasError('collection-not-found', folder);
    return (await mailFolders(reader)).filter((one) => only === undefined || one.folder.id === only);
  });
  const whole = format === 'mbox' && path.endsWith('.mbox') ? await mboxTarget(path) : undefined;
  let done = 0;
  for (const { path: name, folder: collection } of folders) {
    const target = whole ?? (await targets[format](join(path, ...name.split('/').map(fileName))));
    for await (const mail of mailsOf(store, id, collection.id)) {
      await target.add(mail, await store.blobs.get(mail.content.mime));
      progress((done += 1));
    }
    if (!whole) await target.end();
  }
  await whole?.end();
  return done;
}

async function* mailsOf(store: Store, account: AccountId, collection: CollectionId): AsyncGenerator<Mail> {
  let from: Position | undefined;
  for (let items: LivingItem[] = []; ; ) {
    const range = { ...(from && { from }), to: above, order: 'oldest', limit: page } as const;
    items = await store.read(account, (reader) => reader.range(collection, range));
    yield* items.filter(isMail);
    const last = items.at(-1);
    if (!last || items.length < page) return;
    from = { date: last.sortDate, number: (last.number + 1) as Position['number'] };
  }
}

const targets: Readonly<Record<MailFormat, (path: string) => Promise<Target>>> = {
  maildir: async (path) => {
    for (const part of ['cur', 'new', 'tmp']) await mkdir(join(path, part), { recursive: true });
    return {
      add: async ({ number, content }, mime) => {
        const name = `${Math.floor(content.received / 1000)}.${number}.easel`;
        await writeFile(join(path, 'tmp', name), mime);
        await rename(join(path, 'tmp', name), join(path, 'cur', `${name}:2,${maildirFlags(content)}`));
      },
      end: async () => {},
    };
  },
  eml: async (path) => {
    await mkdir(path, { recursive: true });
    return {
      add: async ({ number, content }, mime) => {
        const day = new Date(content.received).toISOString().slice(0, 10);
        const file = join(path, `${day} ${fileName(content.subject).slice(0, 80)} ${number}.eml`);
        await writeFile(file, mime);
        await utimes(file, content.received / 1000, content.received / 1000);
      },
      end: async () => {},
    };
  },
  mbox: (path) => mboxTarget(`${path}.mbox`),
};

async function mboxTarget(path: string): Promise<Target> {
  await mkdir(dirname(path), { recursive: true });
  const file: Writable = createWriteStream(path);
  const opened = new Promise((resolve, reject) => void file.once('ready', resolve).once('error', reject));
  await opened;
  return {
    add: ({ content }, mime) =>
      new Promise((resolve, reject) => {
        file.write(mboxEntry(mime, content.received), (error) => (error ? reject(error) : resolve()));
      }),
    end: async () => {
      file.end();
      await finished(file);
    },
  };
}

function maildirFlags({ draft, flag, lastVerb, read }: Mail['content']): string {
  const letters = [draft && 'D', flag?.status === 2 && 'F', lastVerb?.verb === 3 && 'P', lastVerb && 'R', read && 'S'];
  return letters.filter((letter) => letter !== false && letter !== undefined).join('');
}

/** What no file system minds. */
function fileName(text: string): string {
  const name = text
    .replaceAll(/[\x00-\x1f\x7f/\\:*?"<>|]+/g, '_')
    .replace(/^\.+/, '_')
    .trim();
  return name === '' ? '_' : name;
}
