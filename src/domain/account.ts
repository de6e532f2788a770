import type { AccountId, Modseq } from './ids.ts';

export interface NewAccount {
  /** The primary address, lower case. */
  readonly address: string;
  readonly aliases: readonly string[];
  readonly displayName: string;
  /** argon2id in PHC string form; absent: no one can log in. */
  readonly passwordHash?: string;
  /** IANA name. */
  readonly timeZone?: string;
  /** Bytes that its items may take; absent: no limit. */
  readonly quota?: number;
}
export interface Account extends NewAccount {
  readonly id: AccountId;
  readonly created: number;
  /** Bytes that its items take. */
  readonly bytes: number;
  /** Partnerships whose watermarks lie below it must start again. */
  readonly pruneHorizon: Modseq;
  readonly generation: number;
}
