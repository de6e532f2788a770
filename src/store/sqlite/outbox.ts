import { toMessage } from '../list/rows.ts';
import type { Journal, Leases, Outbox } from '../port.ts';
import type { Handle } from './handles.ts';
import type { Writer } from './writer.ts';

export function createOutbox({ sql }: Handle, writer: Writer, now: () => number): Outbox {
  return {
    // A claim moves `due` to its end: until then nobody finds the message, afterwards anybody does.
    async claim(_node, until, limit) {
      return (await writer.ask('claim', { now: now(), until, limit })).map(toMessage);
    },
    async keep(id, until) {
      await writer.ask('keep', { id, until });
    },
    async done(id) {
      await writer.ask('done', { id, now: now() });
    },
    async retryAt(id, at, error) {
      await writer.ask('retryAt', { id, at, error });
    },
    async next() {
      return sql.nextDue.get()?.due ?? undefined;
    },
  };
}

export function createLeases(writer: Writer, now: () => number): Leases {
  return {
    hold: (name, node, ms) => writer.ask('hold', { name, node, now: now(), ms }),
    release: async (name, node) => {
      await writer.ask('giveUp', { name, node });
    },
  };
}

const expireAtOnce = 500;

export function createJournal(writer: Writer, now: () => number): Journal {
  return {
    async expire(before, signal) {
      let expired = 0;
      while (!signal?.aborted) {
        const went = await writer.ask('expireJournal', { before, limit: expireAtOnce, now: now() });
        expired += went;
        if (went < expireAtOnce) break;
      }
      return expired;
    },
  };
}
