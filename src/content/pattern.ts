// What the classes' readers share: bounds of numbers, and the pattern of a series as [MS-ASCAL] 2.2.2.37 Recurrence and
// [MS-ASTASK] 2.2.2.20 Recurence have it in common. Throws EasError 'item-invalid' naming the element.
import { isOnce, type Node } from '../../protocol/index.ts';
import { EasError } from '../domain/errors.ts';
import type { DayOfWeek, Recurrence } from '../domain/event.ts';

export function invalid(what: string): EasError {
  return new EasError('item-invalid', what);
}

/** Undefined for what is absent or came empty. */
export function bounded(value: number | '' | undefined, low: number, high: number, name: string): number | undefined {
  if (value === undefined || value === '') return undefined;
  if (value < low || value > high) throw invalid(name);
  return value;
}

/** JSON has no undefined. */
export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}

const numbers = {
  Type: [0, 6],
  Occurrences: [1, 999],
  Interval: [0, 999],
  WeekOfMonth: [1, 5],
  DayOfWeek: [1, 127],
  DayOfMonth: [1, 31],
  MonthOfYear: [1, 12],
  CalendarType: [0, 20],
  IsLeapMonth: [0, 1],
  FirstDayOfWeek: [0, 6],
} as const satisfies Record<string, readonly [number, number]>;
type Named = keyof typeof numbers;
export type WirePattern = { readonly [Name in Named]?: number | undefined };

const calendarTypes = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 20]);
/** What each type needs and what it must not have. */
const patternParts: Readonly<Record<number, { readonly needs: readonly Named[]; readonly refuses: readonly Named[] }>> =
  {
    0: { needs: [], refuses: ['DayOfMonth', 'WeekOfMonth', 'MonthOfYear'] },
    1: { needs: ['DayOfWeek'], refuses: ['DayOfMonth', 'WeekOfMonth', 'MonthOfYear'] },
    2: { needs: ['DayOfMonth'], refuses: ['DayOfWeek', 'WeekOfMonth', 'MonthOfYear'] },
    3: { needs: ['WeekOfMonth', 'DayOfWeek'], refuses: ['DayOfMonth', 'MonthOfYear'] },
    5: { needs: ['DayOfMonth', 'MonthOfYear'], refuses: ['DayOfWeek', 'WeekOfMonth'] },
    6: { needs: ['WeekOfMonth', 'MonthOfYear', 'DayOfWeek'], refuses: ['DayOfMonth'] },
  };

/** Undefined: empty, no series any more. Its end by date is the caller's to read. `schema`: what it was read by. */
export function readPattern(schema: Node, wire: WirePattern & object): Omit<Recurrence, 'until'> | undefined {
  if (Object.values(wire).every((value) => value === undefined)) return undefined;
  // [MS-ASCAL] R53912, [MS-ASTASK] R130: each part once.
  if (!isOnce(schema, wire)) throw invalid('Recurrence');
  const parts = wire.Type === undefined ? undefined : patternParts[wire.Type];
  if (!parts) throw invalid('Recurrence Type');
  const wrong =
    parts.needs.find((name) => wire[name] === undefined) ?? parts.refuses.find((name) => wire[name] !== undefined);
  if (wrong) throw invalid(`Recurrence ${wrong}`);
  const one = (name: Named) => bounded(wire[name], numbers[name][0], numbers[name][1], `Recurrence ${name}`);
  if (wire.CalendarType !== undefined && !calendarTypes.has(wire.CalendarType)) throw invalid('CalendarType');
  const pattern = {
    type: wire.Type as Recurrence['type'],
    interval: one('Interval') || 1,
    occurrences: one('Occurrences'),
    weekOfMonth: one('WeekOfMonth'),
    dayOfWeek: one('DayOfWeek'),
    dayOfMonth: one('DayOfMonth'),
    monthOfYear: one('MonthOfYear'),
    calendarType: one('CalendarType'),
    isLeapMonth: one('IsLeapMonth') as 0 | 1 | undefined,
    firstDayOfWeek: one('FirstDayOfWeek') as DayOfWeek | undefined,
  };
  return withoutUndefined(pattern) as Omit<Recurrence, 'until'>;
}
