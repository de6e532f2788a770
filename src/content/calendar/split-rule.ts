// A rule that names several days or months (the 1st and the 15th, March and June, the first and the third Monday) as several
// patterns of the protocol. Pure.
import ICAL from 'ical.js';
import { formatCompactDateTime } from '../../../protocol/index.ts';
import type { Event } from '../../domain/event.ts';
import { exceptionOf, withException } from './occurrence.ts';
import { readRule } from './read-rule.ts';
import { startsBetween } from './recurrence.ts';
import { withoutShortMonths } from './short-months.ts';

const most = 24;
const parts = ['BYMONTH', 'BYMONTHDAY', 'BYDAY', 'BYSETPOS'] as const;
const year = 366 * 86_400_000;

/** One rule for each combination; a list of plain weekdays is one choice. Counts cannot be shared out. */
function singleRules(rule: ICAL.Recur): ICAL.Recur[] {
  if (rule.count || (rule.freq !== 'MONTHLY' && rule.freq !== 'YEARLY')) return [];
  let rules = [rule];
  for (const part of parts) {
    const values = ((rule.parts as Record<string, readonly (string | number)[]>)[part] ?? []).map(String);
    if (values.length < 2 || (part === 'BYDAY' && !values.every((value) => /\d/.test(value)))) continue;
    rules = rules.flatMap((one) =>
      values.map((value) => {
        const next = ICAL.Recur.fromString(one.toString());
        next.setComponent(part, [part === 'BYDAY' ? value : Number(value)]);
        return next;
      }),
    );
    if (rules.length > most) return [];
  }
  return rules.length > 1 ? rules : [];
}

function firstStart(series: Event): number | undefined {
  const { start } = series;
  const looks = [2, 20, 200].map((years) => () => startsBetween(series, start, start + years * year)[0]);
  for (const look of looks) {
    const found = look();
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * A series for each, the earliest with the event's UID; undefined when that does not say the rule. `excluded`: instants that
 * are taken out; `told`: what is said of single occurrences, by their `instance`; `now`: milliseconds.
 */
export function splitSeries(
  rule: ICAL.Recur | null,
  event: Event,
  {
    excluded,
    told,
    now,
  }: { readonly excluded: readonly number[]; readonly told: readonly Event[]; readonly now: number },
): Event[] | undefined {
  const rules = rule && !event.recurrence ? singleRules(rule) : [];
  const series = rules.map((one): Event | undefined => {
    const recurrence = readRule(one, event);
    if (!recurrence) return undefined;
    const start = firstStart({ ...event, recurrence });
    if (start === undefined) return undefined;
    return withoutShortMonths({ ...event, recurrence, start, end: start + event.end - event.start }, one, now);
  });
  if (series.length === 0 || !series.every((one) => one !== undefined)) return undefined;
  if (!series.some((one) => one.start === event.start)) return undefined;
  return series
    .sort((a, b) => a.start - b.start)
    .map((one, index) => {
      const uid = index === 0 ? event.uid : `${event.uid}-${formatCompactDateTime(one.start)}`;
      const has = (at: number | undefined) => at !== undefined && startsBetween(one, at, at + 1).length > 0;
      const changed = told.filter(({ instance }) => has(instance)).map((other) => exceptionOf(one, other));
      const gone = excluded.filter(has).map((original) => ({ original, deleted: true as const }));
      return [...changed, ...gone].reduce(withException, { ...one, uid });
    });
}
