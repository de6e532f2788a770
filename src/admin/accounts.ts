// Acts of an administrator, one function each: accounts, devices, mailboxes. Whoever asks (CLI, console) calls these.
// Invariants: addresses are lower case and well-formed before they reach the store; a password is hashed before it does.
// It must never know who calls, print, or keep a password.
import type { Account, NewAccount, Person } from '../domain/account.ts';
import { EasError } from '../domain/errors.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Store } from '../store/port.ts';
import { hashPassword } from './password.ts';

/** Throws 'invalid-address', 'address-taken'. An empty display name becomes the local part. */
export async function addUser(
  store: Store,
  user: { address: string; password: string; displayName?: string; aliases?: readonly string[] },
): Promise<AccountId> {
  const address = checkedAddress(user.address);
  return await store.directory.create({
    address,
    aliases: (user.aliases ?? []).map(checkedAddress),
    displayName: user.displayName?.trim() || address.slice(0, address.lastIndexOf('@')),
    passwordHash: await hashPassword(user.password),
  });
}

/** With everything it holds. Throws 'account-not-found'. */
export async function removeUser(store: Store, address: string): Promise<void> {
  await store.directory.remove((await userOf(store, address)).id);
}

/** Ends every session of the old password. Throws 'account-not-found'. */
export async function setPassword(store: Store, address: string, password: string): Promise<void> {
  const { id } = await userOf(store, address);
  const passwordHash = await hashPassword(password);
  await store.transact(id, async (tx) => tx.putAccount({ ...(await tx.account()), passwordHash }));
}

/** What an administrator may say of an account; undefined takes it away. */
export type UserChanges = {
  readonly [Name in Exclude<keyof NewAccount, 'address' | 'passwordHash' | 'appPasswords' | 'absence' | 'person'>]?:
    | NewAccount[Name]
    | undefined;
} & { readonly person?: { readonly [Name in keyof Person]?: Person[Name] | undefined } };

/** Of `person` only what is named changes. Throws 'account-not-found', 'invalid-address', 'address-taken'. */
export async function updateUser(store: Store, address: string, { person, ...changes }: UserChanges): Promise<void> {
  const { id } = await userOf(store, address);
  const aliases = changes.aliases && { aliases: changes.aliases.map(checkedAddress) };
  await store.transact(id, async (tx) => {
    const before = await tx.account();
    const next = { ...before, ...changes, ...aliases, person: without({ ...before.person, ...person }) };
    tx.putAccount(without(next) as Account);
  });
}

function without<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && !(isObject(value) && Object.keys(value).length === 0),
    ),
  ) as Partial<T>;
}
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export async function listUsers(store: Store): Promise<Account[]> {
  const accounts = await store.directory.list();
  return accounts.sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** By address or alias. Throws 'account-not-found'. */
export async function userOf(store: Store, address: string): Promise<Account> {
  const account = await store.directory.find(address.trim());
  if (!account) throw new EasError('account-not-found', address);
  return account;
}

const localPart = /^[^\s@"<>()[\]:;,\\+\x00-\x1f\x7f]{1,64}$/u;
const domain = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** Lower case. '+' is kept for plus-addresses. Throws 'invalid-address'. */
export function checkedAddress(text: string): string {
  const address = text.trim().toLowerCase();
  const at = address.lastIndexOf('@');
  if (at < 1 || !localPart.test(address.slice(0, at)) || !domain.test(address.slice(at + 1))) {
    throw new EasError('invalid-address', text);
  }
  return address;
}
