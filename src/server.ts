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
import type { Recipients } from './delivery/recipients.ts';
import { createSendRate } from './delivery/send-rate.ts';
import { createSmarthost, type HandOn } from './delivery/smarthost.ts';
import { type SmtpIn, startSmtpIn } from './delivery/smtp-in.ts';
import { startSender } from './delivery/smtp-out.ts';
import { createEndpoint } from './endpoint/endpoint.ts';
import { createApp } from './http/app.ts';
import { createAuthenticator } from './http/auth.ts';
import { type Certificates, ensureCertificates } from './http/certificate.ts';
import { certificateNames } from './http/certificate-names.ts';
import { type Listener, listen } from './http/listener.ts';
import { createOpenRequests, type OpenRequests } from './http/open-requests.ts';
import { createLog, type Log } from './log.ts';
import { createSealer } from './sealer.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/port.ts';
import { createTrust } from './trust.ts';

export interface RunningServer {
  /** http and https as URLs, smtp as HOST:PORT, with the real ports; absent: off. */
  readonly addresses: { readonly http?: string; readonly https?: string; readonly smtp?: string };
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
  /** What to close, last first. */
  readonly closers: (() => unknown)[];
}
const renewalCheck = 12 * 3_600_000;

/** Throws ListenError, and what the store throws when it cannot be opened; nothing stays open then. */
export async function startServer(config: Config, passed: { clock?: Clock; log?: Log } = {}): Promise<RunningServer> {
  const clock = passed.clock ?? systemClock;
  const log = passed.log ?? createLog({ level: config.logLevel });
  const store = await openStore({ data: config.data, log, clock: clock.now });
  const closers = [() => store[Symbol.asyncDispose]()];
  const parts = { config, clock, log, store, closers, open: createOpenRequests() };
  try {
    return { addresses: await compose(parts), close: () => closeAll(parts) };
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
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
  const { config, clock, log, store, closers, open } = parts;
  const addresses = createAddresses(store, config.domains);
  closers.push(() => addresses[Symbol.dispose]());
  const authenticate = createAuthenticator({
    findLogin: addresses.findLogin,
    verify: createVerifier(),
    onCredentials: (changed) => store.feed.on((event) => event.credentials && changed(event.account)),
    clock,
  });
  closers.push(() => authenticate[Symbol.dispose]());
  const endpoint = createEndpoint({
    ...{ store, config, clock, log, namesAnother: addresses.namesAnother },
    sealer: createSealer(config.data),
    trust: createTrust(config.trustedCas ?? join(config.data, 'trusted')),
  });
  closers.push(() => endpoint[Symbol.asyncDispose]());
  const smarthost = handOnOf(config);
  const rate = createSendRate(config.mailRates.outgoing, clock);
  const sender = startSender({ store, recipients: addresses, clock, log, rate, ...(smarthost && { smarthost }) });
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
  const names = certificateNames(hostname(), config.https?.host ?? '', config.domains);
  const tls = config.https && (await ensureCertificates(config.data, names, parts.clock));
  const found: { http?: string; https?: string; smtp?: string } = {};
  if (config.http) {
    const http = add(await tried('http', config.http, listen(app, config.http)));
    found.http = `http://${formatHostPort(http.address)}`;
  }
  if (config.https && tls) {
    const https = add(await tried('https', config.https, listen(app, config.https, tls)));
    found.https = `https://${formatHostPort(https.address)}`;
    closers.push(keepCertificate(parts, names, tls, https));
  }
  if (config.smtp) {
    const smtp = add(await tried('smtp', config.smtp, smtpIn(parts, config.smtp, recipients, tls)));
    found.smtp = formatHostPort(smtp.address);
  }
  return found;
}

function smtpIn(
  { config, store, clock, log }: Parts,
  listen: Listen,
  recipients: Recipients,
  tls: Certificates | undefined,
): Promise<SmtpIn> {
  const certificate = tls && { tls: { cert: tls.cert, key: tls.key } };
  return startSmtpIn({ store, recipients, listen, limit: config.limits.mail, clock, log, ...certificate });
}

/** Looks twice a day whether the certificate is to be renewed; returns what ends that. */
function keepCertificate(parts: Parts, names: string[], first: Certificates, https: Listener): () => void {
  let current = first;
  let cancel = () => {};
  const look = async (): Promise<void> => {
    try {
      const found = await ensureCertificates(parts.config.data, names, parts.clock);
      if (found.cert !== current.cert) https.setCertificate(found);
      current = found;
    } catch (error) {
      parts.log.error('the certificate cannot be renewed', { error });
    }
    cancel = parts.clock.after(renewalCheck, look);
  };
  cancel = parts.clock.after(renewalCheck, look);
  return () => cancel();
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
