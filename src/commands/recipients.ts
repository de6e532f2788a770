// Whom a name of ResolveRecipients means: people and groups of the account's own domain, then the account's contacts.
import { type Account, addressListOf, domainOf } from '../domain/account.ts';
import type { Group } from '../domain/group.ts';
import { isLivingFields } from '../domain/item.ts';
import { searchWords } from '../domain/words.ts';
import { namesLike } from './address-list.ts';
import type { Context } from './define.ts';

export type Resolved =
  | { readonly kind: 'account'; readonly name: string; readonly address: string; readonly account: Account }
  | {
      readonly kind: 'group';
      readonly name: string;
      readonly address: string;
      readonly members: readonly string[];
      /** Those of its members whose accounts are here. */
      readonly accounts: readonly Account[];
      readonly group: Group;
    }
  | { readonly kind: 'contact'; readonly name: string; readonly address: string };

export const mostFound = 100;
const addressFields = ['Email1Address', 'Email2Address', 'Email3Address'] as const;

/** An address means its account or group, else a contact of that address; anything else whose names begin so. */
export async function findRecipients(context: Context, text: string): Promise<Resolved[]> {
  const { directory } = context.store;
  const asked = text.trim();
  if (asked === '') return [];
  const { address: own } = await context.read((reader) => reader.account());
  const exact = asked.includes('@') ? ((await directory.find(asked)) ?? (await directory.findGroup(asked))) : undefined;
  if (exact && addressListOf(own, context.joined).includes(domainOf(exact.address)))
    return [await resolved(context, exact)];
  const listed = await Promise.all((await namesLike(context, asked, mostFound)).map((one) => resolved(context, one)));
  const known = new Set(listed.map(({ address }) => address));
  const contacts = (await contactsLike(context, asked)).filter(({ address }) => !known.has(address));
  return [...listed, ...contacts].slice(0, mostFound);
}

async function resolved({ store }: Context, one: Account | Group): Promise<Resolved> {
  const { address, displayName: name } = one;
  if (!('members' in one)) return { kind: 'account', name, address, account: one };
  const found = await Promise.all(one.members.map((member) => store.directory.find(member)));
  const accounts = found.filter((account) => account !== undefined);
  return { kind: 'group', name, address, members: one.members, accounts, group: one };
}

/** By the words of their names and addresses; an address that was asked for must be theirs to the letter. */
async function contactsLike(context: Context, asked: string): Promise<Extract<Resolved, { kind: 'contact' }>[]> {
  const found = new Map<string, Extract<Resolved, { kind: 'contact' }>>();
  await context.read(async (reader) => {
    const words = searchWords(asked);
    if (words.length === 0) return;
    for (const id of await reader.search({ words, limit: mostFound })) {
      const item = await reader.item(id);
      if (!isLivingFields(item, 'Contacts')) continue;
      const { content } = item;
      for (const field of addressFields) {
        const address = bareAddress(content[field]);
        if (address === undefined || (asked.includes('@') && address !== asked.toLowerCase())) continue;
        found.set(address, { kind: 'contact', name: nameOf(content) ?? address, address });
        if (!asked.includes('@')) break;
      }
    }
  });
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Some phones write `"Name" <a@b>` where an address belongs. */
function bareAddress(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value : '';
  const address = (/<([^<>]+)>\s*$/.exec(text)?.[1] ?? text).trim().toLowerCase();
  return address.includes('@') ? address : undefined;
}

function nameOf(contact: Readonly<Record<string, unknown>>): string | undefined {
  const { FileAs, FirstName, LastName } = contact;
  const full = [FirstName, LastName].filter((part) => typeof part === 'string').join(' ');
  return full || (typeof FileAs === 'string' ? FileAs : undefined);
}
