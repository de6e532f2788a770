import type { FeedEvent } from '../port.ts';
import { accountId } from './rows.ts';

/** An account was made (`hierarchy`: with its folders) or removed. */
export function existenceEvent(account: number, modseq: number, hierarchy: boolean): FeedEvent {
  return {
    account: accountId(account),
    modseq,
    collections: {},
    devices: [],
    credentials: true,
    hierarchy,
    outbox: false,
  };
}

/** Two commits of one account as one event. */
export function joinEvents(a: FeedEvent, b: FeedEvent): FeedEvent {
  return {
    account: a.account,
    modseq: Math.max(a.modseq, b.modseq),
    collections: { ...a.collections, ...b.collections },
    devices: [...new Set([...a.devices, ...b.devices])],
    credentials: a.credentials || b.credentials,
    hierarchy: a.hierarchy || b.hierarchy,
    outbox: a.outbox || b.outbox,
  };
}
