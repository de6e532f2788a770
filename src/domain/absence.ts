// That a person is away, and what others are told then ([MS-ASCMD] 2.2.3.122 Oof).

/** Whom a reply is for: the account's own domain, others in its contacts, everybody else. */
export const audiences = ['internal', 'known', 'unknown'] as const;
export type Audience = (typeof audiences)[number];

export interface AbsenceReply {
  readonly enabled: boolean;
  readonly type: 'Text' | 'HTML';
  /** '' none. */
  readonly text: string;
}
export interface Absence {
  readonly state: 'off' | 'on' | 'timed';
  /** Milliseconds, of 'timed'. */
  readonly window?: { readonly start: number; readonly end: number };
  readonly replies: Readonly<Partial<Record<Audience, AbsenceReply>>>;
  /** Who was told in this absence, as hashes, the last one last; so many at most that one sender more costs little. */
  readonly answered: readonly string[];
}
export const noAbsence: Absence = { state: 'off', replies: {}, answered: [] };

export function isAway({ state, window }: Absence, now: number): boolean {
  if (state !== 'timed') return state === 'on';
  return window !== undefined && window.start <= now && now < window.end;
}
