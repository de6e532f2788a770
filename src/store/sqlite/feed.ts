// Tells of commits: at once of this process's own, and within `pollMs` of other processes' on the same file. Commit
// numbers have no gap, so a number that is not ours is someone else's; what then grew is told, ours perhaps twice.
import type { CollectionId, DeviceId } from '../../domain/ids.ts';
import { existenceEvent, joinEvents } from '../list/events.ts';
import { accountId } from '../list/rows.ts';
import type { Feed, FeedEvent } from '../port.ts';
import type { Handle } from './handles.ts';

export interface FeedSource {
  readonly feed: Feed;
  committed(commit: number, events: readonly FeedEvent[]): void;
  close(): void;
}

export function startFeed({ db, sql }: Handle, pollMs: number, failed: (error: unknown) => void): FeedSource {
  const listeners = new Set<(event: FeedEvent) => void>();
  const own = new Set<number>();
  let seen = sql.commitNumber.get()!;
  const dataVersion = db.prepare<[], number>('PRAGMA data_version').pluck();
  let version = dataVersion.get();
  let closed = false;

  const tell = (event: FeedEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const poll = (): void => {
    const latest = dataVersion.get();
    if (latest === version) return;
    version = latest;
    const commit = sql.commitNumber.get()!;
    let foreign = false;
    for (let number = seen + 1; number <= commit; number += 1) if (!own.delete(number)) foreign = true;
    const since = seen;
    seen = commit;
    if (foreign) for (const event of eventsSince({ db, sql }, since)) tell(event);
  };
  const timer = setInterval(() => {
    try {
      poll();
    } catch (error) {
      failed(error);
    }
  }, pollMs);
  timer.unref();

  return {
    feed: {
      on: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    committed: (commit, events) => {
      if (closed) return;
      if (commit > seen) own.add(commit);
      for (const event of joined(events)) tell(event);
    },
    close: () => {
      closed = true;
      clearInterval(timer);
      listeners.clear();
    },
  };
}

/** One event per account. */
function joined(events: readonly FeedEvent[]): Iterable<FeedEvent> {
  const byAccount = new Map<string, FeedEvent>();
  for (const event of events) {
    const before = byAccount.get(event.account);
    byAccount.set(event.account, before === undefined ? event : joinEvents(before, event));
  }
  return byAccount.values();
}
function eventsSince({ sql }: Handle, since: number): FeedEvent[] {
  const changed = sql.accountsSince.all({ since }).map((row): FeedEvent => {
    const highs = sql.collectionsSince.all(row.account, since).map(({ collection, high }) => [collection, high]);
    return {
      account: accountId(row.account),
      modseq: row.modseq,
      collections: Object.fromEntries(highs) as Record<CollectionId, number>,
      devices: sql.devicesSince.all(row.account, since).map((device) => device.device as DeviceId),
      credentials: row.credentials === 1,
      hierarchy: row.hierarchy === 1,
      outbox: row.outbox === 1,
    };
  });
  const removed = sql.removedSince.all(since).map(({ account, modseq }) => existenceEvent(account, modseq, false));
  return [...changed, ...removed];
}
