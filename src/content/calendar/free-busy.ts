// Free/busy of calendars in slots of half an hour ([MS-ASCMD] 2.2.3.107 MergedFreeBusy). Pure.
import type { Event } from '../../domain/event.ts';
import { startsBetween } from './recurrence.ts';
import { instantOf } from './zone.ts';

export const slot = 30 * 60_000;

export interface Busy {
  readonly from: number;
  /** Outside. */
  readonly to: number;
  /** 0 free, 1 tentative, 2 busy, 3 out of office. */
  readonly status: number;
}

const workingElsewhere = 4;
const cancelled = 4;

/** What an event takes of the time from ≤ t < to. `zone`: of the calendar's owner, where days begin that have no zone. */
export function busyTimes(event: Event, from: number, to: number, zone: string): Busy[] {
  // A day is looked for where its date lies, whatever the zone; what is outside is dropped at the end.
  const around = event.allDay ? 24 * 60 * 60_000 : 0;
  const exceptions = event.exceptions ?? [];
  const special = new Set(exceptions.map(({ original }) => original));
  const length = event.end - event.start;
  const usual = startsBetween(event, from - length - around, to + around)
    .filter((start) => !special.has(start))
    .map((start) => ({ ...event, start, end: start + length }));
  const moved = exceptions
    .filter(({ deleted }) => !deleted)
    .map(({ original, start = original, end = start + length, busyStatus, meetingStatus }) => ({
      start,
      end,
      busyStatus: busyStatus ?? event.busyStatus,
      meetingStatus: meetingStatus ?? event.meetingStatus,
    }));
  const instant = (at: number) => (event.allDay ? instantOf(zone, at) : at);
  return [...usual, ...moved]
    .map((one) => ({ from: instant(one.start), to: instant(one.end), status: statusOf(one) }))
    .filter((busy) => busy.from < to && busy.to > from && busy.to > busy.from && busy.status > 0);
}

interface Shown {
  readonly busyStatus?: number | undefined;
  readonly meetingStatus?: number | undefined;
}

function statusOf({ busyStatus = 2, meetingStatus = 0 }: Shown): number {
  return (meetingStatus & cancelled) !== 0 || busyStatus === workingElsewhere ? 0 : busyStatus;
}

/** A digit a slot: the highest of what touches it, by a second if no more. */
export function mergeFreeBusy(busy: readonly Busy[], from: number, slots: number): string {
  const digits = new Array<number>(slots).fill(0);
  for (const one of busy) {
    const first = Math.max(0, Math.floor((one.from - from) / slot));
    const end = Math.min(slots, Math.ceil((one.to - from) / slot));
    for (let at = first; at < end; at++) digits[at] = Math.max(digits[at]!, one.status);
  }
  return digits.join('');
}
