import { createHash, createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { findAppPassword } from '../admin/app-passwords.ts';
import type { VerifyPassword } from '../admin/password.ts';
import type { Clock } from '../clock.ts';
import type { Account } from '../domain/account.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Tally } from '../tally.ts';
import { parseBasic } from './basic.ts';
import { createFailedLogins, type FailedLogins } from './failed-logins.ts';

export interface Verified {
  readonly account: AccountId;
  /** The primary address. */
  readonly address: string;
  readonly displayName: string;
  /** As the device wrote it. */
  readonly login: string;
  /** Names the password without telling it. */
  readonly credential: string;
  readonly disabled?: true;
  /** The URL of the server that it lives on. */
  readonly redirect?: string;
}
export interface Denied {
  readonly denied: 'none' | 'wrong' | 'locked' | 'plain';
  /** Seconds, when locked. */
  readonly retryAfter?: number;
}
export interface Authenticator extends Disposable {
  /** Throws 'busy', 'store-unavailable'. */
  (authorization: string | undefined, remote: string): Promise<Verified | Denied>;
}
export interface AuthOptions {
  readonly findLogin: (login: string) => Promise<Account | undefined>;
  readonly verify: VerifyPassword;
  /** Calls the listener when an account's password, addresses or existence changed; returns what ends it. */
  readonly onCredentials: (listener: (account: AccountId) => void) => () => void;
  readonly clock: Clock;
  readonly tally?: Tally;
}
const trusted = 10 * 60_000;

/**
 * Who sends this request. A right password is remembered for ten minutes under an HMAC with a secret of this process, since
 * devices send it with every request; any change of credentials ends that. An unknown user takes as long as a wrong password.
 */
export function createAuthenticator(options: AuthOptions): Authenticator {
  const secret = randomBytes(32);
  const known = new LRUCache<string, Verified>({ max: 20_000, ttl: trusted, perf: { now: options.clock.now } });
  const asking = new Map<string, Promise<Verified | undefined>>();
  const failures = createFailedLogins(options.clock, options.tally);
  let changes = 0;
  const off = options.onCredentials((account) => {
    changes++;
    asking.clear();
    for (const [key, verified] of known.entries()) if (verified.account === account) known.delete(key);
  });
  const verify = onceWrong(options.verify, secret);
  const ask = async (key: string, login: string, password: string): Promise<Verified | undefined> => {
    const before = changes;
    const verified = await check({ ...options, verify }, login, password);
    if (verified && before === changes) known.set(key, verified);
    return verified;
  };

  const authenticate = async (authorization: string | undefined, remote: string): Promise<Verified | Denied> => {
    const basic = parseBasic(authorization);
    if (!basic) return { denied: 'none' };
    const { login, password } = basic;
    const key = createHmac('sha256', secret).update(`${login}\0${password}`).digest('base64');
    const remembered = known.get(key);
    if (remembered) return remembered;
    const who = `${remote} ${login.toLowerCase()}`;
    const retryAfter = failures.locked(who);
    if (retryAfter > 0) return { denied: 'locked', retryAfter };
    let answer = asking.get(key);
    if (!answer) {
      answer = ask(key, login, password).finally(() => asking.get(key) === answer && asking.delete(key));
      asking.set(key, answer);
    }
    return outcome(failures, who, key, await answer);
  };
  return Object.assign(authenticate, { [Symbol.dispose]: off });
}

/** A phone repeats a stale password with every request: what did not fit a hash is not tried on it again, nor on nobody's. */
function onceWrong(verify: VerifyPassword, secret: Buffer): VerifyPassword {
  const wrong = new LRUCache<string, true>({ max: 20_000 });
  return async (password, hash) => {
    const key = createHmac('sha256', secret)
      .update(`${hash ?? ''}\0${password}`)
      .digest('base64');
    if (wrong.has(key)) return false;
    const right = await verify(password, hash);
    if (!right) wrong.set(key, true);
    return right;
  };
}

function outcome(failures: FailedLogins, who: string, attempt: string, verified?: Verified): Verified | Denied {
  if (verified) {
    failures.forget(who);
    return verified;
  }
  failures.failed(who, attempt);
  return { denied: 'wrong' };
}

async function check(
  { findLogin, verify }: AuthOptions,
  login: string,
  password: string,
): Promise<Verified | undefined> {
  const account = await findLogin(login);
  const appPassword = account && findAppPassword(account, password);
  const right = appPassword !== undefined || (await verify(password, account?.passwordHash));
  if (!account || !right) return undefined;
  const { id, address, displayName, passwordHash = '', disabled, redirect } = account;
  // The hash has a salt of its own: another password, or the same one set anew, is another credential.
  const credential = createHash('sha256')
    .update(appPassword?.hash ?? passwordHash)
    .digest('base64url');
  const standing = { ...(disabled && { disabled }), ...(redirect !== undefined && { redirect }) };
  return { account: id, address, displayName, login, credential, ...standing };
}
