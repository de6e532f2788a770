import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../clock.ts';
import { domainOf } from '../domain/account.ts';
import { isEasError } from '../domain/errors.ts';
import type { AccountId } from '../domain/ids.ts';
import type { QueuedMessage } from '../domain/outbox.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/port.ts';
import { bounceMessage } from './bounce.ts';
import { deliver } from './deliver.ts';
import type { Rate } from './rate.ts';
import { type ReceiveOptions, receiveAll } from './receive.ts';
import type { Recipients } from './recipients.ts';
import { sideBySide } from './side-by-side.ts';
import type { HandOn, Refused } from './smarthost.ts';

export interface SenderOptions {
  readonly store: Store;
  readonly recipients: Recipients;
  /** Absent: mail for others comes back to its sender. */
  readonly smarthost?: HandOn;
  /** Beyond it an account's mail for others waits; absent: any number. */
  readonly rate?: Rate;
  readonly clock: Clock;
  readonly log: Log;
  readonly joined?: ReceiveOptions['joined'];
}

const minute = 60_000;
const giveUpAfter = 48 * 60 * minute;
/** Renewed during a hand-over, so that a message is never with two senders; what a dead one held is free after it. */
const claimFor = 15_000;
const batch = 8;
/** What a shutdown waits for a hand-over. */
const patience = 2_000;

/** The outbox's sender: woken by the feed and by the clock; stops when disposed, after what it has begun. */
export function startSender(options: SenderOptions): AsyncDisposable {
  const { store, clock, log } = options;
  const node = randomUUID();
  let stopped = false;
  let again = false;
  let running: Promise<void> | undefined;
  let cancelTimer = () => {};

  const drain = async (): Promise<void> => {
    do {
      again = false;
      const messages = await store.outbox.claim(node, clock.now() + claimFor, batch);
      await Promise.all(messages.map((message) => process(options, message)));
      again ||= messages.length > 0;
    } while (again && !stopped);
    const next = await store.outbox.next();
    cancelTimer();
    const wait = next === undefined ? minute : Math.min(Math.max(next - clock.now(), 250), minute);
    if (!stopped) cancelTimer = clock.after(wait, wake);
  };
  const wake = (): void => {
    again = true;
    if (stopped || running) return;
    running = drain()
      .catch((error: unknown) => {
        log.error('the outbox cannot be read', { error });
        if (!stopped) cancelTimer = clock.after(10_000, wake);
      })
      .finally(() => {
        running = undefined;
        if (again) wake();
      });
  };
  const off = store.feed.on((event) => event.outbox && wake());
  wake();
  return {
    [Symbol.asyncDispose]: async () => {
      stopped = true;
      off();
      cancelTimer();
      // What hangs longer stays claimed and is tried again after the next start.
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, patience).unref())]);
    },
  };
}

/** One try of one message; whatever happens, the outbox knows afterwards. */
async function process(options: SenderOptions, message: QueuedMessage): Promise<void> {
  const { store, clock, log } = options;
  const fields = { outbox: message.id, recipients: message.recipients.length, attempt: message.attempts };
  try {
    const mime = await store.blobs.get(message.mime);
    const release = keepClaim(options, message);
    const refused = await tryAll(options, message, mime).finally(release);
    await settle(options, message, mime, refused);
    const [first] = refused;
    if (first) log.warn('mail not handed over', { ...fields, refused: refused.length, reason: nameless(first.reason) });
    else log.info('mail handed over', { ...fields, ms: clock.now() - message.queued });
  } catch (error) {
    log.error('sending failed', { ...fields, error });
    if (isEasError(error, 'account-not-found') || isEasError(error, 'blob-missing'))
      await store.outbox.done(message.id);
    else await store.outbox.retryAt(message.id, clock.now() + backOff(message.attempts), String(error));
  }
}

/** Servers say in their refusals whom they refuse; the log does not. */
function nameless(reason: string): string {
  return reason.replaceAll(/[^\s<>:;,"'()]+@[^\s<>:;,"'()]+/g, '…');
}

/** Renews the claim until the returned function is called. */
function keepClaim({ store, clock, log }: SenderOptions, { id }: QueuedMessage): () => void {
  let cancel = clock.after(claimFor / 3, renew);
  let released = false;
  function renew(): void {
    if (released) return;
    store.outbox.keep(id, clock.now() + claimFor).catch((error: unknown) => log.error('a claim is lost', { error }));
    cancel = clock.after(claimFor / 3, renew);
  }
  return () => {
    released = true;
    cancel();
  };
}

function backOff(attempts: number): number {
  return minute * 2 ** Math.min(attempts, 11);
}

/** Everybody once: users of this server directly, all others through the smarthost in one hand-over. */
async function tryAll(options: SenderOptions, message: QueuedMessage, mime: Buffer): Promise<Refused[]> {
  const { recipients } = options;
  const addresses = await recipients.expand(message.recipients);
  const found = await sideBySide(addresses, async (address) => {
    const account = await recipients.find(address);
    return {
      address,
      account: account?.id,
      here: account !== undefined || (await recipients.local(domainOf(address))),
    };
  });
  const refused = await tryLocal(options, message, found, mime);
  const others = found.filter(({ here }) => !here).map(({ address }) => address);
  if (others.length === 0) return refused;
  if (options.rate && !options.rate(message.account, others.length)) {
    return [...refused, ...others.map((address) => ({ address, permanent: false, status: '4.7.1', reason: tooMany }))];
  }
  const failed = options.smarthost
    ? await options.smarthost({ from: message.from, to: others }, mime)
    : others.map((address) => ({ address, permanent: true, status: '5.4.4', reason: noSmarthost }));
  return [...refused, ...failed];
}
const tooMany = 'more recipients in an hour than one account may write to';
const noSmarthost = 'this server has no smarthost, so it can only send to its own users';

interface Found {
  readonly address: string;
  readonly account: AccountId | undefined;
  /** Mail for it stays here. */
  readonly here: boolean;
}

async function tryLocal(
  options: SenderOptions,
  { id, from }: QueuedMessage,
  found: readonly Found[],
  mime: Buffer,
): Promise<Refused[]> {
  const refused: Refused[] = [];
  const addressOf = new Map<AccountId, string>();
  for (const { address, account, here } of found) {
    if (account !== undefined) addressOf.set(account, addressOf.get(account) ?? address);
    else if (here) refused.push({ address, permanent: true, status: '5.1.1', reason: '550 5.1.1 no such user here' });
  }
  const facts = { received: options.clock.now(), once: id, from };
  for (const [account, error] of await receiveAll(options, [...addressOf.keys()], mime, facts)) {
    const full = isEasError(error, 'over-quota');
    const why = full ? { status: '4.2.2', reason: 'the mailbox is full' } : { status: '4.3.0', reason: String(error) };
    refused.push({ address: addressOf.get(account)!, permanent: false, ...why });
  }
  return refused;
}

/** Bounces what is final, keeps the rest; the rest of a partly delivered message becomes a message of its own. */
async function settle(
  { store, clock }: SenderOptions,
  message: QueuedMessage,
  mime: Buffer,
  refused: readonly Refused[],
): Promise<void> {
  const now = clock.now();
  const tooOld = now - message.queued >= giveUpAfter;
  const failed = refused.filter(({ permanent }) => permanent || tooOld);
  const later = refused.filter(({ permanent }) => !permanent && !tooOld);
  // Nobody is told of what has no sender: it was an answer by itself already ([RFC 5321] 6.1).
  if (failed.length > 0 && message.from !== '') {
    const bounce = bounceMessage({ to: message.from, failed, original: mime, now, host: hostname() });
    await deliver(store, message.account, bounce, { received: now, once: `${message.id} bounce` });
  }
  if (later.length === 0) return await store.outbox.done(message.id);
  const nobodyElse = later.length === new Set(message.recipients).size;
  if (nobodyElse) return await store.outbox.retryAt(message.id, now + backOff(message.attempts), later[0]!.reason);
  const rest = { from: message.from, mime: message.mime, queued: message.queued };
  await store.transact(message.account, async (tx) =>
    tx.send({ ...rest, recipients: later.map(({ address }) => address) }),
  );
  await store.outbox.done(message.id);
}
