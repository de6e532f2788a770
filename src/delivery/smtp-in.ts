import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { SMTPServer, type SMTPServerAddress, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Clock } from '../clock.ts';
import { secureOptions, type TlsVersion } from '../config/tls.ts';
import { longMail } from '../content/email/aside.ts';
import { domainOf } from '../domain/account.ts';
import { type ErrorCode, isEasError } from '../domain/errors.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/port.ts';
import { type StoredMail, storeMail } from './deliver.ts';
import type { Rate } from './rate.ts';
import { type ReceiveOptions, receiveAll } from './receive.ts';
import type { Recipients } from './recipients.ts';
import { settledSideBySide, sideBySide } from './side-by-side.ts';
import { hops, traceLines } from './trace.ts';

export interface SmtpIn extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
  /** For connections from now on. */
  setCertificate(pem: Pem): void;
}
interface Pem {
  readonly cert: string;
  readonly key: string;
}
export interface SmtpInOptions {
  readonly store: Store;
  readonly recipients: Recipients;
  readonly listen: { readonly host: string; readonly port: number };
  /** Bytes of the largest message. */
  readonly limit: number;
  /** PEM; absent: no STARTTLS. */
  readonly tls?: Pem;
  readonly minVersion?: TlsVersion;
  /** [RFC 2033]: a mail server in front hands over, and hears of each recipient by itself. */
  readonly lmtp?: boolean;
  /** Of one message; absent: any number. */
  readonly maxRecipients?: number;
  /** Messages that an address may bring. */
  readonly rate?: Rate;
  readonly joined?: ReceiveOptions['joined'];
  readonly clock: Clock;
  readonly log: Log;
}
/** The replies that are not 250. [RFC 5321] 4.2, [RFC 3463]. */
const replies = {
  unknown: [550, '5.1.1 no such user here'],
  relay: [550, '5.7.1 not one of our domains, and we do not relay'],
  full: [452, '4.2.2 the mailbox is full'],
  'too-large': [552, '5.3.4 the message is too large'],
  loop: [554, '5.4.6 too many hops'],
  'over-quota': [452, '4.2.2 the mailbox is full'],
  'too-many': [452, '4.5.3 too many recipients'],
  'too-often': [450, '4.7.1 too many messages in a minute, try again later'],
  temporary: [451, '4.3.0 not accepted now, try again later'],
} as const satisfies Partial<Record<ErrorCode | string, readonly [number, string]>>;
class Refusal extends Error {
  readonly responseCode: number;
  constructor(kind: keyof typeof replies) {
    super(replies[kind][1]);
    this.responseCode = replies[kind][0];
  }
}
const maxHops = 50;

/**
 * Takes mail for the users of this server and for nobody else. 250 after DATA means: durable in every recipient's Inbox.
 * A message keeps its bytes behind a Return-Path and a Received line. Rejects when the address cannot be listened on.
 */
export async function startSmtpIn(options: SmtpInOptions): Promise<SmtpIn> {
  const { log, lmtp = false } = options;
  const accept = acceptor(options);
  const server = new SMTPServer({
    name: hostname(),
    size: options.limit,
    authOptional: true,
    disabledCommands: options.tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    maxClients: 200,
    closeTimeout: 5_000,
    logger: false,
    lmtp,
    ...options.tls,
    ...(options.minVersion && secureOptions(options.minVersion)),
    onMailFrom: (_address, session, done) => done(mayBring(options, session) ? null : new Refusal('too-often')),
    onRcptTo: (address, session, done) => void settle(admit(options, address, session), done),
    onData: (stream, session, done) =>
      void accept(stream, session).then(
        (outcomes) => tell(outcomes, lmtp, done),
        (error: unknown) => done(refusalOf(error)),
      ),
  });
  server.on('error', (error: Error) => log.debug('smtp connection failed', { error: error.message }));
  const listener = server.listen(options.listen.port, options.listen.host);
  await new Promise<void>((resolve, reject) => {
    listener.once('listening', resolve);
    listener.once('error', reject);
  });
  return {
    address: { host: options.listen.host, port: (listener.address() as AddressInfo).port },
    setCertificate: (pem) => server.updateSecureContext({ ...pem }),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

async function settle(work: Promise<unknown>, done: (error?: Error | null) => void): Promise<void> {
  try {
    await work;
    done();
  } catch (error) {
    done(refusalOf(error));
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return new Refusal(isEasError(error, 'over-quota') ? 'over-quota' : 'temporary');
}

/** SMTP has one answer for all: the sender tries the whole message again when it failed for one of them. */
function tell(
  outcomes: readonly Outcome[],
  lmtp: boolean,
  done: (error?: Error | null, answers?: (Error | string)[]) => void,
): void {
  const failed = outcomes.find((outcome) => outcome !== 'delivered');
  if (!lmtp) done(failed && refusalOf(failed.error));
  else
    done(
      null,
      outcomes.map((outcome) => (outcome === 'delivered' ? '2.1.5 delivered' : refusalOf(outcome.error))),
    );
}

function mayBring({ rate }: SmtpInOptions, { remoteAddress }: SMTPServerSession): boolean {
  return rate === undefined || rate(remoteAddress, 1);
}

async function admit(options: SmtpInOptions, address: SMTPServerAddress, session: SMTPServerSession): Promise<void> {
  const { maxRecipients = Number.POSITIVE_INFINITY } = options;
  if (session.envelope.rcptTo.length >= maxRecipients) throw new Refusal('too-many');
  await lookUp(options, address);
}

/** The account of an address, the accounts among the members of a group; what is sent here is not sent on elsewhere. */
async function lookUp({ recipients }: SmtpInOptions, { address }: SMTPServerAddress): Promise<AccountId[]> {
  const members = await sideBySide(await recipients.expand([address]), recipients.find);
  const accounts = members.filter((account) => account !== undefined);
  if (accounts.length === 0) throw new Refusal((await recipients.local(domainOf(address))) ? 'unknown' : 'relay');
  const open = accounts.filter(({ quota, bytes }) => quota === undefined || bytes < quota);
  if (open.length === 0) throw new Refusal('full');
  return open.map(({ id }) => id);
}

/** Of one recipient. */
type Outcome = 'delivered' | { readonly error: unknown };

/** What follows DATA: reads, checks, delivers, logs one line; says what became of each recipient. */
function acceptor(
  options: SmtpInOptions,
): (stream: SMTPServerDataStream, session: SMTPServerSession) => Promise<readonly Outcome[]> {
  const { clock, log } = options;
  // Where a recipient failed, the sender tries again for all who have one answer together; this keeps those who got it from a second.
  const reached = new LRUCache<string, true>({ max: 10_000, ttl: 3 * 24 * 3_600_000, ttlAutopurge: false });
  return async (stream, session) => {
    const started = clock.now();
    const message = await readMessage(options, stream, traceLines(session, started));
    const { rcptTo, mailFrom } = session.envelope;
    const fields = { remote: session.remoteAddress, recipients: rcptTo.length, bytes: message.size };
    try {
      if (hops(message.head) > maxHops + 1) throw new Refusal('loop');
      const from = mailFrom === false ? '' : mailFrom.address;
      const outcomes = await deliverAll(options, reached, rcptTo, message, from);
      const failed = outcomes.filter((outcome) => outcome !== 'delivered');
      const [first] = failed;
      if (first) log.warn('mail refused', { ...fields, failed: failed.length, error: reasonOf(first.error) });
      else log.info('mail accepted', { ...fields, ms: clock.now() - started });
      return outcomes;
    } catch (error) {
      log.warn('mail refused', { ...fields, error: reasonOf(error) });
      throw error;
    }
  };
}

function reasonOf(error: unknown): unknown {
  return error instanceof Refusal ? error.message : error;
}

async function deliverAll(
  options: SmtpInOptions,
  reached: LRUCache<string, true>,
  rcptTo: readonly SMTPServerAddress[],
  { mail, hash }: Received,
  from: string,
): Promise<readonly Outcome[]> {
  const { clock } = options;
  const found = await settledSideBySide(rcptTo, (address) => lookUp(options, address));
  const accounts = found.map((one) => (one.status === 'fulfilled' ? one.value : []));
  const pending = [...new Set(accounts.flat())].filter((account) => !reached.has(`${hash} ${account}`));
  const errors = await receiveAll(options, pending, mail, { received: clock.now(), from });
  const outcomes = found.map((one, at): Outcome => {
    if (one.status === 'rejected') return { error: one.reason };
    const failed = accounts[at]!.find((account) => errors.has(account));
    return failed === undefined ? 'delivered' : { error: errors.get(failed) };
  });
  const isRetried = (at: number): boolean =>
    outcomes[at] !== 'delivered' || (!options.lmtp && outcomes.some((outcome) => outcome !== 'delivered'));
  const retried = new Set(accounts.filter((_, at) => isRetried(at)).flat());
  for (const account of accounts.flat()) {
    if (retried.has(account) && !errors.has(account)) reached.set(`${hash} ${account}`, true);
    else reached.delete(`${hash} ${account}`);
  }
  return outcomes;
}

interface Received {
  /** Behind its trace lines. */
  readonly mail: Buffer | StoredMail;
  readonly head: Buffer;
  /** Bytes as they came. */
  readonly size: number;
  /** Of the bytes as they came. */
  readonly hash: string;
}

/** A long mail goes into the store while it comes. The whole stream is read even when it is too large: the reply comes after its end. */
async function readMessage({ store, limit }: SmtpInOptions, stream: Readable, trace: string): Promise<Received> {
  const hash = createHash('sha256');
  let size = 0;
  const pieces = counted(stream, (piece) => {
    size += piece.length;
    hash.update(piece);
  });
  const first: Buffer[] = [Buffer.from(trace)];
  let next = await pieces.next();
  for (; !next.done && size < longMail; next = await pieces.next()) first.push(next.value);
  if (next.done) {
    if (size > limit) throw new Refusal('too-large');
    const mail = Buffer.concat(first);
    return { mail, head: mail, size, hash: hash.digest('base64') };
  }
  const last = next.value;
  async function* whole(): AsyncGenerator<Buffer> {
    yield* first;
    yield last;
    for await (const piece of pieces) if (size <= limit) yield piece;
    if (size > limit) throw new Refusal('too-large');
  }
  const mail = await storeMail(store, Readable.from(whole(), { objectMode: false }));
  return { mail, head: mail.head, size, hash: hash.digest('base64') };
}

async function* counted(stream: Readable, count: (piece: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const piece of stream as AsyncIterable<Buffer>) {
    count(piece);
    yield piece;
  }
}
