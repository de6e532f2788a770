// The only room that knows Express: who asks, for what, and how an answer is written.
// Invariants: nobody gets past `authenticated` without a right password; every answer has a Content-Length; a body is read
// only by who wants it, within a limit. It must never read the store, decode WBXML, or log a body or a credential.
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Clock } from '../clock.ts';
import type { Endpoint } from '../endpoint/types.ts';
import type { Log } from '../log.ts';
import { accessLog } from './access-log.ts';
import { createActiveSync, serverHeader } from './activesync.ts';
import { sendAnswer } from './answer.ts';
import type { Authenticator } from './auth.ts';
import { autodiscoverJson, createAutodiscover } from './autodiscover.ts';
import { failureAnswer } from './failures.ts';
import type { OpenRequests } from './open-requests.ts';

export interface AppOptions {
  readonly endpoint: Endpoint;
  readonly authenticate: Authenticator;
  /** True when the store answers. */
  readonly ready: () => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  readonly open: OpenRequests;
}
const activeSyncPath = '/Microsoft-Server-ActiveSync';

export function createApp(options: AppOptions): Express {
  const { endpoint, log, clock } = options;
  const app = express();
  app.disable('x-powered-by').disable('etag');
  const authenticated = authentication(options);
  const activeSync = createActiveSync(options);
  app.use(accessLog(log, clock));
  app.all(activeSyncPath, methodGate, authenticated, activeSync);
  app.all('/autodiscover/autodiscover.xml', authenticated, createAutodiscover(clock.now));
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

/** [MS-ASHTTP] 2.2 Message Syntax: two of them; a browser that looks gets a page. */
const methodGate: RequestHandler = async (req, res, next) => {
  if (req.method === 'GET' && !req.originalUrl.includes('?')) return next();
  if (req.method === 'OPTIONS' || req.method === 'POST') return next();
  await sendAnswer(req, res, { status: 501, headers: { Allow: 'OPTIONS,POST', 'Cache-Control': 'private' } });
};

function authentication({ authenticate, endpoint }: AppOptions): RequestHandler {
  return async (req, res, next) => {
    if (req.method === 'GET' && req.path.toLowerCase().startsWith(activeSyncPath.toLowerCase())) return next();
    const user = await authenticate(req.headers.authorization, req.socket.remoteAddress ?? '');
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

function sendJson(req: express.Request, res: express.Response, status: number, value: object): Promise<void> {
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };
  return sendAnswer(req, res, { status, headers, body: [Buffer.from(JSON.stringify(value))] });
}
