import { randomInt } from 'node:crypto';
import type { NewAccount } from '../../domain/account.ts';
import { folderTypes, specialFolders } from '../../domain/collection.ts';
import { EasError } from '../../domain/errors.ts';
import { listNames, nameAccount } from '../list/account-writes.ts';
import { existenceEvent } from '../list/events.ts';
import { hold, release } from '../list/ledger.ts';
import type { JobName, Jobs } from '../list/lists.ts';
import { accountId } from '../list/rows.ts';
import type { FeedEvent } from '../port.ts';
import type { WriterStatements } from './writer-statements.ts';

interface Done<Output> {
  readonly output: Output;
  readonly event?: FeedEvent;
}
type JobTable = {
  readonly [Name in JobName]: (
    sql: WriterStatements,
    input: Jobs[Name]['input'],
    commit: number,
  ) => Done<Jobs[Name]['output']>;
};

/** What the writer does beside lists: each in a savepoint of its own, in the same groups. */
export const jobs: JobTable = {
  createAccount(sql, { facts, now }, commit) {
    const account = randomInt(1, 2 ** 47);
    nameAccount(sql, account, facts);
    sql.insertAccount.run({ account, facts, now, modseq: specialFolders.length, commit });
    const { picture } = JSON.parse(facts) as NewAccount;
    if (picture !== undefined) hold(sql, picture);
    for (const [index, type] of specialFolders.entries()) {
      const { name } = folderTypes[type];
      sql.insertCollection.run({ account, id: String(type), parent: '0', name, type, stamp: index + 1, commit });
    }
    return { output: accountId(account), event: existenceEvent(account, specialFolders.length, true) };
  },

  removeAccount(sql, { account, now }, commit) {
    const row = sql.account.get(account);
    if (row === undefined) throw new EasError('account-not-found', accountId(account));
    for (const { blobs } of sql.blobsOfItems.all(account)) {
      releaseAll(sql, blobs, now);
    }
    for (const { blobs } of sql.blobsOfJournal.all(account)) releaseAll(sql, blobs, now);
    for (const { mime } of sql.blobsOfOutbox.all(account)) release(sql, mime, now);
    const { address, picture } = JSON.parse(row.facts) as NewAccount;
    if (picture !== undefined) release(sql, picture, now);
    sql.removeNames.run(address);
    sql.removeWordsOf.run(account);
    for (const statement of sql.removeOf) statement.run(account);
    sql.removeAccount.run(account);
    sql.insertRemoved.run(account, row.modseq + 1, commit);
    return { output: null, event: existenceEvent(account, row.modseq + 1, false) };
  },

  putBlob(sql, { id, sha256, size, bytes, now }) {
    const same = sql.touchBlob.get(now, sha256, size);
    if (same !== undefined) return { output: same.id };
    sql.insertBlob.run(id, sha256, size, bytes === null ? 0 : 1, now);
    if (bytes !== null) sql.insertBytes.run(id, bytes);
    return { output: id };
  },
  touchBlob(sql, { sha256, size, now }) {
    return { output: sql.touchBlob.get(now, sha256, size)?.id ?? null };
  },
  sweepBlobs(sql, { before, limit }) {
    const rows = sql.unreferenced.all(before, limit);
    for (const { id, inline } of rows) {
      sql.removeBlob.run(id);
      if (inline === 1) sql.removeBytes.run(id);
    }
    return { output: { files: rows.filter((row) => row.inline === 0).map((row) => row.id), rows: rows.length } };
  },

  claim(sql, { now, until, limit }) {
    const rows = sql.claim.all(now, limit);
    for (const { id } of rows) sql.claimed.run(until, id);
    return { output: rows };
  },
  keep(sql, { id, until }) {
    sql.keep.run(until, id);
    return { output: null };
  },
  done(sql, { id, now }) {
    const row = sql.removeMessage.get(id);
    if (row !== undefined) release(sql, row.mime, now);
    return { output: null };
  },
  retryAt(sql, { id, at, error }) {
    sql.retryAt.run(at, error, id);
    return { output: null };
  },

  hold(sql, { name, node, now, ms }) {
    return { output: sql.hold.get({ name, node, until: now + ms, now }) !== undefined };
  },
  giveUp(sql, { name, node }) {
    sql.giveUp.run(name, node);
    return { output: null };
  },

  putGroup(sql, { group }) {
    const owner = sql.addressOwner.get(group.address);
    if (owner !== undefined && owner.account !== noAccount) throw new EasError('address-taken', group.address);
    sql.insertAddress.run(group.address, noAccount);
    sql.putGroup.run(group.address, JSON.stringify(group));
    sql.removeNames.run(group.address);
    listNames(sql, group);
    return { output: null };
  },
  removeGroup(sql, { address }) {
    if (sql.removeGroup.run(address).changes === 0) throw new EasError('group-not-found', address);
    sql.removeAddress.run(address);
    sql.removeNames.run(address);
    return { output: null };
  },

  expireJournal(sql, { before, limit, now }) {
    const rows = sql.expiredJournal.all(before, limit);
    for (const { key, blobs } of rows) {
      releaseAll(sql, blobs, now);
      sql.removeJournal.run(key);
    }
    return { output: rows.length };
  },
};

/** Whose addresses a group's are: no account has this number. */
const noAccount = 0;

function releaseAll(sql: WriterStatements, blobs: string, now: number): void {
  for (const blob of new Set(JSON.parse(blobs) as string[])) release(sql, blob, now);
}
