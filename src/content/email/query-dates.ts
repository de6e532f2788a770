// Dates as people ask for them: a day, from or until one, between two, or by a word.
import type { Email } from '../../domain/email.ts';

const day = 24 * 3_600_000;

export function isDateField(field: string): boolean {
  return field === 'received';
}

/** Undefined when the value is no date. Days are those of UTC; `now` in milliseconds. */
export function receivedWithin(sign: string, value: string, now: number): ((mail: Email) => boolean) | undefined {
  const [first, last = first] = value.split('..').map((text) => spanOf(text.trim(), now));
  if (!first || !last) return undefined;
  const [from, to] = bounds(sign, first[0], last[1]);
  return ({ received }) => received >= from && received < to;
}

type Span = readonly [from: number, to: number];

function bounds(sign: string, from: number, to: number): Span {
  switch (sign) {
    case '>':
      return [to, Number.POSITIVE_INFINITY];
    case '>=':
      return [from, Number.POSITIVE_INFINITY];
    case '<':
      return [Number.NEGATIVE_INFINITY, from];
    case '<=':
      return [Number.NEGATIVE_INFINITY, to];
    default:
      return [from, to];
  }
}

function spanOf(text: string, now: number): Span | undefined {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const today = Date.UTC(year, month, date.getUTCDate());
  const week = today - ((date.getUTCDay() + 6) % 7) * day;
  const named: Readonly<Record<string, Span>> = {
    today: [today, today + day],
    yesterday: [today - day, today],
    'this week': [week, week + 7 * day],
    'last week': [week - 7 * day, week],
    'this month': [Date.UTC(year, month), Date.UTC(year, month + 1)],
    'last month': [Date.UTC(year, month - 1), Date.UTC(year, month)],
    'this year': [Date.UTC(year, 0), Date.UTC(year + 1, 0)],
    'last year': [Date.UTC(year - 1, 0), Date.UTC(year, 0)],
  };
  const word = text.toLowerCase();
  return Object.hasOwn(named, word) ? named[word] : dayOf(text);
}

/** `2026-01-31`, with a time or without; `1/31/2026` as KQL has it. */
function dayOf(text: string): Span | undefined {
  const [, month, dayOfMonth, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text) ?? [];
  const isIso = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?$/.test(text);
  const from = year
    ? Date.UTC(Number(year), Number(month) - 1, Number(dayOfMonth))
    : isIso
      ? Date.parse(text)
      : Number.NaN;
  if (Number.isNaN(from)) return undefined;
  return text.includes('T') ? [from, from] : [from, from + day];
}
