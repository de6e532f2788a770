import type { Account } from '../domain/account.ts';

/** Who gets mail here. */
export interface Recipients {
  /** By address, alias or plus-address (`user+tag@domain`), any case. */
  find(address: string): Promise<Account | undefined>;
  /** True when nobody else is asked about the domain. */
  local(domain: string): Promise<boolean>;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
