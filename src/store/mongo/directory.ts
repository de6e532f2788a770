import { randomInt } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import { type Account, domainOf, type NewAccount } from '../../domain/account.ts';
import { folderTypes, specialFolders } from '../../domain/collection.ts';
import { EasError } from '../../domain/errors.ts';
import type { Group } from '../../domain/group.ts';
import { wordsOf } from '../../domain/words.ts';
import { existenceEvent } from '../list/events.ts';
import { byName, groupFacts, nameWords } from '../list/names.ts';
import { accountFacts, accountId, accountNumber, toAccount } from '../list/rows.ts';
import type { Directory, FeedEvent } from '../port.ts';
import type { AccountDoc, CollectionDoc, Mongo } from './documents.ts';
import { domainErrors, isDuplicate } from './failure.ts';
import { releaseBlobs } from './kept.ts';
import { blobsOf } from './load.ts';
import { accountRow } from './rows.ts';
import { together } from './transaction.ts';

/** Whose addresses a group's are: no account has this number. */
const noAccount = 0;

export function createDirectory(mongo: Mongo, now: () => number, committed: (event: FeedEvent) => void): Directory {
  const { accounts, addresses, groups, names } = mongo.docs;
  const toGroup = ({ facts }: { facts: string }): Group => JSON.parse(facts) as Group;
  const found = (doc: AccountDoc | null): Account | undefined => (doc ? toAccount(accountRow(doc)) : undefined);
  const at = async (address: string): Promise<Account | undefined> => {
    const named = await addresses.findOne({ _id: address });
    return named ? found(await accounts.findOne({ _id: named.account })) : undefined;
  };
  const groupAt = async (address: string): Promise<Group | undefined> => {
    const doc = await groups.findOne({ _id: address });
    return doc ? toGroup(doc) : undefined;
  };
  return {
    find: (address) => domainErrors(() => at(address.toLowerCase())),
    get: (id) =>
      domainErrors(async () => {
        const number = accountNumber(id);
        return number === undefined ? undefined : found(await accounts.findOne({ _id: number }));
      }),
    async create(account) {
      const facts = accountFacts(account);
      const number = await together(mongo, (session) => createAccount(mongo, session, facts, now()));
      setImmediate(committed, existenceEvent(number, specialFolders.length, true));
      return accountId(number);
    },
    async remove(id) {
      const number = accountNumber(id);
      if (number === undefined) throw new EasError('account-not-found', id);
      const modseq = await together(mongo, (session) => removeAccount(mongo, session, number, now()));
      setImmediate(committed, existenceEvent(number, modseq, false));
    },
    list: () =>
      domainErrors(async () =>
        (await accounts.find({}, { sort: { created: 1, _id: 1 } }).toArray()).map((doc) => found(doc)!),
      ),
    putGroup: (group) => together(mongo, (session) => putGroup(mongo, session, groupFacts(group))),
    removeGroup: (address) =>
      together(mongo, async (session) => {
        const _id = address.toLowerCase();
        const { deletedCount } = await groups.deleteOne({ _id }, { session });
        if (deletedCount === 0) throw new EasError('group-not-found', address);
        await addresses.deleteOne({ _id, account: noAccount }, { session });
        await names.deleteMany({ '_id.address': _id }, { session });
      }),
    findGroup: (address) => domainErrors(() => groupAt(address.toLowerCase())),
    groups: () => domainErrors(async () => (await groups.find({}, { sort: { _id: 1 } }).toArray()).map(toGroup)),
    names: ({ domains, words, limit }) =>
      domainErrors(async () => {
        const asked = wordsOf(...words);
        const listed: (Account | Group)[] = [];
        for (const domain of new Set(domains.map((name) => name.toLowerCase()))) {
          for (const address of await addressesNamed(mongo, domain, asked, limit)) {
            const named = (await at(address)) ?? (await groupAt(address));
            if (named) listed.push(named);
          }
        }
        return listed.sort(byName).slice(0, limit);
      }),
  };
}

/** Those that have, for each word, one that begins with it. */
async function addressesNamed(
  { docs: { names } }: Mongo,
  domain: string,
  words: readonly string[],
  limit: number,
): Promise<string[]> {
  const having = async (word: string): Promise<Set<string>> => {
    const range = { '_id.domain': domain, '_id.word': { $gte: word, $lt: `${word}\u{10ffff}` } };
    return new Set((await names.find(range, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id.address));
  };
  let all = await having(words[0] ?? '');
  for (const word of words.slice(1)) {
    const others = await having(word);
    all = new Set([...all].filter((address) => others.has(address)));
  }
  return [...all].slice(0, limit);
}

async function listNames({ docs }: Mongo, session: ClientSession, named: NewAccount | Group): Promise<void> {
  const domain = domainOf(named.address);
  const all = [...new Set(nameWords(named))].map((word) => ({ _id: { domain, word, address: named.address } }));
  if (all.length > 0) await docs.names.insertMany(all, { session });
}

async function takeAddresses(
  { docs }: Mongo,
  session: ClientSession,
  names: readonly string[],
  account: number,
): Promise<void> {
  for (const _id of new Set(names)) {
    try {
      if (await docs.addresses.findOne({ _id }, { session })) throw new EasError('address-taken', _id);
      await docs.addresses.insertOne({ _id, account }, { session });
    } catch (error) {
      throw isDuplicate(error) ? new EasError('address-taken', _id) : error;
    }
  }
}

async function createAccount(mongo: Mongo, session: ClientSession, facts: string, now: number): Promise<number> {
  const account = randomInt(1, 2 ** 47);
  const named = JSON.parse(facts) as NewAccount;
  await takeAddresses(mongo, session, [named.address, ...named.aliases], account);
  const modseq = specialFolders.length;
  const event = JSON.stringify(existenceEvent(account, modseq, true));
  await mongo.docs.accounts.insertOne(
    {
      ...{ _id: account, facts, created: now, bytes: 0, prune_horizon: 0, generation: 1, modseq },
      ...{ commits: 1, touched: now, event },
    },
    { session },
  );
  if (named.picture !== undefined) await holdBlob(mongo, session, named.picture);
  const folders = specialFolders.map(
    (type, index): CollectionDoc => ({
      ...{ _id: { a: account, c: String(type) }, parent: '0', name: folderTypes[type].name, type },
      ...{ created: index + 1, modseq: index + 1, died: null, high: 0, pruned: 0, generation: 1 },
    }),
  );
  await mongo.docs.collections.insertMany(folders, { session });
  await listNames(mongo, session, named);
  return account;
}

async function holdBlob({ docs }: Mongo, session: ClientSession, blob: string): Promise<void> {
  const { matchedCount } = await docs.blobs.updateOne({ _id: blob }, { $inc: { refs: 1 } }, { session });
  if (matchedCount === 0) throw new EasError('blob-missing', blob);
}

async function removeAccount(mongo: Mongo, session: ClientSession, account: number, now: number): Promise<number> {
  const { docs } = mongo;
  const before = await docs.accounts.findOneAndDelete({ _id: account }, { session });
  if (before === null) throw new EasError('account-not-found', accountId(account));
  const ofAccount = { '_id.a': account };
  const held: string[] = [];
  for (const kept of [docs.items, docs.journal] as const) {
    const found = (kept as typeof docs.journal).find(ofAccount, { session, projection: { blobs: 1 } });
    for await (const entry of found) held.push(...new Set(blobsOf(entry)));
  }
  for await (const { mime } of docs.outbox.find({ account }, { session })) held.push(mime);
  const { address, picture } = JSON.parse(before.facts) as NewAccount;
  if (picture !== undefined) held.push(picture);
  await releaseBlobs(mongo, session, held, now);
  await docs.names.deleteMany({ '_id.address': address }, { session });
  await docs.addresses.deleteMany({ account }, { session });
  await docs.outbox.deleteMany({ account }, { session });
  for (const kept of [
    'items',
    'words',
    'log',
    'collections',
    'devices',
    'syncRecords',
    'journal',
    'quarantine',
  ] as const)
    await mongo.db.collection(kept).deleteMany(ofAccount, { session });
  const modseq = before.modseq + 1;
  await docs.removed.insertOne({ _id: account, modseq }, { session });
  return modseq;
}

async function putGroup(mongo: Mongo, session: ClientSession, group: Group): Promise<void> {
  const { addresses, groups, names } = mongo.docs;
  const owner = await addresses.findOne({ _id: group.address }, { session });
  if (owner !== null && owner.account !== noAccount) throw new EasError('address-taken', group.address);
  if (owner === null) await takeAddresses(mongo, session, [group.address], noAccount);
  const facts = JSON.stringify(group);
  await groups.replaceOne({ _id: group.address }, { facts }, { session, upsert: true });
  await names.deleteMany({ '_id.address': group.address }, { session });
  await listNames(mongo, session, group);
}
