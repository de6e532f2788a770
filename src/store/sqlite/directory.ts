import type { Account } from '../../domain/account.ts';
import { EasError } from '../../domain/errors.ts';
import type { Group } from '../../domain/group.ts';
import type { AccountId } from '../../domain/ids.ts';
import { wordsOf } from '../../domain/words.ts';
import { byName, groupFacts } from '../list/names.ts';
import { accountFacts, accountNumber, toAccount } from '../list/rows.ts';
import type { Directory } from '../port.ts';
import type { Handle } from './handles.ts';
import type { Writer } from './writer.ts';

export function createDirectory({ sql }: Handle, writer: Writer, now: () => number): Directory {
  const groupAt = (address: string): Group | undefined => {
    const row = sql.group.get(address);
    return row === undefined ? undefined : toGroup(row);
  };
  return {
    async find(address) {
      const row = sql.accountByAddress.get(address.toLowerCase());
      return row === undefined ? undefined : toAccount(row);
    },
    async get(id) {
      const account = accountNumber(id);
      const row = account === undefined ? undefined : sql.account.get(account);
      return row === undefined ? undefined : toAccount(row);
    },
    async create(account) {
      return (await writer.ask('createAccount', { facts: accountFacts(account), now: now() })) as AccountId;
    },
    async remove(id) {
      const account = accountNumber(id);
      if (account === undefined) throw new EasError('account-not-found', id);
      await writer.ask('removeAccount', { account, now: now() });
    },
    async list() {
      return sql.accounts.all().map(toAccount);
    },
    async putGroup(group) {
      await writer.ask('putGroup', { group: groupFacts(group) });
    },
    async removeGroup(address) {
      await writer.ask('removeGroup', { address: address.toLowerCase() });
    },
    findGroup: async (address) => groupAt(address.toLowerCase()),
    async groups() {
      return sql.groups.all().map(toGroup);
    },
    async names({ domains, words, limit }) {
      const asked = wordsOf(...words);
      const found: (Account | Group)[] = [];
      for (const domain of new Set(domains.map((name) => name.toLowerCase()))) {
        for (const { address } of sql.names.all({
          domain,
          first: asked[0] ?? '',
          words: JSON.stringify(asked),
          limit,
        })) {
          const row = sql.accountByAddress.get(address);
          const named = row === undefined ? groupAt(address) : toAccount(row);
          if (named !== undefined) found.push(named);
        }
      }
      return found.sort(byName).slice(0, limit);
    },
  };
}

function toGroup({ facts }: { facts: string }): Group {
  return JSON.parse(facts) as Group;
}
