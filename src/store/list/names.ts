// What the address list finds an account or a group by.
import type { NewAccount } from '../../domain/account.ts';
import type { Group } from '../../domain/group.ts';
import { wordsOf } from '../../domain/words.ts';

export function nameWords(named: NewAccount | Group): string[] {
  const { address, displayName } = named;
  if ('members' in named) return wordsOf(displayName, address);
  return wordsOf(displayName, address, ...named.aliases, ...Object.values(named.person ?? {}));
}

const collator = new Intl.Collator('en');
export function byName(a: NewAccount | Group, b: NewAccount | Group): number {
  return collator.compare(a.displayName, b.displayName);
}

/** Kept whole, with addresses in lower case. */
export function groupFacts(group: Group): Group {
  return {
    address: group.address.toLowerCase(),
    displayName: group.displayName,
    members: group.members.map((member) => member.toLowerCase()),
  };
}
