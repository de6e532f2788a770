// Passwords of an account for one device or program each: made here, shown once, taken back alone.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Account, AppPassword } from '../domain/account.ts';
import { EasError } from '../domain/errors.ts';
import type { Store } from '../store/port.ts';
import { userOf } from './accounts.ts';

/** Of one account; each is compared at every login. */
const most = 50;
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'; // none that is taken for another
const length = 16;

/** Gives the password, which is not kept. Throws 'account-not-found', 'name-taken', 'full'. */
export async function addAppPassword(store: Store, address: string, name: string, now: number): Promise<string> {
  const { id } = await userOf(store, address);
  const password = Array.from({ length }, randomLetter).join('');
  await store.transact(id, async (tx) => {
    const account = await tx.account();
    const before = account.appPasswords ?? [];
    if (before.some((one) => one.name === name)) throw new EasError('name-taken', name);
    if (before.length >= most) throw new EasError('full', `${most} passwords`);
    tx.putAccount({ ...account, appPasswords: [...before, { name, hash: hashOf(password), created: now }] });
  });
  return password.replaceAll(/(.{4})(?!$)/g, '$1-');
}

/** Ends its logins. Throws 'account-not-found', 'name-unknown'. */
export async function removeAppPassword(store: Store, address: string, name: string): Promise<void> {
  const { id } = await userOf(store, address);
  await store.transact(id, async (tx) => {
    const { appPasswords = [], ...account } = await tx.account();
    const left = appPasswords.filter((one) => one.name !== name);
    if (left.length === appPasswords.length) throw new EasError('name-unknown', name);
    tx.putAccount(left.length > 0 ? { ...account, appPasswords: left } : account);
  });
}

/** The one that this is, written in any case, with or without what stands between its letters. */
export function findAppPassword({ appPasswords = [] }: Account, password: string): AppPassword | undefined {
  const hash = Buffer.from(hashOf(password));
  const found = appPasswords.map((one) => timingSafeEqual(Buffer.from(one.hash), hash));
  return appPasswords[found.indexOf(true)];
}

function hashOf(password: string): string {
  const typed = password.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return createHash('sha256').update(typed).digest('base64url');
}

/** Every letter as likely as the others. */
function randomLetter(): string {
  for (;;) {
    const letter = letters[randomBytes(1)[0]! & 31];
    if (letter !== undefined) return letter;
  }
}
