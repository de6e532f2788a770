import type { Account } from '../domain/account.ts';

/** Who gets mail here. */
export interface Recipients {
  /** By address, alias or plus-address (`user+tag@domain`), any case. */
  find(address: string): Promise<Account | undefined>;
  /** Groups replaced by their members, groups in groups too; each address once, as it was first given. */
  expand(addresses: readonly string[]): Promise<string[]>;
  /** True when nobody else is asked about the domain. */
  local(domain: string): Promise<boolean>;
}
