import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { ownTally, type Tally } from '../tally.ts';

const allowed = 10;
const span = 60_000;

interface Failures {
  readonly since: number;
  /** Keys of the passwords tried: a phone that repeats its old one counts once. */
  readonly tried: Set<string>;
}

/** Counts wrong passwords per peer and user, ten different ones a minute. */
export interface FailedLogins {
  /** Seconds until the next try is looked at; 0: now. */
  locked(who: string): number;
  failed(who: string, attempt: string): void;
  forget(who: string): void;
}

export function createFailedLogins(clock: Clock, tally: Tally = ownTally): FailedLogins {
  const kept = new LRUCache<string, Failures>({ max: 50_000 });
  const current = (who: string): Failures | undefined => {
    const failures = kept.get(who);
    // A clock that was put back must not make the lock longer.
    return failures && Math.abs(clock.now() - failures.since) < span ? failures : undefined;
  };
  const count = (who: string, attempt: string): void => {
    const failures = current(who) ?? { since: clock.now(), tried: new Set() };
    failures.tried.add(attempt);
    kept.set(who, failures);
  };
  const tell = tally.open('failed logins', (told) => {
    const [who = '', attempt = ''] = told.split('\n');
    count(who, attempt);
  });
  return {
    locked: (who) => {
      const failures = current(who);
      if (!failures || failures.tried.size < allowed) return 0;
      return Math.max(1, Math.ceil((failures.since + span - clock.now()) / 1000));
    },
    failed: (who, attempt) => {
      count(who, attempt);
      tell(`${who}\n${attempt}`, 1);
    },
    forget: (who) => void kept.delete(who),
  };
}
