// Acts of an administrator on groups. Invariant: every address is well-formed and lower case before it reaches the store.
import { domainOf } from '../domain/account.ts';
import { EasError } from '../domain/errors.ts';
import type { Group } from '../domain/group.ts';
import type { Store } from '../store/port.ts';
import { checkedAddress } from './accounts.ts';

/** Makes the group, or adds members to it. Throws 'invalid-address', 'address-taken'. */
export async function addToGroup(
  store: Store,
  added: { address: string; displayName?: string; members: readonly string[] },
): Promise<Group> {
  const address = checkedAddress(added.address);
  const before = await store.directory.findGroup(address);
  const members = new Set([...(before?.members ?? []), ...added.members.map(checkedAddress)]);
  members.delete(address);
  const displayName = added.displayName?.trim() || before?.displayName || address.slice(0, address.lastIndexOf('@'));
  const group: Group = { address, displayName, members: [...members] };
  await store.directory.putGroup(group);
  return group;
}

/** Takes these members out of it. Throws 'group-not-found'; 'account-not-found' names one that is not in it. */
export async function removeFromGroup(store: Store, address: string, members: readonly string[]): Promise<Group> {
  const group = await groupOf(store, address);
  const gone = new Set(members.map(checkedAddress));
  for (const member of gone) if (!group.members.includes(member)) throw new EasError('account-not-found', member);
  const left = { ...group, members: group.members.filter((member) => !gone.has(member)) };
  await store.directory.putGroup(left);
  return left;
}

/** Throws 'group-not-found'. */
export async function groupOf(store: Store, address: string): Promise<Group> {
  const group = await store.directory.findGroup(address.trim());
  if (!group) throw new EasError('group-not-found', address);
  return group;
}

/** Members in domains of accounts here that are neither account nor group: mail to them would find nobody. */
export async function unknownMembers(store: Store, { members }: Group): Promise<string[]> {
  const domains = new Set((await store.directory.list()).map(({ address }) => domainOf(address)));
  const unknown: string[] = [];
  for (const member of members) {
    if (!domains.has(domainOf(member))) continue;
    if ((await store.directory.find(member)) || (await store.directory.findGroup(member))) continue;
    unknown.push(member);
  }
  return unknown;
}
