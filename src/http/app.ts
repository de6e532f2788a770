// The only room that knows Express: who asks, for what, and how an answer is written.
// Invariants: nobody gets past `authenticated` without a right password; every answer has a Content-Length; a body is read
// only by who wants it, within a limit. It must never read the store, decode WBXML, or log a body or a credential.
import type { BlockList } from 'node:net';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Clock } from '../clock.ts';
import type { Endpoint } from '../endpoint/types.ts';
import type { Log } from '../log.ts';
import { accessLog } from './access-log.ts';
import { createActiveSync, serverHeader } from './activesync.ts';
import { type Answer, sendAnswer } from './answer.ts';
import type { Authenticator } from './auth.ts';
import { autodiscoverJson, createAutodiscover } from './autodiscover.ts';
import { failureAnswer } from './failures.ts';
import type { OpenRequests } from './open-requests.ts';
import { createAuthorityFile, createPage } from './page.ts';
import { type Peer, peerOf } from './peer.ts';

export interface AppOptions {
  readonly endpoint: Endpoint;
  readonly authenticate: Authenticator;
  /** True when the store answers. */
  readonly ready: () => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  readonly open: OpenRequests;
  /** Proxies that say for whom they ask. */
  readonly trustProxy?: BlockList | undefined;
  /** The file of this server's own authority, where phones must be told to trust it. */
  readonly authority?: string | undefined;
  /** Whether a domain's mail stays here. */
  readonly local: (domain: string) => Promise<boolean>;
}
const activeSyncPath = '/Microsoft-Server-ActiveSync';

export function createApp(options: AppOptions): Express {
  const { endpoint, log, clock } = options;
  const app = express();
  app.disable('x-powered-by').disable('etag');
  const authenticated = authentication(options);
  const activeSync = createActiveSync(options);
  app.use((req, res, next) => {
    res.locals.peer = peerOf(req, options.trustProxy);
    next();
  });
  app.use(accessLog(log, clock));
  app.get(['/', activeSyncPath], forBrowsers(createPage(options.authority !== undefined)));
  if (options.authority !== undefined) app.get('/ca.pem', createAuthorityFile(options.authority));
  app.all(activeSyncPath, methodGate, authenticated, activeSync);
  app.all('/autodiscover/autodiscover.xml', toTls, authenticated, createAutodiscover(clock.now, options.local));
  app.get(['/autodiscover/autodiscover.json', '/autodiscover/autodiscover.json/v1.0/:address'], autodiscoverJson);
  app.get('/healthz', (req, res) => sendJson(req, res, 200, { status: 'ok' }));
  app.get('/readyz', async (req, res) => {
    const ready = await options.ready();
    await sendJson(req, res, ready ? 200 : 503, { status: ready ? 'ready' : 'unavailable' });
  });
  app.use((req, res) => sendAnswer(req, res, { status: 404 }));
  const failed: ErrorRequestHandler = async (error, req, res, _next) => {
    if (!res.destroyed) log.error('request failed', { path: req.path, error });
    const answer = failureAnswer(error);
    await sendAnswer(req, res, { ...answer, headers: { ...answer.headers, ...serverHeader(endpoint) } });
  };
  return app.use(failed);
}

/** A browser that looks has no query, a phone always. */
function forBrowsers(page: RequestHandler): RequestHandler {
  return (req, res, next) => (req.method === 'GET' && !req.originalUrl.includes('?') ? page(req, res, next) : next());
}

/** [MS-ASHTTP] 2.2 Message Syntax: two of them. */
const methodGate: RequestHandler = async (req, res, next) => {
  if (req.method === 'OPTIONS' || req.method === 'POST') return next();
  await sendAnswer(req, res, { status: 501, headers: { Allow: 'OPTIONS,POST', 'Cache-Control': 'private' } });
};

function authentication({ authenticate, endpoint }: AppOptions): RequestHandler {
  return async (req, res, next) => {
    const { address, safe }: Peer = res.locals.peer;
    if (!safe) {
      res.locals.line.denied = 'plain';
      return await sendAnswer(req, res, plainAnswer);
    }
    const user = await authenticate(req.headers.authorization, address);
    if (!('denied' in user)) {
      res.locals.user = user;
      return next();
    }
    res.locals.line.denied = user.denied;
    const headers: Record<string, string> = {
      'WWW-Authenticate': 'Basic realm="Easel"',
      'Cache-Control': 'private',
      ...serverHeader(endpoint),
    };
    if (user.retryAfter !== undefined) headers['Retry-After'] = String(user.retryAfter);
    // A device that holds its body back until it is told to go on would take the next request for it.
    if (req.headers.expect !== undefined) headers.Connection = 'close';
    await sendAnswer(req, res, { status: 401, headers });
  };
}

/** No challenge: it would have passwords sent where they can be read. */
const plainAnswer: Answer = {
  status: 403,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'private', Connection: 'close' },
  body: [Buffer.from('Use HTTPS. Behind a proxy, name it with --trust-proxy and let it set X-Forwarded-Proto.\n')],
};

/** Clients that found nothing over HTTPS ask without, to be told where to go. [MS-ASCMD] 2.2.1.1 Autodiscover */
const toTls: RequestHandler = async (req, res, next) => {
  const { encrypted }: Peer = res.locals.peer;
  const host = /^([a-z0-9.-]*[a-z][a-z0-9.-]*\.[a-z0-9-]+)(?::\d{1,5})?$/i.exec(req.headers.host ?? '')?.[1];
  const told = encrypted || req.headers['x-forwarded-proto'] === 'https';
  if (req.method !== 'GET' || told || host === undefined || req.headers.authorization !== undefined) return next();
  const headers = { Location: `https://${host}/autodiscover/autodiscover.xml`, 'Cache-Control': 'private' };
  await sendAnswer(req, res, { status: 302, headers });
};

function sendJson(req: express.Request, res: express.Response, status: number, value: object): Promise<void> {
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };
  return sendAnswer(req, res, { status, headers, body: [Buffer.from(JSON.stringify(value))] });
}
