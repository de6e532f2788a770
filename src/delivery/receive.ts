// A mail that comes for an account, with all that its coming does: the calendar of a meeting, the answer of one who is away.
import { indexAside } from '../content/email/aside.ts';
import type { ReadRange } from '../content/email/late.ts';
import type { AccountId, ServerId } from '../domain/ids.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/port.ts';
import { prepareAnswer } from './automatic-reply.ts';
import { deliver, type EmailFacts, type StoredMail } from './deliver.ts';
import { prepareMeeting } from './meetings.ts';

type Facts = Partial<EmailFacts> & { readonly received: number; readonly once?: string };

/** As `deliver`; `from`: the envelope's sender, '' for none. What it does beside never keeps the mail from being delivered. */
export async function receive(
  { store, log }: { readonly store: Store; readonly log: Log },
  account: AccountId,
  mail: Buffer | StoredMail,
  { from, ...facts }: Facts & { readonly from: string },
): Promise<ServerId> {
  const stored = Buffer.isBuffer(mail) ? { head: mail, index: facts.index ?? (await indexAside(mail)) } : mail;
  const { head, index } = stored;
  const now = facts.received;
  const read: ReadRange = async (range) =>
    Buffer.isBuffer(mail) ? mail.subarray(range.from, range.to) : store.blobs.get(mail.blob, range);
  const orNone = (what: string) => (error: unknown) => {
    log.error(what, { account, error });
    return undefined;
  };
  const [answer, meeting] = await Promise.all([
    prepareAnswer(store, account, { head, index, from, now }).catch(orNone('an automatic reply cannot be made')),
    prepareMeeting({ store, log }, account, { index, read, now }).catch(orNone('a meeting cannot be read')),
  ]);
  return deliver(store, account, mail, {
    ...facts,
    index,
    beside: async (tx) => {
      await answer?.(tx);
      return meeting?.(tx);
    },
  });
}
