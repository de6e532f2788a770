// One occurrence of a series as an event of its own: what the series says, with what its exception says differently.
import type { Event, EventDetails, EventException } from '../../domain/event.ts';

const inherited = [
  'subject',
  'location',
  'body',
  'categories',
  'sensitivity',
  'busyStatus',
  'reminder',
  'meetingStatus',
  'attendees',
  'replyTime',
  'responseType',
  'confLink',
  'externalLink',
  'attachments',
] as const satisfies readonly (keyof EventDetails)[];

export function exceptionAt({ exceptions }: Event, original: number): EventException | undefined {
  return exceptions?.find((exception) => exception.original === original);
}

/** `original`: its start as the series has it. Whether it was deleted is not asked here. */
export function occurrenceOf(series: Event, original: number): Event {
  const { recurrence: _, exceptions: __, source: ___, clientUid: ____, ...event } = series;
  const exception = exceptionAt(series, original);
  const start = exception?.start ?? original;
  const end = exception?.end ?? start + series.end - series.start;
  const own = inherited.flatMap((key) => {
    const said = exception?.[key];
    return said === undefined ? [] : [[key, said ?? undefined] as const];
  });
  const { sequence = event.sequence, revised = event.revised } = exception ?? {};
  const next = { ...event, ...Object.fromEntries(own), sequence, revised, start, end, instance: original };
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)) as unknown as Event;
}

/** What an occurrence says differently from its series; the other way round. */
export function exceptionOf(series: Event, occurrence: Event): EventException {
  const { start, end, dtStamp, instance = start } = occurrence;
  const differing = inherited.flatMap((key) => {
    if (JSON.stringify(occurrence[key]) === JSON.stringify(series[key])) return [];
    return [[key, occurrence[key] ?? null] as const];
  });
  const length = series.end - series.start;
  return {
    original: instance,
    ...(start !== instance && { start }),
    ...(end !== start + length && { end }),
    dtStamp,
    ...Object.fromEntries(differing),
  };
}

/** In place of what was said of that occurrence before. */
export function withException(series: Event, exception: EventException): Event {
  const others = (series.exceptions ?? []).filter(({ original }) => original !== exception.original);
  return { ...series, exceptions: [...others, exception].sort((a, b) => a.original - b.original) };
}

/** MS-ASCAL_R24311: so many exceptions of a series a device is told. */
export const mostTold = 256;

/** Which objects of a series differ ([MS-ASCMD] R6238: each occurrence is one), as the store keeps their stamps. */
export function changedObjects(before: Event, after: Event): string[] {
  const said = ({ exceptions: _, dtStamp: __, ...series }: Event): string => JSON.stringify(series);
  const [old, now] = [before, after].map(
    ({ exceptions = [] }) => new Map(exceptions.map((one) => [one.original, JSON.stringify(one)])),
  ) as [Map<number, string>, Map<number, string>];
  const occurrences = [...new Set([...old.keys(), ...now.keys()])].filter((at) => old.get(at) !== now.get(at));
  return [...(said(before) === said(after) ? [] : ['series']), ...occurrences.map((at) => `occurrence ${at}`)];
}
