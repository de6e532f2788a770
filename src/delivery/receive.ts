// A mail that comes for an account, with all that its coming does: the calendar of a meeting, the answer of one who is away.
import { namedInstead } from '../content/email/addressed.ts';
import type { ReadRange } from '../content/email/late.ts';
import type { AccountId, ServerId } from '../domain/ids.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/port.ts';
import { prepareAnswer } from './automatic-reply.ts';
import { deliver, type EmailFacts, type StoredMail, storeMail } from './deliver.ts';
import { prepareMeeting } from './meetings.ts';
import { settledSideBySide } from './side-by-side.ts';

type Facts = Partial<EmailFacts> & {
  readonly received: number;
  readonly once?: string;
  /** The envelope's sender, '' for none. */
  readonly from: string;
};

export interface ReceiveOptions {
  readonly store: Store;
  readonly log: Log;
  /** Domains that share one address list. */
  readonly joined?: readonly string[] | undefined;
}

/** Of a mail that comes for many, which lies in the store once: why it did not reach whom. */
export async function receiveAll(
  options: ReceiveOptions,
  accounts: readonly AccountId[],
  mail: Buffer | StoredMail,
  facts: Facts,
): Promise<Map<AccountId, unknown>> {
  if (accounts.length === 0) return new Map();
  const stored = Buffer.isBuffer(mail) ? await storeMail(options.store, mail) : mail;
  const outcomes = await settledSideBySide(accounts, (account) => receive(options, account, stored, facts));
  return new Map(outcomes.flatMap((one, at) => (one.status === 'rejected' ? [[accounts[at]!, one.reason]] : [])));
}

/** As `deliver`. What it does beside never keeps the mail from being delivered. */
export async function receive(
  { store, log, joined }: ReceiveOptions,
  account: AccountId,
  mail: Buffer | StoredMail,
  { from, ...facts }: Facts,
): Promise<ServerId> {
  const stored = Buffer.isBuffer(mail) ? await storeMail(store, mail) : mail;
  const { head, index } = stored;
  const now = facts.received;
  const read: ReadRange = async (range) =>
    range.to <= head.length ? head.subarray(range.from, range.to) : store.blobs.get(stored.blob, range);
  const orNone = (what: string) => (error: unknown) => {
    log.error(what, { account, error });
    return undefined;
  };
  const [answer, meeting, isBlind] = await Promise.all([
    prepareAnswer(store, account, { head, index, from, now, joined }).catch(
      orNone('an automatic reply cannot be made'),
    ),
    prepareMeeting({ store, log }, account, { index, read, now }).catch(orNone('a meeting cannot be read')),
    cameAsBcc(store, account, head).catch(orNone('the recipients cannot be read')),
  ]);
  return deliver(store, account, stored, {
    ...facts,
    beside: async (tx) => {
      await answer?.(tx);
      const { content = {}, words = [] } = (await meeting?.(tx)) ?? {};
      return { words, content: { ...content, ...(isBlind && { receivedAsBcc: true }) } };
    },
  });
}

/** The recipients of a long list are not all looked up. */
const lookedUp = 50;

async function cameAsBcc(store: Store, id: AccountId, head: Buffer): Promise<boolean> {
  const { address, aliases } = await store.read(id, (reader) => reader.account());
  const others = namedInstead(head, [address, ...aliases]);
  if (!others || others.length > lookedUp) return false;
  const groups = await Promise.all(others.map((other) => store.directory.findGroup(other)));
  return groups.every((group) => group === undefined);
}
