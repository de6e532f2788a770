// [MS-ASCMD] 2.2.3.16 Availability: the free/busy of accounts of this server, from their calendars, groups merged.
import { asEvent } from '../content/calendar/codec.ts';
import { type Busy, busyTimes, mergeFreeBusy, slot } from '../content/calendar/free-busy.ts';
import type { Account } from '../domain/account.ts';
import { specialFolderId } from '../domain/collection.ts';
import type { LivingItem } from '../domain/item.ts';
import type { ItemNumber, Position } from '../domain/position.ts';
import type { Reader } from '../store/port.ts';
import type { Context } from './define.ts';
import { isTransient } from './email-items.ts';
import type { Resolved } from './recipients.ts';

/** [MS-ASCMD] 2.2.3.177.12 Status (ResolveRecipients), of an Availability. */
const status = { done: 1, tooMany: 160, groupTooLarge: 161, transient: 162, failed: 163 } as const;
/** Calendars looked into for one request ([MS-ASCMD] R4293). */
const mostCalendars = 100;
/** [MS-ASCMD] R4294. */
const largestGroup = 20;
const atOnce = 500;

export interface Window {
  readonly from: number;
  readonly slots: number;
}
export interface Availability {
  readonly Status: number;
  readonly MergedFreeBusy?: string;
}

/** One request's: it counts the calendars that it opens. */
export function createAvailability(context: Context, window: Window): (who: Resolved) => Promise<Availability> {
  let opened = 0;
  return async (who) => {
    if (who.kind === 'contact') return { Status: status.failed };
    if (who.kind === 'group' && who.members.length > largestGroup) return { Status: status.groupTooLarge };
    // Of members elsewhere nothing is known; the others' time is told.
    const accounts = who.kind === 'group' ? who.accounts : [who.account];
    if (accounts.length === 0) return { Status: status.failed };
    opened += accounts.length;
    if (opened > mostCalendars) return { Status: status.tooMany };
    try {
      const busy = await Promise.all(accounts.map((account) => busyOf(context, account, window)));
      return { Status: status.done, MergedFreeBusy: mergeFreeBusy(busy.flat(), window.from, window.slots) };
    } catch (error) {
      context.log.warn('free/busy could not be read', { account: context.account, error });
      return { Status: isTransient(error) ? status.transient : status.failed };
    }
  };
}

function busyOf({ store, log }: Context, account: Account, { from, slots }: Window): Promise<Busy[]> {
  const to = from + slots * slot;
  const zone = account.timeZone ?? 'UTC';
  return store.read(account.id, async (reader) => {
    const busy: Busy[] = [];
    for await (const item of endingAfter(reader, from)) {
      if (item.damaged !== undefined) continue;
      try {
        busy.push(...busyTimes(asEvent(item.content as never), from, to, zone));
      } catch (error) {
        log.warn('an event has no times', { account: account.id, item: item.id, error });
      }
    }
    return busy;
  });
}

/** Events lie by the end of their last occurrence; a date without a zone may end a day later somewhere. */
async function* endingAfter(reader: Reader, at: number): AsyncGenerator<LivingItem> {
  const from: Position = { date: at - 24 * 60 * 60_000, number: 0 as ItemNumber };
  for (let to: Position | undefined; ; ) {
    const range = { from, order: 'newest', limit: atOnce, ...(to && { to }) } as const;
    const items = await reader.range(specialFolderId(8), range);
    yield* items;
    const last = items.at(-1);
    if (items.length < atOnce || !last) return;
    to = { date: last.sortDate, number: last.number };
  }
}
