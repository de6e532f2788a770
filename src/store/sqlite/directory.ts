import { EasError } from '../../domain/errors.ts';
import type { AccountId } from '../../domain/ids.ts';
import { accountFacts, accountNumber, toAccount } from '../list/rows.ts';
import type { Directory } from '../port.ts';
import type { Handle } from './handles.ts';
import type { Writer } from './writer.ts';

export function createDirectory({ sql }: Handle, writer: Writer, now: () => number): Directory {
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
  };
}
