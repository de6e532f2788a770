// The composition root: the only place where everything meets, and where shutdown has its order: answer what is held, finish
// what is under way, stop sending, close the store last.
import { resolveMx } from 'node:dns/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createAddresses } from './admin/addresses.ts';
import { storeAnswers } from './admin/health.ts';
import { startJobs } from './admin/jobs.ts';
import { createVerifier } from './admin/password.ts';
import { type Clock, systemClock } from './clock.ts';
import { formatHostPort, type Listen } from './config/address.ts';
import type { Config } from './config/config.ts';
import { createMx } from './delivery/mx.ts';
import { createRate } from './delivery/rate.ts';
import type { Recipients } from './delivery/recipients.ts';
import { createSmarthost, type HandOn } from './delivery/smarthost.ts';
import { type SmtpIn, startSmtpIn } from './delivery/smtp-in.ts';
import { startSender } from './delivery/smtp-out.ts';
import { createEndpoint } from './endpoint/endpoint.ts';
import { createApp } from './http/app.ts';
import { createAuthenticator } from './http/auth.ts';
import { ensureCertificates } from './http/certificate.ts';
import { type CertificateKeeper, keepCertificate, readCertificate } from './http/certificate-keeper.ts';
import { certificateNames } from './http/certificate-names.ts';
import { connectionLimit, listen, otherFiles } from './http/listener.ts';
import { createOpenRequests, type OpenRequests } from './http/open-requests.ts';
import { type AdjustableLog, createLog, type Log } from './log.ts';
import { createSealer } from './sealer.ts';
import { claimStore, openStore } from './store/open.ts';
import type { Store } from './store/port.ts';
import { ownTally, type Tally } from './tally.ts';
import { createTrust } from './trust.ts';

export interface RunningServer {
  /** http and https as URLs, smtp and lmtp as HOST:PORT, with the real ports; absent: off. */
  readonly addresses: Readonly<Partial<Record<'http' | 'https' | 'smtp' | 'lmtp', string>>>;
  /** Takes on another log level, and reads the certificate again. */
  reload(config: Pick<Config, 'logLevel'>): Promise<void>;
  /** Within 10 seconds. */
  close(): Promise<void>;
}
/** Names the option, the address and why. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}
interface Parts {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly open: OpenRequests;
  readonly tally: Tally;
  /** What to close, last first. */
  readonly closers: (() => unknown)[];
  readonly reloaders: (() => Promise<void>)[];
}
/** A phone that waits holds one; below this somebody should raise the limit of open files. */
const fewConnections = 2000;
/** How often it is looked whether the certificate is another: files of others, and when our own is to be renewed. */
const certificateCheck = { given: 60_000, own: 12 * 3_600_000 };

/** Throws ListenError, and what the store throws when it cannot be opened; nothing stays open then. */
export async function startServer(
  config: Config,
  passed: { clock?: Clock; log?: AdjustableLog; tally?: Tally } = {},
): Promise<RunningServer> {
  const clock = passed.clock ?? systemClock;
  const log = passed.log ?? createLog({ level: config.logLevel });
  const claim = claimStore(config);
  const { tally = ownTally } = passed;
  const store = await openStore({ data: config.data, store: config.store, log, clock: clock.now }).catch((error) => {
    claim[Symbol.dispose]();
    throw error;
  });
  const closers = [() => claim[Symbol.dispose](), () => store[Symbol.asyncDispose]()];
  const parts: Parts = { config, clock, log, store, tally, closers, reloaders: [], open: createOpenRequests() };
  try {
    const addresses = await compose(parts);
    return { addresses, close: () => closeAll(parts), reload: (next) => reloadAll(parts, log, next) };
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
}

async function reloadAll(
  { reloaders }: Parts,
  log: AdjustableLog,
  { logLevel }: Pick<Config, 'logLevel'>,
): Promise<void> {
  log.setLevel(logLevel);
  for (const reload of reloaders) await reload();
}

async function closeAll({ closers, open, log }: Parts): Promise<void> {
  await open.shutDown();
  for (let close = closers.pop(); close; close = closers.pop()) {
    try {
      await close();
    } catch (error) {
      log.error('shutdown', { error });
    }
  }
}

async function compose(parts: Parts): Promise<RunningServer['addresses']> {
  const { config, clock, log, store, closers, open, tally } = parts;
  const addresses = createAddresses(store, config.domains);
  closers.push(() => addresses[Symbol.dispose]());
  const authenticate = createAuthenticator({
    findLogin: addresses.findLogin,
    verify: createVerifier(),
    onCredentials: (changed) => store.feed.on((event) => event.credentials && changed(event.account)),
    clock,
    tally,
  });
  closers.push(() => authenticate[Symbol.dispose]());
  const endpoint = createEndpoint({
    ...{ store, config, clock, log, tally, namesAnother: addresses.namesAnother },
    sealer: createSealer(config.data),
    trust: createTrust(config.trustedCas ?? join(config.data, 'trusted')),
  });
  closers.push(() => endpoint[Symbol.asyncDispose]());
  const { joinDomains: joined } = config;
  const smarthost = handOnOf(config);
  const rate = createRate(config.mailRates.outgoing, 3_600_000, clock, (hear) => tally.open('mail out', hear));
  const sender = startSender({
    store,
    recipients: addresses,
    clock,
    log,
    rate,
    joined,
    ...(smarthost && { smarthost }),
  });
  closers.push(() => sender[Symbol.asyncDispose]());
  const jobs = startJobs(store, clock, log, `${hostname()} ${process.pid}`);
  closers.push(() => jobs[Symbol.asyncDispose]());
  const ready = () => storeAnswers(store);
  return await listenEverywhere(
    parts,
    createApp({
      endpoint,
      authenticate,
      ready,
      clock,
      log,
      open,
      local: addresses.local,
      trustProxy: config.trustProxy,
      authority: config.https && !config.certificate ? join(config.data, 'ca.pem') : undefined,
    }),
    addresses,
  );
}

function handOnOf({ smarthost }: Config): HandOn | undefined {
  return smarthost === 'mx' ? createMx({ resolveMx }) : smarthost && createSmarthost(smarthost);
}

async function listenEverywhere(
  parts: Parts,
  app: ReturnType<typeof createApp>,
  recipients: Recipients,
): Promise<RunningServer['addresses']> {
  const { config, closers } = parts;
  const listeners: AsyncDisposable[] = [];
  closers.push(() => Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]())));
  const add = <Kind extends AsyncDisposable>(listener: Kind): Kind => {
    listeners.push(listener);
    return listener;
  };
  const tls = config.https || config.certificate ? await keeperOf(parts) : undefined;
  const found: { -readonly [Name in keyof RunningServer['addresses']]: string } = {};
  if (config.http) {
    const http = add(await tried('http', config.http, listen(app, config.http)));
    found.http = `http://${formatHostPort(http.address)}`;
  }
  if (config.https && tls) {
    const https = add(await tried('https', config.https, listen(app, config.https, tls.current, config.tlsMin)));
    found.https = `https://${formatHostPort(https.address)}`;
    tls.onChange(https.setCertificate);
  }
  for (const name of ['smtp', 'lmtp'] as const) {
    const address = config[name];
    if (!address) continue;
    const listener = add(await tried(name, address, mailIn(parts, name, address, recipients, tls)));
    found[name] = formatHostPort(listener.address);
  }
  const connections = connectionLimit();
  parts.log[connections < fewConnections ? 'warn' : 'info']('limits', {
    connections,
    openFiles: connections + otherFiles,
  });
  return found;
}

/** The certificate that is configured, else one of our own authority. */
async function keeperOf({ config, clock, log, closers, reloaders }: Parts): Promise<CertificateKeeper> {
  const { certificate, data, https, domains } = config;
  const names = certificateNames(hostname(), https?.host ?? '', domains);
  const read = certificate ? () => readCertificate(certificate) : () => ensureCertificates(data, names, clock);
  const every = certificate ? certificateCheck.given : certificateCheck.own;
  const keeper = await keepCertificate(read, { every, clock, log }).catch((error: unknown) => {
    throw certificate ? new ListenError(`--cert: ${(error as Error).message}`, { cause: error }) : error;
  });
  closers.push(() => keeper[Symbol.dispose]());
  reloaders.push(keeper.look);
  return keeper;
}

async function mailIn(
  { config, store, clock, log, tally }: Parts,
  name: 'smtp' | 'lmtp',
  listen: Listen,
  recipients: Recipients,
  tls: CertificateKeeper | undefined,
): Promise<SmtpIn> {
  const { limits, mailRates, tlsMin } = config;
  const listener = await startSmtpIn({
    ...{ store, recipients, listen, clock, log, lmtp: name === 'lmtp', limit: limits.mail },
    ...{ maxRecipients: mailRates.recipients, minVersion: tlsMin, joined: config.joinDomains },
    ...(name === 'smtp' && {
      rate: createRate(mailRates.incoming, 60_000, clock, (hear) => tally.open('mail in', hear)),
    }),
    ...(tls && { tls: tls.current }),
  });
  tls?.onChange(listener.setCertificate);
  return listener;
}

const reasons: Record<string, string> = {
  EADDRINUSE: 'it is taken by another program',
  EACCES: 'the system does not allow it',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'that host name is not known',
};
async function tried<Kind>(option: string, address: Listen, listening: Promise<Kind>): Promise<Kind> {
  try {
    return await listening;
  } catch (cause) {
    const reason = reasons[(cause as NodeJS.ErrnoException).code ?? ''] ?? String(cause);
    throw new ListenError(`--${option}: cannot listen on ${formatHostPort(address)}: ${reason}`, { cause });
  }
}
