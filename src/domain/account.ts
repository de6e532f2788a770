import type { Absence } from './absence.ts';
import type { AccountId, BlobId, CollectionId, ConversationId, Modseq } from './ids.ts';

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
  /** BCP 47. */
  readonly locale?: string;
  /** 0 is Sunday. */
  readonly firstDayOfWeek?: 0 | 1 | 2 | 3 | 4 | 5 | 6;
  readonly person?: Person;
  /** JPEG or PNG; the account holds the blob. */
  readonly picture?: BlobId;
  /** For S/MIME: DER in base64. */
  readonly certificates?: readonly string[];
  readonly absence?: Absence;
  /** Oldest first. */
  readonly moveRules?: readonly MoveRule[];
  /** Nobody can use it over the protocol; mail is still delivered. */
  readonly disabled?: true;
  /** It lives on another server: the URL that devices are sent to ([MS-ASHTTP] 2.2.2.1.1 Status Line, 451). */
  readonly redirect?: string;
  readonly appPasswords?: readonly AppPassword[];
}
/** A password for one device or program, which can be taken back alone. */
export interface AppPassword {
  readonly name: string;
  /** SHA-256 in base64url: it has 80 random bits, which no guessing reaches. */
  readonly hash: string;
  /** Milliseconds. */
  readonly created: number;
}
/** What belongs to the conversation goes into the folder, whenever it comes ([MS-ASCON] 2.2.2.8 MoveAlways). */
export interface MoveRule {
  readonly conversation: ConversationId;
  readonly folder: CollectionId;
  /** Milliseconds. */
  readonly since: number;
}
/** What the address list says of a person ([MS-ASCMD] 2.2.3.139.3 Properties (Search), in the GAL). */
export interface Person {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly alias?: string;
  readonly title?: string;
  readonly company?: string;
  readonly office?: string;
  readonly phone?: string;
  readonly homePhone?: string;
  readonly mobile?: string;
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

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** The domains whose people an address sees: its own, and with it those that `joined` it. */
export function addressListOf(address: string, joined: readonly string[] = []): readonly string[] {
  const domain = domainOf(address);
  return joined.includes(domain) ? joined : [domain];
}

/** What ends remembered logins when it changes, of an account's kept facts. */
export function credentialsOf({
  address,
  aliases,
  passwordHash,
  appPasswords,
  disabled,
  redirect,
}: NewAccount): string {
  return JSON.stringify([address, aliases, passwordHash, appPasswords, disabled, redirect]);
}
