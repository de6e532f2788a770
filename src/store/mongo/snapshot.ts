// A Reader over a snapshot session: everything is read as of the moment of its first question. Records are fetched once and
// kept, so that look-ups tell them at once; what is not there yet is fetched and the work run again (NotFetched).
import type { ClientSession, Document, Filter } from 'mongodb';
import type { NewCollection } from '../../domain/collection.ts';
import { EasError } from '../../domain/errors.ts';
import type { AccountId, CollectionId, DeviceId, JournalId, ServerId } from '../../domain/ids.ts';
import type { Item, LivingItem } from '../../domain/item.ts';
import type { JournalEntry } from '../../domain/journal.ts';
import { above, below } from '../../domain/position.ts';
import type { SearchWord } from '../../domain/words.ts';
import { type Lookups, NotFetched } from '../list/pending.ts';
import {
  accountNumber,
  type ItemRow,
  kindOf,
  parseServerId,
  serverId,
  toAccount,
  toCollection,
  toDevice,
  toItem,
} from '../list/rows.ts';
import type { View } from '../list/run.ts';
import type { Counters } from '../list/stats.ts';
import { toSyncRecord } from '../list/sync-record-row.ts';
import { token } from '../list/token.ts';
import type { LogRow, Range, Reader } from '../port.ts';
import type { AccountDoc, Collections, ItemDoc, JournalDoc, Mongo } from './documents.ts';
import { gather } from './gather.ts';
import { type Known, type KnownRecords, nameOf } from './known.ts';
import { accountRow, collectionRow, itemRow } from './rows.ts';

const largestPage = 500;

/** A session on which all is read as of one moment, shared by the looks that began together; the last one ends it. */
interface Moment {
  readonly session: ClientSession;
  looks: number;
}
interface Begun {
  readonly moment: Moment;
  readonly doc: AccountDoc | undefined;
}
export type OnSnapshot = <T>(account: AccountId, look: (view: View) => Promise<T>) => Promise<T>;

/** As many accounts as are asked for in one question: what follows for each runs in one turn of the loop. */
const mostTogether = 24;

/** Looks that are asked for while others begin, begin together: one question for all their accounts. */
export function startSnapshots(mongo: Mongo, counters: Counters, known: Known): OnSnapshot {
  const begin = gather<number, Begun>(mostTogether, async (numbers) => {
    const moment: Moment = { session: mongo.client.startSession({ snapshot: true }), looks: numbers.length };
    try {
      const distinct = [...new Set(numbers)];
      const docs = await mongo.docs.accounts.find({ _id: { $in: distinct } }, { session: moment.session }).toArray();
      const byNumber = new Map(docs.map((doc) => [doc._id, doc]));
      return numbers.map((number) => ({ moment, doc: byNumber.get(number) }));
    } catch (error) {
      await moment.session.endSession();
      throw error;
    }
  });
  return async (id, look) => {
    const number = accountNumber(id);
    if (number === undefined) throw new EasError('account-not-found', id);
    const { moment, doc } = await begin(number);
    try {
      if (doc === undefined) throw new EasError('account-not-found', id);
      return await look(new Snapshot(mongo.docs, moment.session, doc, counters, known.at(number, doc.modseq)));
    } finally {
      moment.looks -= 1;
      if (moment.looks === 0) await moment.session.endSession();
    }
  };
}

type Wanted = NotFetched['wanted'];

class Snapshot implements View {
  readonly account: number;
  readonly now: number;
  readonly lookups: Lookups;
  readonly #docs: Collections;
  readonly #session: ClientSession;
  readonly #counters: Counters;
  /** Of the account as it is, whoever looks; and of this look alone. */
  readonly #records: KnownRecords;
  readonly #known: KnownRecords = new Map();

  constructor(docs: Collections, session: ClientSession, doc: AccountDoc, counters: Counters, records: KnownRecords) {
    this.#records = records;
    this.account = doc._id;
    this.now = doc.modseq;
    this.#docs = docs;
    this.#session = session;
    this.#counters = counters;
    this.#keep({ kind: 'account', id: '' }, toAccount(accountRow(doc)));
    this.lookups = {
      account: () => this.#told({ kind: 'account', id: '' })!,
      device: (id) => this.#told({ kind: 'device', id }),
      collection: (id) => this.#told({ kind: 'collection', id }),
      item: (id) => {
        const parsed = parseServerId(id);
        return parsed && this.#told({ kind: 'item', id: parsed.number, collection: parsed.collection });
      },
      syncRecord: (id, collection) => this.#told({ kind: 'sync', id, collection }),
    };
  }

  /** Items are too long to be kept. */
  #among({ kind }: Wanted): KnownRecords {
    return kind === 'item' || kind === 'account' ? this.#known : this.#records;
  }
  #keep<Found>(wanted: Wanted, found: Found): Found {
    this.#among(wanted).set(nameOf(wanted), found);
    return found;
  }
  #told<Found>(wanted: Wanted): Found {
    const name = nameOf(wanted);
    const among = this.#among(wanted);
    if (!among.has(name)) throw new NotFetched(wanted);
    return among.get(name) as Found;
  }

  async fetch(wanted: Wanted): Promise<void> {
    if (this.#among(wanted).has(nameOf(wanted))) return;
    this.#counters.lookups += 1;
    const found = await this.#find(wanted);
    if (found !== undefined) this.#counters.rowsRead += 1;
    this.#keep(wanted, found);
  }

  async #find({ kind, id, collection }: Wanted): Promise<unknown> {
    const a = this.account;
    const options = { session: this.#session };
    const { devices, collections, items, syncRecords } = this.#docs;
    switch (kind) {
      case 'account':
        return undefined;
      case 'device': {
        const doc = await devices.findOne({ _id: { a, d: id as string } }, options);
        return doc?.body == null ? undefined : toDevice({ generation: doc.generation, body: doc.body });
      }
      case 'collection': {
        const doc = await collections.findOne({ _id: { a, c: id as string } }, options);
        return doc === null ? undefined : toCollection(collectionRow(doc));
      }
      case 'item': {
        const doc = await items.findOne({ _id: { a, n: id as number } }, options);
        return doc?.collection === collection ? toItem(itemRow(doc!)) : undefined;
      }
      case 'sync': {
        const doc = await syncRecords.findOne({ _id: { a, d: id as string, c: collection! } }, options);
        return doc === null ? undefined : toSyncRecord(doc);
      }
      default:
        return kind satisfies never;
    }
  }

  #counted<Doc>(docs: Doc[]): Doc[] {
    this.#counters.rowsRead += docs.length;
    return docs;
  }
  async #items(
    filter: Filter<ItemDoc>,
    { sort, limit = 0, hint }: { sort?: Record<string, 1 | -1>; limit?: number; hint?: Document } = {},
  ): Promise<ItemDoc[]> {
    const options = { session: this.#session, limit, ...(sort && { sort }), ...(hint && { hint }) };
    return this.#counted(await this.#docs.items.find(filter, options).toArray());
  }

  readerWith(lookups: Lookups): Reader {
    const a = this.account;
    const docs = this.#docs;
    const options = { session: this.#session };
    const fetched = async <Found>(wanted: Wanted | undefined, tell: () => Found): Promise<Found> => {
      if (wanted) await this.fetch(wanted);
      return tell();
    };
    return {
      now: this.now,
      account: async () => lookups.account(),
      device: (id) => fetched({ kind: 'device', id }, () => lookups.device(id)),
      collection: (id) => fetched({ kind: 'collection', id }, () => lookups.collection(id)),
      item: (id) => {
        const parsed = parseServerId(id);
        return fetched(parsed && { kind: 'item', id: parsed.number, collection: parsed.collection }, () =>
          lookups.item(id),
        );
      },
      syncRecord: (id, collection) =>
        fetched({ kind: 'sync', id, collection }, () => lookups.syncRecord(id, collection)),
      devices: async () =>
        this.#counted(
          await docs.devices.find({ '_id.a': a, body: { $ne: null } }, { ...options, sort: { since: 1 } }).toArray(),
        ).map(({ generation, body }) => toDevice({ generation, body: body! })),
      collections: async (after) => {
        const filter = after === undefined ? { '_id.a': a, died: null } : { '_id.a': a, modseq: { $gt: after } };
        const found = await docs.collections.find(filter, { ...options, sort: { modseq: 1 } }).toArray();
        return this.#counted(found).map((doc) => toCollection(collectionRow(doc)));
      },
      added: async (collection, device, clientId) => {
        const filter = { '_id.a': a, added_device: device, added_client: clientId, living: true, collection };
        return (await this.#items(filter, { sort: { created: 1 } })).map(livingOf);
      },
      conversation: async (collection, conversation) =>
        (await this.#items({ '_id.a': a, collection, conversation }, { sort: { created: 1 } })).map((doc) =>
          toItem(itemRow(doc)),
        ),
      log: (collection, after, limit) => this.#log(collection, after, limit),
      range: (collection, range) => this.#range(collection, range),
      count: async (collection, range) => {
        this.#counters.rowsRead += 1;
        return docs.items.countDocuments(filterOf(a, collection, range), { ...options, hint: byPosition });
      },
      syncRecords: async (collection) => {
        const filter = { '_id.a': a, '_id.c': collection };
        return this.#counted(await docs.syncRecords.find(filter, { ...options, sort: { '_id.d': 1 } }).toArray()).map(
          (doc) => toSyncRecord(doc),
        );
      },
      search: ({ words, collections, limit }) => this.#search(words, collections, limit),
      journal: async (since, device) => {
        const filter = { '_id.a': a, '_id.at': { $gte: since }, ...(device !== undefined && { device }) };
        const found = await docs.journal.find(filter, { ...options, sort: { '_id.at': -1, '_id.r': -1 } }).toArray();
        return this.#counted(found).map(toJournalEntry);
      },
      quarantined: async () =>
        this.#counted(await docs.quarantine.find({ '_id.a': a }, { ...options, sort: { '_id.n': 1 } }).toArray()).map(
          ({ _id, collection, reason, at, times }) => ({ item: serverId(collection, _id.n), reason, at, times }),
        ),
    };
  }

  async #log(collection: CollectionId, after: number, limit: number): Promise<LogRow[]> {
    const a = this.account;
    const found: LogRow[] = [];
    while (found.length < limit) {
      const page = Math.min(limit - found.length, largestPage);
      const filter = { '_id.a': a, '_id.c': collection, '_id.s': { $gt: found.at(-1)?.stamp ?? after } };
      const rows = await this.#docs.log
        .find(filter, { session: this.#session, sort: { '_id.s': 1 }, limit: page })
        .toArray();
      if (rows.length > 0) {
        const ids = [...new Set(rows.map(({ number }) => number))].map((n) => ({ a, n }));
        const docs = await this.#docs.items.find({ _id: { $in: ids } }, { session: this.#session }).toArray();
        const items = new Map(docs.map((doc) => [doc._id.n, toItem(itemRow(doc))]));
        for (const { _id, kind, number } of this.#counted(rows)) {
          const item = items.get(number);
          if (item) found.push({ stamp: _id.s, kind: kindOf(kind), item });
        }
      }
      if (rows.length < page) break;
    }
    return found;
  }

  async #range(collection: CollectionId, range: Range): Promise<LivingItem[]> {
    const direction = range.order === 'newest' ? -1 : 1;
    const found: LivingItem[] = [];
    let bounds: Pick<Range, 'from' | 'to' | 'class'> = range;
    while (found.length < range.limit) {
      const page = Math.min(range.limit - found.length, largestPage);
      const docs = await this.#items(filterOf(this.account, collection, bounds), {
        sort: { sort_date: direction, '_id.n': direction },
        limit: page,
        hint: byPosition,
      });
      for (const doc of docs) found.push(livingOf(doc));
      const last = found.at(-1);
      if (last === undefined || docs.length < page) break;
      const at = { date: last.sortDate, number: last.number };
      bounds =
        direction < 0
          ? { ...bounds, to: at }
          : { ...bounds, from: { ...at, number: (last.number + 1) as typeof last.number } };
    }
    return found;
  }

  /** The newest of those that have every word. */
  async #search(
    words: readonly SearchWord[],
    collections: readonly CollectionId[] | undefined,
    limit: number,
  ): Promise<ServerId[]> {
    if (words.length === 0) return [];
    const a = this.account;
    const every = words.map(({ text, prefix }) => ({ tokens: prefix ? new RegExp(`^${token(text)}`) : token(text) }));
    const options = { session: this.#session, projection: { _id: 1 } };
    const named = await this.#docs.words.find({ '_id.a': a, $and: every }, options).toArray();
    if (named.length === 0) return [];
    const filter = {
      ...{ '_id.a': a, words: { $in: named.map(({ _id }) => _id.w) }, living: true },
      ...(collections && { collection: { $in: [...collections] } }),
    };
    const docs = await this.#docs.items
      .find(filter, {
        session: this.#session,
        sort: { sort_date: -1, '_id.n': -1 },
        limit,
        projection: { collection: 1 },
      })
      .toArray();
    return this.#counted(docs).map((doc) => serverId(doc.collection, doc._id.n));
  }
}

const byPosition = { '_id.a': 1, collection: 1, sort_date: 1, '_id.n': 1 };

function filterOf(
  a: number,
  collection: CollectionId,
  { from = below, to = above, class: itemClass }: Pick<Range, 'from' | 'to' | 'class'>,
): Filter<ItemDoc> {
  // Dates alone bound the walk on the index; the numbers decide at both ends.
  const ends = [
    { $or: [{ sort_date: { $gt: from.date } }, { sort_date: from.date, '_id.n': { $gte: from.number } }] },
    { $or: [{ sort_date: { $lt: to.date } }, { sort_date: to.date, '_id.n': { $lt: to.number } }] },
  ];
  const dates = { sort_date: { $gte: from.date, $lte: to.date } };
  return { '_id.a': a, collection, living: true, ...dates, ...(itemClass && { class: itemClass }), $and: ends };
}

function livingOf(doc: ItemDoc): LivingItem {
  const item: Item = toItem(itemRow(doc));
  if (item.died !== undefined) throw new EasError('corrupt-item', item.id);
  return item;
}

function toJournalEntry({ _id, device, act, item, folder, moved_to }: JournalDoc): JournalEntry {
  return {
    id: `${_id.at}-${_id.r}` as JournalId,
    at: _id.at,
    device: device as DeviceId,
    act: act as JournalEntry['act'],
    item: toItem(JSON.parse(item) as ItemRow) as LivingItem,
    folder: JSON.parse(folder) as NewCollection,
    ...(moved_to === null ? {} : { movedTo: moved_to as ServerId }),
  };
}
