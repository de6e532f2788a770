import type { Account } from '../domain/account.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Store } from '../store/port.ts';

export interface Addresses {
  /** By address, alias or plus-address (`user+tag@domain`), any case. */
  find(address: string): Promise<Account | undefined>;
  /** By what a phone says: `user`, `user@domain` or `DOMAIN\user`; undefined when it fits nobody, or several. */
  findLogin(login: string): Promise<Account | undefined>;
  /** Whether what a phone says is somebody, but not this account. */
  namesAnother(login: string, account: AccountId): Promise<boolean>;
  expand(addresses: readonly string[]): Promise<string[]>;
  local(domain: string): Promise<boolean>;
}

/** Whose address is whose. With no `domains`, those of all accounts' addresses are local. */
export function createAddresses(store: Store, domains: readonly string[]): Addresses & Disposable {
  let known: Promise<ReadonlySet<string>> | undefined =
    domains.length > 0 ? Promise.resolve(new Set(domains)) : undefined;
  const end = store.feed.on((event) => {
    if (event.credentials && domains.length === 0) known = undefined;
  });
  const localDomains = (): Promise<ReadonlySet<string>> => {
    if (known) return known;
    const asked = domainsInUse(store);
    asked.catch(() => {
      if (known === asked) known = undefined;
    });
    return (known = asked);
  };
  const findLogin = async (login: string): Promise<Account | undefined> => {
    const name = login.slice(login.lastIndexOf('\\') + 1).trim();
    if (name === '') return undefined;
    if (name.includes('@')) return await store.directory.find(name);
    const domains = named(login, await localDomains());
    const found = await Promise.all(domains.map((domain) => store.directory.find(`${name}@${domain}`)));
    const accounts = new Map(found.filter((account) => account !== undefined).map((account) => [account.id, account]));
    return accounts.size === 1 ? [...accounts.values()][0] : undefined;
  };
  return {
    find: (address) => find(store, address),
    expand: (addresses) => expand(store, addresses),
    local: async (domain) => (await localDomains()).has(domain.toLowerCase()),
    findLogin,
    namesAnother: async (login, account) => {
      const named = await findLogin(login);
      return named !== undefined && named.id !== account;
    },
    [Symbol.dispose]: end,
  };
}

/** Of `DOMAIN\user`: the domains that go by that name or begin with it. Where none does, and without a name: all. */
function named(login: string, domains: ReadonlySet<string>): string[] {
  const name = login
    .slice(0, Math.max(0, login.lastIndexOf('\\')))
    .trim()
    .toLowerCase();
  const fitting = [...domains].filter((domain) => domain === name || domain.startsWith(`${name}.`));
  return fitting.length > 0 && name !== '' ? fitting : [...domains];
}

async function find(store: Store, address: string): Promise<Account | undefined> {
  const exact = await store.directory.find(address);
  if (exact) return exact;
  const at = address.lastIndexOf('@');
  const plus = address.indexOf('+');
  return plus > 0 && plus < at ? await store.directory.find(address.slice(0, plus) + address.slice(at)) : undefined;
}

/** Each group is opened once, so that groups may contain each other. */
async function expand(store: Store, addresses: readonly string[]): Promise<string[]> {
  const seen = new Set<string>();
  const people: string[] = [];
  const waiting = [...addresses];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const address = next.toLowerCase();
    if (seen.has(address)) continue;
    seen.add(address);
    const group = await store.directory.findGroup(address);
    if (group) waiting.push(...group.members);
    else people.push(next);
  }
  return people;
}

async function domainsInUse(store: Store): Promise<ReadonlySet<string>> {
  const accounts = await store.directory.list();
  const addresses = accounts.flatMap(({ address, aliases }) => [address, ...aliases]);
  return new Set(addresses.map((address) => address.slice(address.lastIndexOf('@') + 1).toLowerCase()));
}
