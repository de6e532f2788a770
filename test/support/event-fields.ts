// Which fields of an event both of two versions know, and in what words each of them says it.
import { calendar, calendarException, type Node, type ReadCalendar, rank, type Version } from '../../protocol/index.ts';

type Exception = NonNullable<ReadCalendar['Exceptions']>['Exception'][number];
type Said = ReadCalendar | Exception;

/** What is no field of its own: when it is (compared as occurrences), and what the server alone says. */
const apart = [
  ...['Timezone', 'StartTime', 'EndTime', 'Recurrence', 'Exceptions', 'ExceptionStartTime', 'InstanceId', 'Deleted'],
  ...['DtStamp', 'NativeBodyType', 'OrganizerName', 'OrganizerEmail', 'ClientUid', 'ResponseType'],
];

/** The same thing in the words of all versions. */
const words: Readonly<Record<string, (value: never) => readonly [string, unknown]>> = {
  LocationText: (text: string) => ['place', text],
  Location: ({ DisplayName }: NonNullable<ReadCalendar['Location']>) => ['place', DisplayName],
  Body25: (text: string) => ['body', text],
  Body: ({ Data }: NonNullable<ReadCalendar['Body']>) => [
    'body',
    String(Data)
      .replace(/<[^>]*>/g, '')
      .trim(),
  ],
  Attendees: ({ Attendee }: NonNullable<ReadCalendar['Attendees']>) => [
    'guests',
    Attendee.map(({ Email, Name }) => [Email, Name]),
  ],
};
const keysOf: Readonly<Record<string, string>> = { place: 'Location', body: 'Body', guests: 'Attendees' };

interface Lossy {
  readonly field: string;
  readonly when: (one: Version, other: Version) => boolean;
  readonly why: string;
}
const newest = (version: Version) => rank(version) >= rank('16.0');
/** What a pair of versions loses. */
const lossy: readonly Lossy[] = [
  { field: 'UID', when: newest, why: 'from 16.0 on the server makes the UID, whatever a device says' },
];

function inWords(said: Said): Map<string, unknown> {
  const told = Object.entries(said).filter(([key]) => !apart.includes(key));
  return new Map(told.map(([key, value]) => words[key]?.(value as never) ?? [key, value]));
}

function knows(node: Node, field: string, version: Version): boolean {
  const { content } = node;
  const key = keysOf[field] ?? field;
  if (content.kind !== 'container') return false;
  return content.children.some(
    ({ node: child, first, last }) => child.tag.name === key && first <= rank(version) && rank(version) <= last,
  );
}

/** Fields that one phone wrote, the other one's version knows, and it does not show as they were written. */
function lostOf(node: Node, wrote: Said, one: Version, shows: Said, other: Version): string[] {
  const shown = inWords(shows);
  return [...inWords(wrote)]
    .filter(([field]) => knows(node, field, one) && knows(node, field, other))
    .filter(([field]) => !lossy.some((each) => each.field === field && each.when(one, other)))
    .filter(([field, value]) => JSON.stringify(shown.get(field)) !== JSON.stringify(value))
    .map(([field, value]) => `${field}: ${JSON.stringify(shown.get(field))}, not ${JSON.stringify(value)}`);
}

/** Of the event, and of its occurrences that are not as the others. */
export function lostFields(wrote: ReadCalendar, one: Version, shows: ReadCalendar, other: Version): string[] {
  const [written, shown] = [wrote, shows].map(({ Exceptions }) => Exceptions?.Exception ?? []) as [
    Exception[],
    Exception[],
  ];
  const special = written.flatMap((exception, index) =>
    lostOf(calendarException, exception, one, shown[index] ?? {}, other).map((lost) => `exception ${index}: ${lost}`),
  );
  return [...lostOf(calendar, wrote, one, shows, other), ...special];
}
