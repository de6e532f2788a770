import type { Stats } from '../port.ts';

export type Counters = { -readonly [Name in keyof Stats]: Stats[Name] };

export function newCounters(): Counters {
  return { rowsRead: 0, lookups: 0, commits: 0, retries: 0 };
}
