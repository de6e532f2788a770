// Messages about meetings (RFC 5546) read from iCalendar text. Never throws; undefined for what is no such message.
import type { Event } from '../../domain/event.ts';
import { parseCalendar } from './icalendar.ts';
import { type ReadOptions, readEvents } from './read-icalendar.ts';
import type { Method } from './write-icalendar.ts';

export type ItipMethod = Exclude<Method, 'PUBLISH'>;
export interface Itip {
  readonly method: ItipMethod;
  readonly uid: string;
  /** The series or the single event, or occurrences alone; never none, all of one UID. */
  readonly events: readonly Event[];
}

const methods: ReadonlySet<string> = new Set(['REQUEST', 'REPLY', 'COUNTER', 'CANCEL'] satisfies ItipMethod[]);

/** `method`: of the part's Content-Type, for a calendar that names none. */
export function readItip(text: string, method: string | undefined, options: ReadOptions): Itip | undefined {
  const { calendar } = parseCalendar(text);
  if (!calendar) return undefined;
  const named = String(calendar.getFirstPropertyValue('method') ?? method ?? '')
    .trim()
    .toUpperCase();
  if (!methods.has(named)) return undefined;
  // A message is about one.
  const [first] = calendar
    .getAllSubcomponents('vevent')
    .filter((one) => ['uid', 'dtstart'].every((name) => one.hasProperty(name)));
  const uid = String(first?.getFirstPropertyValue('uid') ?? '').trim();
  const events = uid === '' ? [] : readEvents(calendar, { ...options, uid, whole: true });
  return events.length === 0 ? undefined : { method: named as ItipMethod, uid, events };
}
