import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { SMTPServer, type SMTPServerAddress, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Clock } from '../clock.ts';
import { longMail } from '../content/email/aside.ts';
import { domainOf } from '../domain/account.ts';
import { type ErrorCode, isEasError } from '../domain/errors.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/port.ts';
import { type StoredMail, storeMail } from './deliver.ts';
import { receive } from './receive.ts';
import type { Recipients } from './recipients.ts';
import { hops, traceLines } from './trace.ts';

export interface SmtpIn extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
}
export interface SmtpInOptions {
  readonly store: Store;
  readonly recipients: Recipients;
  readonly listen: { readonly host: string; readonly port: number };
  /** Bytes of the largest message. */
  readonly limit: number;
  /** PEM; absent: no STARTTLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
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
  const { log } = options;
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
    ...options.tls,
    onRcptTo: (address, _session, done) => void settle(lookUp(options, address), done),
    onData: (stream, session, done) => void settle(accept(stream, session), done),
  });
  server.on('error', (error: Error) => log.debug('smtp connection failed', { error: error.message }));
  const listener = server.listen(options.listen.port, options.listen.host);
  await new Promise<void>((resolve, reject) => {
    listener.once('listening', resolve);
    listener.once('error', reject);
  });
  return {
    address: { host: options.listen.host, port: (listener.address() as AddressInfo).port },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

async function settle(work: Promise<unknown>, done: (error?: Error | null) => void): Promise<void> {
  try {
    await work;
    done();
  } catch (error) {
    done(error instanceof Refusal ? error : new Refusal('temporary'));
  }
}

/** The account of an address, the accounts among the members of a group; what is sent here is not sent on elsewhere. */
async function lookUp({ recipients }: SmtpInOptions, { address }: SMTPServerAddress): Promise<AccountId[]> {
  const members = await Promise.all((await recipients.expand([address])).map(recipients.find));
  const accounts = members.filter((account) => account !== undefined);
  if (accounts.length === 0) throw new Refusal((await recipients.local(domainOf(address))) ? 'unknown' : 'relay');
  const open = accounts.filter(({ quota, bytes }) => quota === undefined || bytes < quota);
  if (open.length === 0) throw new Refusal('full');
  return open.map(({ id }) => id);
}

/** What follows DATA: reads, checks, delivers, logs one line. */
function acceptor(options: SmtpInOptions): (stream: SMTPServerDataStream, session: SMTPServerSession) => Promise<void> {
  const { clock, log } = options;
  // When one of several recipients fails the sender must try the whole message again; this keeps the others from a second copy.
  const reached = new LRUCache<string, true>({ max: 10_000, ttl: 3 * 24 * 3_600_000, ttlAutopurge: false });
  return async (stream, session) => {
    const started = clock.now();
    const message = await readMessage(options, stream, traceLines(session, started));
    const to = (await Promise.all(session.envelope.rcptTo.map((address) => lookUp(options, address)))).flat();
    const fields = { remote: session.remoteAddress, recipients: to.length, bytes: message.size };
    try {
      if (hops(message.head) > maxHops + 1) throw new Refusal('loop');
      const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
      await deliverAll(options, reached, new Set(to), message, from);
    } catch (error) {
      log.warn('mail refused', { ...fields, error: error instanceof Refusal ? error.message : error });
      throw error;
    }
    log.info('mail accepted', { ...fields, ms: clock.now() - started });
  };
}

async function deliverAll(
  { store, clock, log }: SmtpInOptions,
  reached: LRUCache<string, true>,
  to: ReadonlySet<AccountId>,
  { mail, hash }: Received,
  from: string,
): Promise<void> {
  const pending = [...to].filter((account) => !reached.has(`${hash} ${account}`));
  const received = clock.now();
  const outcomes = await Promise.allSettled(
    pending.map((account) => receive({ store, log }, account, mail, { received, from })),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  for (const [at, account] of pending.entries()) {
    if (failed && outcomes[at]!.status === 'fulfilled') reached.set(`${hash} ${account}`, true);
  }
  if (!failed) {
    for (const account of to) reached.delete(`${hash} ${account}`);
    return;
  }
  if (isEasError(failed.reason, 'over-quota')) throw new Refusal('over-quota');
  throw failed.reason;
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
