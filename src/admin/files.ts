// Calendars, address books and task lists from files and into files (.ics, .vcf). Invariants: what is there already, by its UID
// or else by what it says, is not made again; one part that cannot be read stops no other; nothing is mailed to anybody.
import { asEvent, asFields, calendarCodec } from '../content/calendar/codec.ts';
import { readEventFile, writeEventFile } from '../content/calendar/event-file.ts';
import type { LineError } from '../content/calendar/icalendar.ts';
import { readCardFile } from '../content/contacts/card-file.ts';
import { contactsCodec } from '../content/contacts/codec.ts';
import { writeCardFile } from '../content/contacts/write-card.ts';
import type { FieldsCodec } from '../content/fields-class.ts';
import { type Task, tasksCodec } from '../content/tasks/codec.ts';
import { readTaskFile, writeTaskFile } from '../content/tasks/task-file.ts';
import type { Account } from '../domain/account.ts';
import { folderTypes, recipientCache, specialFolderId } from '../domain/collection.ts';
import type { CollectionId } from '../domain/ids.ts';
import { type Fields, isLivingFields, type NewItem } from '../domain/item.ts';
import type { Position } from '../domain/position.ts';
import type { Reader, Store } from '../store/port.ts';
import { userOf } from './accounts.ts';

export type FileKind = 'calendar' | 'contacts' | 'tasks';

export interface ImportedFile {
  readonly made: number;
  /** Were there already. */
  readonly known: number;
  /** What was said of an item that was there already is not said again. */
  readonly errors: readonly LineError[];
}
export type Progress = (step: { readonly done: number; readonly total: number }) => void;

interface Kind {
  readonly class: 'Calendar' | 'Contacts' | 'Tasks';
  readonly folder: CollectionId;
  readonly codec: FieldsCodec;
  read(text: string, account: Account, now: number): { items: readonly Fields[]; errors: readonly LineError[] };
  write(items: readonly Fields[], now: number): string;
}

function zoneOf({ timeZone = 'UTC' }: Account): string {
  return timeZone;
}

const kinds: Readonly<Record<FileKind, Kind>> = {
  calendar: {
    class: 'Calendar',
    folder: specialFolderId(8),
    codec: calendarCodec,
    read: (text, account, now) => {
      const own = new Set([account.address, ...account.aliases]);
      const { items, errors } = readEventFile(text, { zone: zoneOf(account), now, own });
      return { items: items.map(asFields), errors };
    },
    write: (items) => writeEventFile(items.map(asEvent)),
  },
  contacts: {
    class: 'Contacts',
    folder: specialFolderId(9),
    codec: contactsCodec,
    read: (text) => readCardFile(text),
    write: (items) => writeCardFile(items),
  },
  tasks: {
    class: 'Tasks',
    folder: specialFolderId(7),
    codec: tasksCodec,
    read: (text, account) => {
      const { items, errors } = readTaskFile(text, { zone: zoneOf(account) });
      return { items: items as unknown as Fields[], errors };
    },
    write: (items, now) => writeTaskFile(items as unknown as Task[], now),
  },
};
const atOnce = 100;
const page = 500;

/** Into the account's own folder of that class. Throws 'account-not-found', 'over-quota'. */
export async function importFile(
  store: Store,
  kind: FileKind,
  address: string,
  text: string,
  now: number,
  progress: Progress = () => {},
): Promise<ImportedFile> {
  const account = await userOf(store, address);
  const { class: itemClass, folder, codec, read } = kinds[kind];
  const { items, errors } = read(text, account, now);
  const known = new Set<string>();
  const uids = new Set<unknown>();
  for await (const fields of itemsOf(store, account, kind)) {
    known.add(nameOf(fields));
    uids.add(fields.uid);
  }
  const fresh: NewItem[] = [];
  for (const fields of items) {
    if (known.has(nameOf(fields))) continue;
    known.add(nameOf(fields));
    const facts = { sortDate: codec.sortDate(fields, now), words: codec.words(fields) };
    fresh.push({ collection: folder, class: itemClass, content: fields, blobs: [], ...facts });
  }
  for (let at = 0; at < fresh.length; at += atOnce) {
    const some = fresh.slice(at, at + atOnce);
    await store.transact(account.id, async (tx) => {
      for (const item of some) tx.create(item);
    });
    progress({ done: Math.min(at + atOnce, fresh.length), total: fresh.length });
  }
  return {
    made: fresh.length,
    known: items.length - fresh.length,
    errors: errors.filter(({ uid }) => !uids.has(uid ?? '')),
  };
}

/** Of every folder of that class. Throws 'account-not-found'. */
export async function exportFile(
  store: Store,
  kind: FileKind,
  address: string,
  now: number,
  progress: Progress = () => {},
): Promise<{ readonly text: string; readonly count: number }> {
  const account = await userOf(store, address);
  const total = await store.read(account.id, async (reader) => {
    const counts = await Promise.all((await foldersOf(reader, kind)).map((id) => reader.count(id, {})));
    return counts.reduce((sum, count) => sum + count, 0);
  });
  const items: Fields[] = [];
  for await (const fields of itemsOf(store, account, kind)) {
    items.push(fields);
    progress({ done: items.length, total });
  }
  return { text: kinds[kind].write(items, now), count: items.length };
}

/** Occurrences of a series that the account was asked to alone share their UID. */
function nameOf({ uid, instance }: Fields): string {
  return `${uid} ${instance ?? ''}`;
}

async function foldersOf(reader: Reader, kind: FileKind): Promise<CollectionId[]> {
  const wanted = kinds[kind].class;
  const folders = await reader.collections();
  return folders
    .filter(({ id, type }) => folderTypes[type].class === wanted && id !== recipientCache)
    .map(({ id }) => id);
}

/** Readable ones, of all folders of the class. */
async function* itemsOf(store: Store, { id: account }: Account, kind: FileKind): AsyncGenerator<Fields> {
  const folders = await store.read(account, (reader) => foldersOf(reader, kind));
  for (const folder of folders) {
    for (let from: Position | undefined, more = true; more; ) {
      const range = { order: 'oldest', limit: page, ...(from && { from }) } as const;
      const items = await store.read(account, (reader) => reader.range(folder, range));
      for (const item of items) if (isLivingFields(item, kinds[kind].class)) yield item.content;
      const last = items.at(-1);
      more = items.length === page;
      if (last) from = { date: last.sortDate, number: (last.number + 1) as Position['number'] };
    }
  }
}
